"""A message as an article of a Zalo Official Account: title, description, cover, blocks, and what is wrong with it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import time
from html import escape
from typing import Any

from outreach.channel import (
    Dropped,
    Gauge,
    LinkCard,
    Media,
    PictureLimits,
    Preview,
    PreviewProblem,
    Rendition,
    Severity,
    ShownMedia,
    Text,
)
from outreach.channels._previews import BYTES, UTF16, hashtag_forms, left_out, utf16
from outreach.channels.zalo_oa.errors import ZONE
from outreach.channels.zalo_oa.settings import ZaloSettings
from outreach.locale import translate

TITLE = 140
DESCRIPTION = 250
AUTHOR = 50
"""Most UTF-16 units; Zalo names 150 and 300, but has refused texts cut to exactly those."""

LARGEST_PICTURE = 1_000_000
"""Bytes. A larger one passes the first call and fails in the second."""

PICTURES = PictureLimits(size=LARGEST_PICTURE, side=1600, cover=(1000, 640))
"""To this pictures are prepared; covers of these proportions were taken."""

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


def preview(rendition: Rendition, settings: ZaloSettings, language: str) -> Preview:
    """What readers will see; the article's code is known only when it is published."""
    title, said = nfc(rendition.title), description(rendition)
    code = translate(Text("Article code: {key}", key="…"), language)
    tags = " ".join(rendition.hashtags)
    tail = "\n".join(part for part in (rendition.link, tags, code) if part)
    return Preview(
        text="\n\n".join(part for part in (title, said, rendition.text, tail) if part),
        problems=tuple(problems(rendition, settings)),
        gauges=tuple(_gauges(rendition, settings)),
        media=tuple(_shown(rendition, settings)),
        card=LinkCard(title=title, description=said, image=cover(rendition, settings)),
        hashtags=hashtag_forms(rendition),
        dropped=tuple(_dropped(rendition)),
    )


def _gauges(rendition: Rendition, settings: ZaloSettings) -> Iterator[Gauge]:
    author = cut(settings.author or rendition.office, AUTHOR)
    for name, words, limit in (
        (Text("title"), nfc(rendition.title), TITLE),
        (Text("description"), description(rendition), DESCRIPTION),
        (Text("author"), author, AUTHOR),
    ):
        yield Gauge(name=name, used=utf16(words), limit=limit, unit=UTF16)
    for medium in rendition.media:
        name = Text("picture {name}", name=medium.name)
        yield Gauge(name=name, used=medium.size, limit=LARGEST_PICTURE, unit=BYTES)


def _shown(rendition: Rendition, settings: ZaloSettings) -> Iterator[ShownMedia]:
    for number, medium in enumerate(rendition.media):
        use = Text("picture in the article") if number else Text("cover of the article")
        address = picture_address(medium, settings.picture_base_url)
        yield ShownMedia(media=medium, use=use, address=address)


def _dropped(rendition: Rendition) -> Iterator[Dropped]:
    said = nfc(rendition.summary)
    if said and utf16(said) > DESCRIPTION:
        why = Text("Zalo takes {limit} of its characters.", limit=DESCRIPTION)
        yield Dropped(what=Text("the end of the summary"), why=why)
    if rendition.media and rendition.media[0].alt:
        yield Dropped(
            what=Text("the alternative texts of pictures"),
            why=Text("Zalo takes no such text for a cover."),
        )
    yield from left_out(rendition, "moment", "deadline", "honours")


def problems(rendition: Rendition, settings: ZaloSettings) -> Iterator[PreviewProblem]:
    """What Zalo would refuse, known before anything is sent."""
    size = utf16(nfc(rendition.title))
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
    if utf16(text) <= limit:
        return text
    while utf16(text) > limit - 1:
        head, _, _ = text.rpartition(" ")
        text = head or text[:-1]
    return text.rstrip(" ,;:.-–") + "…"


def nfc(text: str) -> str:
    """The text as Zalo counts and compares it: composed letters, single blanks."""
    return " ".join(unicodedata.normalize("NFC", text).split())


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
