"""Looks on the Page for a publication of ours: by application, normalised text and link, over every page of the listing.

`Absent` names how many posts with the same words belong to `others`, that is to deliveries of their own.
"""

from __future__ import annotations

import unicodedata
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import regex

from outreach import channel as c
from outreach.channels._answers import MISSHAPEN
from outreach.channels.facebook_page.composition import Post
from outreach.channels.facebook_page.graph import GraphClient
from outreach.channels.facebook_page.journal import Journal

EARLIER = timedelta(minutes=2)
"""Facebook's clock may be behind ours by so much."""

PAGES = 20
"""More pages than this within one look are not believed."""

FIELDS = (
    "id,message,created_time,permalink_url,application,scheduled_publish_time,"
    "attachments{unshimmed_url,url,media_type,subattachments}"
)

_NOT_UNDERSTOOD = c.Text("Facebook's listing cannot be understood.")


class _Endless(Exception):
    """The listing goes on and on."""


class Reader:
    """Reads one Page back. `journal` says which posts belong to other deliveries; what was made until `forgot` may lack there."""

    def __init__(
        self,
        graph: GraphClient,
        journal: Journal,
        *,
        page: str,
        app: str,
        forgot: datetime | None = None,
    ) -> None:
        self._graph, self._journal, self._page, self._app = graph, journal, page, app
        self._forgot = forgot

    async def look(self, post: Post, *, key: str, since: datetime) -> c.Look:
        """Whether the post is public; `Absent` only after every page of the listing was read. Raises `PauseChannel`."""
        try:
            return await self._look(post, key, since)
        except (c.RetryAt, c.UnknownOutcome) as outcome:
            return c.CannotTell(why=outcome.reason, passing=True)
        except c.Reject as outcome:
            return c.CannotTell(why=outcome.reason)
        except _Endless:
            why = c.Text("Facebook's listing did not come to an end.")
            return c.CannotTell(why=why, passing=True)
        except MISSHAPEN:
            return c.CannotTell(why=_NOT_UNDERSTOOD, passing=True)

    async def released(self, post: Post, *, key: str, since: datetime) -> c.Receipt | None:
        """The receipt of the post if it is among the published ones made since; raises one of the four."""
        async for one in self._all("published_posts", since):
            if self._is_it(one, post, key) and self._is_ours(one, key):
                self._journal.own(str(one["id"]), key)
                return receipt(one)
        return None

    async def scheduled(
        self, post: Post, *, key: str, due: datetime, since: datetime
    ) -> list[dict[str, Any]]:
        """Every scheduled post made since that is ours: noted as such, or with these words, by our app, for that time."""
        return [
            one
            async for one in self._all("scheduled_posts", since)
            if self._is_it(one, post, key)
            and self._is_ours(one, key)
            and (self._journal.owner(str(one["id"])) == key or _is_for(one, due))
        ]

    async def _all(self, edge: str, since: datetime) -> AsyncIterator[dict[str, Any]]:
        try:
            async for one in self._posts(edge, since):
                yield one
        except _Endless as endless:
            why = c.Text("Facebook's listing did not come to an end.")
            raise c.RetryAt(why) from endless

    async def lists(self, name: str, around: datetime) -> bool:
        """Whether the Page's listing shows the post `name`, made at about `around`. Raises one of the four."""
        try:
            posts = [
                one async for one in self._posts("published_posts", around - timedelta(hours=1))
            ]
        except _Endless:
            return True
        return any(one.get("id") == name for one in posts)

    async def _look(self, post: Post, key: str, since: datetime) -> c.Look:
        read, others, doubtful, strays = 0, 0, False, 0
        async for one in self._posts("published_posts", since - EARLIER):
            read += 1
            if not self._is_it(one, post, key):
                others += _says(one, post)
                strays += self._is_stray(one)
                continue
            if self._is_ours(one, key):
                self._journal.own(str(one["id"]), key)
                return c.Found(receipt=receipt(one))
            doubtful = doubtful or "application" not in one
        if doubtful:
            why = c.Text(
                "The Page shows a post with these words, and Facebook does not say who made it."
            )
            return c.CannotTell(why=why)
        if strays and self._forgot and since <= self._forgot:
            why = c.Text(
                "The Page shows {count} posts of this program that it does not know; one may be this, with other words.",
                count=strays,
            )
            return c.CannotTell(why=why, passing=True)
        async for one in self._posts("scheduled_posts", since - EARLIER):
            if self._is_it(one, post, key):
                why = c.Text("It waits among the Page's scheduled posts.")
                return c.CannotTell(why=why, passing=True)
        since_when = (since - EARLIER).isoformat()
        return c.Absent(proof={"read": read, "others": others, "since": since_when})

    def _is_it(self, one: Mapping[str, Any], post: Post, key: str) -> bool:
        owner = self._journal.owner(str(one.get("id")))
        if owner is not None:
            return owner == key
        return _says(one, post)

    def _is_stray(self, one: Mapping[str, Any]) -> bool:
        """Made by our application, and no delivery's as far as the journal knows; it may have been lost."""
        made_by = str((one.get("application") or {}).get("id"))
        return made_by == self._app and self._journal.owner(str(one.get("id"))) is None

    def _is_ours(self, one: Mapping[str, Any], key: str) -> bool:
        owned = self._journal.owner(str(one.get("id"))) == key
        return owned or str((one.get("application") or {}).get("id")) == self._app

    async def _posts(self, edge: str, since: datetime) -> AsyncIterator[dict[str, Any]]:
        """Every post of an edge; the cursor is used, never `next`, which contains the token."""
        params = {"fields": FIELDS, "limit": 100, "since": int(since.timestamp())}
        for _ in range(PAGES):
            answer = await self._graph.get(f"{self._page}/{edge}", **params)
            posts = answer.get("data")
            if not isinstance(posts, list):
                raise c.RetryAt(_NOT_UNDERSTOOD)
            for one in posts:
                yield one
            paging = answer.get("paging") or {}
            if "next" not in paging:
                return
            params["after"] = paging["cursors"]["after"]
        raise _Endless


