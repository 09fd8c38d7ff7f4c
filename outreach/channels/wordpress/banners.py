"""Banners in a synced block that an administrator has placed on every page, each in a section of its own."""

from __future__ import annotations

import asyncio
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from outreach.channel import (
    Absent,
    CannotTell,
    Found,
    Look,
    NotPublished,
    PauseChannel,
    Receipt,
    Reject,
    Rendition,
    RetryAt,
    Steps,
    Text,
    UnknownOutcome,
)
from outreach.channels.wordpress import writing
from outreach.channels.wordpress.library import Library
from outreach.channels.wordpress.refusals import code_of, refused
from outreach.channels.wordpress.site import Site

PLACE = "<!-- outreach:banners -->"
"""Stands in the block even when it shows nothing, so that the front page tells whether the block is placed."""

_SECTION = re.compile(r"<!-- outreach:([a-z2-7]{16}) -->\n(.*?)\n<!-- /outreach:\1 -->", re.DOTALL)
_RECEIPT = re.compile(r"block-(\d+)-([a-z2-7]{16})")


class Banners:
    """The block of one site. One write at a time; after one in doubt none until the server has certainly given up."""

    def __init__(self, site: Site, block: int, library: Library, language: str) -> None:
        self.block = block
        self._site = site
        self._language = language
        self._library = library
        self._one = asyncio.Lock()
        self._quiet_until = datetime.min.replace(tzinfo=UTC)

    async def publish(self, rendition: Rendition, key: str, steps: Steps) -> Receipt:
        """Put the banner's section into the block. Raises the four."""

        async def put() -> str:
            return await self._put(key, section)

        with self._site.unseen():
            pictures = await self._library.pictures(rendition.media)
        section = writing.banner(rendition, pictures, self._language)
        at = datetime.fromisoformat(await steps.once("banner", put, repeatable=True))
        return self._receipt(key, at)

    async def find(self, key: str) -> Look:
        """Look whether the block is shown and holds the section."""
        try:
            block = await self._read(self.block)
        except PauseChannel:
            raise
        except NotPublished as outcome:
            return CannotTell(why=outcome.reason, passing=True)
        shown = sections(raw(block)) if block["status"] == "publish" else {}
        if key in shown:
            at = datetime.fromisoformat(block["modified_gmt"]).replace(tzinfo=UTC)
            return Found(receipt=self._receipt(key, at))
        return Absent(proof={"block": self.block, "status": block["status"], "holds": [*shown]})

    async def update(self, receipt: Receipt, rendition: Rendition, steps: Steps) -> Receipt:
        """Change the banner's section. Raises the four; `Reject` when it is not shown any more: it is not brought back."""
        block, key = _named(receipt)

        async def change() -> None:
            await self._change(block, key, section)

        with self._site.unseen():
            pictures = await self._library.pictures(rendition.media)
        section = writing.banner(rendition, pictures, self._language)
        await steps.once(f"update {rendition.digest[:12]}", change, repeatable=True)
        return replace(receipt, at=self._site.now())

    async def prepare(self) -> None:
        """Put into a block that nobody has used yet what tells it on a page, and readers do not see. Raises the four."""
        async with self._one:
            if not raw(await self._read(self.block)).strip():
                await self._write(self.block, {})

    async def withdraw(self, receipt: Receipt, steps: Steps) -> Receipt:
        """Take the banner's section out of the block; harmless when it, or the block, is gone."""
        block, key = _named(receipt)

        async def take_out() -> str:
            return await self._take_out(block, key)

        left = await steps.once("withdraw", take_out, repeatable=True)
        details = {"left_as": str(left)}
        return Receipt(remote_id=receipt.remote_id, at=self._site.now(), details=details)

    async def _put(self, key: str, section: str) -> str:
        async with self._one:
            block = await self._read(self.block)
            if block["status"] == "trash":
                what = Text("The block {block} for banners is in the trash.", block=self.block)
                raise Reject(what)
            await self._write(self.block, {**sections(raw(block)), key: section})
        return self._site.now().isoformat()

    async def _change(self, block: int, key: str, section: str) -> None:
        async with self._one:
            found = await self._read(block)
            shown = sections(raw(found)) if found["status"] == "publish" else {}
            if key not in shown:
                what = Text("The banner is not on the site any more; it is not brought back.")
                raise Reject(what, evidence={"status": found["status"], "holds": [*shown]})
            await self._write(block, {**shown, key: section})

    async def _take_out(self, block: int, key: str) -> str:
        async with self._one:
            reply = await self._site.ask("GET", f"blocks/{block}", query={"context": "edit"})
            if code_of(reply) == "rest_post_invalid_id":
                return "gone"
            if outcome := refused(reply, now=self._site.now()):
                raise outcome
            left = sections(raw(reply.json() or {}))
            if left.pop(key, None) is None:
                return "gone"
            await self._write(block, left)
        return "removed"

    async def _read(self, block: int) -> Mapping[str, Any]:
        found = await self._site.read(f"blocks/{block}", context="edit")
        if not isinstance(found, Mapping):
            raise RetryAt(Text("The answer is not one of WordPress's REST API."))
        return found

    async def _write(self, block: int, shown: Mapping[str, str]) -> None:
        now = self._site.now()
        if now < self._quiet_until:
            reason = Text("An earlier change of the banners may still arrive on the site.")
            raise RetryAt(reason, at=self._quiet_until)
        try:
            content = {"content": text_of(shown), "status": "publish"}
            echo = await self._site.write(f"blocks/{block}", content)
        except UnknownOutcome:
            self._quiet_until = now + self._site.patience
            raise
        if sections(raw(echo)).keys() != shown.keys() or echo["status"] != "publish":
            reason = Text("WordPress did not keep the banners as they were sent.")
            raise UnknownOutcome(reason, evidence={"status": echo["status"]})

    def _receipt(self, key: str, at: datetime) -> Receipt:
        return Receipt(remote_id=f"block-{self.block}-{key}", permalink=self._site.url, at=at)


def _named(receipt: Receipt) -> tuple[int, str]:
    """Block and key of a banner's proof."""
    named = _RECEIPT.fullmatch(receipt.remote_id)
    if not named:
        raise Reject(Text("The proof names nothing on this site: {id}", id=receipt.remote_id))
    return int(named[1]), named[2]


def sections(content: str) -> dict[str, str]:
    """Key → banner, in the order in which they stand in the block."""
    return {found[1]: found[2] for found in _SECTION.finditer(content)}


def text_of(shown: Mapping[str, str]) -> str:
    """The block's content that shows these banners."""
    parts = [
        f"<!-- outreach:{key} -->\n{part}\n<!-- /outreach:{key} -->" for key, part in shown.items()
    ]
    text = "\n".join(["<!-- wp:html -->", PLACE, *parts, "<!-- /wp:html -->"])
    return unicodedata.normalize("NFC", text)


def raw(block: Mapping[str, Any]) -> str:
    """The block's content as it is stored."""
    return str((block.get("content") or {}).get("raw") or "")
