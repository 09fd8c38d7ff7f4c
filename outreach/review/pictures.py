"""The pictures of messages, for people who are signed in."""

from __future__ import annotations

import re

from starlette.responses import FileResponse, PlainTextResponse, Response

from outreach.review.visit import Visit

_NAME = re.compile(r"[0-9a-f]{64}")
_KINDS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"RIFF": "image/webp"}


def picture(visit: Visit) -> Response:
    """One picture by the SHA-256 of its bytes; it never changes."""
    name = str(visit.request.path_params["name"])
    file = visit.office.media_folder / name
    if not _NAME.fullmatch(name) or not file.is_file():
        return PlainTextResponse("404\n", status_code=404)
    with file.open("rb") as opened:
        begin = opened.read(8)
    kind = next((kind for mark, kind in _KINDS.items() if begin.startswith(mark)), None)
    if kind is None:
        return PlainTextResponse("404\n", status_code=404)
    return FileResponse(file, media_type=kind, headers={"cache-control": "private, max-age=86400"})
