"""A channel whose limits the installer has set."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from outreach import channel as c
from outreach.channels._previews import text_gauge
from outreach.channels._text import over_limits
from outreach.settings import Limits


class Limited:
    """The channel `inner` with other capabilities; everything else is its own."""

    def __init__(self, inner: c.Channel, limits: Limits) -> None:
        self.inner = inner
        self.name = inner.name
        self.capabilities = limits.apply(inner.capabilities)
        self._only = c.Capabilities(text_limit=limits.text_limit)

    def preview(self, rendition: c.Rendition) -> c.Preview:
        """What the channel shows, and whether it is over the installer's limit."""
        preview = self.inner.preview(rendition)
        limit, gauges = self._only.text_limit, preview.gauges
        if limit is not None:
            own = text_gauge(
                rendition.text, limit, name=c.Text("text, by the limit in config.toml")
            )
            gauges = (*gauges, own)
        problems = (*preview.problems, *over_limits(rendition, self._only))
        return replace(preview, gauges=gauges, problems=problems)

    async def publish(self, rendition: c.Rendition, *, key: str, steps: c.Steps) -> c.Receipt:
        """As the channel does."""
        return await self.inner.publish(rendition, key=key, steps=steps)

    async def find(self, rendition: c.Rendition, *, key: str, since: datetime) -> c.Look:
        """As the channel does."""
        return await self.inner.find(rendition, key=key, since=since)

    async def withdraw(self, receipt: c.Receipt, *, key: str, steps: c.Steps) -> c.Receipt:
        """As the channel does."""
        return await self.inner.withdraw(receipt, key=key, steps=steps)

    async def counts(self, receipt: c.Receipt) -> c.Counts:
        """As the channel does."""
        counted = c.counting(self.inner)
        return await counted.counts(receipt) if counted else {}

    async def check(self) -> c.ChannelHealth:
        """As the channel does."""
        return await self.inner.check()

    async def aclose(self) -> None:
        """As the channel does."""
        await self.inner.aclose()
