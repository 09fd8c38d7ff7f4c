"""What a page says about one entry, ready for a template."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from urllib.parse import quote

from markupsafe import Markup

from outreach.channel import Kind, Media, Rendition
from outreach.channels.website.entries import Entry, folded
from outreach.channels.website.settings import Settings
from outreach.channels.website.words import Words, local

_EXTENSIONS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "image/gif": "gif",
    "image/avif": "avif",
    "image/svg+xml": "svg",
}
_LEAD = 180
"""Longest summary, in characters, that the site makes out of a text that has none."""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """One language of the site: where its pages stand and how they speak."""

    settings: Settings
    language: str

    @property
    def prefix(self) -> str:
        """What comes before the path of a page of this language: nothing for the main one."""
        return "" if self.language == self.settings.language else f"{self.language}/"

    @property
    def words(self) -> Words:
        """The sentences of this language."""
        return Words(language=self.language)

    def url(self, path: str = "") -> str:
        """The address of a page of this language on its host."""
        return f"{self.settings.root}{self.prefix}{path}"

    def in_language(self, language: str, path: str) -> str:
        """The address of the same page in another language."""
        return Frame(settings=self.settings, language=language).url(path)

    def canonical(self, path: str) -> str:
        """The whole public address of a page in the main language."""
        return f"{self.settings.base_url}{path}"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A picture as a page shows it."""

    src: str
    width: int
    height: int
    alt: str
    mime: str


@dataclass(frozen=True)
class Card:
    """One entry in one language."""

    entry: Entry
    frame: Frame

    @property
    def rendition(self) -> Rendition:
        """What was published."""
        return self.entry.rendition

    @property
    def url(self) -> str:
        """The page's address on its host."""
        return self.frame.url(f"{self.entry.slug}/")

    @property
    def permalink(self) -> str:
        """The page's whole public address."""
        return self.frame.canonical(f"{self.entry.slug}/")

    @property
    def kind(self) -> str:
        """Its kind as people call it."""
        return self.frame.words.kind(self.rendition.kind)

    def same_message(self, other: Card) -> bool:
        """Whether both are occurrences of one message."""
        mine, its = self.rendition, other.rendition
        return (mine.campaign, mine.message) == (its.campaign, its.message)

    @cached_property
    def topic_slug(self) -> str:
        """Where the list of its topic stands."""
        return topic_slug(self.rendition)

    @cached_property
    def lead(self) -> str:
        """Its summary, or the beginning of its text."""
        return self.rendition.summary or shortened(self.rendition.text)

    @property
    def iso(self) -> str:
        """When it was published, for programs."""
        return iso(self.entry.published, self.rendition.zone)

    @property
    def modified_iso(self) -> str:
        """When its text was last changed, for programs."""
        return iso(self.entry.modified, self.rendition.zone)

    @property
    def time(self) -> str:
        """The time of day of publication."""
        return self.frame.words.time(self.entry.published, self.rendition.zone)

    @property
    def day(self) -> str:
        """The day of publication."""
        return self.frame.words.day(self.entry.published, self.rendition.zone)

    @property
    def short_day(self) -> str:
        """The day of publication, short."""
        return self.frame.words.short_day(self.entry.published, self.rendition.zone)

    @property
    def moment(self) -> str:
        """Time and day of publication."""
        return self.frame.words.moment(self.entry.published, self.rendition.zone)

    @property
    def modified(self) -> str:
        """When its text was last changed; empty if never."""
        changed = self.entry.revision > 0
        return self.frame.words.moment(self.entry.modified, self.rendition.zone) if changed else ""

    @property
    def when(self) -> str:
        """When the event takes place; empty for other kinds."""
        start, end = self.rendition.start, self.rendition.end
        if self.rendition.kind is not Kind.EVENT or start is None:
            return ""
        return self.frame.words.span(start, end or start, self.rendition.zone)

    @property
    def deadline(self) -> str:
        """Until when contributions are taken; empty when there is no deadline."""
        at = self.rendition.deadline
        return self.frame.words.moment(at, self.rendition.zone) if at else ""

    @property
    def calendar(self) -> str:
        """The address of the event's calendar file; empty for other kinds."""
        return f"{self.frame.settings.root}{self.entry.slug}/lich.ics" if self.when else ""

    @cached_property
    def pictures(self) -> tuple[Shown, ...]:
        """Its pictures in order."""
        return tuple(shown(medium, self.frame.settings.root) for medium in self.rendition.media)

    @cached_property
    def body(self) -> Markup:
        """Its text."""
        return Markup(self.rendition.html)  # noqa: S704 - the content room cleaned it, and the policy of the page forbids scripts

    @property
    def shares(self) -> tuple[tuple[str, str], ...]:
        """Names and addresses of places to share the page at."""
        return share_links(self.permalink, self.rendition.title)


