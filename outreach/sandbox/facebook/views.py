"""How objects look to a client: chosen fields, pages of a listing, times as the platform writes them."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from outreach.sandbox.facebook.wire import Call, GraphError

if TYPE_CHECKING:
    from outreach.sandbox.facebook.ledger import Ledger
    from outreach.sandbox.facebook.place import Place

POST_METRICS = {
    "post_media_view": "views",
    "post_total_media_view_unique": "reach",
    "post_clicks": "clicks",
    "post_reactions_by_type_total": "",
}
PAGE_METRICS = dict.fromkeys(
    ("page_media_view", "page_total_media_view_unique", "page_post_engagements", "page_follows"), ""
)
"""The metrics that are alive, and which of a post's counts each of them shows."""
_DEFAULT = ("created_time", "message", "id")


def stamp(moment: float) -> str:
    """Unix seconds as the platform writes them: 2019-05-17T16:24:04+0000."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def instant(text: str) -> float:
    """Unix seconds from unix seconds or ISO 8601. Raises `GraphError`."""
    try:
        return float(text) if text.replace(".", "").isdigit() else _iso(text)
    except ValueError as error:
        raise GraphError(100, f"(#100) {text} is not a time") from error


def _iso(text: str) -> float:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def accounts(place: Place) -> list[dict[str, Any]]:
    """The Pages as their user's list shows them: those on which there is a role."""
    tasks = list(place.tasks)
    own = {"id": place.page, "name": place.page_name, "access_token": place.token, "tasks": tasks}
    others = [
        {
            "id": page,
            "name": f"Page {page}",
            "access_token": f"{place.token}-{page}",
            "tasks": tasks,
        }
        for page in place.other_pages
    ]
    return [own, *others] if tasks else []


def page(place: Place, stored: dict[str, Any] | None, fields: list[Any]) -> dict[str, Any]:
    """The Page itself."""
    cover = (stored or {}).get("cover")
    everything: dict[str, Any] = {
        "name": place.page_name,
        "link": f"https://www.facebook.com/{place.page}",
        "access_token": place.token if place.tasks else None,
        "fan_count": 1234,
        "followers_count": 1234,
        "is_published": True,
    }
    if cover:
        everything["cover"] = {"id": cover, "cover_id": cover, "offset_x": 0, "offset_y": 0}
    return _chosen(everything | {"id": place.page}, fields or ["name", "id"], "Page", {"cover"})


def post(
    stored: dict[str, Any], place: Place, call: Call, *, public: bool, ledger: Ledger
) -> dict[str, Any]:
    """One post with the fields that the call asks for."""
    name, received = stored["id"], stored.get("received", {})
    shares = received.get("shares")
    fields = call.listed("fields") or list(_DEFAULT)
    written = [one for one in reversed(ledger.of("comment")) if one["on"] == name]
    counted = any(str(one).startswith("comments") and "limit(0)" in str(one) for one in fields)
    everything = {
        "id": name,
        "message": stored["message"] or None,
        "created_time": stamp(
            stored["planned"] if public and stored["planned"] else stored["created"]
        ),
        "updated_time": stamp(stored["updated"]),
        "permalink_url": f"{call.base}/_sandbox/page#{name}",
        "is_published": public,
        "is_hidden": False,
        "status_type": _status_type(stored),
        "from": {"name": place.page_name, "id": place.page},
        "scheduled_publish_time": None if public else stored["planned"],
        "shares": {"count": shares} if shares else None,
        "reactions": {"data": [], "summary": {"total_count": received.get("reactions", 0)}},
        "comments": {
            "data": [] if counted else [comment(one, place) for one in written[:100]],
            "summary": {"total_count": len(written)},
        },
        "full_picture": f"{call.base}/_sandbox/photos/{stored['photos'][0]}"
        if stored["photos"]
        else None,
        "attachments": attachments(stored, ledger),
        "application": {"name": place.app_name, "id": stored["app"]} if stored["app"] else None,
    }
    return _chosen(everything, fields, "Post", set())


def _status_type(stored: dict[str, Any]) -> str:
    if stored.get("video"):
        return "added_video"
    return "added_photos" if stored["photos"] else "mobile_status_update"


def video(stored: dict[str, Any], call: Call, *, now: float) -> dict[str, Any]:
    """One video; its post is named once it is processed."""
    ready = stored["ready"] <= now
    state = "ready" if ready else "processing"
    phase = {"status": "complete" if ready else "in_progress"}
    everything = {
        "id": stored["id"],
        "title": stored["title"],
        "description": stored["description"],
        "created_time": stamp(stored["created"]),
        "updated_time": stamp(stored["created"]),
        "status": {
            "video_status": state,
            "uploading_phase": {"status": "complete"},
            "processing_phase": phase,
            "publishing_phase": {"status": "complete" if ready else "not_started"},
        },
        "post_id": stored["post"] if ready else None,
        "permalink_url": f"{call.base}/_sandbox/page#{stored['post']}",
        "source": f"{call.base}/_sandbox/videos/{stored['id']}",
        "published": ready,
    }
    return _chosen(everything, call.listed("fields") or ["updated_time", "id"], "Video", set())


