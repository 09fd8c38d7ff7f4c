"""Durable steps: what an adapter has done in the middle of a publication survives a crash."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from outreach.channel import PauseChannel, Reject, RetryAt, Text, UnknownOutcome
from outreach.dispatch.writer import Writer
from outreach.domain.claim import Claim
from outreach.store.queue import Queue
from outreach.store.steps import StepRow


class DurableSteps:
    """The steps of one claimed delivery, kept in the store; `fresh` says that no step comes before the first attempt."""

    def __init__(
        self,
        claim: Claim,
        *,
        queue: Queue,
        write: Writer,
        now: Callable[[], datetime],
        fresh: bool = True,
    ) -> None:
        self._claim = claim
        self._queue = queue
        self._write = write
        self._now = now
        self._known: Mapping[str, StepRow] | None = {} if fresh and claim.number == 1 else None

    async def once(
        self, name: str, call: Callable[[], Awaitable[Any]], *, repeatable: bool = False
    ) -> Any:
        """Do a step at most once over all attempts of the delivery (see `outreach.channel.Steps`)."""
        if self._known is None:
            self._known = await self._write(self._queue.steps, self._claim.delivery.id)
        row = self._known.get(name)
        if row and row.done:
            return row.value
        if row and not repeatable:
            raise UnknownOutcome(
                Text(
                    "The step “{step}” was cut off earlier; nobody can say whether it took effect.",
                    step=name,
                )
            )
        return await self._do(name, call)

    async def _do(self, name: str, call: Callable[[], Awaitable[Any]]) -> Any:
        await self._write(self._queue.begin_step, self._claim, name, self._now())
        try:
            value = await call()
        except (RetryAt, PauseChannel, Reject):
            await self._write(self._queue.forget_step, self._claim, name)
            raise
        await self._write(self._queue.end_step, self._claim, name, value, self._now())
        return value
