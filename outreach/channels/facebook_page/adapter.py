"""Publishes on a Facebook Page.

Facebook has no idempotency, and sometimes fails after it has published: every doubt is settled by looking.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from outreach import channel as c
from outreach.channels._trials import tried
from outreach.channels.facebook_page.composition import (
    LARGEST_VIDEO,
    PHOTOS,
    PICTURES,
    TEXT_LIMIT,
    Post,
    compose,
    previewed,
    previewed_cover,
)
from outreach.channels.facebook_page.counts import PostCounts
from outreach.channels.facebook_page.cover import Cover
from outreach.channels.facebook_page.creation import Creation
from outreach.channels.facebook_page.edits import Edits, unchangeable
from outreach.channels.facebook_page.graph import GraphClient
from outreach.channels.facebook_page.health import health
from outreach.channels.facebook_page.journal import Journal
from outreach.channels.facebook_page.native import EARLIEST, LATEST, NativeSchedule
from outreach.channels.facebook_page.readback import Reader
from outreach.channels.facebook_page.refusals import Gone
from outreach.channels.facebook_page.settings import FacebookPageSettings
from outreach.channels.facebook_page.videos import Videos

LAG = timedelta(minutes=3)
"""The longest that a post was seen to stay out of the Page's listing."""

COVER = (1640, 624)
"""Pixels of a cover picture, twice those that a computer shows."""

SAFE_PLACE = c.Text(
    "An unpublished post, which only people who administer the Page can see; it is deleted at once."
)


