"""One preview as people read it: the text with its folds, then what is measured, shown and left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from outreach.channel import Gauge, Hashtag, LinkCard, Preview, ShownMedia
from outreach.cli.screen import Screen
from outreach.domain.preview import whole
from outreach.domain.rendition import Media, Rendition
from outreach.domain.text import Text
from outreach.reports.cells import harmless


def show(screen: Screen, rendition: Rendition, seen: Preview) -> None:
    """Print it below whatever heading stands there."""
    if seen.text:
        screen.raw(_folded(screen, seen) + "\n\n")
    for line in _lines(screen, rendition, seen):
        screen.say(line)
    for problem in seen.problems:
        screen.say(Text("! {what} → {mend}", what=problem.what, mend=problem.mend), style="yellow")


def record(rendition: Rendition, seen: Preview) -> dict[str, Any]:
    """All of it for programs."""
    media = _pictures(rendition) if seen.media is None else [_picture(one) for one in seen.media]
    return {
        "channel": rendition.channel,
        "message": rendition.message,
        "digest": rendition.digest,
        "text": seen.text,
        "html": seen.html,
        "comment": seen.comment,
        "folds": [vars(one) for one in seen.folds],
        "gauges": [vars(one) for one in seen.gauges],
        "media": media,
        "card": vars(seen.card) if seen.card else None,
        "hashtags": [vars(one) for one in seen.hashtags],
        "dropped": [vars(one) for one in whole(seen, rendition).dropped],
        "problems": [vars(one) for one in seen.problems],
    }


def _folded(screen: Screen, seen: Preview) -> str:
    """The text with a mark at every place where a platform hides the rest."""
    parts, begin = [], 0
    for one in sorted(seen.folds, key=lambda each: each.at):
        mark = screen.words(Text("see more, {where}", where=one.where))
        parts += [seen.text[begin : one.at], f"⟦… {mark}⟧"]
        begin = one.at
    return harmless("".join([*parts, seen.text[begin:]]).rstrip("\n"))


def _lines(screen: Screen, rendition: Rendition, seen: Preview) -> Iterator[Text]:
    if seen.comment:
        yield Text("First comment: {text}", text=seen.comment)
    if seen.gauges:
        yield Text("Length: {all}", all=_joined(screen, map(_gauge, seen.gauges)))
    yield from map(_unsaid, rendition.media) if seen.media is None else map(_shown, seen.media)
    if seen.card:
        yield from _card(seen.card)
    if seen.hashtags:
        yield Text("Hashtags: {all}", all=_joined(screen, map(_hashtag, seen.hashtags)))
    dropped = whole(seen, rendition).dropped
    for why in dict.fromkeys(one.why for one in dropped):
        parts = (one.what for one in dropped if one.why == why)
        yield Text("Left out: {what}. {why}", what=_joined(screen, parts, ", "), why=why)


def _joined(screen: Screen, parts: Iterable[Text], between: str = "; ") -> str:
    return between.join(map(screen.words, parts))


def _gauge(one: Gauge) -> Text:
    facts = {"name": one.name, "used": one.used, "unit": one.unit}
    if one.limit is None:
        return Text("{name} {used} {unit}", **facts)
    return Text("{name} {used} of {limit} {unit}", **facts, limit=one.limit)


def _hashtag(tag: Hashtag) -> Text:
    """As it is sent, and its other form."""
    other = tag.plain if tag.sent == tag.marked else tag.marked
    if not other or other == tag.sent:
        return Text("{tag}", tag=tag.sent)
    return Text("{tag} (its other form: {other})", tag=tag.sent, other=other)


def _unsaid(medium: Media) -> Text:
    return Text(
        "[picture: {alt} ({width} x {height})]",
        alt=medium.alt,
        width=medium.width,
        height=medium.height,
    )


def _shown(one: ShownMedia) -> Text:
    facts = {
        "use": Text("{use}, made to fit", use=one.use) if one.media.original else one.use,
        "format": one.media.mime.partition("/")[2].upper(),
        "size": -(-one.media.size // 1000),
        "name": one.media.name,
        "width": one.media.width,
        "height": one.media.height,
    }
    if one.media.mime.startswith("video/"):
        return Text("Video {name}, {use}: {format}, {width} x {height}, {size} kB", **facts)
    said = Text(
        "Picture {name}, {use}: {format}, {width} x {height}, {size} kB; alternative text: {alt}",
        alt=one.media.alt or Text("none"),
        **facts,
    )
    return (
        Text("{picture}; at {address}", picture=said, address=one.address) if one.address else said
    )


def _card(card: LinkCard) -> Iterator[Text]:
    if not card.title:
        yield Text("Link card: {link}; the service makes it from that page", link=card.link)
        return
    yield Text("Link card: {title}", title=card.title)
    for line in (card.description, card.link, card.image):
        if line:
            yield Text("    {line}", line=line)


def _picture(one: ShownMedia) -> dict[str, Any]:
    return {**_facts(one.media), "use": one.use, "address": one.address}


def _pictures(rendition: Rendition) -> list[dict[str, Any]]:
    return [_facts(medium) for medium in rendition.media]


def _facts(medium: Media) -> dict[str, Any]:
    return {key: value for key, value in vars(medium).items() if key != "file"}
