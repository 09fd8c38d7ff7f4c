"""What a far end remembers, counted against what it was asked to make public."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from outreach.channel import Network
from outreach.domain.delivery import Action, Delivery


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One delivery, and what the public was to see of it: the words of its preview, its first picture by SHA-256."""

    delivery: Delivery
    words: str = ""
    picture: str = ""

    @property
    def key(self) -> str:
        """The delivery's marker."""
        return self.delivery.identity.key

    @property
    def published(self) -> str:
        """The marker of the publication that it makes or takes down."""
        return self.delivery.identity.of(Action.PUBLISH).key

    @property
    def is_publication(self) -> bool:
        """Whether it makes something public."""
        return self.delivery.identity.action is Action.PUBLISH


class Pair(Protocol):
    """An access token and its refresh token."""

    @property
    def access(self) -> str:
        """Good for a day or so."""
        ...

    @property
    def refresh(self) -> str:
        """Serves once."""
        ...


class Memory(Protocol):
    """A platform's own memory of what it has made public and taken down."""

    def counts(self, asked: Sequence[Asked]) -> Counter[str]:
        """How often each delivery took place, by its key; taking down again what is down counts once."""
        ...

    def be_read(self) -> None:
        """Let the public see what is there now, and react to it."""
        ...


class Sandbox(Memory, Protocol):
    """A local platform in the place of a service, with an account that costs nothing and reaches nobody."""

    @property
    def account(self) -> Mapping[str, Any]:
        """The adapter's settings that name the account; they take the place of the configured ones."""
        ...

    def permit(self) -> Pair | None:
        """Give permission again, as an administrator does; the new tokens, where the service issues a pair."""
        ...

    @property
    def pages(self) -> Network:
        """What followers see, as a website."""
        ...

    @property
    def network(self) -> Network:
        """Where the adapter's calls end."""
        ...
