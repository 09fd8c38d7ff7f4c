"""Publishes to a static site: the page of a publication is its moment of truth, everything else follows from the entries."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from outreach.channel import (
    Absent,
    AdapterPlace,
    Capabilities,
    ChannelHealth,
    Counts,
    Found,
    LinkCard,
    Look,
    Media,
    Metric,
    PauseChannel,
    Preview,
    PreviewProblem,
    Receipt,
    Reject,
    Rendition,
    RetryAt,
    Severity,
    Steps,
    Text,
    Trial,
    UnknownOutcome,
)
from outreach.channels._previews import all_media, hashtag_forms, text_gauge
from outreach.channels.website.assets import icon, logo, style
from outreach.channels.website.cards import Card, Frame, media_path
from outreach.channels.website.entries import Entries, Entry, slugs
from outreach.channels.website.files import SiteFolder
from outreach.channels.website.fragments import Kept
from outreach.channels.website.gallery import bytes_of, not_written
from outreach.channels.website.pages import Edition, build, pages_of
from outreach.channels.website.settings import Settings as WebsiteSettings
from outreach.channels.website.trial import SAFE_PLACE, try_out

_PASSING = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EAGAIN, errno.EMFILE, errno.ENFILE}
_GENERATED = ("chuyen-muc", "en/chuyen-muc", "vi/chuyen-muc", "assets")


class Website:
    """A static site in a folder; calling anything again gives the same bytes."""

    Settings = WebsiteSettings

    def __init__(self, name: str, settings: WebsiteSettings, place: AdapterPlace) -> None:
        self.name = name
        self._views = place.views if settings.views else None
        self.capabilities = Capabilities(
            can_find=True,
            can_withdraw=True,
            can_update=True,
            can_count=self._views is not None,
            slots=1,
            safe_place=SAFE_PLACE,
        )
        self._settings = settings
        self._clock = place.clock
        self._folder = SiteFolder(root=settings.folder)
        self._entries = Entries(folder=self._folder)
        self._kept = Kept()

    def preview(self, rendition: Rendition) -> Preview:
        """The page as it would stand on an empty site."""
        slug = slugs(rendition, "preview")[0]
        entry = _entry(slug, "preview", rendition.due, rendition)
        edition = Edition(
            Frame(settings=self._settings, language=self._settings.language), (entry,)
        )
        card = Card(entry, edition.frame)
        return Preview(
            text=rendition.text,
            html=edition.page(card, preview=True).decode(),
            problems=_problems(rendition),
            gauges=(text_gauge(rendition.text),),
            media=all_media(rendition.media, Text("picture on the page"), self._address),
            card=self._link_card(card),
            hashtags=hashtag_forms(rendition),
        )

    def _address(self, medium: Media) -> str:
        return self._settings.base_url + media_path(medium)

    def _link_card(self, card: Card) -> LinkCard:
        """What the page tells services that show a link to it."""
        images = [self._address(medium) for medium in card.rendition.media]
        return LinkCard(
            link=card.permalink,
            title=card.rendition.title,
            description=card.lead,
            image=images[0] if images else "",
        )

    async def publish(self, rendition: Rendition, *, key: str, steps: Steps) -> Receipt:
        """Put the page there, then everything that names it."""
        return await asyncio.to_thread(self._publish, rendition, key)

    async def find(self, rendition: Rendition, *, key: str, since: datetime) -> Look:
        """Look whether the page carries the key."""
        return await asyncio.to_thread(self._find, rendition, key)

    async def withdraw(self, receipt: Receipt, *, key: str, steps: Steps) -> Receipt:
        """Leave a page that says the content was taken down, and name it nowhere."""
        return await asyncio.to_thread(self._withdraw, receipt)

    async def update(
        self, receipt: Receipt, rendition: Rendition, *, key: str, steps: Steps
    ) -> Receipt:
        """Give the page other content, and everything that names it; its address and its first date stay."""
        return await asyncio.to_thread(self._update, rendition, key)

    async def counts(self, receipt: Receipt) -> Counts:
        """How often our own server showed the page, in both languages together."""
        if self._views is None:
            return {}
        return {Metric.VIEWS: await asyncio.to_thread(self._views, f"/{receipt.remote_id}/")}

    async def try_out(self, text: str) -> Trial:
        """A page of its own that nothing names: written, read back, removed."""
        return await asyncio.to_thread(try_out, self._folder, self._settings, text)

    async def check(self) -> ChannelHealth:
        """Whether the folder can be written; mends whatever a crash left behind in lists and feeds."""
        try:
            await asyncio.to_thread(self._mend)
        except OSError as error:
            return ChannelHealth(ok=False, summary=not_written(error))
        return ChannelHealth(ok=True, summary=Text("The site's folder can be written."))

    async def aclose(self) -> None:
        """Nothing is held open."""

    def _publish(self, rendition: Rendition, key: str, *, anew: bool = True) -> Receipt:
        entry = _before(lambda: self._prepare(rendition, key, anew=anew))
        try:
            self._put(entry, anew=anew)
        except OSError as error:
            raise UnknownOutcome(not_written(error)) from error
        return self._receipt(entry)

    def _update(self, rendition: Rendition, key: str) -> Receipt:
        return replace(self._publish(rendition, key, anew=False), at=self._clock())

    def _prepare(self, rendition: Rendition, key: str, *, anew: bool) -> Entry:
        with self._folder.alone():
            self._allow(self._entries.of(rendition, key), anew=anew)
            for medium in rendition.media:
                self._folder.write(media_path(medium), bytes_of(medium), durable=True)
            entry = self._revised(rendition, key)
            self._entries.save(entry)
            return entry

    def _allow(self, entry: Entry | None, *, anew: bool) -> None:
        """An update never brings back what was taken down."""
        if not anew and not (entry and self._entries.is_public(entry)):
            raise Reject(Text("The page is not public any more; it is not brought back."))

    def _revised(self, rendition: Rendition, key: str) -> Entry:
        now = self._clock()
        old = self._entries.of(rendition, key)
        if old is None or not self._entries.is_public(old):
            slug = old.slug if old else self._entries.place_for(rendition, key)
            return _entry(slug, key, now, rendition)
        if old.rendition.digest == rendition.digest:
            return old
        return replace(old, rendition=rendition, modified=now, revision=old.revision + 1)

    def _put(self, entry: Entry, *, anew: bool) -> None:
        with self._folder.alone():
            self._allow(entry, anew=anew)
            public, gone = self._entries.all()
            self._assets()
            for path, content in pages_of(self._settings, entry, public, gone, self._kept).items():
                self._folder.write(path, content, durable=True)
            self._rebuild()

    def _find(self, rendition: Rendition, key: str) -> Look:
        entry = self._entries.of(rendition, key)
        if entry and self._entries.is_public(entry):
            return Found(receipt=self._receipt(entry))
        return Absent(proof={"looked_at": [f"{slug}/index.html" for slug in slugs(rendition, key)]})

    def _withdraw(self, receipt: Receipt) -> Receipt:
        try:
            with self._folder.alone():
                self._take_down(receipt.remote_id)
                self._rebuild()
        except OSError as error:
            raise RetryAt(not_written(error)) from error
        return Receipt(remote_id=receipt.remote_id, permalink=receipt.permalink, at=self._clock())

    def _take_down(self, slug: str) -> None:
        entry = self._entries.at(slug)
        if entry is None:
            return
        public, gone = self._entries.all()
        for language in reversed(self._settings.languages):
            frame = Frame(settings=self._settings, language=language)
            edition = Edition(frame, tuple(e for e in public if e.slug != slug), gone)
            page = edition.render("gone.html", f"{slug}/")
            self._folder.write(frame.prefix + entry.page, page, durable=True)

    def _mend(self) -> None:
        with self._folder.alone():
            self._rebuild()

    def _rebuild(self) -> None:
        self._assets()
        site = build(self._settings, *self._entries.all(), self._kept)
        for path, content in site.items():
            self._folder.write(path, content)
        kept = {*site, *self._asset_paths()}
        for top in _GENERATED:
            for path in self._folder.files(top):
                if path not in kept:
                    self._folder.remove(path)

    def _assets(self) -> None:
        for asset in (style(), icon(), logo(self._settings.logo)):
            if asset:
                self._folder.write(asset.path, asset.content)

    def _asset_paths(self) -> list[str]:
        return [asset.path for asset in (style(), icon(), logo(self._settings.logo)) if asset]

    def _receipt(self, entry: Entry) -> Receipt:
        permalink = f"{self._settings.base_url}{entry.slug}/"
        return Receipt(remote_id=entry.slug, permalink=permalink, at=entry.published)


def _entry(slug: str, key: str, now: datetime, rendition: Rendition) -> Entry:
    return Entry(slug=slug, key=key, published=now, modified=now, revision=0, rendition=rendition)


def _before(act: Callable[[], Entry]) -> Entry:
    """Act before anything can be public: a fault here is certainly not a publication."""
    try:
        return act()
    except OSError as error:
        fault = RetryAt if error.errno in _PASSING else PauseChannel
        raise fault(not_written(error)) from error


def _problems(rendition: Rendition) -> tuple[PreviewProblem, ...]:
    if rendition.media:
        return ()
    what = Text("There is no picture: shared links will show text only.")
    return (
        PreviewProblem(
            what=what, mend=Text("Add `image` and `image_alt`."), severity=Severity.WARNING
        ),
    )
