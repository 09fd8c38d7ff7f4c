"""How the service does, in figures: the Prometheus text format, version 0.0.4."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from outreach.dispatch.writer import Writer
from outreach.domain.delivery import State
from outreach.store.queue import Queue
from outreach.watching.watch import Checked

STALE = timedelta(seconds=90)
"""A dispatcher that has not turned for so long hangs, or its database refuses."""

Sample = tuple[Mapping[str, str], float]


@dataclass(frozen=True, kw_only=True)
class Figures:
    """One reading: deliveries by (channel, state), how many are due and how late the first of them is, channels, the last turn."""

    deliveries: Mapping[tuple[str, State], int]
    depth: int
    lateness: timedelta
    paused: Mapping[str, bool]
    permission: Mapping[str, timedelta]
    turned: datetime | None
    now: datetime

    @property
    def healthy(self) -> bool:
        """Whether the dispatcher turns; what only a person can mend does not count."""
        return self.turned is not None and self.now - self.turned <= STALE

    def text(self) -> str:
        """The figures as Prometheus reads them."""
        return "".join(f"{line}\n" for line in self._lines())

    def _lines(self) -> Iterator[str]:
        deliveries = [
            ({"channel": channel, "state": state.value}, float(count))
            for (channel, state), count in sorted(self.deliveries.items())
        ]
        yield from _metric("deliveries", "Deliveries by channel and state.", deliveries)
        yield from _metric("queue_depth", "Deliveries that are due now.", [({}, self.depth)])
        late = self.lateness.total_seconds()
        yield from _metric("lateness_seconds", "How late the first due delivery is.", [({}, late)])
        paused = [({"channel": name}, float(value)) for name, value in self.paused.items()]
        yield from _metric("channel_paused", "1 while a channel is paused.", paused)
        days = [
            ({"channel": name}, left / timedelta(days=1)) for name, left in self.permission.items()
        ]
        yield from _metric("permission_days", "Days until a channel's permission ends.", days)
        last: list[Sample] = [({}, self.turned.timestamp())] if self.turned else []
        yield from _metric(
            "last_tick_seconds", "When the dispatcher last turned, since 1970.", last
        )


def _metric(name: str, tells: str, samples: Sequence[Sample]) -> Iterable[str]:
    yield f"# HELP outreach_{name} {tells}"
    yield f"# TYPE outreach_{name} gauge"
    for labels, value in samples:
        named = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        yield f"outreach_{name}{{{named}}} {value:g}" if named else f"outreach_{name} {value:.3f}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


class Gauge:
    """Reads the figures of one running service; `turned` tells when its dispatcher last went through the queue."""

    def __init__(
        self,
        *,
        queue: Queue,
        write: Writer,
        channels: Sequence[str],
        health: Mapping[str, Checked],
        turned: Callable[[], datetime | None],
        now: Callable[[], datetime],
    ) -> None:
        self._queue, self._write, self._channels = queue, write, channels
        self._health, self._turned, self._now = health, turned, now

    async def read(self) -> Figures:
        """The figures of this instant."""
        now = self._now()
        depth, oldest = await self._write(self._queue.backlog, now)
        states = await self._write(self._queue.channel_states)
        return Figures(
            deliveries=await self._write(self._queue.counts),
            depth=depth,
            lateness=max(now - oldest, timedelta(0)) if oldest else timedelta(0),
            paused={name: name in states and states[name].paused for name in self._channels},
            permission={
                name: checked.health.expires - now
                for name, checked in self._health.items()
                if checked.health.expires
            },
            turned=self._turned(),
            now=now,
        )
