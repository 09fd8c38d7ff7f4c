"""`cards` and `[art]` of campaign.toml."""

from __future__ import annotations

from outreach.content.fields import Fields, Mistake
from outreach.content.message_file import https_link
from outreach.domain.artwork import EVERY_CHANNEL, PRINTED, Artwork, Size, parse_size
from outreach.domain.text import Text

_KEYS = ("theme", "office", "kicker", "logo", "page", "sizes", "compounds")
LOGOS = (".svg", ".png", ".jpg", ".jpeg")
SIZE_EXAMPLE = "8 x 0.8 m"


def art_section(top: Fields) -> Artwork:
    """What campaign.toml says of its artwork; every mistake is noted."""
    section = top.section("art", _KEYS) or top.empty(_KEYS)
    return Artwork(
        cards=_cards(top),
        theme=section.text("theme", Artwork.theme),
        office=section.text("office"),
        kicker=section.text("kicker"),
        logo=section.parsed("logo", _logo, "logo-unusable") or "",
        page=section.parsed("page", https_link, "link-unusable") or "",
        sizes=section.all_parsed("sizes", banner_size, "size-unreadable") or PRINTED,
        compounds=section.texts("compounds"),
    )


def _cards(top: Fields) -> tuple[str, ...]:
    match top.switch("cards"):
        case True:
            return (EVERY_CHANNEL,)
        case False:
            return ()
        case None:
            return top.texts("cards")


def banner_size(text: str) -> Size:
    """A size such as `8 x 0.8 m`; raises `Mistake`."""
    if size := parse_size(text):
        return size
    what = Text("“{text}” is not the size of a banner.", text=text)
    raise Mistake(what, Text("Write width and height like this: {example}", example=SIZE_EXAMPLE))


def _logo(text: str) -> str:
    if text.lower().endswith(LOGOS):
        return text
    what = Text("The logo “{name}” is not an SVG, PNG or JPEG file.", name=text)
    raise Mistake(what, Text("Copy it into media/ and write media/ and its name."))
