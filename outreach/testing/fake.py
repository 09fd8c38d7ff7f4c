"""A truthful platform in memory, and durable steps in memory."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from outreach.channel import (
    Absent,
    CannotTell,
    Capabilities,
    ChannelHealth,
    Counts,
    Found,
    Kind,
    Look,
    PauseChannel,
    Preview,
    Receipt,
    Reject,
    Rendition,
    RetryAt,
    Steps,
    Text,
    Trial,
    UnknownOutcome,
)
from outreach.testing.faults import Fault

_SAMPLE = Rendition(
    campaign="2022-binh-dang-gioi",
    campaign_name="Tháng hành động vì bình đẳng giới 2022",
    office="Sở Công Thương",
    message="phat-dong",
    channel="fake",
    kind=Kind.POST,
    title="Phát động Tháng hành động vì bình đẳng giới",
    summary="Lễ phát động sáng 15/11.",
    markdown="Mời **toàn thể** cán bộ tham gia.",
    text="Mời toàn thể cán bộ tham gia.",
    html="<p>Mời <strong>toàn thể</strong> cán bộ tham gia.</p>\n",
    link="https://example.org/phat-dong",
    hashtags=("#BinhDangGioi",),
    due=datetime(2022, 11, 15, 1, 0, tzinfo=UTC),
)


def sample_rendition(**changes: Any) -> Rendition:
    """A complete, valid rendition with the given fields changed."""
    return replace(_SAMPLE, **changes)


@dataclass(kw_only=True)
class Publication:
    """What the fake platform accepted; `at` is when (aware UTC), `withdrawn` when it went away.

    `edits` are the updates in the order of their calls, each with the instant when it reached readers.
    """

    remote_id: str
    key: str
    rendition: Rendition
    at: datetime
    withdrawn: datetime | None = None
    edits: list[tuple[datetime, Rendition]] = field(default_factory=list)

    def shown(self, now: datetime) -> Rendition:
        """What readers see of it: whatever arrived last."""
        shown = [(self.at, self.rendition), *(edit for edit in self.edits if edit[0] <= now)]
        return max(reversed(shown), key=lambda edit: edit[0])[1]

    @property
    def receipt(self) -> Receipt:
        """The platform's proof."""
        return Receipt(
            remote_id=self.remote_id, permalink=f"https://fake.example/{self.remote_id}", at=self.at
        )


