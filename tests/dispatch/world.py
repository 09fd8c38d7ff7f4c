"""A small world for the dispatcher: the real store, truthful platforms, a clock that may jump, and processes that may die."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from outreach.channel import Capabilities, Receipt, Rendition, Steps, Text
from outreach.dispatch.dispatcher import Dispatcher
from outreach.dispatch.writer import Writer
from outreach.domain.campaign import Edits
from outreach.domain.delivery import SUCCESS, Action, Delivery, Identity, State
from outreach.domain.difference import Change, ChangeKind, Difference, difference
from outreach.domain.edit import EDITED_BACK
from outreach.domain.message import Lateness, LatePolicy
from outreach.domain.plan import Plan, Planned
from outreach.store.lease import Lease
from outreach.store.queue import Queue
from outreach.testing import Crash, FakeChannel, sample_rendition
from tests.dispatch.claims import NOON
from tests.store.blank import blank

LAG = timedelta(seconds=40)
FOREVER = NOON + timedelta(days=3650)
WITHIN_A_DAY = Lateness(policy=LatePolicy.WITHIN, limit=timedelta(days=1))


class Mortal(FakeChannel):
    """A fake channel whose crash stops the process instead of unwinding it."""

    died: asyncio.Event

    async def publish(self, rendition: Rendition, *, key: str, steps: Steps) -> Receipt:
        try:
            return await super().publish(rendition, key=key, steps=steps)
        except Crash:
            await self._die()
            raise

    async def withdraw(self, receipt: Receipt, *, key: str, steps: Steps) -> Receipt:
        try:
            return await super().withdraw(receipt, key=key, steps=steps)
        except Crash:
            await self._die()
            raise

    async def update(
        self, receipt: Receipt, rendition: Rendition, *, key: str, steps: Steps
    ) -> Receipt:
        try:
            return await super().update(receipt, rendition, key=key, steps=steps)
        except Crash:
            await self._die()
            raise

    async def _die(self) -> None:
        self.died.set()
        await asyncio.Event().wait()


class World:
    """Channels: `seeing` can look, `careful` has a step that may not be repeated, `blind` cannot look."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.true_time = NOON
        self.offset = timedelta(0)
        self.engine = blank(folder / "outreach.db")
        looks = Capabilities(
            can_find=True, can_withdraw=True, can_update=True, visibility_lag=LAG, slots=2
        )
        blind = replace(looks, can_find=False)
        self.files: dict[Identity, tuple[Planned, str]] = {}
        self.channels = {
            "seeing": Mortal("seeing", clock=self.truth, capabilities=looks),
            "careful": Mortal("careful", clock=self.truth, capabilities=looks, repeatable=False),
            "blind": Mortal("blind", clock=self.truth, capabilities=blind),
        }
        self.runner = asyncio.Runner()
        self.start()

    def truth(self) -> datetime:
        """The time at the platforms."""
        return self.true_time

    def uptime(self) -> float:
        """A clock that nobody can set, in seconds."""
        return self.true_time.timestamp()

    def now(self) -> datetime:
        """What this machine's wall clock says."""
        return self.true_time + self.offset

    def start(self) -> None:
        """A new process takes over the database."""
        self.lease = Lease.take(self.engine, self.folder, now=self.now())
        self.queue = Queue(self.engine, media_folder=self.folder, fence=self.lease.fence)
        self.write = Writer()
        self.queue.interrupted(self.now())
        self.dispatcher = Dispatcher(
            queue=self.queue,
            channels=self.channels,
            write=self.write,
            now=self.now,
            monotonic=self.uptime,
            jitter=lambda: 0.5,
        )

    def kill(self) -> None:
        """The process ends without a word."""
        self.lease.release()
        self.write.close()

    def restart(self) -> None:
        """Die and come back."""
        self.kill()
        self.start()

    def close(self) -> None:
        """Give everything back."""
        self.kill()
        self.runner.close()
        self.engine.dispose()

    def work(self) -> datetime | None:
        """Do all that is due now; come back to life when the process dies of it. Returns the next due instant."""
        alive, next_due = self.runner.run(self._work())
        if not alive:
            self.restart()
            return self.now()
        return next_due

    async def _work(self) -> tuple[bool, datetime | None]:
        died = asyncio.Event()
        for channel in self.channels.values():
            channel.died = died
        work = asyncio.create_task(self.dispatcher.work_off())
        death = asyncio.create_task(died.wait())
        await asyncio.wait([work, death], return_when=asyncio.FIRST_COMPLETED)
        alive = work.done() and not died.is_set()
        next_due = work.result() if alive else None
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*others, return_exceptions=True)
        return alive, next_due

    def pass_time(self, span: timedelta) -> None:
        """Real time goes by, everywhere."""
        self.true_time += span

    def settle(self) -> None:
        """Let the world run, without pauses by people, until nothing more happens without them."""
        for channel in self.channels.values():
            self.queue.resume(channel.name, actor="person", now=self.now())
        for _ in range(1000):
            next_due = self.work()
            if next_due is None or self._only_people_can_go_on():
                return
            self.pass_time(max(timedelta(seconds=1), next_due - self.now()))
        raise AssertionError("the world never comes to rest")

    def people_answer(self) -> None:
        """Someone looks at the platform and answers every question truthfully."""
        for delivery in self.queue.list(state=State.NEEDS_PERSON):
            receipt = self._seen_by_eye(delivery)
            public = receipt is not None
            self.queue.move(
                delivery.id,
                SUCCESS[delivery.identity.action] if public else State.CANCELLED,
                reason=Text("I looked."),
                actor="Lan",
                now=self.now(),
                receipt=receipt,
            )

    def _seen_by_eye(self, delivery: Delivery) -> Receipt | None:
        if delivery.identity.action is Action.WITHDRAW:
            return None
        taken = self.channels[delivery.identity.channel].publications
        key = delivery.identity.of(Action.PUBLISH).key
        seen = next((p for p in taken if p.key == key), None)
        if seen and delivery.identity.action is Action.UPDATE and not self._shows(delivery):
            return None
        return seen.receipt if seen else None

    def _shows(self, delivery: Delivery) -> bool:
        """Whether readers see the delivery's text, or nothing any more."""
        rendition, shown = self.queue.rendition(delivery), self.shown(delivery.identity)
        assert rendition
        return shown in (None, rendition.text)

    def shown(self, identity: Identity) -> str | None:
        """The text that readers see of a publication; None when they see none."""
        key = identity.of(Action.PUBLISH).key
        public = self.channels[identity.channel].public
        return next((p.shown(self.truth()).text for p in public if p.key == key), None)

    def _only_people_can_go_on(self) -> bool:
        rows = {delivery.identity: delivery for delivery in self.rows()}
        moving = [
            d
            for d in rows.values()
            if d.state in (State.SCHEDULED, State.PUBLISHING, State.UNKNOWN)
        ]
        waits_for = (rows.get(d.identity.of(Action.PUBLISH)) for d in moving)
        return all(p and p.state in (State.NEEDS_PERSON, State.HELD) for p in waits_for)

    # --- what files ask for --------------------------------------------------------------------------

    def plan(
        self,
        message: str,
        channel: str,
        due: datetime,
        *,
        text: str = "text",
        action: Action = Action.PUBLISH,
    ) -> Identity:
        """Files ask for one more delivery."""
        identity = Identity(
            campaign="c", message=message, channel=channel, ordinal=1, action=action
        )
        self._apply(ChangeKind.NEW, identity, due, text)
        return identity

    def edit(self, identity: Identity, what: ChangeKind, *, due: datetime, text: str) -> None:
        """Files change what they ask of a delivery."""
        self._apply(what, identity, due, text)

    def rewrite(self, identity: Identity, text: str, updates: Edits = Edits.YES) -> None:
        """Files change the text of what has gone out."""
        self.files[identity] = (self.files[identity][0], text)
        self.read_files(updates)

    def forget(self, identity: Identity) -> None:
        """The file is deleted."""
        self.files.pop(identity, None)
        self.read_files()

    def read_files(self, updates: Edits = Edits.YES) -> None:
        """Sync, as far as updates go: the real difference of all files and the queue."""
        plan = Plan(
            campaign="c",
            planned=tuple(planned for planned, _ in self.files.values()),
            updatable=frozenset(self.channels),
            updates=updates,
        )
        renditions = {
            planned.identity: _rendition(planned.identity, planned.due, text)
            for planned, text in self.files.values()
        }
        digests = {identity: rendition.digest for identity, rendition in renditions.items()}
        found = difference(plan, digests, self.rows(), self.now()).changes
        wanted = tuple(c for c in found if c.identity.action is Action.UPDATE)
        self.queue.apply(
            Difference(campaign="c", changes=wanted), renditions, now=self.now(), actor="files"
        )

    def _apply(self, what: ChangeKind, identity: Identity, due: datetime, text: str) -> None:
        rendition = _rendition(identity, due, text)
        planned = Planned(identity=identity, due=due, expires=FOREVER, late=WITHIN_A_DAY)
        if identity.action is Action.PUBLISH and what is not ChangeKind.CANCELLED:
            self.files[identity] = (planned, text)
        change = Change(
            what=what,
            identity=identity,
            planned=None if what is ChangeKind.CANCELLED else planned,
            delivery=self.queue.get(identity.key),
            digest=rendition.digest,
            why=Text("The files say so."),
        )
        self.queue.apply(
            Difference(campaign="c", changes=(change,)),
            {identity: rendition},
            now=self.now(),
            actor="files",
        )

    # --- what may never be -------------------------------------------------------------------------------

    def rows(self) -> list[Delivery]:
        """Every delivery."""
        return self.queue.list()

    def doubles(self) -> list[str]:
        """What any platform accepted more than once."""
        return [key for channel in self.channels.values() for key in channel.doubles]

    def accepted(self, delivery: Delivery) -> int:
        """How often the platform took this delivery's publication."""
        channel = self.channels[delivery.identity.channel]
        return sum(p.key == delivery.identity.key for p in channel.publications)

    def contradictions(self) -> Iterator[str]:
        """Where a settled queue and the platforms disagree, or a state has no explanation."""
        for delivery in self.rows():
            explained = delivery.receipt or delivery.reason
            if not explained and delivery.state is not State.SCHEDULED:
                yield f"{delivery.identity} is {delivery.state} without proof or reason"
            if delivery.identity.action is Action.PUBLISH:
                yield from self._publication_contradicts(delivery)
            if delivery.identity.action is Action.UPDATE:
                yield from self._update_contradicts(delivery)

    def _update_contradicts(self, delivery: Delivery) -> Iterator[str]:
        if delivery.state in (State.SCHEDULED, State.PUBLISHING, State.UNKNOWN):
            yield f"{delivery.identity} never came to rest: {delivery.state}"
        if delivery.state is not State.UPDATED:
            return
        published = self.queue.get(delivery.identity.of(Action.PUBLISH).key)
        if published is None or published.digest != delivery.digest:
            yield f"{delivery.identity} is updated, its publication has another text on record"
        if not self._shows(delivery):
            yield f"{delivery.identity} is updated, yet readers see another text"

    def stale_texts(self) -> Iterator[str]:
        """Where readers see another text than the files have, and neither the channel nor a person wished it so."""
        for identity, (_, text) in self.files.items():
            published = self.queue.get(identity.key)
            update = self.queue.get(identity.of(Action.UPDATE).key)
            down = self.queue.get(identity.of(Action.WITHDRAW).key)
            refused = update and (
                update.state is State.REJECTED
                or (update.state is State.CANCELLED and update.reason != EDITED_BACK)
            )
            if published and published.state is State.PUBLISHED and not refused:
                shown = self.shown(identity)
                if shown != text and (shown or not down):
                    yield f"{identity} shows {shown}, the files have {text}"

    def _publication_contradicts(self, delivery: Delivery) -> Iterator[str]:
        count = self.accepted(delivery)
        if delivery.state is State.PUBLISHED and count != 1:
            yield f"{delivery.identity} is published, the platform took it {count} times"
        if delivery.state in (State.SCHEDULED, State.PUBLISHING, State.UNKNOWN):
            yield f"{delivery.identity} never came to rest: {delivery.state}"
        if delivery.state in (State.MISSED, State.CANCELLED, State.REJECTED, State.HELD) and count:
            yield f"{delivery.identity} is {delivery.state}, yet the platform took it"


def _rendition(identity: Identity, due: datetime, text: str) -> Rendition:
    return sample_rendition(
        campaign="c", message=identity.message, channel=identity.channel, text=text, due=due
    )
