"""The site for programs: Atom, JSON Feed 1.1, sitemap, robots and calendars."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit
from xml.sax.saxutils import escape, quoteattr

from icalendar import Calendar, Event

from outreach.channels.website.cards import Card, Frame, iso, media_path
from outreach.channels.website.entries import Entry

NEWEST = 20
"""How many posts a feed names."""

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def utc(at: datetime) -> str:
    """The instant as RFC 3339 in UTC."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def files(
    frame: Frame, posts: Sequence[Card], gone: Sequence[Entry], addresses: Sequence[tuple[str, str]]
) -> Iterator[tuple[str, bytes]]:
    """Paths and bytes of everything here; `addresses` are the paths of the sitemap."""
    yield "feed.xml", atom(frame, posts[:NEWEST])
    yield "feed.json", json_feed(frame, posts[:NEWEST])
    yield "sitemap.xml", sitemap(frame, addresses)
    yield (
        "robots.txt",
        f"User-agent: *\nAllow: /\n\nSitemap: {frame.canonical('sitemap.xml')}\n".encode(),
    )
    events = [card for card in posts if card.when]
    cancelled = [Card(entry, frame) for entry in gone]
    yield "lich.ics", calendar(frame, events, [card for card in cancelled if card.when])
    for card in events:
        yield f"{card.entry.slug}/lich.ics", calendar(frame, [card], [])
    for card in cancelled:
        if card.when:
            yield f"{card.entry.slug}/lich.ics", calendar(frame, [], [card])


def atom(frame: Frame, cards: Sequence[Card]) -> bytes:
    """RFC 4287; its time is that of the newest change."""
    settings = frame.settings
    updated = max((card.entry.modified for card in cards), default=_EPOCH)
    head = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="vi">\n'
        f"<title>{escape(settings.site_title)}</title>\n"
        f"<id>{escape(settings.base_url)}</id>\n<updated>{utc(updated)}</updated>\n"
        f'<link rel="alternate" type="text/html" href={quoteattr(settings.base_url)}/>\n'
        f'<link rel="self" type="application/atom+xml" href={quoteattr(frame.canonical("feed.xml"))}/>\n'
        f"<author><name>{escape(settings.office or settings.site_title)}</name></author>\n"
    )
    return (head + "".join(_atom_entry(card) for card in cards) + "</feed>\n").encode()


def _atom_entry(card: Card) -> str:
    rendition, entry = card.rendition, card.entry
    topic = f"<category term={quoteattr(rendition.topic)}/>\n" if rendition.topic else ""
    return (
        f"<entry>\n<title>{escape(rendition.title)}</title>\n<id>{_tag(card)}</id>\n"
        f"<published>{utc(entry.published)}</published>\n<updated>{utc(entry.modified)}</updated>\n"
        f'<link rel="alternate" type="text/html" href={quoteattr(card.permalink)}/>\n'
        f"{topic}<summary>{escape(card.lead)}</summary>\n"
        f'<content type="html">{escape(rendition.html)}</content>\n</entry>\n'
    )


def _tag(card: Card) -> str:
    host = urlsplit(card.frame.settings.base_url).hostname or "localhost"
    return f"tag:{host},{card.entry.published.astimezone(UTC):%Y-%m-%d}:{card.entry.key}"


def json_feed(frame: Frame, cards: Sequence[Card]) -> bytes:
    """JSON Feed 1.1."""
    settings = frame.settings
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": settings.site_title,
        "home_page_url": settings.base_url,
        "feed_url": frame.canonical("feed.json"),
        "language": "vi",
        "authors": [{"name": settings.office or settings.site_title}],
        "items": [_json_item(card) for card in cards],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1).encode() + b"\n"


def _json_item(card: Card) -> dict[str, object]:
    rendition, settings = card.rendition, card.frame.settings
    item: dict[str, object] = {
        "id": _tag(card),
        "url": card.permalink,
        "title": rendition.title,
        "summary": card.lead,
        "content_html": rendition.html,
        "date_published": iso(card.entry.published, rendition.zone),
        "date_modified": iso(card.entry.modified, rendition.zone),
        "tags": [tag for tag in (rendition.topic, *rendition.hashtags) if tag],
        "language": rendition.language,
    }
    if rendition.media:
        item["image"] = settings.base_url + media_path(rendition.media[0])
    return item


def sitemap(frame: Frame, addresses: Sequence[tuple[str, str]]) -> bytes:
    """The sitemap protocol 0.9."""
    lines = [
        f"<url><loc>{escape(frame.canonical(path))}</loc>"
        + (f"<lastmod>{changed}</lastmod>" if changed else "")
        + "</url>\n"
        for path, changed in addresses
    ]
    head = '<?xml version="1.0" encoding="utf-8"?>\n'
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return f'{head}<urlset xmlns="{space}">\n{"".join(lines)}</urlset>\n'.encode()


def calendar(frame: Frame, events: Sequence[Card], cancelled: Sequence[Card]) -> bytes:
    """RFC 5545, times in UTC; a withdrawn event stays as cancelled, so that calendars strike it out."""
    site = Calendar()
    site.add("prodid", "-//outreach//website//VI")
    site.add("version", "2.0")
    site.add("method", "PUBLISH")
    site.add("x-wr-calname", frame.settings.site_title)
    for card in events:
        site.add_component(_event(card, "CONFIRMED", card.entry.revision))
    for card in cancelled:
        site.add_component(_event(card, "CANCELLED", card.entry.revision + 1))
    return bytes(site.to_ical())


def _event(card: Card, status: str, sequence: int) -> Event:
    rendition, event = card.rendition, Event()
    start = rendition.start or card.entry.published
    host = urlsplit(card.frame.settings.base_url).hostname or "localhost"
    event.add("uid", f"{card.entry.key}@{host}")
    event.add("dtstamp", card.entry.modified.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", start.astimezone(UTC))
    event.add("dtend", (rendition.end or start).astimezone(UTC))
    event.add("summary", rendition.title)
    event.add("description", card.lead)
    event.add("location", rendition.place)
    event.add("url", card.permalink)
    event.add("status", status)
    event.add("sequence", sequence)
    return event
