"""Codes of an authenticator application (RFC 6238): six digits, good for half a minute and its neighbours, each only once."""

from __future__ import annotations

import base64
import io
import os
from contextlib import suppress
from datetime import datetime
from urllib.parse import quote

import segno
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from outreach.settings.seal import Seal, Unopenable, is_sealed
from outreach.store.people import People

SECONDS = 30
"""How long a code is shown."""

ISSUER = "outreach"
"""What the application calls us."""


RECOVERY_CODES = 8
"""So many codes stand in for a lost phone, each once."""

_GROUPS = 6


class Closed(Exception):
    """A second factor is sealed, and no key is here that opens it."""


class Factors:
    """Secrets as the database keeps them: sealed where the office has a `seal`, readable without one."""

    def __init__(self, seal: Seal | None) -> None:
        self._seal = seal

    @property
    def seals(self) -> bool:
        """Whether there is a key to seal with."""
        return self._seal is not None

    def close(self, secret: str) -> str:
        """As it is kept."""
        return self._seal.close(secret.encode()).decode() if self._seal else secret

    def open(self, kept: str) -> str:
        """The secret itself. Raises `Closed`."""
        if not is_sealed(kept):
            return kept
        if self._seal is None:
            raise Closed
        try:
            return self._seal.open(kept.encode()).decode()
        except Unopenable as error:
            raise Closed from error

    def seal_anew(self, people: People, now: datetime) -> int:
        """Seal with the newest key what is readable or sealed with an older one; how many. What no key opens stays as it is."""
        if self._seal is None:
            return 0
        anew = {}
        for name, kept in people.factors().items():
            if not self._seal.is_newest(kept.encode()):
                with suppress(Closed):
                    anew[name] = (kept, self.close(self.open(kept)))
        if anew:
            people.keep_factors(anew, now)
        return len(anew)


def recovery_codes() -> list[str]:
    """New ones, of 120 random bits each, in groups of four that people can type."""
    return [_recovery_code() for _ in range(RECOVERY_CODES)]


def _recovery_code() -> str:
    letters = base64.b32encode(os.urandom(15)).decode()
    return "-".join(letters[4 * n : 4 * n + 4] for n in range(_GROUPS))


def new_secret() -> str:
    """160 random bits in the letters that people can type."""
    return base64.b32encode(os.urandom(20)).decode()


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The half-minute (since 1970) whose code it is, at most one away from now; None when it is wrong."""
    key = base64.b32decode(secret)
    totp = TOTP(key, 6, SHA1(), SECONDS)  # noqa: S303 - the applications know no other; HMAC does not suffer from SHA-1's collisions
    present = int(now.timestamp()) // SECONDS
    given = "".join(code.split()).encode()
    matching = [
        step
        for step in (present, present - 1, present + 1)
        if totp.generate(step * SECONDS) == given
    ]
    return matching[0] if matching else None


def address(secret: str, name: str) -> str:
    """What the application reads."""
    label = quote(f"{ISSUER}:{name}")
    return f"otpauth://totp/{label}?secret={secret}&issuer={ISSUER}"


def picture(secret: str, name: str) -> str:
    """The same as a QR code, as an address for `<img>`."""
    drawn = io.BytesIO()
    segno.make(address(secret, name), error="m").save(drawn, kind="svg", scale=4, border=2)
    return f"data:image/svg+xml;base64,{base64.b64encode(drawn.getvalue()).decode()}"
