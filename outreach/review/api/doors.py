"""The doors of the API: a token in the header `Authorization`, its scopes, and JSON for whatever happens."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from outreach.review.api.answers import Call
from outreach.review.api.endpoints import ENDPOINTS, ROOT, Endpoint, description
from outreach.review.office import Office
from outreach.review.requests import refusal, with_headers

LARGEST = 2**53


def api_routes(office: Office) -> list[Route]:
    """Every endpoint of the office, and their description, which needs no token."""
    described = JSONResponse(description())

    async def describe(request: Request) -> Response:
        refused = refusal(request)
        return with_headers(described if refused is None else refused, request)

    routes = [Route(f"{ROOT}{each.path}", _endpoint(office, each)) for each in ENDPOINTS]
    return [Route(f"{ROOT}/openapi.json", describe), *routes]


def _endpoint(office: Office, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        refused = refusal(request)
        if refused is None:
            refused = await run_in_threadpool(_answer, office, endpoint, request)
        return with_headers(refused, request)

    return answer


def _answer(office: Office, endpoint: Endpoint, request: Request) -> Response:
    token = office.tokens.of(_secret(request), office.now())
    if token is None:
        return _refuse(401, "A good token is needed: Authorization: Bearer …")
    if endpoint.scope not in token.scopes:
        return _refuse(403, f"This token has not the scope {endpoint.scope}.")
    number = request.path_params.get("id", "0")
    if not (number.isascii() and number.isdecimal() and int(number[:20]) <= LARGEST):
        return _refuse(422, "id: must be a whole number")
    names = [name for name, _ in request.query_params.multi_items()]
    if len(names) != len(set(names)):
        return _refuse(422, "A parameter is given twice.")
    try:
        asked = endpoint.asked.model_validate_strings(dict(request.query_params))
    except ValidationError as wrong:
        return _refuse(422, _said(wrong))
    call = Call(office=office, reading=office.reading(), asked=asked, number=int(number))
    found = endpoint.answer(call)
    if found is None:
        return _refuse(404, "There is no such delivery.")
    return _json(200, office.hide(json.dumps(found, ensure_ascii=False)))


def _secret(request: Request) -> str:
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" else ""


def _said(wrong: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in wrong.errors()
    )


def _refuse(status: int, why: str) -> Response:
    response: Any = JSONResponse({"error": why}, status_code=status)
    if status == 401:
        response.headers["www-authenticate"] = "Bearer"
    return response  # type: ignore[no-any-return]  # a header does not change what it is


def _json(status: int, text: str) -> Response:
    return Response(text.encode("utf-8", "replace"), status, media_type="application/json")
