"""What the platform remembers and the rules by which it answers; every change is on disk before it is answered."""

from __future__ import annotations

import json
import os
import threading
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from outreach.sandbox.zalo.articles import checked, described, listed
from outreach.sandbox.zalo.faults import Faults
from outreach.sandbox.zalo.oauth import Grants, Pair, ZaloError

__all__ = ["OA_ID", "Pair", "Platform", "ZaloError"]

APP_SECRET = "sandbox-secret"  # noqa: S105 - of a platform for tests
OA_ID = "4318657068771012646"
MOST_ELEMENTS = 5
LONGEST_SLICE = 10
_NIGHT = (time(6, 0), time(22, 0))


def fetch_over_http(url: str) -> bytes:
    """The picture behind a cover's address. Raises OSError."""
    if not url.startswith(("http://", "https://")):
        raise OSError(url)
    with urllib.request.urlopen(url, timeout=10) as reply:  # noqa: S310 - only http and https, checked above
        return bytes(reply.read(20_000_000))


class Platform:
    """One Official Account. `clock` is aware; `folder` keeps its state; `fetch` gives the bytes behind a cover's address."""

    def __init__(
        self,
        folder: Path,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        faults: Faults | None = None,
        fetch: Callable[[str], bytes] = fetch_over_http,
        app_id: str = "1234567890",
        app_secret: str = APP_SECRET,
    ) -> None:
        self.clock = clock
        self.faults = faults or Faults()
        self.app_id, self.app_secret = app_id, app_secret
        self.lock = threading.RLock()
        self._file = folder / "zalo.json"
        self._fetch = fetch
        self._state = _stored(self._file)
        self.grants = Grants(
            self._state["grant"],
            app_id=app_id,
            app_secret=app_secret,
            now=self._now,
            faults=self.faults,
        )

    @property
    def articles(self) -> list[dict[str, Any]]:
        """Everything that was ever created, oldest first."""
        with self.lock:
            for article in self._state["articles"].values():
                self._process(article)
            return list(self._state["articles"].values())

    @property
    def public(self) -> list[dict[str, Any]]:
        """What followers can see, newest first."""
        return [a for a in self._visible() if a["content"]["status"] == "show"]

    @property
    def broadcasts(self) -> list[dict[str, Any]]:
        """What was sent to all followers, oldest first."""
        return list(self._state["broadcasts"])

    def issue(self) -> Pair:
        """The pair of tokens that an administrator copies from the console."""
        with self.lock:
            pair = self.grants.issue()
            self.save()
            return pair

    def create(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Take an article; it is public only after it was processed. Raises `ZaloError`."""
        content = checked(body, strict=self.faults.strict_lengths)
        today = self._local().date()
        limit = self.faults.articles_per_day
        made = sum(_local(a["created"]).date() == today for a in self._state["articles"].values())
        if limit is not None and made >= limit:
            raise ZaloError(-223, "OA has used up its article publishing quota")
        number = len(self._state["articles"]) + 1
        article = {
            "id": f"a{number:06d}f{self.faults.seed:04d}",
            "content": content,
            "created": self._now(),
            "state": "processing",
        }
        self._state["articles"][article["id"]] = article
        return {"token": self._token_for(article, content)}

    def update(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Take a new text of an article; it shows after it was processed. Raises `ZaloError`."""
        article = self._article(str(body.get("id", "")))
        content = checked(body, strict=self.faults.strict_lengths)
        return {"token": self._token_for(article, content)}

    def verify(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The article's id, once it was processed. Raises `ZaloError`."""
        ticket = self._state["tickets"].get(str(body.get("token", "")))
        if ticket is None:
            raise ZaloError(-201, "token is invalid.")
        ticket["polls"] += 1
        if ticket["polls"] <= self.faults.verify_polls or self._now() < ticket["ready"]:
            raise ZaloError(-214, "Article is being processed")
        ticket["verified"] = True
        article = self._state["articles"][ticket["article"]]
        self._process(article)
        if ticket["failed"]:
            raise ZaloError(-200, "Upload media failed")
        return {"id": article["id"]}

    def remove(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Take an article away. Raises `ZaloError`."""
        self._article(str(body.get("id", "")))["state"] = "removed"
        return {}

    def getslice(self, query: Mapping[str, str]) -> dict[str, Any]:
        """A page of the list, newest first. Raises `ZaloError`."""
        if query.get("type") not in ("normal", "video"):
            raise ZaloError(-201, "type accept only 2 value normal and video.")
        offset, limit = _number(query, "offset"), _number(query, "limit")
        if limit > LONGEST_SLICE:
            raise ZaloError(-201, "maximum limit is 10")
        found = [a for a in self._visible() if a["content"]["type"] == query["type"]]
        medias = [listed(a, OA_ID) for a in found[offset : offset + limit]]
        return {"medias": medias, "total": len(found)}

    def getdetail(self, query: Mapping[str, str]) -> dict[str, Any]:
        """One article. Raises `ZaloError`."""
        return described(self._article(query.get("id", "")))

    def broadcast(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Send articles to all followers. Raises `ZaloError`."""
        articles = [self._article(one) for one in _elements(body)]
        if any(article["content"]["status"] != "show" for article in articles):
            raise ZaloError(-201, "attachment_id is invalid.")
        if not self.faults.verified:
            raise ZaloError(-221, "OA has not been verified")
        local = self._local()
        if self.faults.night_hours and not _NIGHT[0] <= local.time() < _NIGHT[1]:
            raise ZaloError(-234, "Promotion message cannot be sent at night")
        sent = [_local(one["at"]) for one in self._state["broadcasts"]]
        if sum(one.date() == local.date() for one in sent) >= self.faults.broadcasts_per_day:
            raise ZaloError(-218, "Out of quota receive of user")
        same_month = [one for one in sent if (one.year, one.month) == (local.year, local.month)]
        if len(same_month) >= self.faults.broadcasts_per_month:
            raise ZaloError(-211, "Out of quota")
        message = {
            "id": f"m{len(sent) + 1:06d}",
            "articles": [article["id"] for article in articles],
            "at": self._now(),
        }
        self._state["broadcasts"].append(message)
        return {"message_id": message["id"]}

    def getoa(self, _query: Mapping[str, str]) -> dict[str, Any]:
        """Who the account is."""
        return {
            "oaid": OA_ID,
            "name": "Sở Công Thương (sandbox)",
            "is_verified": self.faults.verified,
            "oa_type": 4,
            "num_follower": 1000,
            "package_name": "Advanced",
            "package_valid_through_date": "31/12/2099",
        }

    def quota(self, body: Mapping[str, Any]) -> Any:
        """What may still be sent to one follower, or by the account."""
        local = self._local()
        sent = [_local(one["at"]) for one in self._state["broadcasts"]]
        day = sum(one.date() == local.date() for one in sent)
        month = sum((one.year, one.month) == (local.year, local.month) for one in sent)
        if body.get("quota_owner"):
            return [{"asset_id": "1", "quota_type": "sub_quota", "total": 2000, "remain": 2000}]
        return {
            "promotion": {
                "daily_total": self.faults.broadcasts_per_day,
                "daily_remain": max(0, self.faults.broadcasts_per_day - day),
                "monthly_total": self.faults.broadcasts_per_month,
                "monthly_remain": max(0, self.faults.broadcasts_per_month - month),
            }
        }

    def save(self) -> None:
        """Put everything on disk, whole and durably."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._file.with_suffix(".unfinished")
        with unfinished.open("w", encoding="utf-8") as opened:
            json.dump(self._state, opened, ensure_ascii=False)
            opened.flush()
            os.fsync(opened.fileno())
        unfinished.replace(self._file)

    def _token_for(self, article: Mapping[str, Any], content: Mapping[str, Any]) -> str:
        token = f"t{len(self._state['tickets']) + 1:06d}"
        self._state["tickets"][token] = {
            "article": article["id"],
            "content": content,
            "ready": self._now() + self.faults.verify_delay,
            "polls": 0,
            "verified": False,
            "applied": False,
            "failed": False,
        }
        return token

    def _process(self, article: dict[str, Any]) -> None:
        for ticket in self._tickets(article):
            if self._now() < ticket["ready"] or ticket["applied"]:
                continue
            if not (ticket["verified"] or self.faults.appears_unverified):
                continue
            ticket["applied"], ticket["failed"] = True, not self._takes_cover(ticket["content"])
            if not ticket["failed"] and article["state"] != "removed":
                shown = article.get("shown", self._now())
                article.update(content=ticket["content"], state="ready", shown=shown)
                article["updated"] = self._now()
            elif article["state"] == "processing":
                article["state"] = "failed"

    def _tickets(self, article: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        return (t for t in self._state["tickets"].values() if t["article"] == article["id"])

    def _takes_cover(self, content: Mapping[str, Any]) -> bool:
        try:
            picture = self._fetch(content["cover"]["photo_url"])
        except OSError:
            return False
        is_picture = picture.startswith((b"\xff\xd8\xff", b"\x89PNG"))
        return is_picture and len(picture) <= self.faults.cover_limit

    def _article(self, article_id: str) -> dict[str, Any]:
        found: dict[str, Any] | None = self._state["articles"].get(article_id)
        if found:
            self._process(found)
        if found is None or found["state"] != "ready":
            raise ZaloError(-201, "article id is invalid.")
        return found

    def _visible(self) -> list[dict[str, Any]]:
        limit = self._now() - self.faults.visibility_lag
        shown = [a for a in self.articles if a["state"] == "ready" and a["shown"] <= limit]
        return sorted(shown, key=lambda a: (a["created"], a["id"]), reverse=True)

    def _now(self) -> float:
        return self.clock().timestamp()

    def _local(self) -> datetime:
        return _local(self._now())


def _stored(file: Path) -> dict[str, Any]:
    empty: dict[str, Any] = {"articles": {}, "tickets": {}, "broadcasts": [], "grant": {}}
    return empty | json.loads(file.read_text("utf-8")) if file.exists() else empty


def _local(at: float) -> datetime:
    return datetime.fromtimestamp(at, ZoneInfo("Asia/Ho_Chi_Minh"))


def _number(query: Mapping[str, str], name: str) -> int:
    value = query.get(name, "")
    if not value.isdecimal():
        raise ZaloError(-201, f"{name} is invalid.")
    return int(value)


def _elements(body: Mapping[str, Any]) -> list[str]:
    """The ids of the articles of a broadcast. Raises `ZaloError`."""
    try:
        target = body["recipient"]["target"]
        payload = body["message"]["attachment"]["payload"]
        found = [str(element["attachment_id"]) for element in payload["elements"]]
        media = payload["template_type"] == "media"
        articles = all(element["media_type"] == "article" for element in payload["elements"])
    except (KeyError, TypeError):
        raise ZaloError(-201, "Params is invalid.") from None
    if not isinstance(target, dict) or not media or not articles:
        raise ZaloError(-201, "Params is invalid.")
    if not 1 <= len(found) <= MOST_ELEMENTS:
        raise ZaloError(-201, "elements allow 1 to 5 articles.")
    return found
