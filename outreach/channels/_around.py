"""What is put around a channel: every call goes through to it, those of the optional parts of the contract too."""

from __future__ import annotations

from datetime import datetime

from outreach import channel as c


class Around:
    """The channel `inner`, as it is; who inherits changes what differs."""

    def __init__(self, inner: c.Channel) -> None:
        self.inner = inner
        self.name = inner.name
        self.capabilities = inner.capabilities

    def preview(self, rendition: c.Rendition) -> c.Preview:
        """As the channel does."""
        return self.inner.preview(rendition)

    async def publish(self, rendition: c.Rendition, *, key: str, steps: c.Steps) -> c.Receipt:
        """As the channel does."""
        return await self.inner.publish(rendition, key=key, steps=steps)

    async def find(self, rendition: c.Rendition, *, key: str, since: datetime) -> c.Look:
        """As the channel does."""
        return await self.inner.find(rendition, key=key, since=since)

    async def withdraw(self, receipt: c.Receipt, *, key: str, steps: c.Steps) -> c.Receipt:
        """As the channel does."""
        return await self.inner.withdraw(receipt, key=key, steps=steps)

    async def update(
        self, receipt: c.Receipt, rendition: c.Rendition, *, key: str, steps: c.Steps
    ) -> c.Receipt:
        """As the channel does; it says by `can_update` whether it does."""
        if not isinstance(self.inner, c.Updates):
            raise c.Reject(c.Text("This channel cannot change what is public."))
        return await self.inner.update(receipt, rendition, key=key, steps=steps)

    async def hand_over(
        self, rendition: c.Rendition, *, key: str, steps: c.Steps
    ) -> datetime | None:
        """As the channel does; it says by `ahead` whether it does."""
        scheduled = c.scheduling(self.inner)
        return await scheduled.hand_over(rendition, key=key, steps=steps) if scheduled else None

    async def take_back(self, rendition: c.Rendition, *, key: str) -> c.Receipt | None:
        """As the channel does; nothing where nothing was handed over."""
        scheduled = c.scheduling(self.inner)
        return await scheduled.take_back(rendition, key=key) if scheduled else None

    async def setup(self) -> tuple[c.SetupPoint, ...]:
        """As the channel does; nothing when it needs nothing."""
        return await self.inner.setup() if isinstance(self.inner, c.NeedsSetup) else ()

    async def counts(self, receipt: c.Receipt) -> c.Counts:
        """As the channel does; nothing where it does not count."""
        counted = c.counting(self.inner)
        return await counted.counts(receipt) if counted else {}

    async def try_out(self, text: str) -> c.Trial:
        """As the channel does; it says by `safe_place` whether it does."""
        tried = c.trying(self.inner)
        if tried is None:
            raise c.Reject(c.Text("This channel has no place that readers do not see."))
        return await tried.try_out(text)

    async def check(self) -> c.ChannelHealth:
        """As the channel does."""
        return await self.inner.check()

    async def aclose(self) -> None:
        """As the channel does."""
        await self.inner.aclose()
