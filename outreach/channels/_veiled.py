"""A channel that lets no secret of its settings out, whatever its adapter, a library or the service says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from outreach import channel as c
from outreach.settings.veil import Veil


class Veiled:
    """The channel `inner`; what it returns, raises and keeps in its steps is hidden where it holds a secret."""

    def __init__(self, inner: c.Channel, veil: Veil) -> None:
        self.inner = inner
        self.name = inner.name
        self.capabilities = inner.capabilities
        self._veil = veil

    def preview(self, rendition: c.Rendition) -> c.Preview:
        """As the channel does."""
        return self.inner.preview(rendition)

    async def publish(self, rendition: c.Rendition, *, key: str, steps: c.Steps) -> c.Receipt:
        """As the channel does."""
        with self._errors():
            veiled = _VeiledSteps(steps, self._veil)
            return self._veil.over(await self.inner.publish(rendition, key=key, steps=veiled))

    async def find(self, rendition: c.Rendition, *, key: str, since: datetime) -> c.Look:
        """As the channel does."""
        with self._errors():
            return self._veil.over(await self.inner.find(rendition, key=key, since=since))

    async def withdraw(self, receipt: c.Receipt, *, key: str, steps: c.Steps) -> c.Receipt:
        """As the channel does."""
        with self._errors():
            veiled = _VeiledSteps(steps, self._veil)
            return self._veil.over(await self.inner.withdraw(receipt, key=key, steps=veiled))

    async def update(
        self, receipt: c.Receipt, rendition: c.Rendition, *, key: str, steps: c.Steps
    ) -> c.Receipt:
        """As the channel does; it says by `can_update` whether it does."""
        if not isinstance(self.inner, c.Updates):
            raise c.Reject(c.Text("This channel cannot change what is public."))
        with self._errors():
            veiled = _VeiledSteps(steps, self._veil)
            made = await self.inner.update(receipt, rendition, key=key, steps=veiled)
            return self._veil.over(made)

    async def setup(self) -> tuple[c.SetupPoint, ...]:
        """As the channel does; nothing when it needs nothing."""
        with self._errors():
            points = await self.inner.setup() if isinstance(self.inner, c.NeedsSetup) else ()
            return self._veil.over(points)

    async def counts(self, receipt: c.Receipt) -> c.Counts:
        """As the channel does; nothing where it does not count."""
        counted = c.counting(self.inner)
        with self._errors():
            return self._veil.over(await counted.counts(receipt)) if counted else {}

    async def check(self) -> c.ChannelHealth:
        """As the channel does."""
        with self._errors():
            return self._veil.over(await self.inner.check())

    async def aclose(self) -> None:
        """As the channel does."""
        with self._errors():
            await self.inner.aclose()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except c.NotPublished as error:
            error.reason = self._veil.over(error.reason)
            error.evidence = self._veil.over(error.evidence)
            error.args = (str(error.reason),)
            raise
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
            if self._veil.text(said) == said:
                raise
            raise _Hidden(self._veil.text(said)) from None


class _Hidden(Exception):
    """An exception that an adapter did not mean and whose words hold a secret; these are its words without."""


class _VeiledSteps:
    def __init__(self, inner: c.Steps, veil: Veil) -> None:
        self._inner = inner
        self._veil = veil

    async def once(
        self, name: str, call: Callable[[], Awaitable[Any]], *, repeatable: bool = False
    ) -> Any:
        async def hidden() -> Any:
            return self._veil.over(await call())

        return await self._inner.once(name, hidden, repeatable=repeatable)
