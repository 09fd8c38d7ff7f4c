"""Pictures, categories and tags: looked up first, made when missing, so that doing it again makes nothing twice."""

from __future__ import annotations

import asyncio
import hashlib
import html
import json
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from outreach.channel import Media, Reject, RetryAt, Text
from outreach.channels.wordpress.refusals import code_of, refused
from outreach.channels.wordpress.site import Site


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A picture of the site's library: its number, its public address, and what it was made of."""

    id: int
    url: str
    media: Media


class Library:
    """What posts of one site refer to."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._terms: dict[tuple[str, str], int] = {}
        self._one = asyncio.Lock()

    async def pictures(self, media: Iterable[Media]) -> list[Stored]:
        """The pictures, uploaded unless the library has them: bytes and alternative text name them. Raises like `Site`."""
        async with self._one:
            return [await self._picture(medium) for medium in media]

    async def terms(self, kind: str, names: Iterable[str]) -> list[int]:
        """The numbers of `categories` or `tags` by name, made when missing. Raises like `Site`."""
        async with self._one:
            unique = dict.fromkeys(_plain(name) for name in names if name.strip())
            return [await self._term(kind, name) for name in unique]

    def forget(self) -> None:
        """Ask for every category and tag again: the site dropped one that was known."""
        self._terms.clear()

    async def _picture(self, media: Media) -> Stored:
        slug = slug_of(media)
        found = await self._site.read("media", slug=slug, context="edit")
        known = [item for item in found if item.get("slug") == slug]
        if not known:
            content = await asyncio.to_thread(_bytes, media)
            kind, body = multipart(media, slug, content)
            known = [await self._site.upload(body, kind)]
        return Stored(id=known[0]["id"], url=str(known[0].get("source_url", "")), media=media)

    async def _term(self, kind: str, name: str) -> int:
        known = self._terms.get((kind, name))
        if known is None:
            known = await self._find_term(kind, name) or await self._make_term(kind, name)
            self._terms[kind, name] = known
        return known

    async def _find_term(self, kind: str, name: str) -> int | None:
        found = await self._site.read(kind, search=name, per_page=100, context="edit")
        same = [term["id"] for term in found if _same(term, name)]
        return min(same, default=None)

    async def _make_term(self, kind: str, name: str) -> int:
        body = json.dumps({"name": name}, ensure_ascii=False).encode()
        reply = await self._site.ask("POST", kind, content=body, kind="application/json")
        answer = reply.json()
        if code_of(reply) == "term_exists":
            return int(answer["data"]["term_id"])
        if outcome := refused(reply, now=self._site.now()):
            raise outcome
        if not isinstance(answer, dict) or not _same(answer, name):
            what = Text("WordPress made something else of the name “{name}”.", name=name)
            raise RetryAt(what, evidence=reply.evidence)
        return int(answer["id"])


def slug_of(media: Media) -> str:
    """The name that finds the picture again: its bytes and its alternative text, hashed."""
    named = f"{media.sha256}\n{media.alt}".encode()
    return f"outreach-{hashlib.sha256(named).hexdigest()[:32]}"


def multipart(media: Media, slug: str, content: bytes) -> tuple[str, bytes]:
    """Content type and body of an upload that carries its slug and alternative text with it."""
    boundary = f"outreach{media.sha256}"
    fields = {"slug": slug, "title": _plain(media.alt) or slug, "alt_text": _plain(media.alt)}
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    file = slug + Path(media.name).suffix.lower()
    parts.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{file}"\r\n'
        f"Content-Type: {media.mime}\r\n\r\n"
    )
    end = f"\r\n--{boundary}--\r\n"
    body = "".join(parts).encode() + content + end.encode()
    return f"multipart/form-data; boundary={boundary}", body


def _bytes(media: Media) -> bytes:
    try:
        content = media.file.read_bytes()
    except OSError as error:
        what = Text("The picture {name} cannot be read: {error}", name=media.name, error=error)
        raise RetryAt(what) from error
    if hashlib.sha256(content).hexdigest() != media.sha256:
        raise Reject(Text("The picture {name} is not the one that was planned.", name=media.name))
    return content


def _same(term: dict[str, Any], name: str) -> bool:
    said = _plain(html.unescape(str(term.get("name", ""))))
    return said.casefold() == name.casefold()


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip()
