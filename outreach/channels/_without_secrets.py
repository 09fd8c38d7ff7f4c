"""A channel whose secrets are not there: good for planning and rehearsing, and for nothing else."""

from __future__ import annotations

from datetime import datetime

from outreach import channel as c


class WithoutSecrets:
    """The channel `inner` as files see it. It was built without its secrets, so it never calls; `why` says what is missing."""

    def __init__(self, inner: c.Channel, why: c.Text) -> None:
        self.inner, self._why = inner, why
        self.name = inner.name

    @property
    def capabilities(self) -> c.Capabilities:
        """As the channel says."""
        return self.inner.capabilities

    def preview(self, rendition: c.Rendition) -> c.Preview:
        """As the channel shows."""
        return self.inner.preview(rendition)

    async def publish(self, rendition: c.Rendition, *, key: str, steps: c.Steps) -> c.Receipt:
        """Nothing is sent."""
        raise c.PauseChannel(self._why)

    async def find(self, rendition: c.Rendition, *, key: str, since: datetime) -> c.Look:
        """Nobody can look."""
        return c.CannotTell(why=self._why, passing=True)

    async def withdraw(self, receipt: c.Receipt, *, key: str, steps: c.Steps) -> c.Receipt:
        """Nothing is sent."""
        raise c.PauseChannel(self._why)

    async def update(
        self, receipt: c.Receipt, rendition: c.Rendition, *, key: str, steps: c.Steps
    ) -> c.Receipt:
        """Nothing is sent."""
        raise c.PauseChannel(self._why)

    async def try_out(self, text: str) -> c.Trial:
        """Nothing is sent."""
        raise c.PauseChannel(self._why)

    async def check(self) -> c.ChannelHealth:
        """Say what is missing."""
        return c.ChannelHealth(ok=False, summary=self._why)

    async def aclose(self) -> None:
        """As the channel does."""
        await self.inner.aclose()