def receipt(one: Mapping[str, Any]) -> c.Receipt:
    """The proof that a post in a listing is."""
    return c.Receipt(
        remote_id=str(one["id"]),
        permalink=permalink(one),
        at=datetime.fromisoformat(one["created_time"]),
    )


def permalink(one: Mapping[str, Any]) -> str:
    """Where the public sees the post."""
    return str(one.get("permalink_url") or f"https://www.facebook.com/{one['id']}")


def plain(text: str) -> str:
    """Words without what Facebook may change: composition, invisible characters, white space."""
    visible = regex.sub(r"[\p{Cf}\p{Variation_Selector}]", "", unicodedata.normalize("NFC", text))
    return " ".join(visible.split())


def _is_for(one: Mapping[str, Any], due: datetime) -> bool:
    """Whether a scheduled post is for this time, to the minute; Facebook writes Unix seconds or ISO 8601."""
    written = str(one.get("scheduled_publish_time") or "")
    try:
        planned = float(written) if written.isdigit() else _moment(written)
    except ValueError:
        return False
    return abs(planned - due.timestamp()) < 60


def _moment(written: str) -> float:
    return datetime.fromisoformat(written).timestamp()


def _says(one: Mapping[str, Any], post: Post) -> bool:
    same = plain(one.get("message") or "") == plain(post.message)
    return same and same_link(one, post.link)


def same_link(one: Mapping[str, Any], link: str) -> bool:
    """Whether a post in a listing has this link; nobody knows where Facebook does not show one."""
    shown = [_bare(str(a.get("unshimmed_url") or a.get("url") or "")) for a in _attached(one)]
    links = [address for address in shown if address]
    return not link or not links or _bare(link) in links


def attached_photos(one: Mapping[str, Any]) -> int:
    """How many photos a post in a listing has."""
    attached = (one.get("attachments") or {}).get("data") or []
    albums = [a.get("subattachments") or {} for a in attached if a.get("media_type") == "album"]
    single = sum(a.get("media_type") == "photo" for a in attached)
    return int(single) + sum(len(album.get("data") or ()) for album in albums)


def has_video(one: Mapping[str, Any]) -> bool:
    """Whether a post in a listing shows a video."""
    attached = (one.get("attachments") or {}).get("data") or []
    return any(str(a.get("media_type", "")).startswith("video") for a in attached)


def _attached(one: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    attached = (one.get("attachments") or {}).get("data") or []
    return [a for a in attached if a.get("media_type") not in ("photo", "album")]


def _bare(link: str) -> str:
    parts = urlsplit(link)
    if parts.hostname == "l.facebook.com":
        return _bare(parse_qs(parts.query).get("u", [""])[0])
    query = "&".join(p for p in parts.query.split("&") if not p.startswith("fbclid="))
    return f"{(parts.hostname or '').removeprefix('www.')}{parts.path.rstrip('/')}?{query}"
