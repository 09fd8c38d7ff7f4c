"""The person of a simulated month: looks at the platforms, decides what only a person can, and gives permission again."""

from __future__ import annotations

from datetime import datetime

from outreach.bootstrap import place
from outreach.channels.registry import open_login
from outreach.domain.delivery import SUCCESS, Action, Delivery, Receipt, State
from outreach.domain.text import Text
from outreach.store.queue import Queue
from tests.simulation.far_ends import Shown, shown_by
from tests.simulation.service import World

NAME = "Lan"


class Person:
    """Works with commands of their own, beside the service; `queue` has no right to dispatch. `gives_up` once the month is over."""

    def __init__(self, world: World, queue: Queue) -> None:
        self._world, self._queue = world, queue
        self.gives_up = False

    async def visit(self) -> None:
        """Settle everything that waits for a person, truthfully."""
        for delivery in self._queue.list(state=State.NEEDS_PERSON):
            self._settle(delivery)
        for channel, state in self._queue.channel_states().items():
            if state.paused and state.until is None:
                await self._permit(channel)
                reason = Text("I mended it.")
                self._queue.resume(channel, reason, actor=NAME, now=self._now())

    def _settle(self, delivery: Delivery) -> None:
        receipt = self._seen(delivery)
        not_done = State.CANCELLED if self.gives_up else State.SCHEDULED
        to = SUCCESS[delivery.identity.action] if receipt else not_done
        self._queue.move(
            delivery.id,
            to,
            reason=Text("I looked."),
            actor=NAME,
            now=self._now(),
            receipt=receipt,
        )

    def _seen(self, delivery: Delivery) -> Receipt | None:
        """The proof that it was done, if it was: what is there and no other publication has to its name."""
        channel = delivery.identity.channel
        for shown in shown_by(channel, self._world.platforms[channel]):
            if self._may_be_of(shown, delivery) and self._shows(shown, delivery):
                return Receipt(remote_id=shown.name, at=self._now())
        return None

    def _may_be_of(self, shown: Shown, delivery: Delivery) -> bool:
        one = delivery.identity
        if shown.key:
            return shown.key == one.of(Action.PUBLISH).key
        if shown.message != one.message:
            return False
        published = self._queue.list(channel=one.channel, message=one.message)
        owners = [
            row.identity.ordinal
            for row in published
            if row.receipt and row.receipt.remote_id == shown.name
        ]
        return set(owners) <= {one.ordinal}

    def _shows(self, shown: Shown, delivery: Delivery) -> bool:
        match delivery.identity.action:
            case Action.PUBLISH:
                return True
            case Action.WITHDRAW:
                return shown.down
            case Action.UPDATE:
                rendition = self._queue.rendition(delivery)
                return shown.down or bool(rendition and rendition.text.strip() in shown.text)

    async def _permit(self, channel: str) -> None:
        sandbox = self._world.sandboxes.get(channel)
        if sandbox and (pair := sandbox.permit()):
            settings = self._world.settings
            surroundings = place(settings, channel, self._world.clocks.wall)
            login = open_login(settings.channels[channel], surroundings)
            await login.adopt(pair.access, pair.refresh)
            await login.aclose()

    def _now(self) -> datetime:
        return self._world.clocks.wall()
