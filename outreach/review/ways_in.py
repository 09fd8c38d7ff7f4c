"""How people get in: what slows guessing down, what a second factor is worth, whom a proxy or a provider may name, which links count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from outreach.domain.text import Text
from outreach.review.gate import Gate
from outreach.review.links import Links
from outreach.review.second_factor import Factors
from outreach.settings.model import Review
from outreach.settings.seal import Seal, keys_of
from outreach.store.errands import Errand, Errands
from outreach.store.recovery import RecoveryCodes
from outreach.store.subjects import Subject, Subjects
from outreach.store.throttle import Throttle

PURPOSE = "outreach second factor"


class NotSignedIn(Exception):
    """A provider's word is not taken; `text` says why."""

    def __init__(self, text: Text) -> None:
        super().__init__(str(text))
        self.text = text


class SignsIn(Protocol):
    """A provider at which people sign in."""

    @property
    def gives_roles(self) -> bool:
        """Whether it decides about the role of everyone who has no password here."""
        ...

    def begin(self, back: str) -> tuple[Errand, str]:
        """What must come back to the address `back`, and where the browser goes. Raises `NotSignedIn`."""
        ...

    def finish(self, errand: Errand, answer: Mapping[str, str], back: str) -> Subject:
        """Who it is, going by the answer. Raises `NotSignedIn`."""
        ...


@dataclass(frozen=True, kw_only=True)
class WaysIn:
    """`must_have_factor`: nobody with a password gets further than the account page without one.

    `words` are the office's own that no password may be made of; `provider` is None where nobody signs in elsewhere, `links` where
    none are sent.
    """

    throttle: Throttle
    recovery: RecoveryCodes
    subjects: Subjects
    errands: Errands
    factors: Factors
    gate: Gate
    must_have_factor: bool = False
    words: tuple[str, ...] = ()
    links: Links | None = None
    provider: SignsIn | None = None


def ways_in(
    engine: Any,
    asked: Review,
    *,
    words: tuple[str, ...] = (),
    provider: SignsIn | None = None,
) -> WaysIn:
    """What the configuration asks for."""
    return WaysIn(
        throttle=Throttle(engine),
        recovery=RecoveryCodes(engine),
        subjects=Subjects(engine),
        errands=Errands(engine),
        factors=Factors(seal_of(asked)),
        gate=Gate(address=asked.address, proxies=asked.proxies, user_header=asked.user_header),
        must_have_factor=asked.second_factor == "required",
        words=("outreach", *words),
        links=links_of(asked),
        provider=provider,
    )


def seal_of(asked: Review) -> Seal | None:
    """What seals second factors; None without a key."""
    return Seal(keys_of(asked.key.get_secret_value()), purpose=PURPOSE) if asked.key else None


def links_of(asked: Review) -> Links | None:
    """What signs the links of letters; None without a key."""
    return Links(keys_of(asked.key.get_secret_value())) if asked.key else None
