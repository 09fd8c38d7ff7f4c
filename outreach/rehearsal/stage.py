"""The parts of a rehearsal, and what its far ends remember."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from outreach.channel import Channel
from outreach.dispatch.sync import Sync
from outreach.domain.delivery import Action, Delivery
from outreach.rehearsal.clock import VirtualClock
from outreach.rehearsal.memory import Asked, Memory
from outreach.store.queue import Queue


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The parts of a rehearsal, put together by bootstrap; `platforms` are the far ends' memories by channel."""

    queue: Queue
    sync: Sync
    channels: Mapping[str, Channel]
    platforms: Mapping[str, Memory]
    clock: VirtualClock
    jitter: Callable[[], float]

    def counts(self, deliveries: Iterable[Delivery]) -> Counter[str]:
        """How often each publication and withdrawal took place, as the far ends remember; an update makes nothing more public."""
        asked: dict[str, list[Asked]] = {name: [] for name in self.platforms}
        for delivery in deliveries:
            if delivery.identity.channel in asked and delivery.identity.action is not Action.UPDATE:
                asked[delivery.identity.channel].append(self._asked(delivery))
        counts = (self.platforms[name].counts(several) for name, several in asked.items())
        return sum(counts, Counter())

    def _asked(self, delivery: Delivery) -> Asked:
        rendition = self.queue.rendition(delivery)
        if rendition is None:
            return Asked(delivery=delivery)
        words = self.channels[delivery.identity.channel].preview(rendition).text
        picture = rendition.media[0].sha256 if rendition.media else ""
        return Asked(delivery=delivery, words=words, picture=picture)
