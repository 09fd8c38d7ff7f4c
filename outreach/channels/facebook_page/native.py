"""Posts that Facebook holds and releases by its own clock: made well ahead, read back, doubles deleted before anyone sees them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from outreach import channel as c
from outreach.channels.facebook_page.composition import Post
from outreach.channels.facebook_page.graph import GraphClient
from outreach.channels.facebook_page.journal import Journal
from outreach.channels.facebook_page.readback import Reader
from outreach.channels.facebook_page.refusals import Gone

EARLIEST, LATEST = timedelta(hours=3), timedelta(minutes=20)
"""How long before its time a post is handed to Facebook, which has refused some that were less than 20 minutes ahead."""

LAST_LOOK = timedelta(minutes=8)
"""So long before its time a post is looked at for the last time: it is there, and there once."""

DOUBT = timedelta(minutes=6)
"""Twice the longest that a post was seen to stay out of a listing: what does not show after that was not made."""

EDGE = timedelta(minutes=1)
"""So close to its time nothing is deleted: Facebook may be releasing it at this moment."""

CLOCKS_DIFFER = timedelta(hours=26)
"""How far ahead of Facebook's clock ours may have been at the handover: a day, or a mistaken time zone."""

_PATIENCE, _PAUSE = 6, 20.0
"""How often, and after how many seconds each, a post whose time has come is looked for."""

Upload = Callable[[], Awaitable[list[str]]]
Create = Callable[[list[str]], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, kw_only=True)
class NativeSchedule:
    """The scheduled posts of one Page. `now` gives aware UTC, `sleep` waits for seconds of it."""

    graph: GraphClient
    journal: Journal
    reader: Reader
    now: Callable[[], datetime]
    sleep: Callable[[float], Awaitable[Any]]

    async def keep_one(
        self, post: Post, *, key: str, due: datetime, upload: Upload, create: Create
    ) -> datetime | None:
        """See that exactly one post waits for its time; when to look again (`due`: not before that). Raises one of the four."""
        ours = await self._waiting(post, key, due)
        if not ours and not await self._make(key, due, upload, create):
            return None
        if due - self.now() > EDGE:
            for double in ours[1:]:
                await self._delete(str(double["id"]))
        if ours:
            await asyncio.to_thread(self.journal.schedule, key, str(ours[0]["id"]), self.now())
        last = due - LAST_LOOK
        return last if self.now() < last else due

    async def released(self, post: Post, *, key: str, due: datetime) -> c.Receipt | None:
        """The receipt of the post once its time has come; None when Facebook never got it.

        Raises `UnknownOutcome` while Facebook holds it; what keeps us from looking is told only where it never got it.
        """
        known = self.journal.scheduled(key)
        try:
            return await self._released(post, key, due, known)
        except (c.RetryAt, c.PauseChannel, c.Reject) as blind:
            if not known:
                raise
            raise c.UnknownOutcome(blind.reason, evidence=blind.evidence) from blind

    async def _released(
        self, post: Post, key: str, due: datetime, known: dict[str, str]
    ) -> c.Receipt | None:
        for _ in range(_PATIENCE):
            if receipt := await self._public(post, key, due):
                return receipt
            waits = bool(await self._waiting(post, key, due))
            if not waits and (not known or self.now() >= due + DOUBT):
                _refuse_if_deleted(known)
                return None
            await self.sleep(_PAUSE)
        raise c.UnknownOutcome(c.Text("Facebook has not released the scheduled post yet."))

    async def take_back(self, post: Post, *, key: str, due: datetime) -> c.Receipt | None:
        """Delete what waits; the receipt when it is public already. Raises one of the four."""
        known = self.journal.scheduled(key)
        if not known:
            return None
        if abs(due - self.now()) < EDGE:
            raise c.RetryAt(c.Text("Facebook is releasing it at this moment."), at=due + EDGE)
        if receipt := await self._public(post, key, due):
            return receipt
        waiting = [str(one["id"]) for one in await self._waiting(post, key, due)]
        if known["post"] not in waiting:
            self._wait_until_it_would_show(known)
        for name in waiting:
            await self._delete(name)
        await asyncio.to_thread(self.journal.unschedule, key)
        return None

    async def _make(self, key: str, due: datetime, upload: Upload, create: Create) -> bool:
        """Hand the post over, unless it is too late for that or somebody has deleted it; whether Facebook may have it."""
        known = self.journal.scheduled(key)
        if known.get("post"):
            return True
        if known:
            self._wait_until_it_would_show(known)
        if due - self.now() < LATEST:
            return bool(known)
        photos = await upload()
        await asyncio.to_thread(self.journal.schedule, key, "", self.now())
        try:
            made = await create(photos)
        except (c.RetryAt, c.PauseChannel, c.Reject):
            await asyncio.to_thread(self.journal.unschedule, key)
            raise
        await asyncio.to_thread(self.journal.schedule, key, str(made.get("id", "")), self.now())
        return True

    def _wait_until_it_would_show(self, known: dict[str, str]) -> None:
        """After a create in doubt, nothing that is not seen counts as absent before it would have to show."""
        shows = datetime.fromisoformat(known["at"]) + DOUBT
        if self.now() < shows:
            reason = c.Text("Facebook may have taken the scheduled post; it would show by then.")
            raise c.RetryAt(reason, at=shows)

    async def _waiting(self, post: Post, key: str, due: datetime) -> list[dict[str, Any]]:
        """Ours among the scheduled posts, the first one first."""
        found = await self.reader.scheduled(post, key=key, due=due, since=_made_since(due))
        return sorted(found, key=lambda one: (str(one.get("created_time", "")), str(one["id"])))

    async def _public(self, post: Post, key: str, due: datetime) -> c.Receipt | None:
        return await self.reader.released(post, key=key, since=_made_since(due))

    async def _delete(self, name: str) -> None:
        try:
            await self.graph.delete(name)
        except Gone:
            return


def _made_since(due: datetime) -> datetime:
    """The earliest that Facebook may say a post for this time was made."""
    return due - 2 * EARLIEST - CLOCKS_DIFFER


def _refuse_if_deleted(known: dict[str, str]) -> None:
    """What was there and is not any more, somebody has deleted: a person decides."""
    if known.get("post"):
        reason = c.Text("The scheduled post is gone from the Page; somebody may have deleted it.")
        raise c.UnknownOutcome(reason, ask_person=True)
