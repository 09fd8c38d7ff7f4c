"""Serves the static site to readers and counts what they view: per day, without cookies, without addresses."""

from __future__ import annotations

import hashlib
import mimetypes
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.numbers import format_decimal
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from outreach.domain import viet_nam
from outreach.domain.text import Text
from outreach.locale import translate
from outreach.web.tally import Tally, ViewCounter

PLACEHOLDER = b"<!--views-->"
"""Where a page wants its count."""

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": POLICY,
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "strict-origin-when-cross-origin",
    "x-content-type-options": "nosniff",
}
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".xml": "application/xml; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".ics": "text/calendar; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".webp": "image/webp",
    ".avif": "image/avif",
}
_NAMED_TYPES = {
    "feed.xml": "application/atom+xml; charset=utf-8",
    "feed.json": "application/feed+json; charset=utf-8",
}
_FOR_EVER = re.compile(r"^(assets|media)/")
_MACHINE = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|preview|facebookexternalhit|curl|wget|python|headless|monitor|scan|^$",
    re.IGNORECASE,
)


def vietnamese_day() -> date:
    """Today in Viet Nam."""
    return datetime.now(ZoneInfo(viet_nam.ZONE)).date()


def public_site(
    folder: Path,
    counter: ViewCounter | None = None,
    *,
    today: Callable[[], date] = vietnamese_day,
    root: str = "/",
) -> Starlette:
    """The site in `folder` as an application; without a counter nothing is counted. `root` is the path of its front page."""
    tally = Tally(counter) if counter else None
    site = PublicSite(folder=folder, tally=tally, today=today)

    @asynccontextmanager
    async def until_the_end(_: Starlette) -> AsyncIterator[None]:
        yield
        if tally:
            tally.flush()

    routes = [Route(root.rstrip("/") + "/{path:path}", site.answer, methods=["GET"])]
    handlers = {HTTPException: _refused, Exception: _failed}
    return Starlette(routes=routes, lifespan=until_the_end, exception_handlers=handlers)


def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _bare(error.status_code, dict(error.headers or {}))


def _failed(_: Request, __: Exception) -> Response:
    """What went wrong is for the log; whoever asked learns that it did."""
    return _bare(500, {})


def _bare(status: int, headers: dict[str, str]) -> Response:
    own = _HEADERS | {"content-type": _TYPES[".txt"], "cache-control": "no-store"}
    return Response(str(status), status_code=status, headers=headers | own)


@dataclass(frozen=True, kw_only=True)
class PublicSite:
    """Answers GET and HEAD for files of one folder; names that begin with a dot do not exist for it."""

    folder: Path
    tally: Tally | None
    today: Callable[[], date]

    def answer(self, request: Request) -> Response:
        """One file, a redirection to a folder's slash, or the page 404."""
        path = request.path_params["path"]
        file = self._file(path)
        if file is None:
            return self._missing(request)
        if file.is_dir():
            return RedirectResponse(request.url.path + "/", status_code=308, headers=_HEADERS)
        return self._shown(path, file, request)

    def _file(self, path: str) -> Path | None:
        parts = path.split("/")
        if any(part.startswith(".") or "\\" in part or "\0" in part for part in parts):
            return None
        root = self.folder.resolve()
        try:
            found = (root / (path + "index.html" if parts[-1] == "" else path)).resolve()
            inside = found.is_relative_to(root) and found.exists()
        except OSError:
            return None
        is_page = found.is_file() or (found / "index.html").is_file()
        return found if inside and is_page else None

    def _missing(self, request: Request) -> Response:
        page = self.folder / "404.html"
        body = page.read_bytes() if page.is_file() else b"404"
        kind = _TYPES[".html"] if page.is_file() else _TYPES[".txt"]
        body = body.replace(PLACEHOLDER, b"")
        headers = _HEADERS | {"content-type": kind, "cache-control": "no-store"}
        return Response(_body(body, request), status_code=404, headers=_sized(headers, body))

    def _shown(self, path: str, file: Path, request: Request) -> Response:
        body, changed = file.read_bytes(), file.stat().st_mtime
        headers = _HEADERS | _freshness(path, body, changed) | {"content-type": _type(file)}
        if PLACEHOLDER in body:
            body = body.replace(PLACEHOLDER, self._views(path, request).encode())
        if _is_fresh(request.headers, headers):
            return Response(status_code=304, headers=headers)
        return Response(_body(body, request), headers=_sized(headers, body))

    def _views(self, path: str, request: Request) -> str:
        if self.tally is None:
            return ""
        language, page = _page(path)
        if is_reader(request):
            self.tally.add(self.today(), page)
        count = format_decimal(self.tally.total(page), locale=language)
        return translate(Text("Views: {count}", count=count), language)


def is_reader(request: Request) -> bool:
    """Whether a person seems to look at the page now: no HEAD, no prefetch, no machine that says so."""
    headers = request.headers
    purposes = (headers.get(name, "") for name in ("sec-purpose", "purpose", "x-moz", "x-purpose"))
    ahead = any(
        word in purpose for purpose in purposes for word in ("prefetch", "prerender", "preview")
    )
    machine = _MACHINE.search(headers.get("user-agent", "").strip())
    return request.method == "GET" and not ahead and machine is None


def _page(path: str) -> tuple[str, str]:
    """The language of a page and the path under which both languages are counted."""
    page = "/" + path.removesuffix("index.html")
    for language in ("en", "vi"):
        if page.startswith(f"/{language}/"):
            return language, page[3:]
    return "vi", page


def _type(file: Path) -> str:
    guessed = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return _NAMED_TYPES.get(file.name) or _TYPES.get(file.suffix.lower(), guessed)


def _freshness(path: str, body: bytes, changed: float) -> dict[str, str]:
    """Validators. They speak of the file: a new count alone is no reason to fetch a page again."""
    tag = hashlib.sha256(body).hexdigest()[:20]
    age = "public, max-age=31536000, immutable" if _FOR_EVER.match(path) else "no-cache"
    at = datetime.fromtimestamp(int(changed), UTC)
    return {
        "etag": f'W/"{tag}"',
        "last-modified": format_datetime(at, usegmt=True),
        "cache-control": age,
    }


def _is_fresh(asked: Headers, answer: dict[str, str]) -> bool:
    if tags := asked.get("if-none-match"):
        return tags.strip() == "*" or answer["etag"] in [tag.strip() for tag in tags.split(",")]
    try:
        since = parsedate_to_datetime(asked.get("if-modified-since", ""))
        return parsedate_to_datetime(answer["last-modified"]) <= since
    except (TypeError, ValueError):
        return False


def _body(body: bytes, request: Request) -> bytes:
    return b"" if request.method == "HEAD" else body


def _sized(headers: dict[str, str], body: bytes) -> dict[str, str]:
    return headers | {"content-length": str(len(body))}
