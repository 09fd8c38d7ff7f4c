"""The setting `token_key`, for every channel whose tokens lie on disk."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, SecretStr

from outreach.channels._text import _
from outreach.settings.seal import keys_of


def _are_keys(value: SecretStr) -> SecretStr:
    try:
        keys_of(value.get_secret_value())
    except ValueError as error:
        raise ValueError(
            _(
                "Each key must be base64 of exactly 32 bytes; several stand apart by blanks or lines."
            )
        ) from error
    return value


TokenKey = Annotated[SecretStr, AfterValidator(_are_keys)]
"""One key or several, the newest first."""
