"""Making a post: its photos or its video first, which nobody sees, then the one call that publishes; every call is a step."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from outreach import channel as c
from outreach.channels.facebook_page.composition import Post
from outreach.channels.facebook_page.graph import GraphClient
from outreach.channels.facebook_page.journal import Journal
from outreach.channels.facebook_page.photos import upload
from outreach.channels.facebook_page.readback import Reader, permalink
from outreach.channels.facebook_page.refusals import BadLink, Duplicate, OnceMore
from outreach.channels.facebook_page.videos import Videos

MOST_DOUBTS = 5
"""So many failures over one message, each followed by proof that it is not public, lie in the message."""

_HALF_DAY = 43_200
"""Seconds; unpublished photos live for a day, so an upload is used for less."""

_YESTERDAY = timedelta(days=1)

Send = Callable[[], Awaitable[dict[str, Any]]]


class Creation:
    """Makes posts of one Page."""

    def __init__(
        self,
        graph: GraphClient,
        journal: Journal,
        *,
        reader: Reader,
        videos: Videos,
        page: str,
        now: Callable[[], datetime],
    ) -> None:
        self._graph, self._journal, self._reader = graph, journal, reader
        self._videos, self._page, self._now = videos, page, now

    async def make(self, post: Post, *, key: str, steps: c.Steps) -> c.Receipt:
        """The receipt of the post, which is public now. Raises one of the four."""
        try:
            return await self._made(post, key, steps)
        except OnceMore as refused:
            if await asyncio.to_thread(self._journal.spend, key):
                raise
            raise c.Reject(refused.reason, evidence=refused.evidence) from refused

    async def _made(self, post: Post, key: str, steps: c.Steps) -> c.Receipt:
        if post.video:
            return await self._with_video(post, post.video, key, steps)
        photos = [await self.photo(medium, steps) for medium in post.photos]
        send = partial(self.send, post, photos)
        return _receipt(await steps.once("create", partial(self._create, post, key, send)))

    async def photo(self, medium: c.Media, steps: c.Steps, **more: Any) -> str:
        """The id of a photo that waits for its post."""
        call = partial(self._upload, medium, **more)
        return str(await steps.once(self._step("photo", medium), call, repeatable=True))

    async def send(self, post: Post, photos: list[str], **more: Any) -> dict[str, Any]:
        """The call that makes the post; a link that Facebook has never seen is fetched first."""
        try:
            return await self._send(post, photos, **more)
        except BadLink:
            if not post.link:
                raise
            await self._fetch_link(post.link)
            return await self._send(post, photos, **more)

    async def _with_video(self, post: Post, video: c.Media, key: str, steps: c.Steps) -> c.Receipt:
        """Finished, the video is processed for a while, and only then its post is there."""
        sent = await self._videos.send(video, steps, name=self._step("video", video))
        finish = partial(self._videos.finish, post, sent, key=key)
        made = await steps.once("create", partial(self._create, post, key, finish))
        if not _is_post(made["id"]):
            shown = partial(self._videos.shown, made["id"])
            made |= await steps.once(f"shown-{made['id']}", shown, repeatable=True)
            await asyncio.to_thread(self._journal.own, made["id"], key)
        return _receipt(made)

    def _step(self, what: str, medium: c.Media) -> str:
        age = int(self._now().timestamp()) // _HALF_DAY
        return f"{what}-{medium.sha256[:16]}-{age}"

    async def _upload(self, medium: c.Media, **more: Any) -> str:
        self._graph.pace.admit_post(self._now())
        return await upload(self._graph, self._page, medium, **more)

    async def _create(self, post: Post, key: str, send: Send) -> dict[str, str]:
        self._refuse_if_hopeless(key)
        self._graph.pace.admit_post(self._now())
        try:
            made = await send()
        except Duplicate as refused:
            return await self._adopt(post, key, refused)
        except c.UnknownOutcome as doubt:
            if doubt.evidence.get("code") in (1, 2):
                await asyncio.to_thread(self._journal.doubt, key)
            raise
        if not made.get("id"):
            raise c.UnknownOutcome(c.Text("Facebook's answer does not name the post."))
        await asyncio.to_thread(self._journal.own, str(made["id"]), key)
        return _made(str(made["id"]), permalink(made), self._now())

    def _refuse_if_hopeless(self, key: str) -> None:
        failed = self._journal.doubts(key)
        if failed >= MOST_DOUBTS:
            self._journal.trust(key)
            reason = c.Text(
                "Facebook failed {count} times over this message; perhaps something in it is the cause.",
                count=failed,
            )
            raise c.Reject(reason)

    async def _send(self, post: Post, photos: list[str], **more: Any) -> dict[str, Any]:
        wanted: dict[str, Any] = {"message": post.message, "fields": "id,permalink_url", **more}
        if post.link:
            wanted["link"] = post.link
        if photos:
            wanted["attached_media"] = [{"media_fbid": photo} for photo in photos]
        return await self._graph.post(f"{self._page}/feed", **wanted)

    async def _fetch_link(self, link: str) -> None:
        """Let Facebook open the link; whether that helps is seen at the next try."""
        try:
            await self._graph.post("", id=link, scrape=True)
        except (c.Reject, c.RetryAt, c.UnknownOutcome):
            return

    async def _adopt(self, post: Post, key: str, refused: Duplicate) -> dict[str, str]:
        """Refused as a repetition: the earlier try may have succeeded after all."""
        try:
            seen = await self._reader.look(post, key=key, since=self._now() - _YESTERDAY)
        except c.PauseChannel as blind:
            raise c.UnknownOutcome(blind.reason, evidence=blind.evidence) from blind
        if isinstance(seen, c.Found):
            found = seen.receipt
            return _made(found.remote_id, found.permalink, found.at)
        if isinstance(seen, c.Absent) and seen.proof["others"]:
            raise refused
        raise c.UnknownOutcome(refused.reason, ask_person=True, evidence=refused.evidence)


def _is_post(name: str) -> bool:
    """A post's id begins with its Page's; that of a video does not."""
    return "_" in name


def _made(name: str, link: str, at: datetime) -> dict[str, str]:
    return {"id": name, "permalink": link, "at": at.isoformat()}


def _receipt(made: dict[str, str]) -> c.Receipt:
    at = datetime.fromisoformat(made["at"])
    return c.Receipt(remote_id=made["id"], permalink=made["permalink"], at=at)
