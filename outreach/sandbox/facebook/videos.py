"""Videos: taken whole or in pieces, processed for a while, then shown by their post."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from outreach.sandbox.facebook.ledger import Ledger
from outreach.sandbox.facebook.wire import Call, GraphError

LARGEST = 1_000_000_000


class Videos:
    """The videos in a ledger; their bytes lie in `media`, or in memory.

    `piece` is how many bytes one transfer takes, `delay` how many seconds processing takes.
    """

    def __init__(self, ledger: Ledger, media: Path | None) -> None:
        self._ledger = ledger
        self._media = media
        self._bytes: dict[str, bytearray] = {}
        self.piece = 1024 * 1024
        self.delay = 5.0

    def take(self, call: Call, now: float) -> tuple[dict[str, Any], str]:
        """The answer to a call, and the number of the video that is complete by it; empty before. Raises `GraphError`."""
        match call.text("upload_phase"):
            case "start":
                return self._start(call, now), ""
            case "transfer":
                return self._transfer(call), ""
            case "finish":
                return {"success": True}, self._finish(call)
            case _:
                video = self._whole(call)
                return {"id": video}, video

    def _start(self, call: Call, now: float) -> dict[str, str]:
        size = int(call.text("file_size") or 0)
        if not 0 < size <= LARGEST:
            raise GraphError(100, "(#100) file_size is required")
        session = str(self._ledger.next_number())
        video = f"{session}7"
        facts = {"kind": "upload", "video": video, "size": size, "got": 0}
        self._ledger.put({"id": session, "created": now, "visible": now, **facts})
        return {"upload_session_id": session, "video_id": video, **self._asked(0, size)}

    def _transfer(self, call: Call) -> dict[str, str]:
        """A piece that is not the next one is refused with the place to go on from."""
        upload = self._upload(call)
        got, size = upload["got"], upload["size"]
        content = call.files[0] if call.files else b""
        if int(call.text("start_offset") or 0) != got or not content or got + len(content) > size:
            message = "There was a problem uploading your video file. Please try again."
            data = self._asked(got, size)
            raise GraphError(6001, message, subcode=1363037, transient=True, data=data)
        self._append(upload["id"], got, content)
        self._ledger.put(upload | {"got": got + len(content)})
        return self._asked(got + len(content), size)

    def _finish(self, call: Call) -> str:
        upload = self._upload(call)
        whole = bytes(self._read(upload["id"]))[: upload["got"]]
        if upload["got"] != upload["size"]:
            raise _unusable()
        self._keep(upload["video"], whole)
        self._ledger.drop(upload["id"])
        if self._media:
            (self._media / upload["id"]).unlink(missing_ok=True)
        return str(upload["video"])

    def _whole(self, call: Call) -> str:
        """A video that comes at once, or lies behind an address."""
        content = call.files[0] if call.files else b""
        if not content and not call.text("file_url").startswith(("http://", "https://")):
            raise GraphError(389, "(#389) Unable to fetch video file from URL.")
        video = f"{self._ledger.next_number()}7"
        self._keep(video, content or b"\0\0\0\x08ftyp")
        return video

    def put(self, name: str, call: Call, post: str, *, now: float, visible: float) -> None:
        """Remember a video that `post` shows once it is processed."""
        facts = {"title": call.text("title"), "description": call.text("description")}
        times = {"created": now, "visible": visible, "ready": now + self.delay}
        digest = hashlib.sha256(self._read(name)).hexdigest()
        self._ledger.put(
            {"id": name, "kind": "video", "post": post, "sha256": digest, **facts, **times}
        )

    def content(self, name: str) -> bytes | None:
        """The bytes behind a video's number."""
        return bytes(self._read(name)) if self._ledger.get(name) else None

    def _upload(self, call: Call) -> dict[str, Any]:
        upload = self._ledger.get(call.text("upload_session_id"))
        if upload is None or upload["kind"] != "upload":
            raise GraphError(6000, "(#6000) The upload session does not exist or has expired")
        return upload

    def _asked(self, got: int, size: int) -> dict[str, str]:
        return {"start_offset": str(got), "end_offset": str(min(got + self.piece, size))}

    def _keep(self, name: str, content: bytes) -> None:
        if content[4:8] != b"ftyp":
            raise _unusable()
        self._append(name, 0, content)

    def _append(self, name: str, at: int, content: bytes) -> None:
        """What lies behind `at` was never acknowledged."""
        if self._media is None:
            self._bytes[name] = self._bytes.get(name, bytearray())[:at] + content
            return
        self._media.mkdir(parents=True, exist_ok=True)
        with (self._media / name).open("r+b" if at else "wb") as opened:
            opened.seek(at)
            opened.write(content)

    def _read(self, name: str) -> bytes | bytearray:
        if self._media is None:
            return self._bytes.get(name, b"")
        file = self._media / name
        return file.read_bytes() if file.exists() else b""


def _unusable() -> GraphError:
    message = (
        "(#6000) There was a problem uploading your video file. Please try again with another file."
    )
    return GraphError(6000, message)
