"""What the platform does with a call: its objects, its rules, its refusals."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from outreach.sandbox.facebook import views
from outreach.sandbox.facebook.ledger import Ledger
from outreach.sandbox.facebook.photos import Photos
from outreach.sandbox.facebook.place import Place
from outreach.sandbox.facebook.videos import Videos
from outreach.sandbox.facebook.wire import Call, GraphError, missing

DAY = 86_400


class Graph:
    """The Page and everything on it. `now` gives unix seconds."""

    def __init__(
        self,
        place: Place,
        ledger: Ledger,
        *,
        media: Path | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.place = place
        self.ledger = ledger
        self.now = now
        self.photos = Photos(ledger, media / "photos" if media else None)
        self.videos = Videos(ledger, media / "videos" if media else None)

    def answer(self, call: Call, *, lag: float = 0.0) -> Any:
        """Carry the call out and say what came of it; what it makes stays hidden for `lag` seconds. Raises `GraphError`."""
        name = self._name(call)
        if name == "accounts":
            return {"data": views.accounts(self.place)}
        if name == "" and call.method == "POST":
            return self._scrape(call)
        if name == self.place.app:
            return {"id": name, "name": self.place.app_name, "link": ""}
        act = getattr(self, f"_{call.method.lower()}_{self._kind(name, call)}", None)
        if act is None:
            raise missing(name, call.method.lower())
        return act(call, name, lag)

    def feed(self) -> list[dict[str, Any]]:
        """What a follower sees, the newest first."""
        return [post for post in self.ledger.of("post") if self.is_public(post)]

    def scheduled(self) -> list[dict[str, Any]]:
        """What waits for its time, the newest first."""
        return [p for p in self.ledger.of("post") if p["planned"] and not self.is_public(p)]

    def hang(self, photo: str) -> None:
        """Make a photo the Page's cover."""
        covers = [
            *(self.ledger.get("page") or {}).get("covers", []),
            {"photo": photo, "at": self.now()},
        ]
        page = {"id": "page", "kind": "page", "cover": photo, "covers": covers, "visible": 0}
        self.ledger.put(page)

    def is_public(self, post: dict[str, Any]) -> bool:
        """Whether the post is published, at once or because its time has come, and its video processed."""
        planned, now = post.get("planned"), self.now()
        released = post["published"] or (planned and planned <= now)
        return bool(released and post.get("ready", 0) <= now)

    def add_post(self, **facts: Any) -> dict[str, Any]:
        """Put a post on the Page; without `app` it is one that a person wrote by hand."""
        now = self.now()
        post = {
            "id": f"{self.place.page}_{self.ledger.next_number()}",
            "kind": "post",
            "message": "",
            "link": "",
            "photos": [],
            "app": "",
            "published": True,
            "planned": None,
            "created": now,
            "updated": now,
            "visible": now,
        }
        return self.ledger.put(post | facts)

    def receive(self, name: str, **counts: int) -> None:
        """Let people react to a post: totals of `reactions`, `shares`, `views`, `reach`, `clicks`."""
        stored = self.ledger.get(name) or {}
        self.ledger.put(stored | {"received": stored.get("received", {}) | counts})

    def comment(self, name: str, message: str, *, by: str = "") -> str:
        """Let someone comment on a post; empty is a follower. Gives the comment's id."""
        number = f"{name.rpartition('_')[2]}_{self.ledger.next_number()}"
        made = {"id": number, "kind": "comment", "on": name, "message": message, "by": by}
        self.ledger.put(made | {"created": self.now(), "visible": self.now()})
        return number

    # --- which object, which edge -----------------------------------------------------------------

    def _name(self, call: Call) -> str:
        if call.path == ("me", "accounts"):
            return "accounts"
        name = call.path[0] if call.path else ""
        return self.place.page if name == "me" else name

    def _kind(self, name: str, call: Call) -> str:
        thing = self.ledger.get(name)
        hidden = thing is not None and thing["visible"] > self.now()
        if name == self.place.page:
            return f"page_{call.edge}" if call.edge else "page"
        if thing is None or hidden:
            raise missing(name, call.method.lower())
        return f"{thing['kind']}_{call.edge}" if call.edge else str(thing["kind"])

    def _scrape(self, call: Call) -> Any:
        if not call.text("id").startswith(("http://", "https://")):
            raise GraphError(1500, "Invalid URL", subcode=1609005)
        return {"url": call.text("id"), "type": "website", "updated_time": views.stamp(self.now())}

    # --- the Page -----------------------------------------------------------------------------------

    def _get_page(self, call: Call, name: str, lag: float) -> Any:
        return views.page(self.place, self.ledger.get("page"), call.listed("fields"))

    def _post_page(self, call: Call, name: str, lag: float) -> Any:
        cover = call.text("cover")
        if cover and not self.ledger.get(cover):
            raise GraphError(100, "Invalid parameter", subcode=1366046)
        if cover:
            self.photos.keep(cover)
            self.hang(cover)
        return {"success": True}

    def _get_page_feed(self, call: Call, name: str, lag: float) -> Any:
        return self._listed(call, [post for post in self.ledger.of("post") if not post["planned"]])

    def _get_page_published_posts(self, call: Call, name: str, lag: float) -> Any:
        return self._listed(call, self.feed())

    _get_page_posts = _get_page_published_posts

    def _get_page_scheduled_posts(self, call: Call, name: str, lag: float) -> Any:
        return self._listed(call, self.scheduled())

    def _listed(self, call: Call, posts: list[dict[str, Any]]) -> Any:
        seen = [self._dated(post) for post in posts if post["visible"] <= self.now()]
        return views.listing(call, seen, lambda post: self._view(call, post))

    def _dated(self, post: dict[str, Any]) -> dict[str, Any]:
        """A post that was released counts as made at that time."""
        was_planned = post["planned"] and self.is_public(post)
        return post | {"created": post["planned"]} if was_planned else post

    def _view(self, call: Call, post: dict[str, Any]) -> dict[str, Any]:
        return views.post(post, self.place, call, public=self.is_public(post), ledger=self.ledger)

    def _post_page_feed(self, call: Call, name: str, lag: float) -> Any:
        photos = [str(one.get("media_fbid", "")) for one in call.listed("attached_media")]
        message, link = call.text("message"), call.text("link")
        if not (message or link or photos):
            raise GraphError(100, "Invalid parameter: a message or a link is required")
        if link and not link.startswith(("http://", "https://")):
            raise GraphError(1500, "The url you supplied is invalid")
        for photo in photos:
            self.photos.attachable(photo, self.now())
        if not photos:
            self._refuse_repeat(message, link)
        planned = self._planned(call)
        post = self.add_post(
            message=message,
            link=link,
            photos=photos,
            app=self.place.app,
            published=call.flag("published", True) and not planned,
            planned=planned,
            visible=self.now() + lag,
        )
        for photo in photos:
            self.photos.keep(photo, post["id"])
        chosen = self._view(call, post) if "fields" in call.params else {}
        return {"id": post["id"]} | chosen

    def _planned(self, call: Call) -> int | None:
        wanted = call.text("scheduled_publish_time")
        if not wanted or call.flag("published", True):
            return None
        planned = views.instant(wanted)
        if not self.now() + 600 <= planned <= self.now() + 75 * DAY:
            raise GraphError(100, "(#100) The specified scheduled publish time is invalid.")
        return int(planned)

    def _refuse_repeat(self, message: str, link: str) -> None:
        last = next(iter(self.feed()), None)
        if last and not last["photos"] and (last["message"], last["link"]) == (message, link):
            raise GraphError(506, "(#506) Duplicate status message", subcode=1455006)

    # --- photos ---------------------------------------------------------------------------------------

    def _post_page_photos(self, call: Call, name: str, lag: float) -> Any:
        caption = call.text("caption") or call.text("message")
        number = self.photos.add(call, caption, self.now())
        if not call.flag("published", True):
            return {"id": number}
        post = self.add_post(
            message=caption, photos=[number], app=self.place.app, visible=self.now() + lag
        )
        self.photos.keep(number, post["id"])
        return {"id": number, "post_id": post["id"]}

    def _get_photo(self, call: Call, name: str, lag: float) -> Any:
        photo = self.ledger.get(name) or {}
        return {"id": name, "alt_text": photo["alt"], "created_time": views.stamp(photo["created"])}

    def _delete_photo(self, call: Call, name: str, lag: float) -> Any:
        self.ledger.drop(name)
        return {"success": True}

    # --- videos ---------------------------------------------------------------------------------------

    def _post_page_videos(self, call: Call, name: str, lag: float) -> Any:
        answer, video = self.videos.take(call, self.now())
        if video:
            self._show(video, call, lag)
        return answer

    _post_page_advideos = _post_page_videos

    def _show(self, video: str, call: Call, lag: float) -> None:
        planned, now = self._planned(call), self.now()
        post = self.add_post(
            message=call.text("description"),
            video=video,
            app=self.place.app,
            published=call.flag("published", True) and not planned,
            planned=planned,
            visible=now + lag,
            ready=now + self.videos.delay,
        )
        self.videos.put(video, call, post["id"], now=now, visible=now + lag)

    def _get_video(self, call: Call, name: str, lag: float) -> Any:
        return views.video(self.ledger.get(name) or {}, call, now=self.now())

    def _delete_video(self, call: Call, name: str, lag: float) -> Any:
        self.ledger.drop((self.ledger.get(name) or {})["post"])
        self.ledger.drop(name)
        return {"success": True}

    # --- one post -------------------------------------------------------------------------------------

    def _get_post(self, call: Call, name: str, lag: float) -> Any:
        return self._view(call, self.ledger.get(name) or {})

    def _get_post_attachments(self, call: Call, name: str, lag: float) -> Any:
        post = self.ledger.get(name) or {}
        return views.attachments(post, self.ledger) or {"data": []}

    def _post_post(self, call: Call, name: str, lag: float) -> Any:
        post = dict(self.ledger.get(name) or {})
        if post["app"] != self.place.app:
            raise GraphError(10, "(#10) Application does not have permission for this action")
        if "message" in call.params:
            post["earlier"] = [*post.get("earlier", []), post["message"]]
            post["message"] = call.text("message")
        if call.flag("is_published", False) and not post["published"]:
            post |= {"published": True, "planned": None, "created": self.now()}
        self.ledger.put(post | {"updated": self.now()})
        return {"success": True}

    def _delete_post(self, call: Call, name: str, lag: float) -> Any:
        post = self.ledger.get(name) or {}
        if not self.is_public(post):
            self.ledger.put(post | {"planned": None})
        self.ledger.drop(name)
        if video := post.get("video"):
            self.ledger.drop(video)
        return {"success": True}

    _delete_comment = _delete_photo

    def _get_post_comments(self, call: Call, name: str, lag: float) -> Any:
        own = [comment for comment in reversed(self.ledger.of("comment")) if comment["on"] == name]
        return views.listing(call, own, lambda one: views.comment(one, self.place))

    def _post_post_comments(self, call: Call, name: str, lag: float) -> Any:
        if not call.text("message"):
            raise GraphError(100, "(#100) Missing message or attachment")
        return {"id": self.comment(name, call.text("message"), by=self.place.page)}

    def _get_post_insights(self, call: Call, name: str, lag: float) -> Any:
        return views.insights(call, self.ledger.get(name) or {}, views.POST_METRICS)

    def _get_page_insights(self, call: Call, name: str, lag: float) -> Any:
        return views.insights(call, {"id": name}, views.PAGE_METRICS)
