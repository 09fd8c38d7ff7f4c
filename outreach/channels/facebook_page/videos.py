"""Videos on their way to a post: sent in pieces, which nobody sees and which may be repeated, then finished once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from outreach import channel as c
from outreach.channels.facebook_page.composition import Post
from outreach.channels.facebook_page.graph import GraphClient
from outreach.channels.facebook_page.journal import Journal
from outreach.channels.facebook_page.refusals import Gone, OtherPiece

POLLS = (0, 2, 3, 5, 8, 12, 20, 30, 30)
"""Seconds between questions whether the video is ready."""

AT_ONCE = timedelta(minutes=2)
"""So long one attempt sends pieces; the next one goes on where it ended."""

_AT_FACEBOOK = "https://www.facebook.com"
_FIELDS = "status,post_id,permalink_url"
_STILL = c.Text("Facebook is still processing the video.")

Piece = dict[str, Any]
"""What is asked for next: `session`, `video`, `start` and `end` in bytes; all is sent when these are equal."""


class Videos:
    """The videos of one Page. `sleep` waits for seconds of the clock `now`."""

    def __init__(
        self,
        graph: GraphClient,
        journal: Journal,
        *,
        page: str,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[Any]],
    ) -> None:
        self._graph, self._journal, self._page = graph, journal, page
        self._now, self._sleep = now, sleep

    async def send(self, video: c.Media, steps: c.Steps, *, name: str) -> Piece:
        """Every piece, each a step whose name begins with `name`. Raises `RetryAt` where the outcome is unknown: nothing is public."""
        began = self._now()
        piece: Piece = await steps.once(name, partial(self._begin, video), repeatable=True)
        while piece["start"] != piece["end"]:
            if self._now() - began > AT_ONCE:
                reason = c.Text("The video is on its way; the rest of it is sent next.")
                raise c.RetryAt(reason, at=self._now())
            send = partial(self._transfer, video, piece)
            piece = await steps.once(f"{name}-{piece['start']}", send, repeatable=True)
        return piece

    async def finish(self, post: Post, piece: Piece, *, key: str) -> dict[str, Any]:
        """Let Facebook make the post; gives the video's `id`. Raises like any call that publishes."""
        await asyncio.to_thread(self._journal.show, key, piece["video"])
        answer = await self._graph.post(
            f"{self._page}/videos",
            upload_phase="finish",
            upload_session_id=piece["session"],
            title=post.title,
            description=post.message,
        )
        return {"id": piece["video"]} if answer.get("success") else {}

    async def shown(self, video: str) -> dict[str, str]:
        """The `id` and `permalink` of the post once the video is processed. Raises `UnknownOutcome` before, and `Reject`."""
        for pause in POLLS:
            await self._sleep(pause)
            try:
                seen = await self._seen(video)
            except (c.RetryAt, c.PauseChannel, Gone) as failure:
                raise c.UnknownOutcome(failure.reason, evidence=failure.evidence) from failure
            if _state(seen) == "ready" and seen.get("post_id"):
                return {"id": self._post_id(seen), "permalink": _permalink(seen)}
            if _state(seen) in ("error", "upload_failed"):
                reason = c.Text("Facebook cannot process this video; save it anew as MP4 (H.264).")
                raise c.Reject(reason, evidence={"status": seen.get("status")})
        raise c.UnknownOutcome(_STILL)

    async def look(self, key: str) -> c.Look | None:
        """Whether a video of the publication is public or may still become so; None when none is. Raises `PauseChannel`."""
        for video in reversed(self._journal.videos(key)):
            try:
                seen = await self._seen(video)
            except Gone:
                continue
            except (c.RetryAt, c.UnknownOutcome, c.Reject) as failure:
                return c.CannotTell(why=failure.reason, passing=True)
            if _state(seen) == "ready" and seen.get("post_id"):
                name = self._post_id(seen)
                await asyncio.to_thread(self._journal.own, name, key)
                found = c.Receipt(remote_id=name, permalink=_permalink(seen), at=self._now())
                return c.Found(receipt=found)
            if _state(seen) in ("ready", "processing"):
                return c.CannotTell(why=_STILL, passing=True)
        return None

    async def _begin(self, video: c.Media) -> Piece:
        answer = await self._call(upload_phase="start", file_size=video.size)
        names = {"session": "upload_session_id", "video": "video_id"}
        return {ours: str(answer.get(theirs, "")) for ours, theirs in names.items()} | _range(
            answer
        )

    async def _transfer(self, video: c.Media, piece: Piece) -> Piece:
        content = await asyncio.to_thread(_read, video, piece["start"], piece["end"])
        try:
            answer = await self._call(
                file=(video.sha256, video.mime, content),
                upload_phase="transfer",
                upload_session_id=piece["session"],
                start_offset=piece["start"],
            )
        except OtherPiece as other:
            answer = other.evidence.get("error_data") or {}
        return piece | _range(answer)

    async def _call(self, **params: Any) -> dict[str, Any]:
        self._graph.pace.admit_post(self._now())
        try:
            return await self._graph.post(f"{self._page}/videos", **params)
        except c.UnknownOutcome as doubt:
            raise c.RetryAt(doubt.reason, evidence=doubt.evidence) from doubt

    async def _seen(self, video: str) -> dict[str, Any]:
        return await self._graph.get(video, fields=_FIELDS)

    def _post_id(self, seen: dict[str, Any]) -> str:
        name = str(seen["post_id"])
        return name if "_" in name else f"{self._page}_{name}"


def _state(seen: dict[str, Any]) -> str:
    return str((seen.get("status") or {}).get("video_status"))


def _permalink(seen: dict[str, Any]) -> str:
    return urljoin(_AT_FACEBOOK, str(seen.get("permalink_url") or seen["post_id"]))


def _range(answer: dict[str, Any]) -> Piece:
    """From where to where the next piece goes. Raises `RetryAt` when the answer does not say."""
    try:
        return {"start": int(answer["start_offset"]), "end": int(answer["end_offset"])}
    except (KeyError, ValueError) as error:
        raise c.RetryAt(c.Text("Facebook's answer does not say how the upload goes on.")) from error


def _read(video: c.Media, start: int, end: int) -> bytes:
    try:
        with Path(video.file).open("rb") as opened:
            opened.seek(start)
            return opened.read(end - start)
    except OSError as error:
        reason = c.Text("The video “{name}” cannot be read: {error}", name=video.name, error=error)
        raise c.RetryAt(reason) from error
