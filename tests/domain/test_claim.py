"""What passes between queue and dispatcher says by itself what is usual."""

from __future__ import annotations

from outreach.domain.claim import Claim, Finish, Pause
from outreach.domain.delivery import State
from outreach.domain.text import Text
from tests.domain.office import NOW, row
from tests.domain.test_rendition import PLAIN


def test_a_finish_counts_as_a_try_and_a_pause_waits_for_a_person_unless_said_otherwise() -> None:
    claim = Claim(delivery=row("a", "11-20 08:00"), rendition=PLAIN, attempt=1, number=1)
    finish = Finish(claim=claim, state=State.SCHEDULED, at=NOW)
    assert finish.counts
    assert claim.published is None
    assert Pause(reason=Text("It asked for peace.")).until is None
