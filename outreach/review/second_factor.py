"""Codes of an authenticator application (RFC 6238): six digits, good for half a minute and its neighbours, each only once."""

from __future__ import annotations

import base64
import io
import os
from datetime import datetime
from urllib.parse import quote

import segno
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

SECONDS = 30
"""How long a code is shown."""

ISSUER = "outreach"
"""What the application calls us."""


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