def topic_slug(rendition: Rendition) -> str:
    """Where the list of a topic stands; empty when there is no topic."""
    return folded(rendition.topic) if rendition.topic else ""


def media_path(medium: Media) -> str:
    """Where the site keeps a picture; its bytes name it."""
    return f"media/{medium.sha256[:20]}.{_EXTENSIONS.get(medium.mime, 'bin')}"


def shown(medium: Media, root: str) -> Shown:
    """The picture as the site shows it."""
    return Shown(
        src=root + media_path(medium),
        width=medium.width,
        height=medium.height,
        alt=medium.alt,
        mime=medium.mime,
    )


def iso(at: datetime, zone: str) -> str:
    """The instant with its local offset, to the second."""
    return local(at, zone).isoformat(timespec="seconds")


def shortened(text: str) -> str:
    """The first words of a text."""
    line = " ".join(text.split())
    return line if len(line) <= _LEAD else line[:_LEAD].rsplit(" ", 1)[0].rstrip(" ,;:.–-") + "…"


def share_links(permalink: str, title: str) -> tuple[tuple[str, str], ...]:
    """Plain links that share a page, without any script of those places."""
    place = quote(permalink, safe="")
    wrapped = base64.urlsafe_b64encode(json.dumps({"url": permalink}).encode()).decode()
    return (
        ("Facebook", f"https://www.facebook.com/sharer/sharer.php?u={place}"),
        ("Zalo", f"https://button-share.zalo.me/share_external?d={wrapped}&url={place}"),
        ("E-mail", f"mailto:?subject={quote(title)}&body={place}"),
    )


def linked_data(card: Card) -> Markup:
    """The entry in the words of schema.org, for search engines."""
    rendition, settings = card.rendition, card.frame.settings
    facts: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "Event" if card.when else "NewsArticle",
        "url": card.permalink,
        "inLanguage": rendition.language,
        "name" if card.when else "headline": rendition.title,
        "description": card.lead,
        "image": [settings.base_url + media_path(medium) for medium in rendition.media],
    }
    facts |= _event_facts(card) if card.when else _article_facts(card)
    written = json.dumps(facts, ensure_ascii=False, sort_keys=True)
    return Markup(written.replace("<", "\\u003c"))  # noqa: S704 - nothing in it can end the element


def _event_facts(card: Card) -> dict[str, object]:
    rendition = card.rendition
    start, end = rendition.start or card.entry.published, rendition.end or rendition.start
    return {
        "startDate": iso(start, rendition.zone),
        "endDate": iso(end or start, rendition.zone),
        "location": {"@type": "Place", "name": rendition.place, "address": rendition.place},
        "organizer": {"@type": "GovernmentOrganization", "name": rendition.office},
    }


def _article_facts(card: Card) -> dict[str, object]:
    rendition = card.rendition
    return {
        "datePublished": card.iso,
        "dateModified": iso(card.entry.modified, rendition.zone),
        "author": {"@type": "GovernmentOrganization", "name": rendition.unit or rendition.office},
        "publisher": {"@type": "GovernmentOrganization", "name": rendition.office},
    }
