"""The Page's cover picture as a banner: hung at the start, the former one put back at the end. Both may be repeated."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import partial

from outreach import channel as c
from outreach.channels.facebook_page.composition import Post
from outreach.channels.facebook_page.graph import GraphClient
from outreach.channels.facebook_page.journal import Journal
from outreach.channels.facebook_page.photos import upload


class Cover:
    """The cover of one Page."""

    def __init__(
        self, graph: GraphClient, journal: Journal, *, page: str, now: Callable[[], datetime]
    ) -> None:
        self._graph, self._journal, self._page, self._now = graph, journal, page, now

    async def hang(self, post: Post, *, key: str, steps: c.Steps) -> c.Receipt:
        """Make the banner's first picture the cover, and remember the former one."""
        if not post.photos:
            raise c.Reject(c.Text("A cover picture needs a picture, and this banner has none."))
        former = await steps.once("former", self._current, repeatable=True)
        change = partial(self._change, post.photos[0], key, former)
        made = await steps.once("cover", change, repeatable=True)
        return self._receipt(made, datetime.fromisoformat(made["at"]))

    async def look(self, key: str) -> c.Look:
        """Whether the cover is the one that `key` hung. Raises `PauseChannel`."""
        hung = self._journal.cover(key)
        if not hung:
            return c.Absent(proof={"cover": "never sent"})
        try:
            current = await self._current()
        except c.PauseChannel:
            raise
        except c.NotPublished as outcome:
            return c.CannotTell(why=outcome.reason, passing=not isinstance(outcome, c.Reject))
        if current == hung["photo"]:
            return c.Found(receipt=self._receipt(hung, self._now()))
        return c.Absent(proof={"cover": current})

    async def keep(self, receipt: c.Receipt, post: Post) -> None:
        """Leave the cover as it is. Raises `Reject` when the banner has another picture now, or hangs no more."""
        if await self._current() != receipt.remote_id:
            raise c.Reject(c.Text("The banner is not the Page's cover any more."))
        known = receipt.details.get("picture")
        if not post.photos or known not in (None, post.photos[0].sha256):
            reason = c.Text(
                "Another picture makes another banner: end this one and hang a new one."
            )
            raise c.Reject(reason)

    async def take_down(self, receipt: c.Receipt) -> str:
        """Put the former cover back, unless someone has already hung another one; gives the time."""
        if await self._current() == receipt.remote_id:
            former = receipt.details.get("former")
            if not former:
                reason = c.Text("The Page had no cover before; please remove the banner by hand.")
                raise c.Reject(reason)
            await self._set(former)
        return self._now().isoformat()

    async def _current(self) -> str:
        answer = await self._graph.get(self._page, fields="cover")
        cover = answer.get("cover") or {}
        return str(cover.get("id") or cover.get("cover_id") or "")

    async def _change(self, medium: c.Media, key: str, former: str) -> dict[str, str]:
        photo = await upload(self._graph, self._page, medium)
        at = self._now().isoformat()
        hung = {"photo": photo, "former": former, "picture": medium.sha256, "at": at}
        await asyncio.to_thread(self._journal.hang, key, hung)
        await self._set(photo)
        return hung

    async def _set(self, photo: str) -> None:
        await self._graph.post(self._page, cover=photo, no_feed_story=True, no_notification=True)

    def _receipt(self, hung: dict[str, str], at: datetime) -> c.Receipt:
        return c.Receipt(
            remote_id=hung["photo"],
            permalink=f"https://www.facebook.com/{self._page}",
            at=at,
            details={"cover": True} | {name: hung.get(name) for name in ("former", "picture")},
        )