class FacebookPage:
    """Text, a link, photos or a video, a first comment, and the cover picture as banner."""

    Settings = FacebookPageSettings

    def __init__(self, name: str, settings: FacebookPageSettings, place: c.AdapterPlace) -> None:
        self.name = name
        self.capabilities = c.Capabilities(
            banner=COVER if settings.banner == "cover" else c.Capabilities.card,
            text_limit=TEXT_LIMIT,
            media_limit=PHOTOS,
            pictures=PICTURES,
            video_limit=LARGEST_VIDEO,
            can_find=True,
            can_withdraw=True,
            can_update=True,
            can_count=True,
            visibility_lag=LAG,
            slots=1,
            ahead=(EARLIEST, LATEST) if settings.strategy == "native-schedule" else None,
            safe_place=SAFE_PLACE,
        )
        self._settings, self._now, self._page = settings, place.clock, settings.page_id
        self._graph = GraphClient(settings, place.clock, network=place.network)
        self._journal = Journal(place.state / "journal.jsonl")
        self._cover = Cover(self._graph, self._journal, page=self._page, now=place.clock)
        self._counts = PostCounts(self._graph, place.clock, page=self._page)
        self._edits = Edits(self._graph, app=settings.app_id)
        self._reader = Reader(
            self._graph,
            self._journal,
            page=settings.page_id,
            app=settings.app_id,
            forgot=place.restored,
        )
        self._videos = Videos(
            self._graph, self._journal, page=self._page, now=place.clock, sleep=place.sleep
        )
        self._creation = Creation(
            self._graph,
            self._journal,
            reader=self._reader,
            videos=self._videos,
            page=self._page,
            now=place.clock,
        )
        self._native = NativeSchedule(
            graph=self._graph,
            journal=self._journal,
            reader=self._reader,
            now=place.clock,
            sleep=place.sleep,
        )

    def preview(self, rendition: c.Rendition) -> c.Preview:
        """The post as sent, then its first comment; or the cover."""
        post, as_cover = self._composed(rendition)
        show = previewed_cover if as_cover else previewed
        return show(rendition, post, self.capabilities)

    async def publish(self, rendition: c.Rendition, *, key: str, steps: c.Steps) -> c.Receipt:
        """Send the photos or the video first, create the post in one call, then its first comment."""
        post, as_cover = self._composed(rendition)
        if as_cover:
            return await self._cover.hang(post, key=key, steps=steps)
        receipt = None
        if self.capabilities.ahead and not post.video:
            receipt = await self._native.released(post, key=key, due=rendition.due)
        receipt = receipt or await self._creation.make(post, key=key, steps=steps)
        details: dict[str, Any] = unchangeable(post)
        if post.comment:
            comment = partial(self._comment, receipt.remote_id, post.comment, key)
            details["first_comment"] = await steps.once("comment", comment, repeatable=True)
        return replace(receipt, details=details)

    async def hand_over(
        self, rendition: c.Rendition, *, key: str, steps: c.Steps
    ) -> datetime | None:
        """Make the scheduled post, or see that there is one and no second; covers and videos are not scheduled."""
        post, as_cover = self._composed(rendition)
        if as_cover or post.video:
            return None

        async def upload_all() -> list[str]:
            return [
                await self._creation.photo(medium, steps, temporary=True) for medium in post.photos
            ]

        async def create(photos: list[str]) -> dict[str, Any]:
            self._graph.pace.admit_post(self._now())
            at = {"scheduled_publish_time": int(rendition.due.timestamp())}
            waits = {"published": False, "unpublished_content_type": "SCHEDULED", **at}
            return await self._creation.send(post, photos, **waits)

        return await self._native.keep_one(
            post, key=key, due=rendition.due, upload=upload_all, create=create
        )

    async def take_back(self, rendition: c.Rendition, *, key: str) -> c.Receipt | None:
        """Delete the scheduled post, unless it has been released."""
        post, _ = self._composed(rendition)
        return await self._native.take_back(post, key=key, due=rendition.due)

    async def find(self, rendition: c.Rendition, *, key: str, since: datetime) -> c.Look:
        """Look through the Page's own listings, or at its cover."""
        post, as_cover = self._composed(rendition)
        if as_cover:
            return await self._cover.look(key)
        look = await self._videos.look(key) if post.video else None
        look = look or await self._reader.look(post, key=key, since=since)
        if isinstance(look, c.Found) and post.comment:
            seen = await self._seen_comment(look.receipt.remote_id, post.comment)
            return c.Found(receipt=replace(look.receipt, details={"first_comment": seen}))
        return look

    async def update(
        self, receipt: c.Receipt, rendition: c.Rendition, *, key: str, steps: c.Steps
    ) -> c.Receipt:
        """Give the post other words; its first comment stays. A cover has no words, so it stays as it is."""
        post, _ = self._composed(rendition)
        if "cover" in receipt.details:
            await self._cover.keep(receipt, post)
            return replace(receipt, at=self._now())
        await self._edits.check(receipt, post)
        change = partial(self._edits.change, receipt, post)
        await steps.once(f"update-{rendition.digest[:16]}", change, repeatable=True)
        return replace(receipt, at=self._now())

    async def withdraw(self, receipt: c.Receipt, *, key: str, steps: c.Steps) -> c.Receipt:
        """Delete the post, or put the former cover back."""
        call = self._cover.take_down if "cover" in receipt.details else self._delete
        at = await steps.once("withdraw", partial(call, receipt), repeatable=True)
        return c.Receipt(remote_id=receipt.remote_id, at=datetime.fromisoformat(at))

    async def counts(self, receipt: c.Receipt) -> c.Counts:
        """What Facebook tells of the post."""
        return await self._counts.read(receipt)

    async def try_out(self, text: str) -> c.Trial:
        """An unpublished post: created, read back, deleted."""

        async def make() -> str:
            made = await self._graph.post(f"{self._page}/feed", message=text, published=False)
            if not made.get("id"):
                raise c.UnknownOutcome(c.Text("Facebook's answer does not name the post."))
            return str(made["id"])

        async def look(name: str) -> bool:
            post = await self._graph.get(name, fields="message,is_published")
            return post.get("message") == text and post.get("is_published") is False

        return await tried(make, look, self._graph.delete)

    async def check(self) -> c.ChannelHealth:
        """Ask for the Page and for what Facebook knows of the token."""
        return await health(self._graph, self._settings, self._now())

    async def aclose(self) -> None:
        """Close the connections."""
        await self._graph.aclose()

    def _composed(self, rendition: c.Rendition) -> tuple[Post, bool]:
        as_cover = rendition.kind is c.Kind.BANNER and self._settings.banner == "cover"
        return compose(rendition, self._settings), as_cover

    # --- the first comment, and taking down ------------------------------------------------------------------

    async def _comment(self, name: str, text: str, key: str) -> dict[str, Any]:
        """Make the comment once; its failure is told, but never puts the post itself in doubt."""
        begun = await asyncio.to_thread(self._journal.begin_comment, key)
        try:
            if begun and (known := await self._commented(name, text)):
                return {"id": known}
            made = await self._graph.post(f"{name}/comments", message=text)
            return {"id": str(made.get("id", ""))}
        except c.NotPublished as failure:
            return {"missing": str(failure.reason)}

    async def _seen_comment(self, name: str, text: str) -> dict[str, Any]:
        try:
            known = await self._commented(name, text)
        except c.NotPublished as failure:
            return {"missing": str(failure.reason)}
        return {"id": known} if known else {"missing": "never made"}

    async def _commented(self, name: str, text: str) -> str:
        answer = await self._graph.get(f"{name}/comments", fields="id,message", limit=100)
        own = [one for one in answer.get("data") or () if one.get("message") == text]
        return str(own[0]["id"]) if own else ""

    async def _delete(self, receipt: c.Receipt) -> str:
        try:
            await self._graph.delete(receipt.remote_id)
        except Gone as gone:
            if await self._reader.lists(receipt.remote_id, receipt.at):
                raise c.Reject(gone.reason, evidence=gone.evidence) from gone
        return self._now().isoformat()
