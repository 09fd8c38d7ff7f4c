"""The whole site as a pure function of its entries: the same entries give the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import Any

from markupsafe import Markup

from outreach.channel import Kind
from outreach.channels.website import feeds
from outreach.channels.website.cards import Card, Frame, linked_data
from outreach.channels.website.entries import Entry, folded
from outreach.channels.website.fragments import Kept, always, fragment, templates
from outreach.channels.website.settings import Settings

NEWEST = 6
"""How many posts the lists beside a post name."""

_HOLES = {
    "strip": Markup("<!--here strip-->"),
    "footer": Markup("<!--here footer-->"),
    "newest": Markup("<!--here newest-->"),
    "related": Markup("<!--here related-->"),
}
_SECTIONS = {"su-kien": Kind.EVENT, "cuoc-thi": Kind.CONTEST, "bieu-duong": Kind.COMMENDATION}


@dataclass(frozen=True)
class Section:
    """A list of posts that has a page of its own."""

    path: str
    title: str
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Edition:
    """The site in one language. `public` is newest first."""

    frame: Frame
    public: tuple[Entry, ...]
    gone: tuple[Entry, ...] = ()
    kept: Kept = field(default_factory=Kept, compare=False)

    @cached_property
    def cards(self) -> tuple[Card, ...]:
        """Everything that is public, banners included."""
        return tuple(Card(entry, self.frame) for entry in self.public)

    @cached_property
    def posts(self) -> tuple[Card, ...]:
        """What lists show: no banners, and of a message that came several times the newest."""
        return tuple(card for card in self._once if card.rendition.kind is not Kind.BANNER)

    @cached_property
    def _once(self) -> tuple[Card, ...]:
        first: dict[tuple[str, str], Card] = {}
        for card in self.cards:
            first.setdefault((card.rendition.campaign, card.rendition.message), card)
        return tuple(first.values())

    @cached_property
    def banners(self) -> tuple[Card, ...]:
        """The banners that hang now, the newest first."""
        return tuple(card for card in self.cards if card.rendition.kind is Kind.BANNER)

    @cached_property
    def topics(self) -> tuple[Section, ...]:
        """One list per topic, in the order of their names; a topic stays when its posts were withdrawn."""
        names = {
            folded(t): t for e in (*self.gone, *reversed(self.public)) if (t := e.rendition.topic)
        }
        return tuple(
            Section(
                f"chuyen-muc/{slug}/",
                _begun(name),
                tuple(c for c in self._once if c.topic_slug == slug),
            )
            for slug, name in sorted(names.items())
        )

    @cached_property
    def kinds(self) -> Mapping[Kind, Section]:
        """The pages of events, contests and commendations."""
        return {
            kind: Section(
                f"{path}/",
                self.title(kind),
                tuple(c for c in self.posts if c.rendition.kind is kind),
            )
            for path, kind in _SECTIONS.items()
        }

    @cached_property
    def campaigns(self) -> tuple[Section, ...]:
        """One list per campaign, the newest campaign first."""
        names = {
            e.slug.split("/")[0]: e.rendition.campaign_name
            for e in (*self.gone, *reversed(self.public))
        }
        return tuple(
            Section(
                f"{slug}/",
                name,
                tuple(c for c in self.posts if c.entry.slug.startswith(f"{slug}/")),
            )
            for slug, name in sorted(names.items(), reverse=True)
        )

    @cached_property
    def days(self) -> tuple[tuple[str, tuple[Card, ...]], ...]:
        """Everything that is public, day by day."""
        return tuple(
            (day, tuple(cards)) for day, cards in groupby(self.cards, key=lambda card: card.day)
        )

    def title(self, kind: Kind) -> str:
        """The name of the page that lists one kind."""
        _ = self.frame.words
        return {
            Kind.EVENT: _("Events"),
            Kind.CONTEST: _("Contests"),
            Kind.COMMENDATION: _("Commendations"),
        }[kind]

    @cached_property
    def shared(self) -> dict[str, Any]:
        """What every template may use."""
        return {
            **always(self.frame),
            "edition": self,
            "card_html": self.card_html,
            "line": self.line,
        }

    def render(self, template: str, path: str, **values: Any) -> bytes:
        """One page; `path` is where it stands in its language."""
        values = self.shared | {"chrome": self.chrome, "path": path} | values
        return (templates().get_template(template).render(values) + "\n").encode()

    @cached_property
    def chrome(self) -> Mapping[str, Markup]:
        """The parts that are the same on every page: rendered once."""
        module = templates().get_template("chrome.html").make_module(self.shared)
        return {name: getattr(module, name)() for name in ("strip", "footer", "newest")}

    def card_html(self, card: Card, level: int, lazy: bool, first: bool) -> Markup:
        """One card of a list."""
        key = ("card", self.frame.language, card.entry.stamp, level, lazy, first)
        return self.kept.once(
            key, lambda: fragment("card", card, level=level, lazy=lazy, first=first)
        )

    def line(self, card: Card) -> Markup:
        """One line of the lists beside a post."""
        key = ("line", self.frame.language, card.entry.stamp)
        return self.kept.once(key, lambda: fragment("line", card))

    def pages(self) -> Iterator[tuple[str, bytes]]:
        """Paths and bytes of all pages of this language."""
        yield from ((self.frame.prefix + path, content) for path, content in self._pages())

    def _pages(self) -> Iterator[tuple[str, bytes]]:
        for card in self.cards:
            yield card.entry.page, self.page(card)
        for entry in self.gone:
            yield entry.page, self.render("gone.html", f"{entry.slug}/")
        yield "index.html", self.render("front.html", "")
        yield "tat-ca/index.html", self.render("days.html", "tat-ca/")
        yield "chuyen-muc/index.html", self.render("topics.html", "chuyen-muc/")
        for section in (*self.topics, *self.campaigns, *self.kinds.values()):
            yield (
                f"{section.path}index.html",
                self.render("list.html", section.path, section=section),
            )
        yield "404.html", self.render("404.html", "404.html")

    def page(self, card: Card, *, preview: bool = False) -> bytes:
        """The page of one entry: its own part, kept, and the parts that change with every publication."""
        key = ("page", self.frame.language, card.entry.stamp, preview)
        page = self.kept.once(key, lambda: self._own_part(card, preview=preview))
        for name, part in (*self.chrome.items(), ("related", self._related(card))):
            page = page.replace(_HOLES[name], part)
        return page.encode()

    def _own_part(self, card: Card, *, preview: bool) -> str:
        values = always(self.frame) | {
            "chrome": _HOLES,
            "related": _HOLES["related"],
            "preview": preview,
        }
        values |= {"path": f"{card.entry.slug}/", "card": card, "key": card.entry.key}
        values |= {"linked_data": linked_data(card)}
        return templates().get_template("post.html").render(values) + "\n"

    def _related(self, card: Card) -> str:
        others = [c for c in self._of_topic.get(card.topic_slug, ()) if not c.same_message(card)][
            :NEWEST
        ]
        if not others:
            return ""
        key = ("related", self.frame.language, *(other.entry.stamp for other in others))
        return self.kept.once(
            key, lambda: str(fragment("related", card, lines=[self.line(o) for o in others]))
        )

    @cached_property
    def _of_topic(self) -> dict[str, tuple[Card, ...]]:
        return {section.path.split("/")[1]: section.cards for section in self.topics}


def build(
    settings: Settings, public: Sequence[Entry], gone: Sequence[Entry], kept: Kept
) -> dict[str, bytes]:
    """Every file of the site except pictures, by its path; `kept` only saves time."""
    editions = [
        Edition(Frame(settings=settings, language=language), tuple(public), tuple(gone), kept)
        for language in settings.languages
    ]
    site = {path: content for edition in editions for path, content in edition.pages()}
    main = editions[0]
    site.update(feeds.files(main.frame, main.posts, main.gone, addresses(main)))
    return site


def pages_of(
    settings: Settings, entry: Entry, public: Iterable[Entry], gone: Iterable[Entry], kept: Kept
) -> dict[str, bytes]:
    """The pages of one entry by path, the main language first; as `build` would make them."""
    others = [e for e in public if e.slug != entry.slug]
    newest = tuple(sorted([*others, entry], key=lambda e: e.order, reverse=True))
    still_gone = tuple(e for e in gone if e.slug != entry.slug)
    found = {}
    for language in settings.languages:
        edition = Edition(Frame(settings=settings, language=language), newest, still_gone, kept)
        found[edition.frame.prefix + entry.page] = edition.page(Card(entry, edition.frame))
    return found


def addresses(edition: Edition) -> tuple[tuple[str, str], ...]:
    """What search engines should know: paths and when each last changed (empty when that says nothing)."""
    lists = ("", "tat-ca/", "chuyen-muc/", *(s.path for s in (*edition.topics, *edition.campaigns)))
    kinds = tuple(section.path for section in edition.kinds.values())
    posts = tuple((f"{c.entry.slug}/", feeds.utc(c.entry.modified)) for c in edition.cards)
    return (*((path, "") for path in (*lists, *kinds)), *posts)


def _begun(name: str) -> str:
    return name[:1].upper() + name[1:]
