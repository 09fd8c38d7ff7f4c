"""Secrets of a channel that lie sealed where config.toml says: opened when they are read, closed when a login writes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

from outreach.domain.text import Text
from outreach.settings.seal import Seal, Unopenable, is_sealed, keys_of
from outreach.settings.secrets import Absent, AbsentSecret

KEY = "token_key"
"""The setting that holds the keys, the newest first."""

_PURPOSE = "outreach secret"


def seal_of(token_key: Any) -> Seal | None:
    """What a channel's `token_key` seals with; None when there is none, or none that can be used."""
    try:
        keys = keys_of(token_key.get_secret_value() if isinstance(token_key, SecretStr) else "")
    except ValueError:
        return None
    return Seal(keys, purpose=_PURPOSE)


def opened(values: Mapping[str, Any]) -> dict[str, Any]:
    """A channel's values with sealed secrets opened; one that stays closed is an `AbsentSecret`."""
    seal = seal_of(values.get(KEY))
    return {
        key: _opened(value, seal) if _is_sealed(value) else value for key, value in values.items()
    }


def _is_sealed(value: Any) -> bool:
    return isinstance(value, SecretStr) and is_sealed(value.get_secret_value())


def _opened(secret: SecretStr, seal: Seal | None) -> SecretStr:
    if seal is None:
        what = Text("It is sealed, and there is no key in token_key.")
    else:
        try:
            return SecretStr(seal.open(secret.get_secret_value().encode()).decode())
        except Unopenable:
            what = Text("It is sealed, and no key in token_key opens it.")
    mend = Text("Put the key that sealed it into token_key again, or log in anew.")
    return AbsentSecret(Absent(what, mend))
