"""The far ends of a rehearsal: a platform that takes everything and forgets nothing, and faults on the way to it."""

from __future__ import annotations

import contextlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from outreach.channel import (
    Absent,
    Capabilities,
    Channel,
    ChannelHealth,
    Found,
    Look,
    PauseChannel,
    Preview,
    Receipt,
    Reject,
    Rendition,
    RetryAt,
    Steps,
    Text,
    UnknownOutcome,
    Updates,
)
from outreach.rehearsal.faults import Fault, Faults
from outreach.rehearsal.memory import Asked

LAG = timedelta(seconds=40)
"""How long an accepted publication stays invisible to `find`, as on the real platforms."""


class Platform:
    """What a social network remembers: every accepted call, a repeated one too, in a file that survives a crash."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def accept(self, action: str, key: str, at: datetime, content: dict[str, Any]) -> str:
        """Take a call for good and return the platform's own id."""
        entry = {"action": action, "key": key, "at": at.isoformat(), "content": content}
        line = "\n" + json.dumps(entry, ensure_ascii=False)
        descriptor = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(descriptor, line.encode())
        finally:
            os.close(descriptor)
        return f"{action}-{key}"

    def entries(self) -> Iterator[dict[str, Any]]:
        """Every accepted call, in order; a line that a crash cut short was not accepted."""
        if not self._file.exists():
            return
        for line in self._file.read_text(encoding="utf-8", errors="replace").splitlines():
            with contextlib.suppress(json.JSONDecodeError):
                yield json.loads(line)

    def counts(self, asked: Sequence[Asked] = ()) -> Counter[str]:
        """How often each key was accepted; taking down again what is down counts once, for readers see no difference."""
        taken_down = {e["key"] for e in self.entries() if e["action"] == "withdraw"}
        published = Counter(e["key"] for e in self.entries() if e["action"] == "publish")
        return published + Counter(taken_down)


class StandIn:
    """Takes the place of a channel that would leave this machine; it has no idempotency keys and shows things late."""

    def __init__(self, channel: Channel, platform: Platform, now: Callable[[], datetime]) -> None:
        self._channel = channel
        self._platform = platform
        self._now = now

    @property
    def name(self) -> str:
        """The name of the channel that it stands for."""
        return self._channel.name

    @property
    def capabilities(self) -> Capabilities:
        """Those of the channel that it stands for, with the platform's lag."""
        return replace(
            self._channel.capabilities, can_find=True, can_withdraw=True, visibility_lag=LAG
        )

    def preview(self, rendition: Rendition) -> Preview:
        """What the real channel would show."""
        return self._channel.preview(rendition)

    async def publish(self, rendition: Rendition, *, key: str, steps: Steps) -> Receipt:
        """Accept it, whether or not it was accepted before."""
        remote = self._platform.accept("publish", key, self._now(), rendition.to_json())
        return Receipt(remote_id=remote, at=self._now())

    async def find(self, rendition: Rendition, *, key: str, since: datetime) -> Look:
        """Look among what was accepted, except what is too young to be visible."""
        for entry in self._platform.entries():
            at = datetime.fromisoformat(entry["at"])
            if entry["key"] == key and at + LAG <= self._now():
                return Found(receipt=Receipt(remote_id=f"publish-{key}", at=at))
        return Absent(proof={"looked_at": self._now().isoformat()})

    async def withdraw(self, receipt: Receipt, *, key: str, steps: Steps) -> Receipt:
        """Accept the withdrawal."""
        remote = self._platform.accept("withdraw", key, self._now(), {"of": receipt.remote_id})
        return Receipt(remote_id=remote, at=self._now())

    async def update(
        self, receipt: Receipt, rendition: Rendition, *, key: str, steps: Steps
    ) -> Receipt:
        """Accept the new content; readers see no second publication."""
        self._platform.accept("update", key, self._now(), rendition.to_json())
        return replace(receipt, at=self._now())

    async def check(self) -> ChannelHealth:
        """Always well."""
        return ChannelHealth(ok=True, summary=Text("Stand-in of a rehearsal."))

    async def aclose(self) -> None:
        """Nothing to give back beside the channel."""
        await self._channel.aclose()


class Faulty:
    """A channel behind a bad line: refusals, lost requests, lost replies and pauses, drawn from a seed."""

    def __init__(self, channel: Channel, faults: Faults, now: Callable[[], datetime]) -> None:
        self._channel = channel
        self._faults = faults
        self._now = now

    @property
    def name(self) -> str:
        """The channel's name."""
        return self._channel.name

    @property
    def capabilities(self) -> Capabilities:
        """The channel's capabilities."""
        return self._channel.capabilities

    def preview(self, rendition: Rendition) -> Preview:
        """What the channel would show."""
        return self._channel.preview(rendition)

    async def publish(self, rendition: Rendition, *, key: str, steps: Steps) -> Receipt:
        """Publish, unless a fault is drawn before; lose the reply when one is drawn after."""
        fault = self._before(key)
        receipt = await self._channel.publish(rendition, key=key, steps=steps)
        return self._after(fault, receipt)

    async def find(self, rendition: Rendition, *, key: str, since: datetime) -> Look:
        """Look through the same line, which is good for reading."""
        return await self._channel.find(rendition, key=key, since=since)

    async def withdraw(self, receipt: Receipt, *, key: str, steps: Steps) -> Receipt:
        """Withdraw, with the same faults."""
        fault = self._before(key)
        return self._after(fault, await self._channel.withdraw(receipt, key=key, steps=steps))

    async def update(
        self, receipt: Receipt, rendition: Rendition, *, key: str, steps: Steps
    ) -> Receipt:
        """Update, with the same faults."""
        if not isinstance(self._channel, Updates):
            raise Reject(Text("This channel cannot change what is public."))
        fault = self._before(key)
        done = self._channel.update(receipt, rendition, key=key, steps=steps)
        return self._after(fault, await done)

    async def check(self) -> ChannelHealth:
        """Ask the channel."""
        return await self._channel.check()

    async def aclose(self) -> None:
        """Give back what the channel holds."""
        await self._channel.aclose()

    def _before(self, key: str) -> Fault:
        fault = self._faults.at(key, self._now())
        if fault is Fault.REFUSED:
            raise RetryAt(Text("The rehearsal refused the call."))
        if fault is Fault.LOST_REQUEST:
            raise UnknownOutcome(Text("The rehearsal lost the request."))
        if fault is Fault.PAUSE:
            raise PauseChannel(
                Text("The rehearsal asked for a pause."), until=self._now() + timedelta(minutes=10)
            )
        return fault

    def _after(self, fault: Fault, receipt: Receipt) -> Receipt:
        if fault is Fault.LOST_REPLY:
            raise UnknownOutcome(Text("The rehearsal lost the reply."))
        return receipt
