"""A message as an article of a Zalo Official Account: title, description, cover, blocks, and what is wrong with it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import time
from html import escape
from typing import Any

from outreach.channel import Media, Preview, PreviewProblem, Rendition, Severity, Text
from outreach.channels.zalo_oa.errors import ZONE
from outreach.channels.zalo_oa.settings import ZaloSettings
from outreach.locale import translate

TITLE = 140
DESCRIPTION = 250
AUTHOR = 50
"""Most UTF-16 units; Zalo names 150 and 300, but has refused texts cut to exactly those."""

LARGEST_PICTURE = 1_000_000
"""Bytes. A larger one passes the first call and fails in the second."""

_ENDINGS = {"image/jpeg": "jpg", "image/png": "png"}
_LATE = time(21, 0)


def article(
    rendition: Rendition, *, key: str, settings: ZaloSettings, language: str
) -> dict[str, Any]:
    """The body of a create call; `key` stands visibly in its last block, so that it is found again."""
    return {
        "type": "normal",
        "title": nfc(rendition.title),
        "author": cut(settings.author or rendition.office, AUTHOR),
        "description": description(rendition),
        "cover": {"cover_type": "photo", "photo_url": cover(rendition, settings), "status": "show"},
        "body": list(_blocks(rendition, key, settings, language)),
        "status": "show",
        "comment": "show" if settings.comments else "hide",
    }


def preview(rendition: Rendition, settings: ZaloSettings) -> Preview:
    """What readers will see."""
    parts = (nfc(rendition.title), description(rendition), rendition.text, _tail(rendition))
    return Preview(
        text="\n\n".join(part for part in parts if part),
        problems=tuple(problems(rendition, settings)),
    )


def problems(rendition: Rendition, settings: ZaloSettings) -> Iterator[PreviewProblem]:
    """What Zalo would refuse, known before anything is sent."""
    size = units(nfc(rendition.title))
    if size > TITLE:
        yield PreviewProblem(
            what=Text(
                "The title has {size} characters; Zalo takes {limit}.", size=size, limit=TITLE
            ),
            mend=Text("Shorten the title."),
        )
    if not cover(rendition, settings):
        yield PreviewProblem(
            what=Text("Zalo publishes no article without a picture."),
            mend=Text("Add a picture, or set cover_url for this channel in config.toml."),
        )
    for medium in rendition.media:
        yield from _picture_problems(medium)
    if settings.broadcast and rendition.due.astimezone(ZONE).time() >= _LATE:
        yield PreviewProblem(
            what=Text("Zalo reviews a broadcast for half an hour and sends none after 22:00."),
            mend=Text("Choose a time before 21:00."),
            severity=Severity.WARNING,
        )


def _picture_problems(medium: Media) -> Iterator[PreviewProblem]:
    if medium.mime not in _ENDINGS:
        yield PreviewProblem(
            what=Text("Zalo takes no pictures like {name}.", name=medium.name),
            mend=Text("Save the picture as JPEG or PNG."),
        )
    if medium.size > LARGEST_PICTURE:
        yield PreviewProblem(
            what=Text(
                "The picture {name} has {size} kB; Zalo takes {limit} kB.",
                name=medium.name,
                size=-(-medium.size // 1000),
                limit=LARGEST_PICTURE // 1000,
            ),
            mend=Text("Make the picture smaller."),
        )


def cover(rendition: Rendition, settings: ZaloSettings) -> str:
    """The public address of the cover; empty when there is none."""
    if rendition.media:
        return picture_address(rendition.media[0], settings.picture_base_url)
    return settings.cover_url


def picture_address(medium: Media, base_url: str) -> str:
    """Where the website shows the picture."""
    ending = _ENDINGS.get(medium.mime, "bin")
    return f"{base_url.rstrip('/')}/{medium.sha256[:20]}.{ending}"


def description(rendition: Rendition) -> str:
    """The summary, or the beginning of the text, cut at a word."""
    said = rendition.summary or " ".join(rendition.text.split()) or rendition.title
    return cut(said, DESCRIPTION)


def cut(text: str, limit: int) -> str:
    """At most `limit` UTF-16 units, ending with a whole word."""
    text = nfc(text)
    if units(text) <= limit:
        return text
    while units(text) > limit - 1:
        head, _, _ = text.rpartition(" ")
        text = head or text[:-1]
    return text.rstrip(" ,;:.-–") + "…"


def nfc(text: str) -> str:
    """The text as Zalo counts and compares it: composed letters, single blanks."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def units(text: str) -> int:
    """Length in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def _blocks(
    rendition: Rendition, key: str, settings: ZaloSettings, language: str
) -> Iterator[dict[str, str]]:
    html = rendition.html or f"<p>{escape(rendition.text)}</p>"
    yield {"type": "text", "content": unicodedata.normalize("NFC", html.strip())}
    for medium in rendition.media[1:]:
        block = {"type": "image", "url": picture_address(medium, settings.picture_base_url)}
        yield block | ({"caption": nfc(medium.alt)} if medium.alt else {})
    mark = translate(Text("Article code: {key}", key=key), language)
    link = escape(rendition.link)
    lines = [f'<a href="{link}">{link}</a>' if link else "", " ".join(rendition.hashtags), mark]
    yield {"type": "text", "content": "".join(f"<p>{line}</p>" for line in lines if line)}


def _tail(rendition: Rendition) -> str:
    return "\n".join(part for part in (rendition.link, " ".join(rendition.hashtags)) if part)
