"""Posts: an invisible draft first, then publishing by number, which may be repeated at will."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from outreach.channel import (
    Absent,
    CannotTell,
    Found,
    Kind,
    Look,
    NotPublished,
    PauseChannel,
    Receipt,
    Reject,
    Rendition,
    RetryAt,
    Steps,
    Text,
    UnknownOutcome,
)
from outreach.channels.wordpress import seal, writing
from outreach.channels.wordpress.library import Library
from outreach.channels.wordpress.refusals import code_of, refused
from outreach.channels.wordpress.settings import WordPressSettings
from outreach.channels.wordpress.site import Site

STATUSES = "publish,future,draft,pending,private,trash"
"""Asking for these is refused aloud when the password has died; a plain question would be answered with an empty list."""

_TAKEN_AWAY = frozenset({"trash", "private"})
_WAITING = frozenset({"draft", "pending", "future", "auto-draft"})
_KEPT = ("categories", "tags", "featured_media", "sticky")
_COPIES = 5

Post = Mapping[str, Any]


class Posts:
    """The posts of one site that carry our marks."""

    def __init__(
        self, site: Site, settings: WordPressSettings, library: Library, language: str
    ) -> None:
        self._site = site
        self._settings = settings
        self._library = library
        self._language = language

    async def publish(self, rendition: Rendition, key: str, steps: Steps) -> Receipt:
        """Make the post public, once. Raises the four; `UnknownOutcome` only from the moment when readers may see it."""

        async def create() -> int:
            return await self._create(rendition, key, body)

        async def release() -> dict[str, Any]:
            return await self._release(number, body)

        with self._site.unseen():
            body = await self._body(rendition, key)
            number = await steps.once("create", create, repeatable=True)
            await self._still_there(number)
        done = await steps.once("publish", release, repeatable=True)
        return Receipt(
            remote_id=str(number),
            permalink=await self._permalink(number) or done["link"],
            at=datetime.fromisoformat(done["at"]),
            details={"dropped": done["dropped"]} if done["dropped"] else {},
        )

    async def find(self, rendition: Rendition, key: str) -> Look:
        """Look for the post in every state, by address and by mark."""
        try:
            ours = await self._ours(rendition, key)
        except PauseChannel:
            raise
        except NotPublished as outcome:
            return CannotTell(why=outcome.reason, passing=True)
        public = [post for post in ours if post["status"] == "publish"]
        if public:
            return Found(receipt=_receipt(public[0]))
        return Absent(proof={"seen": [{"id": p["id"], "status": p["status"]} for p in ours]})

    async def update(
        self, receipt: Receipt, rendition: Rendition, key: str, steps: Steps
    ) -> Receipt:
        """Change the public post. Raises the four: `Reject` when staff took it away, `UnknownOutcome` when they changed it."""
        number = _number(receipt)

        async def change() -> list[str]:
            echo = await self._site.write(f"posts/{number}", body)
            if echo["status"] != "publish":
                raise _taken_away(echo)
            return _dropped(body, echo)

        with self._site.unseen():
            body = await self._body(rendition, key)
            post = await self._public(number)
        await seal.ask_about(post, writing.mark(key), steps)
        name = f"update {rendition.digest[:12]}"
        dropped = await steps.once(name, change, repeatable=True)
        return Receipt(
            remote_id=receipt.remote_id,
            permalink=await self._permalink(number) or receipt.permalink,
            at=self._site.now(),
            details={"dropped": dropped} if dropped else {},
        )

    async def withdraw(self, receipt: Receipt, steps: Steps) -> Receipt:
        """Trash the post, or make it a draft; one that is gone already stays gone."""
        number = _number(receipt)

        async def take_down() -> str:
            return await self._take_down(f"posts/{number}")

        left = await steps.once("withdraw", take_down, repeatable=True)
        return Receipt(
            remote_id=receipt.remote_id, at=self._site.now(), details={"left_as": str(left)}
        )

    async def _body(self, rendition: Rendition, key: str) -> dict[str, Any]:
        pictures = await self._library.pictures(rendition.media)
        title = writing.plain(rendition.title)
        content = writing.post(rendition, key, pictures, self._language)
        categories = list(self._settings.categories)
        if self._settings.topic_as_category:
            categories.append(rendition.topic)
        hashtags = rendition.hashtags if self._settings.hashtags_as_tags else ()
        return {
            "title": title,
            "content": seal.sealed(title, content, writing.mark(key)),
            "excerpt": writing.plain(rendition.summary),
            "categories": await self._library.terms("categories", categories),
            "tags": await self._library.terms("tags", [tag.lstrip("#") for tag in hashtags]),
            "featured_media": pictures[0].id if pictures else 0,
            "sticky": rendition.kind is Kind.BANNER,
        }

    async def _create(self, rendition: Rendition, key: str, body: Mapping[str, Any]) -> int:
        """The number of the one post of ours: the oldest there is, or a new draft."""
        ours = await self._ours(rendition, key)
        if ours:
            return await self._adopt(ours, writing.slug(rendition, key))
        draft = {**body, "status": "draft", "slug": writing.slug(rendition, key)}
        made = await self._site.write("posts", draft)
        if lost := _dropped(body, made):
            self._library.forget()
            what = Text("WordPress dropped from the draft: {what}", what=", ".join(lost))
            raise RetryAt(what, evidence={"draft": made["id"], "dropped": lost})
        return int(made["id"])

    async def _adopt(self, ours: list[Post], slug: str) -> int:
        """Keep the public one, or else the lowest number; trash the drafts that an unanswered call left behind."""
        usable = [post for post in ours if post["status"] not in _TAKEN_AWAY]
        if not usable:
            raise _taken_away(ours[0])
        kept = next((post for post in usable if post["status"] == "publish"), usable[0])
        for post in usable:
            if post is not kept and post["status"] in _WAITING and post["slug"] in _slugs(slug):
                await self._take_down(f"posts/{post['id']}")
        return int(kept["id"])

    async def _still_there(self, number: int) -> None:
        post = await self._site.read(f"posts/{number}", context="edit")
        if post["status"] in _TAKEN_AWAY:
            raise _taken_away(post)

    async def _public(self, number: int) -> Post:
        post: Post = await self._site.read(f"posts/{number}", context="edit")
        if post["status"] != "publish":
            raise _taken_away(post)
        return post

    async def _release(self, number: int, body: Mapping[str, Any]) -> dict[str, Any]:
        now = self._site.now().astimezone(UTC)
        echo = await self._site.write(f"posts/{number}", {**body, **_public_at(now)})
        if echo["status"] == "future":
            server = _server_time(echo) - timedelta(minutes=1)
            echo = await self._site.write(f"posts/{number}", _public_at(server))
        if echo["id"] != number or echo["status"] != "publish":
            reason = Text("WordPress answered that the post is “{status}”.", status=echo["status"])
            raise UnknownOutcome(reason, evidence={"id": echo["id"], "status": echo["status"]})
        return {"link": echo["link"], "at": now.isoformat(), "dropped": _dropped(body, echo)}

    async def _permalink(self, number: int) -> str:
        try:
            post = await self._site.read(f"posts/{number}", context="edit")
        except NotPublished:
            return ""
        return str(post["link"]) if post["status"] == "publish" else ""

    async def _ours(self, rendition: Rendition, key: str) -> list[Post]:
        """Every post with our address or our mark, the lowest number first. Raises rather than miss one."""
        wanted = writing.slug(rendition, key)
        found: dict[int, Post] = {}
        for question in ({"slug": ",".join(_slugs(wanted))}, {"search": f"outreach:{key}"}):
            answer = await self._site.read(
                "posts", status=STATUSES, context="edit", per_page=100, **question
            )
            if not isinstance(answer, list):
                raise RetryAt(Text("The answer is not one of WordPress's REST API."))
            found |= {post["id"]: post for post in answer}
        ours = (found[number] for number in sorted(found))
        return [p for p in ours if _is_ours(p, wanted, key)]

    async def _take_down(self, route: str) -> str:
        """What became of the post: gone, trash or draft."""
        if self._settings.withdraw_to == "draft":
            return await self._make_draft(route)
        reply = await self._site.delete(route)
        if code_of(reply) in ("rest_already_trashed", "rest_post_invalid_id"):
            return "gone"
        if code_of(reply) == "rest_trash_not_supported":
            return await self._make_draft(route)
        if outcome := refused(reply, now=self._site.now()):
            raise outcome
        return "trash"

    async def _make_draft(self, route: str) -> str:
        reply = await self._site.ask("GET", route, query={"context": "edit"})
        if code_of(reply) == "rest_post_invalid_id":
            return "gone"
        if outcome := refused(reply, now=self._site.now()):
            raise outcome
        if (reply.json() or {}).get("status") in ("trash", "draft"):
            return "gone"
        await self._site.write(route, {"status": "draft", "sticky": False})
        return "draft"


def _number(receipt: Receipt) -> int:
    if not receipt.remote_id.isdecimal():
        raise Reject(
            Text("The proof names nothing on this site: {id}", id=receipt.remote_id or "—")
        )
    return int(receipt.remote_id)


def _slugs(slug: str) -> list[str]:
    """Every address that WordPress may have made of ours."""
    variants = [slug, *(f"{slug}-{number}" for number in range(2, _COPIES + 1))]
    return [*variants, *(f"{variant}__trashed" for variant in variants)]


def _is_ours(post: Post, slug: str, key: str) -> bool:
    return post["slug"] in _slugs(slug) or writing.mark(key) in seal.raw(post, "content")


def _taken_away(post: Post) -> Reject:
    return Reject(
        Text(
            "Staff took the post {number} away on the site ({status}). Restore or delete it there, then ask again.",
            number=post["id"],
            status=post["status"],
        ),
        evidence={"id": post["id"], "status": post["status"]},
    )


def _receipt(post: Post) -> Receipt:
    at = datetime.fromisoformat(post["date_gmt"]).replace(tzinfo=UTC)
    return Receipt(remote_id=str(post["id"]), permalink=str(post["link"]), at=at)


def _public_at(at: datetime) -> dict[str, str]:
    return {"status": "publish", "date_gmt": f"{at:%Y-%m-%dT%H:%M:%S}Z"}


def _server_time(echo: Mapping[str, Any]) -> datetime:
    try:
        return parsedate_to_datetime(echo["_now"]).astimezone(UTC)
    except ValueError:
        return datetime.fromisoformat(echo["modified_gmt"]).replace(tzinfo=UTC)


def _dropped(sent: Mapping[str, Any], echo: Mapping[str, Any]) -> list[str]:
    """What WordPress answered 201 or 200 to, and yet did not keep."""
    return [name for name in _KEPT if not _kept(sent[name], echo.get(name))]


def _kept(sent: Any, echoed: Any) -> bool:
    if isinstance(sent, list):
        return set(sent) <= set(echoed or ())
    return bool(sent == echoed)
