"""What a channel's author needs to prove an adapter, and what proves the dispatcher: a platform in memory, steps, a contract.

```
class TestMyChannel(ChannelContract):
    @pytest.fixture
    def channel(self, tmp_path):
        return MyChannel("mine", MyChannel.Settings(), AdapterPlace(state=tmp_path, clock=now))
```
"""

from outreach.testing.contract import SAMPLE_KEY, WITHDRAW_KEY, ChannelContract, outcome_of
from outreach.testing.fake import FakeChannel, MemorySteps, Publication, sample_rendition
from outreach.testing.faults import (
    Crash,
    Fault,
    crash,
    lost_reply,
    lost_request,
    pause,
    reject,
    retry_at,
    slow,
)

__all__ = [
    "SAMPLE_KEY",
    "WITHDRAW_KEY",
    "ChannelContract",
    "Crash",
    "FakeChannel",
    "Fault",
    "MemorySteps",
    "Publication",
    "crash",
    "lost_reply",
    "lost_request",
    "outcome_of",
    "pause",
    "reject",
    "retry_at",
    "sample_rendition",
    "slow",
]
