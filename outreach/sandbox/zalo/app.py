"""The platform over HTTP: exact in what it answers, liberal in what it takes; a page for people, and a switchboard for faults."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from outreach.sandbox.slow import Dripping
from outreach.sandbox.zalo.consent import permission
from outreach.sandbox.zalo.faults import DRIP
from outreach.sandbox.zalo.page import page
from outreach.sandbox.zalo.platform import Platform, ZaloError

RATE = 4000
"""Calls a minute."""

Act = Callable[[Mapping[str, Any]], Any]


class Broken(Response):
    """An answer that breaks off after its head."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Promise a body, and send none: the server then closes the connection."""
        headers = [(b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})


def zalo_app(platform: Platform, *, in_thread: bool = True) -> Starlette:
    """The API of `openapi.zalo.me` and `oauth.zaloapp.com` on one host; `/` shows the account, POST `/sandbox/faults` switches faults.

    Not `in_thread` where covers are at hand and nothing has to wait for them.
    """
    front = _Front(platform, in_thread=in_thread)
    api = {
        "/v2.0/article/create": ("POST", "create", platform.create),
        "/v2.0/article/update": ("POST", "update", platform.update),
        "/v2.0/article/verify": ("POST", "verify", platform.verify),
        "/v2.0/article/remove": ("POST", "remove", platform.remove),
        "/v2.0/article/getslice": ("GET", "getslice", platform.getslice),
        "/v2.0/article/getdetail": ("GET", "getdetail", platform.getdetail),
        "/v2.0/oa/message": ("POST", "broadcast", platform.broadcast),
        "/v2.0/oa/getoa": ("GET", "getoa", platform.getoa),
        "/v3.0/oa/quota/message": ("POST", "quota", platform.quota),
    }
    routes = [
        Route(path, front.endpoint(name, act), methods=[method])
        for path, (method, name, act) in api.items()
    ]
    routes += [
        Route("/v4/oa/access_token", front.token, methods=["POST"]),
        Route("/v4/oa/permission", permission(platform), methods=["GET"]),
        Route("/sandbox/faults", front.switch, methods=["POST"]),
        Route("/", front.page, methods=["GET"]),
    ]
    wrong_path = {404: _empty_api, 405: _empty_api}
    return Starlette(routes=routes, exception_handlers=wrong_path)


def zalo_pages(platform: Platform) -> Starlette:
    """Only the page for people."""
    return Starlette(routes=[Route("/", _Front(platform).page, methods=["GET"])])


class _Front:
    def __init__(self, platform: Platform, *, in_thread: bool = True) -> None:
        self._platform, self._in_thread = platform, in_thread
        self._minute = (0, 0)

    def endpoint(self, name: str, act: Act) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            given = await _given(request)
            return await self._with_faults(name, lambda: self._call(act, given, request))

        return answer

    async def token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode(errors="replace")))
        secret = request.headers.get("secret_key", "")
        return await self._with_faults("token", lambda: self._token(form, secret))

    async def page(self, _request: Request) -> Response:
        with self._platform.lock:
            return HTMLResponse(page(self._platform))

    async def switch(self, request: Request) -> Response:
        try:
            self._platform.faults.switch(await request.json())
        except ValueError as error:
            return JSONResponse({"unknown": str(error)}, status_code=400)
        return JSONResponse({})

    async def _with_faults(self, name: str, act: Callable[[], Response]) -> Response:
        fault = self._platform.faults.next(name)
        if early := self._before(fault):
            return early
        reply = await asyncio.to_thread(act) if self._in_thread else act()
        if fault == "slow-after":
            await asyncio.sleep(self._platform.faults.slow)
        self._count(reply)
        if fault == DRIP:
            return Dripping(reply, self._platform.faults.slow)
        return _after(fault) or reply

    def _before(self, fault: str) -> Response | None:
        if fault == "dead-token":
            self._platform.grants.kill()
        kind, _, code = fault.partition(":")
        if kind == "error":
            number, _, message = code.partition(":")
            return _failure(int(number), message or "Scripted")
        replies: dict[str, Callable[[], Response]] = {
            "502-before": lambda: HTMLResponse("<h1>502 Bad Gateway</h1>", status_code=502),
            "503-before": lambda: Response(status_code=503, headers={"retry-after": "30"}),
            "401-before": lambda: JSONResponse({"error": -216, "message": "x"}, status_code=401),
            "reset-before": Broken,
        }
        return replies[fault]() if fault in replies else None

    def _call(self, act: Act, given: Mapping[str, Any], request: Request) -> Response:
        with self._platform.lock:
            try:
                self._platform.grants.check(request.headers.get("access_token", ""))
                answer = act(given)
                reply: Response = JSONResponse({"data": answer, "error": 0, "message": "Success"})
            except ZaloError as error:
                reply = _failure(error.code, error.message)
            if request.method == "POST":
                self._platform.save()
        return reply

    def _token(self, form: Mapping[str, str], secret: str) -> Response:
        with self._platform.lock:
            try:
                reply = JSONResponse(self._platform.grants.token(form, secret))
            except ZaloError as error:
                return _oauth_failure(error)
            self._platform.save()
        return reply

    def _count(self, reply: Response) -> None:
        minute = int(time.monotonic() // 60)
        count = self._minute[1] + 1 if self._minute[0] == minute else 1
        self._minute = (minute, count)
        reply.headers["X-RateLimit-Limit"] = str(RATE)
        reply.headers["X-RateLimit-Remain"] = str(max(0, RATE - count))


def _after(fault: str) -> Response | None:
    match fault:
        case "500-after":
            return JSONResponse({"error": -1, "message": "Internal"}, status_code=500)
        case "html-after":
            return HTMLResponse("<html>Zalo</html>")
        case "reset-after":
            return Broken()
    return None


async def _given(request: Request) -> Mapping[str, Any]:
    """What the caller sent: flat parameters or, for `oa/*`, one `data=`; a JSON body; raises nothing."""
    if request.method == "GET":
        query = dict(request.query_params)
        wrapped = query.get("data") if "/oa/" in request.url.path else None
        return _mapping(wrapped) if wrapped else query
    return _mapping(await request.body())


def _mapping(text: str | bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _failure(code: int, message: str) -> JSONResponse:
    return JSONResponse({"error": code, "message": message})


def _oauth_failure(error: ZaloError) -> JSONResponse:
    """OAuth fails in its own shape, some failures without a number."""
    told = {
        "error_name": error.message,
        "error_reason": error.message,
        "error_description": error.message,
        "ref_doc": "",
    }
    return JSONResponse(told if error.code == -14004 else {"error": error.code, **told})


async def _empty_api(_request: Request, _error: Exception) -> Response:
    reply = {"error": 404, "message": "You currently access to an empty api"}
    return JSONResponse(reply, status_code=404)
