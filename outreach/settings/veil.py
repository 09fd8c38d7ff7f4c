"""Blots secrets out of whatever leaves us: logs, evidence, receipts, complaints."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar
from urllib.parse import quote, quote_plus, unquote

from pydantic import SecretStr

from outreach.domain.text import Text

BLOT = "…"

SHORTEST = 6
"""A secret of fewer characters is none, and blotting it would spoil every number that holds it."""

_LONG_WORD = 8
_NAMES = r"(?:access_|refresh_|id_)?token|(?:client_|app_)?secret|secret_key|password|code_verifier"
_NAMED = re.compile(
    rf"""((?<![a-z])(?:{_NAMES})(?:\\?["']\s*[:=]\s*\\?["']|=|%3D))[^"'&\s<>\\]+""", re.IGNORECASE
)
T = TypeVar("T")
_PASSWORD = re.compile(r"//[^/@:]*:(.+)@|[?&]password=([^&#]+)")


class Veil:
    """Hides secrets in any form in which they come back: as they are, percent-encoded, as base64 within more, escaped, in hexadecimal."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        parts = {part for secret in secrets for part in _parts(secret) if len(part) >= SHORTEST}
        forms = {form for part in parts for form in _forms(part) if len(form) >= SHORTEST}
        self._forms = sorted(forms, key=lambda form: (-len(form), form))

    def __bool__(self) -> bool:
        """Whether there is anything to hide."""
        return bool(self._forms)

    def text(self, said: str) -> str:
        """The text with a blot in place of each secret."""
        for form in self._forms:
            said = said.replace(form, BLOT)
        return said

    def over(self, value: T) -> T:
        """The same value with every text in it hidden, however deep: JSON, `Text`, and frozen dataclasses of them."""
        hidden: Any = self._over(value) if self._forms else value
        return hidden  # type: ignore[no-any-return] # the same type again, which nothing can say

    def _over(self, value: Any) -> Any:
        match value:
            case str():
                return self.text(value)
            case Text():
                values = {name: self._over(_shown(inner)) for name, inner in value.values}
                return Text(self.text(value.msgid), **values)
            case Mapping():
                return {self._over(key): self._over(inner) for key, inner in value.items()}
            case list() | tuple():
                return type(value)(self._over(inner) for inner in value)
        if is_dataclass(value) and not isinstance(value, type):
            return replace(
                value, **{f.name: self._over(getattr(value, f.name)) for f in fields(value)}
            )
        return value


def without_tokens(said: str) -> str:
    """The text of a reply with a blot in place of tokens that it names so, though they may never have been ours."""
    return _NAMED.sub(rf"\g<1>{BLOT}", said)


def secrets_in(value: Any) -> Iterator[str]:
    """Every `SecretStr` within mappings and lists, opened."""
    match value:
        case SecretStr():
            yield value.get_secret_value()
        case Mapping():
            for inner in value.values():
                yield from secrets_in(inner)
        case list() | tuple():
            for inner in value:
                yield from secrets_in(inner)


def passwords_in(address: str) -> set[str]:
    """The passwords of a URL, and what a parser may take for one when it holds an unquoted @, : or /."""
    found = {part for pair in _PASSWORD.findall(address) for part in pair if part}
    pieces = {piece for part in found for piece in re.split(r"[@:/]", part)}
    return {unquote(part) for part in found} | found | pieces


def _parts(secret: str) -> set[str]:
    """The secret, and what of it may come back alone: the token behind “Bearer”, the pieces of an address."""
    words = set(secret.split())
    if "://" in secret:
        words |= set(re.split(r"[/?&=#]", secret.partition("://")[2].partition("/")[2]))
    long = {word for word in words if len(word) >= _LONG_WORD}
    return {secret, secret.strip(), re.sub(r"\s", "", secret), *long, *passwords_in(secret)}


def _forms(part: str) -> Iterator[str]:
    quoted = {quote(part, safe=""), quote(part), quote_plus(part)}
    escaped = {json.dumps(part)[1:-1], json.dumps(part, ensure_ascii=False)[1:-1]}
    yield from (part, *quoted, *escaped, *(form.replace("/", r"\/") for form in escaped))
    yield from (re.sub(r"%[0-9A-F]{2}", lambda code: code[0].lower(), form) for form in quoted)
    yield from (html.escape(part), html.escape(part, quote=False))
    raw = part.encode()
    yield from (repr(raw)[2:-1], raw.hex(), raw.hex().upper())
    for before in range(3):
        yield from _base64(raw, before)


def _base64(raw: bytes, before: int) -> Iterator[str]:
    """What is the same in every base64 text that holds `raw` behind so many bytes (modulo three)."""
    begin, end = -(-before * 8 // 6), (before + len(raw)) * 8 // 6
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(b"\0" * before + raw).decode()[begin:end]


def _shown(value: Any) -> Any:
    """What a sentence shows of a value that is neither text nor number, such as an exception."""
    return value if isinstance(value, Text | str | int | float) else str(value)
