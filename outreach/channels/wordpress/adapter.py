"""Publishes on a WordPress site: posts as drafts first, banners in a synced block or as posts that stay on top."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from outreach import channel as c
from outreach.channels._text import over_limits
from outreach.channels.wordpress.banners import Banners
from outreach.channels.wordpress.library import Library
from outreach.channels.wordpress.posts import Posts
from outreach.channels.wordpress.preflight import preflight
from outreach.channels.wordpress.previews import banner_preview, post_preview
from outreach.channels.wordpress.settings import WordPressSettings
from outreach.channels.wordpress.setup import setup
from outreach.channels.wordpress.site import Site
from outreach.channels.wordpress.trial import SAFE_PLACE, try_out


class WordPress:
    """One site. Nothing that WordPress does is idempotent, so only drafts are ever created; publishing changes them by number."""

    Settings = WordPressSettings

    def __init__(self, name: str, settings: WordPressSettings, place: c.AdapterPlace) -> None:
        self.name = name
        self.capabilities = c.Capabilities(
            can_find=True,
            can_withdraw=True,
            can_update=True,
            visibility_lag=timedelta(seconds=settings.server_time_limit),
            slots=2,
            safe_place=SAFE_PLACE,
        )
        self._settings = settings
        self._language = place.language
        self._site = Site(settings, place.clock)
        library = Library(self._site)
        self._posts = Posts(self._site, settings, library, place.language)
        self._banners = Banners(self._site, settings.banner_block, library, place.language)

    def preview(self, rendition: c.Rendition) -> c.Preview:
        """What readers will see, without the theme around it."""
        show = banner_preview if self._is_banner(rendition) else post_preview
        preview = show(rendition, self._settings, self._language)
        return replace(preview, problems=over_limits(rendition, self.capabilities))

    async def publish(self, rendition: c.Rendition, *, key: str, steps: c.Steps) -> c.Receipt:
        """Put it on the site, once."""
        if self._is_banner(rendition):
            return await self._banners.publish(rendition, key, steps)
        return await self._posts.publish(rendition, key, steps)

    async def find(self, rendition: c.Rendition, *, key: str, since: datetime) -> c.Look:
        """Look in every state that a post may be in, or into the block."""
        if self._is_banner(rendition):
            return await self._banners.find(key)
        return await self._posts.find(rendition, key)

    async def withdraw(self, receipt: c.Receipt, *, key: str, steps: c.Steps) -> c.Receipt:
        """Take the post, or the banner's section of the block, away."""
        if receipt.remote_id.startswith("block-"):
            return await self._banners.withdraw(receipt, steps)
        return await self._posts.withdraw(receipt, steps)

    async def update(
        self, receipt: c.Receipt, rendition: c.Rendition, *, key: str, steps: c.Steps
    ) -> c.Receipt:
        """Give the post, or the banner's section of the block, other content; its address and its date stay."""
        if receipt.remote_id.startswith("block-"):
            return await self._banners.update(receipt, rendition, steps)
        return await self._posts.update(receipt, rendition, key, steps)

    async def setup(self) -> tuple[c.SetupPoint, ...]:
        """What an administrator arranges once, and whether it is so."""
        return await setup(self._site, self._settings, self._banners)

    async def try_out(self, text: str) -> c.Trial:
        """A draft: made, read back, deleted for good."""
        return await try_out(self._site, text)

    async def check(self) -> c.ChannelHealth:
        """Whether the site would take our posts."""
        return await preflight(self._site, self._settings)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._site.aclose()

    def _is_banner(self, rendition: c.Rendition) -> bool:
        return rendition.kind is c.Kind.BANNER and bool(self._settings.banner_block)
