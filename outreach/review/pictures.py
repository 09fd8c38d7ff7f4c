"""The pictures of messages, and the photos that prove work, for people who are signed in."""

from __future__ import annotations

import re

from starlette.responses import FileResponse, PlainTextResponse, Response

from outreach.review.visit import Visit
from outreach.store import evidence

_NAME = re.compile(r"[0-9a-f]{64}")
_KINDS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"RIFF": "image/webp"}
_ALONE = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""A picture that is a page of its own: the browser's own frame around it has a style, and nothing else may come in."""

_SHOWN = {".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}


_KEPT = {"cache-control": "private, max-age=86400", "content-security-policy": _ALONE}


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
    return FileResponse(file, media_type=kind, headers=_KEPT)


def photo(visit: Visit) -> Response:
    """A photo that proves work, by the SHA-256 of its bytes; what browsers do not show is saved."""
    name = str(visit.request.path_params["name"])
    file = evidence.find(name, visit.office.evidence_folder) if _NAME.fullmatch(name) else None
    if file is None:
        return PlainTextResponse("404\n", status_code=404)
    kind = _SHOWN.get(file.suffix)
    if kind is None:
        return FileResponse(file, media_type="application/octet-stream", filename=file.name)
    return FileResponse(file, media_type=kind, headers={"content-security-policy": _ALONE})
