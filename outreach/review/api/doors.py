"""The doors of the API: a token in the header `Authorization`, its scopes, and JSON for whatever happens."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from outreach.review.api import views
from outreach.review.api.answers import Call
from outreach.review.api.asked import Nothing, Said
from outreach.review.api.endpoints import ENDPOINTS, NAME, ROOT, SAY, Endpoint, description
from outreach.review.gate import address_of
from outreach.review.office import Office
from outreach.review.pace import LINE, STRANGERS, TOKEN, Rate, TooOften
from outreach.review.requests import MOST_BYTES, refusal, with_headers
from outreach.store.tokens import Scope, Token

LARGEST = 2**53


def api(office: Office) -> Mount:
    """Every endpoint of the office, and their description, which needs no token; no page of people answers below it."""
    described = JSONResponse(description())

    async def describe(request: Request) -> Response:
        refused = refusal(request)
        return with_headers(described if refused is None else refused, request)

    routes = [_route(office, each) for each in ENDPOINTS]
    return Mount(ROOT, routes=[Route("/openapi.json", describe), *routes])


def _route(office: Office, endpoint: Endpoint) -> Route:
    methods = ["GET", "POST"] if endpoint.path == SAY else ["GET"]
    return Route(endpoint.path, _endpoint(office, endpoint), methods=methods)


def _endpoint(office: Office, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        refused = refusal(request)
        if refused is None and request.method == "POST":
            refused = await _take(office, request)
        elif refused is None:
            refused = await run_in_threadpool(_answer, office, endpoint, request)
        return with_headers(refused, request)

    return answer


async def _take(office: Office, request: Request) -> Response:
    """A word about a text. The token comes first: without one nothing of the body is read."""
    token = await run_in_threadpool(_token, office, request, Scope.APPROVE)
    if isinstance(token, Response):
        return token
    if request.query_params:
        return _refuse(422, "Nothing is asked here; all goes into the body.")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            return _refuse(413, "The body is too long.")
    return await run_in_threadpool(_say, office, request, body)


def _say(office: Office, request: Request, body: bytes) -> Response:
    """What the token's word does, if it is still good now that the whole body has come."""
    token = _token(office, request, Scope.APPROVE)
    if isinstance(token, Response):
        return token
    try:
        given = json.loads(body)
    except ValueError:
        return _refuse(400, "The body is no JSON.")
    try:
        said = Said.model_validate(given)
    except ValidationError as wrong:
        return _refuse(422, _said(wrong))
    if views.lacks_reason(said):
        return _refuse(422, "note: say what is to be changed")
    call = Call(office=office, reading=office.reading(), asked=Nothing(), token=token.name)
    if views.wants_two_people(call, said):
        return _refuse(
            403, "Two people must approve this text; a token is nobody's second pair of eyes."
        )
    done = views.say(call, said)
    return (
        _refuse(404, "No delivery waits for this very text.")
        if done is None
        else _json(200, json.dumps(done))
    )


def _token(office: Office, request: Request, scope: Scope) -> Token | Response:
    """The token with its scope, or the refusal."""
    secret, now = _secret(request), office.now()
    token, where = office.tokens.of(secret, now), f"{request.method} {request.url.path}"
    if token is None:
        if secret:
            unknown = partial(office.tokens.unknown, address_of(request), where, now)
            _log(office, "", STRANGERS, unknown)
        return _refuse(401, "A good token is needed: Authorization: Bearer …")
    if scope not in token.scopes:
        _log(office, token.name, LINE, partial(office.tokens.refused, token.name, where, now))
        return _refuse(403, f"This token has not the scope {scope}.")
    return token


def _log(office: Office, who: str, rate: Rate, write: Callable[..., None]) -> None:
    """Write a refusal into the log, unless there were many; the next one tells how many were left out."""
    try:
        left_out = office.pace.spend(("refused token", who), rate)
    except TooOften:
        return
    write(left_out=left_out)


def _answer(office: Office, endpoint: Endpoint, request: Request) -> Response:
    token = _token(office, request, endpoint.scope)
    if isinstance(token, Response):
        return token
    if endpoint.dear:
        try:
            office.pace.spend(("token", token.name), TOKEN)
        except TooOften as early:
            return _too_often(early)
    number, names = request.path_params.get("id", "0"), _names(request)
    if not (number.isascii() and number.isdecimal() and int(number[:20]) <= LARGEST):
        return _refuse(422, "id: must be a whole number")
    if not all(re.fullmatch(NAME, name) and len(name) <= 100 for name in names.values()):
        return _refuse(422, "campaign, message: must be names")
    given = [name for name, _ in request.query_params.multi_items()]
    if len(given) != len(set(given)):
        return _refuse(422, "A parameter is given twice.")
    try:
        asked = endpoint.asked.model_validate_strings(dict(request.query_params))
    except ValidationError as wrong:
        return _refuse(422, _said(wrong))
    call = Call(
        office=office,
        reading=office.reading(),
        asked=asked,
        token=token.name,
        number=int(number),
        campaign=names.get("campaign", ""),
        message=names.get("message", ""),
    )
    found = endpoint.answer(call)
    if found is None:
        return _refuse(404, "There is none.")
    return _json(200, office.hide(json.dumps(found, ensure_ascii=False)))


def _names(request: Request) -> dict[str, str]:
    return {
        key: str(request.path_params[key])
        for key in ("campaign", "message")
        if key in request.path_params
    }


def _secret(request: Request) -> str:
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" else ""


def _said(wrong: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in wrong.errors()
    )


def _too_often(early: TooOften) -> Response:
    why = f"That was asked too often in a short time. It is given again in {early.seconds} s."
    refused = _refuse(429, why)
    refused.headers["retry-after"] = str(early.seconds)
    return refused


def _refuse(status: int, why: str) -> Response:
    response: Any = JSONResponse({"error": why}, status_code=status)
    if status == 401:
        response.headers["www-authenticate"] = "Bearer"
    return response  # type: ignore[no-any-return]  # a header does not change what it is


def _json(status: int, text: str) -> Response:
    return Response(text.encode("utf-8", "replace"), status, media_type="application/json")