def attachments(stored: dict[str, Any], ledger: Ledger) -> dict[str, Any] | None:
    """The photos or the link of a post; None when there are none."""
    if stored.get("video"):
        link = f"https://www.facebook.com/watch/?v={stored['video']}"
        return {"data": [{"media_type": "video", "target": {"id": stored["video"]}, "url": link}]}
    if stored["photos"]:
        photos = [_photo(name, ledger) for name in stored["photos"]]
        several = {"media_type": "album", "subattachments": {"data": photos}}
        return {"data": photos if len(photos) == 1 else [several]}
    if not stored["link"]:
        return None
    shim = "https://l.facebook.com/l.php?" + urlencode({"u": stored["link"], "h": "AT0"})
    return {"data": [{"media_type": "link", "url": shim, "unshimmed_url": stored["link"]}]}


def _photo(name: str, ledger: Ledger) -> dict[str, Any]:
    alt = (ledger.get(name) or {}).get("alt", "")
    return {"media_type": "photo", "target": {"id": name}, "description": alt}


def comment(stored: dict[str, Any], place: Place) -> dict[str, Any]:
    """One comment; who else wrote it is not told to the Page's app."""
    return {
        "id": stored["id"],
        "message": stored["message"],
        "created_time": stamp(stored["created"]),
        "from": {"name": place.page_name, "id": place.page}
        if stored.get("by", place.page) == place.page
        else None,
    }


def _chosen(
    everything: dict[str, Any], fields: list[Any], kind: str, empty: set[str]
) -> dict[str, Any]:
    names = {str(name).strip().split("{")[0].split(".")[0] for name in fields if str(name).strip()}
    unknown = names - everything.keys() - empty
    if unknown:
        message = f"(#100) Tried accessing nonexisting field ({min(unknown)}) on node type ({kind})"
        raise GraphError(100, message)
    chosen = {name: everything.get(name) for name in everything if name in names | {"id"}}
    return {name: value for name, value in chosen.items() if value is not None}


def listing(
    call: Call, things: list[dict[str, Any]], view: Callable[[dict[str, Any]], dict[str, Any]]
) -> dict[str, Any]:
    """One page of a listing: `limit` (at most 100), `after`, `before`, `since`, `until`; no `paging` when it is empty."""
    limit = int(call.text("limit") or 25)
    if limit > 100:
        raise GraphError(100, "(#100) The limit parameter must not be larger than 100")
    since = instant(call.text("since")) if call.text("since") else 0.0
    until = instant(call.text("until")) if call.text("until") else float("inf")
    within = [thing for thing in things if since <= thing["created"] <= until]
    first, last = _slice(call, [thing["id"] for thing in within], limit)
    shown = within[first:last]
    if not shown:
        return {"data": []}
    paging: dict[str, Any] = {
        "cursors": {"before": _cursor(shown[0]["id"]), "after": _cursor(shown[-1]["id"])}
    }
    if last < len(within):
        query = {"access_token": call.token, **call.params, "after": paging["cursors"]["after"]}
        query.pop("before", None)
        paging["next"] = f"{call.base}/{'/'.join((call.version, *call.path))}?{urlencode(query)}"
    return {"data": [view(thing) for thing in shown], "paging": paging}


def _slice(call: Call, names: list[str], limit: int) -> tuple[int, int]:
    if call.text("after"):
        name = _name(call.text("after"))
        first = names.index(name) + 1 if name in names else 0
        return first, first + limit
    if call.text("before"):
        name = _name(call.text("before"))
        last = names.index(name) if name in names else 0
        return max(0, last - limit), last
    return 0, limit


def _cursor(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode()).decode().rstrip("=")


def _name(cursor: str) -> str:
    try:
        return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except ValueError as error:
        raise GraphError(100, "(#100) Invalid cursor") from error


def insights(call: Call, thing: dict[str, Any], known: dict[str, str]) -> dict[str, Any]:
    """Figures, zero unless people reacted; a dead metric fails the whole call as the platform does."""
    wanted = [str(metric).strip() for metric in call.listed("metric")]
    if not wanted:
        raise GraphError(3001, "(#3001) Invalid query", subcode=1504028)
    if not set(wanted) <= known.keys():
        raise GraphError(100, "(#100) The value must be a valid insights metric")
    period, received = call.text("period") or "lifetime", thing.get("received", {})
    return {
        "data": [
            {
                "name": metric,
                "period": period,
                "values": [{"value": received.get(known[metric], 0)}],
                "id": f"{thing['id']}/insights/{metric}",
            }
            for metric in wanted
        ]
    }
