"""What adapters say of a message's parts in their previews: what is measured, shown, left behind."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping

from outreach.channel import Dropped, Fold, Gauge, Hashtag, Media, Rendition, ShownMedia, Text
from outreach.channels._text import clusters, graphemes

CHARACTERS = Text("characters")
UTF16 = Text("characters, as the channel counts them")
CODE_POINTS = Text("Unicode characters")
BYTES = Text("bytes")
FILES = Text("files")

NOT_SHOWN = Text("The channel does not show this.")

_MARKUP = re.compile(r"<(strong|em|h\d|ul|ol|blockquote|table|hr)\b")
_WORD = re.compile(r"\w+")
_PARTS: Mapping[str, tuple[Text, Callable[[Rendition], object]]] = {
    "title": (Text("the title"), lambda r: r.title),
    "text": (Text("the text"), lambda r: r.text),
    "summary": (Text("the summary"), lambda r: r.summary),
    "markup": (Text("headings, lists and bold type"), lambda r: _MARKUP.search(r.html)),
    "pictures": (Text("the pictures"), lambda r: r.media),
    "alt": (Text("the alternative texts of pictures"), lambda r: any(m.alt for m in r.media)),
    "link": (Text("the link"), lambda r: r.link),
    "hashtags": (Text("the hashtags"), lambda r: r.hashtags),
    "moment": (Text("time and place"), lambda r: r.start and r.place),
    "deadline": (Text("the deadline"), lambda r: r.deadline),
    "honours": (Text("the list of the commended"), lambda r: r.collectives or r.individuals),
}
_ALL = frozenset(_PARTS)


def left_out(rendition: Rendition, *parts: str, why: Text = NOT_SHOWN) -> tuple[Dropped, ...]:
    """Those of the named `parts` (see `_PARTS`) that the message has."""
    assert _ALL.issuperset(parts), parts
    named = (_PARTS[part] for part in parts)
    return tuple(Dropped(what=what, why=why) for what, has in named if has(rendition))


def all_media(
    media: Iterable[Media], use: Text, address: Callable[[Media], str] = lambda _: ""
) -> tuple[ShownMedia, ...]:
    """The pictures, all used in the same way; `address` tells where the platform fetches one."""
    return tuple(ShownMedia(media=medium, use=use, address=address(medium)) for medium in media)


def text_gauge(text: str, limit: int | None = None, *, name: Text | None = None) -> Gauge:
    """A text counted in characters as readers see them."""
    return Gauge(name=name or Text("text"), used=graphemes(text), limit=limit, unit=CHARACTERS)


def picture_gauge(media: Iterable[Media], limit: int | None) -> Gauge:
    """How many pictures there are."""
    return Gauge(name=Text("pictures"), used=len(list(media)), limit=limit, unit=FILES)


def utf16(text: str) -> int:
    """Length in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def fold(text: str, after: int, where: Text) -> tuple[Fold, ...]:
    """The fold behind the last whole word of the first `after` characters; none where the text is not longer."""
    seen = clusters(text)
    if len(seen) <= after:
        return ()
    head = "".join(seen[:after])
    whole = head if seen[after].isspace() else head[: head.rfind(" ") + 1] or head
    return (Fold(at=len(whole.rstrip()), where=where),)


def hashtag_forms(rendition: Rendition) -> tuple[Hashtag, ...]:
    """Every hashtag with and without its marks; marks are known from the hashtag itself or from words of the message."""
    said = (rendition.campaign_name, rendition.theme, rendition.title, rendition.text)
    words = [word for text in said for word in [*_WORD.findall(text), ""]]
    spelt = [(word, without_marks(word).casefold()) for word in words]
    return tuple(_forms(tag, spelt) for tag in rendition.hashtags)


def _forms(tag: str, words: list[tuple[str, str]]) -> Hashtag:
    plain = without_marks(tag)
    marked = tag if tag != plain else next(_spelt(tag.removeprefix("#"), words), "")
    return Hashtag(sent=tag, plain=plain, marked=marked)


def _spelt(tag: str, words: list[tuple[str, str]]) -> Iterator[str]:
    """The words, each beside its plain form, that follow each other and make up the tag; each with its first letter large."""
    wanted = tag.casefold()
    for begin in range(len(words)):
        joined = ""
        for end in range(begin, len(words)):
            word, plain = words[end]
            joined += plain
            if not word or not wanted.startswith(joined):
                break
            if joined == wanted:
                found = words[begin : end + 1]
                yield "#" + "".join(word[:1].upper() + word[1:] for word, _ in found)


def without_marks(text: str) -> str:
    """Vietnamese in plain letters."""
    apart = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(sign for sign in apart if not unicodedata.combining(sign))