class FakeChannel:
    """A truthful platform in memory. It has no idempotency: whoever publishes twice has two `publications`.

    `script` holds the faults of the next calls of publish, update and withdraw (None: goes well), `looks` the answers of the next
    finds; both run dry into good behaviour. A publication is found once `visibility_lag` has passed on `clock`. `received`
    holds what `counts` gives or raises for a remote id, `trial` what `try_out` gives or raises; `calls` counts what was called.
    `repeatable` says whether its one step may be repeated; True leaves all caution to the dispatcher.
    """

    def __init__(
        self,
        name: str = "fake",
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        capabilities: Capabilities | None = None,
        repeatable: bool = True,
    ) -> None:
        self.name = name
        self.capabilities = capabilities or Capabilities(can_find=True, can_withdraw=True)
        self.clock = clock
        self.repeatable = repeatable
        self.publications: list[Publication] = []
        self.script: deque[Fault | None] = deque()
        self.looks: deque[Look | BaseException] = deque()
        self.received: dict[str, Counts | BaseException] = {}
        self.calls: Counter[str] = Counter()
        self.trial: Trial | BaseException = Trial(ok=True, said=Text("The channel answers."))
        self.health = ChannelHealth(ok=True, summary=Text("The channel answers."))

    @property
    def public(self) -> list[Publication]:
        """What readers see now or soon."""
        return [publication for publication in self.publications if publication.withdrawn is None]

    @property
    def doubles(self) -> list[str]:
        """The keys that were accepted more than once."""
        return [
            key for key, count in Counter(p.key for p in self.publications).items() if count > 1
        ]

    def preview(self, rendition: Rendition) -> Preview:
        """The text as it stands."""
        return Preview(text=rendition.text)

    async def publish(self, rendition: Rendition, *, key: str, steps: Steps) -> Receipt:
        """Accept it as the script says."""
        self.calls["publish"] += 1
        if rendition.kind not in self.capabilities.kinds:
            raise Reject(Text("The channel does not take this kind of message."))

        async def accept() -> str:
            return await self._play(lambda late: self._accept(rendition, key, late))

        remote_id = await steps.once("publish", accept, repeatable=self.repeatable)
        return self._publication(remote_id).receipt

    async def find(
        self,
        rendition: Rendition,
        *,
        key: str,
        since: datetime,
    ) -> Look:
        """Look as the platform's own list would show it, `visibility_lag` behind."""
        self.calls["find"] += 1
        if self.looks:
            look = self.looks.popleft()
            if isinstance(look, BaseException):
                raise look
            return look
        if not self.capabilities.can_find:
            return CannotTell(why=Text("The channel has no way to look."))
        seen = [
            p
            for p in self.public
            if p.key == key and p.at + self.capabilities.visibility_lag <= self.clock()
        ]
        return (
            Found(receipt=seen[0].receipt) if seen else Absent(proof={"listed": len(self.public)})
        )

    async def withdraw(
        self,
        receipt: Receipt,
        *,
        key: str,
        steps: Steps,
    ) -> Receipt:
        """Take it down as the script says."""
        self.calls["withdraw"] += 1
        if not self.capabilities.can_withdraw:
            raise Reject(Text("The channel cannot take anything down."))

        async def take_down() -> str:
            return await self._play(lambda _late: self._take_down(receipt.remote_id))

        remote_id = await steps.once("withdraw", take_down, repeatable=self.repeatable)
        return Receipt(
            remote_id=remote_id, at=self._publication(remote_id).withdrawn or self.clock()
        )

    async def update(
        self, receipt: Receipt, rendition: Rendition, *, key: str, steps: Steps
    ) -> Receipt:
        """Change it as the script says."""
        self.calls["update"] += 1
        if self._publication(receipt.remote_id).withdrawn:
            raise Reject(Text("It is not public any more; it is not brought back."))

        async def change() -> str:
            return await self._play(
                lambda late: self._change(receipt.remote_id, key, rendition, late)
            )

        name = f"update {rendition.digest[:12]}"
        await steps.once(name, change, repeatable=self.repeatable)
        return replace(receipt, at=self.clock())

    async def counts(self, receipt: Receipt) -> Counts:
        """What `received` says; nothing for what it does not name."""
        self.calls["counts"] += 1
        found = self.received.get(receipt.remote_id, {})
        if isinstance(found, BaseException):
            raise found
        return found

    async def try_out(self, text: str) -> Trial:
        """As `trial` says; nothing is ever public by it."""
        self.calls["try_out"] += 1
        if isinstance(self.trial, BaseException):
            raise self.trial
        return self.trial

    async def check(self) -> ChannelHealth:
        """Answer `health`."""
        self.calls["check"] += 1
        return self.health

    async def aclose(self) -> None:
        """Count it."""
        self.calls["aclose"] += 1

    async def _play(self, accept: Callable[[timedelta], str]) -> str:
        fault = (self.script.popleft() if self.script else None) or Fault(accepted=True)
        if fault.wait:
            await fault.wait()
        remote_id = accept(fault.late) if fault.accepted else ""
        if fault.error:
            raise fault.error
        return remote_id

    def _accept(self, rendition: Rendition, key: str, late: timedelta) -> str:
        remote_id = f"{self.name}-{len(self.publications) + 1}"
        self.publications.append(
            Publication(remote_id=remote_id, key=key, rendition=rendition, at=self.clock() + late)
        )
        return remote_id

    def _take_down(self, remote_id: str) -> str:
        publication = self._publication(remote_id)
        publication.withdrawn = publication.withdrawn or self.clock()
        return remote_id

    def _change(self, remote_id: str, key: str, rendition: Rendition, late: timedelta) -> str:
        publication = self._publication(remote_id)
        assert publication.key == key, "an update names the key that the publication was made with"
        publication.edits.append((self.clock() + late, rendition))
        return remote_id

    def _publication(self, remote_id: str) -> Publication:
        return next(p for p in self.publications if p.remote_id == remote_id)


@dataclass(kw_only=True)
class MemorySteps:
    """Steps of one delivery in memory: `done` holds their values, `begun` the names that were cut off."""

    done: dict[str, Any] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)

    async def once(
        self, name: str, call: Callable[[], Awaitable[Any]], *, repeatable: bool = False
    ) -> Any:
        """See `Steps.once`; a call that says "certainly not public" leaves no trace."""
        if name in self.done:
            return json.loads(self.done[name])
        if name in self.begun and not repeatable:
            raise UnknownOutcome(
                Text("The step {name} was cut off; nobody knows whether it was done.", name=name)
            )
        self.begun.add(name)
        try:
            value = await call()
        except (RetryAt, PauseChannel, Reject):
            self.begun.discard(name)
            raise
        self.done[name] = json.dumps(value)
        return json.loads(self.done[name])
