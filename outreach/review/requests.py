"""What is taken from a browser, and what every answer says: nothing from elsewhere, nothing kept, nothing framed."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from outreach.review.gate import names

MOST_BYTES = 20_000
"""The most that a form may weigh."""

MOST_WITH_FILE = 51 * 1024 * 1024
"""The most that a form with a photo may weigh."""

MOST_FIELDS = 200
"""The most fields that a form may have."""

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}
ALWAYS_ENCRYPTED = "max-age=31536000; includeSubDomains"
"""For a year a browser that came by HTTPS comes by nothing else."""

Form = Mapping[str, str]


class TooLarge(Exception):
    """A form weighs more than `MOST_BYTES`, or has more than `MOST_FIELDS`."""


def refusal(request: Request) -> Response | None:
    """Why nothing is answered: another name for this machine, or a form that another site sends."""
    if _host(request.headers.get("host", "")) not in names(request):
        return PlainTextResponse("421\n", status_code=421)
    if request.method not in ("GET", "HEAD") and not _is_ours(request):
        return PlainTextResponse("403\n", status_code=403)
    return None


def _is_ours(request: Request) -> bool:
    """Fetch metadata where the browser gives it, otherwise the origin; without either no page sent it."""
    site = request.headers.get("sec-fetch-site")
    if site:
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def _host(value: str) -> str:
    try:
        return urlsplit(f"//{value}").hostname or ""
    except ValueError:
        return ""


async def form_of(request: Request) -> Form:
    """The fields of a form, the last value of each. Raises `TooLarge`."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise TooLarge
    try:
        fields = parse_qs(
            body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS
        )
    except ValueError:
        raise TooLarge from None
    return {name: given[-1].replace("\0", "") for name, given in fields.items()}


def has_file(request: Request) -> bool:
    """Whether a form brings a file along."""
    return request.headers.get("content-type", "").startswith("multipart/form-data")


async def form_with_file(request: Request) -> tuple[Form, tuple[str, bytes] | None]:
    """The fields of a form, and the name and bytes of its file if one was chosen. Raises `TooLarge`, also without a length."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > MOST_WITH_FILE:
        raise TooLarge
    try:
        async with request.form(max_files=1, max_fields=MOST_FIELDS) as given:
            files = [value for value in given.values() if isinstance(value, UploadFile)]
            fields = {k: v.replace("\0", "") for k, v in given.items() if isinstance(v, str)}
            chosen = [(file.filename or "", await file.read()) for file in files]
    except HTTPException:
        raise TooLarge from None
    return fields, next(((name, content) for name, content in chosen if content), None)


def with_headers(response: Response, request: Request) -> Response:
    """The response with the headers of every answer."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if is_encrypted(request):
        response.headers["strict-transport-security"] = ALWAYS_ENCRYPTED
    return response


def is_encrypted(request: Request) -> bool:
    """Whether the browser speaks HTTPS with us."""
    return request.url.scheme == "https"


def cookie_of(request: Request, name: str) -> str:
    """What a cookie is called: over HTTPS so that no other host, path or connection can set it."""
    return f"__Host-{name}" if is_encrypted(request) else name
