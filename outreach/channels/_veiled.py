"""A channel that lets no secret of its settings out, whatever its adapter, a library or the service says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

from outreach import channel as c
from outreach.channels._around import Around
from outreach.settings.veil import Veil

T = TypeVar("T")


class Veiled(Around):
    """The channel `inner`; what it returns, raises and keeps in its steps is hidden where it holds a secret."""

    def __init__(self, inner: c.Channel, veil: Veil) -> None:
        super().__init__(inner)
        self._veil = veil

    async def publish(self, rendition: c.Rendition, *, key: str, steps: c.Steps) -> c.Receipt:
        """As the channel does."""
        veiled = _VeiledSteps(steps, self._veil)
        return await self._hidden(super().publish(rendition, key=key, steps=veiled))

    async def find(self, rendition: c.Rendition, *, key: str, since: datetime) -> c.Look:
        """As the channel does."""
        return await self._hidden(super().find(rendition, key=key, since=since))

    async def withdraw(self, receipt: c.Receipt, *, key: str, steps: c.Steps) -> c.Receipt:
        """As the channel does."""
        veiled = _VeiledSteps(steps, self._veil)
        return await self._hidden(super().withdraw(receipt, key=key, steps=veiled))

    async def update(
        self, receipt: c.Receipt, rendition: c.Rendition, *, key: str, steps: c.Steps
    ) -> c.Receipt:
        """As the channel does."""
        veiled = _VeiledSteps(steps, self._veil)
        return await self._hidden(super().update(receipt, rendition, key=key, steps=veiled))

    async def hand_over(
        self, rendition: c.Rendition, *, key: str, steps: c.Steps
    ) -> datetime | None:
        """As the channel does."""
        veiled = _VeiledSteps(steps, self._veil)
        return await self._hidden(super().hand_over(rendition, key=key, steps=veiled))

    async def take_back(self, rendition: c.Rendition, *, key: str) -> c.Receipt | None:
        """As the channel does."""
        return await self._hidden(super().take_back(rendition, key=key))

    async def setup(self) -> tuple[c.SetupPoint, ...]:
        """As the channel does."""
        return await self._hidden(super().setup())

    async def counts(self, receipt: c.Receipt) -> c.Counts:
        """As the channel does."""
        return await self._hidden(super().counts(receipt))

    async def try_out(self, text: str) -> c.Trial:
        """As the channel does."""
        return await self._hidden(super().try_out(text))

    async def check(self) -> c.ChannelHealth:
        """As the channel does."""
        return await self._hidden(super().check())

    async def aclose(self) -> None:
        """As the channel does."""
        await self._hidden(super().aclose())

    async def _hidden(self, call: Awaitable[T]) -> T:
        with self._errors():
            return self._veil.over(await call)

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
