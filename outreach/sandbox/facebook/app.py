"""The sandbox as an ASGI application: what the Graph API answers, its headers, its faults, and a page to look at."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from outreach.sandbox.facebook.consent import Consent
from outreach.sandbox.facebook.faults import Fault, Faults
from outreach.sandbox.facebook.follower import follower_page
from outreach.sandbox.facebook.graph import DAY, Graph
from outreach.sandbox.facebook.ledger import Ledger
from outreach.sandbox.facebook.place import Place
from outreach.sandbox.facebook.tokens import admit, inspect_token
from outreach.sandbox.facebook.wire import Call, GraphError, read_call
from outreach.sandbox.slow import Dripping

_OUTAGE = "<!DOCTYPE html><html><title>Facebook | Error</title><h1>Sorry, something went wrong.</h1></html>"
_METHODS = ["GET", "POST", "DELETE"]


class Sandbox:
    """A local Facebook. `folder` keeps it over restarts (None: in memory); `now` gives unix seconds; `faults` says what goes wrong.

    `app` is what a server runs, `pages` only its page for people; `graph` is what it holds.
    `calls` lists what was asked (`POST feed`), refusals included.
    """

    def __init__(
        self,
        place: Place | None = None,
        *,
        folder: Path | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.place = place or Place()
        ledger = Ledger(folder / "facebook.jsonl" if folder else None)
        self.graph = Graph(self.place, ledger, media=folder or None, now=now)
        self.consent = Consent(self.place)
        self.faults = Faults()
        self.calls: list[str] = []
        self.usage: int | None = None
        self.dead = False
        self._blocked_until = 0.0
        self._moments: deque[float] = deque()
        self.pages = Starlette(
            routes=[
                Route("/", self._page),
                Route("/photos/{name}", self._photo),
                Route("/videos/{name}", self._video),
            ]
        )
        self.app = Starlette(
            routes=[
                Route("/_sandbox/page", self._page),
                Route("/_sandbox/photos/{name}", self._photo),
                Route("/_sandbox/videos/{name}", self._video),
                Route("/_sandbox/faults", self._switch, methods=["POST", "DELETE"]),
                Route("/{version}/dialog/oauth", self._dialog),
                Route("/{path:path}", self._graph, methods=_METHODS),
            ]
        )

    @property
    def posts(self) -> list[dict[str, Any]]:
        """What a follower sees, the newest first."""
        return self.graph.feed()

    def heal(self) -> None:
        """End every fault, throttling and the death of the token included."""
        self.faults.clear()
        self.dead, self._blocked_until = False, 0.0

    # --- pages for people -----------------------------------------------------------------------------

    async def _page(self, request: Request) -> Response:
        return Response(follower_page(self.graph), media_type="text/html")

    async def _photo(self, request: Request) -> Response:
        content = self.graph.photos.content(request.path_params["name"])
        return Response(content or b"", status_code=200 if content else 404, media_type="image/*")

    async def _video(self, request: Request) -> Response:
        content = self.graph.videos.content(request.path_params["name"])
        return Response(content or b"", status_code=200 if content else 404, media_type="video/mp4")

    async def _dialog(self, request: Request) -> Response:
        return self.consent.dialog(request)

    async def _switch(self, request: Request) -> Response:
        if request.method == "DELETE":
            self.heal()
            return JSONResponse({"success": True})
        wanted = await request.json()
        if "seed" in wanted:
            self.faults.by_chance(**wanted)
        else:
            self.faults.arm(wanted.pop("name"), **wanted)
        return JSONResponse({"success": True})

    # --- the API ----------------------------------------------------------------------------------------

    async def _graph(self, request: Request) -> Response:
        version = self.place.version
        try:
            call = await read_call(request)
            version = call.version or version
            self.calls.append(f"{call.method} {call.deed}".strip())
            self._moments.append(self.graph.now())
            answer = self._answer(call)
        except GraphError as error:
            trace = {"fbtrace_id": f"A{len(self.calls):010d}"}
            answer = JSONResponse({"error": error.error | trace}, status_code=error.status)
        if not isinstance(answer, _Broken):
            answer.headers.update(self._headers(version))
        return answer

    def _answer(self, call: Call) -> Response:
        fault = self.faults.next(call.method, call.deed) if call.path else None
        if fault:
            self._begin(fault)
        self._refuse_if_throttled()
        if call.path == ("oauth", "access_token"):
            return JSONResponse(self.consent.exchange(call))
        if call.path == ("debug_token",):
            admit(self.place, call, dead=False, now=self.graph.now())
            told = inspect_token(
                self.place, call.text("input_token"), self.graph.now(), dead=self.dead
            )
            return JSONResponse({"data": told})
        admit(self.place, call, dead=self.dead, now=self.graph.now())
        applies = fault is None or fault.applied
        lag = fault.lag if fault else 0.0
        result = self.graph.answer(call, lag=lag) if applies else {}
        reply = JSONResponse(result)
        return _spoilt(fault, reply) if fault else reply

    def _begin(self, fault: Fault) -> None:
        self.dead = self.dead or fault.dead
        if fault.minutes:
            self._blocked_until = self.graph.now() + fault.minutes * 60

    def _refuse_if_throttled(self) -> None:
        if self._blocked_until > self.graph.now():
            self._blocked_until += 60
            message = (
                "There have been too many calls to this Page account. Wait a bit and try again."
            )
            raise GraphError(80001, message, transient=True)

    def _headers(self, version: str) -> dict[str, str]:
        share = self.usage if self.usage is not None else self._share()
        left = max(0, round((self._blocked_until - self.graph.now()) / 60))
        figures = {"call_count": share, "total_cputime": 0, "total_time": 0}
        business = {"type": "pages", **figures, "estimated_time_to_regain_access": left}
        if left:
            business["call_count"] = 100
        return {
            "facebook-api-version": self._spoken(version),
            "x-fb-trace-id": f"A{len(self.calls):010d}",
            "x-app-usage": json.dumps(figures),
            "x-business-use-case-usage": json.dumps({self.place.page: [business]}),
        }

    def _share(self) -> int:
        """How much of the quota the calls of the last day have used up, in percent."""
        while self._moments and self._moments[0] <= self.graph.now() - DAY:
            self._moments.popleft()
        return len(self._moments) * 100 // self.place.quota

    def _spoken(self, version: str) -> str:
        """A version that is dead or does not exist is answered by the one that this place speaks."""
        known = self.place.version
        alive = 21.0 <= float(version[1:]) <= float(known[1:])
        return version if alive else known


class _Broken(Response):
    """A reply that ends before it is whole; the server then closes the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"100"), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"id":', "more_body": True})


def _spoilt(fault: Fault, reply: Response) -> Response:
    if fault.how == "none":
        return reply
    if fault.how == "drip":
        return Dripping(reply, fault.pause)
    if fault.how == "reset":
        return _Broken()
    if fault.how == "html":
        return Response(_OUTAGE, status_code=fault.status, media_type="text/html")
    raise GraphError(
        fault.code,
        fault.message or f"(#{fault.code}) refused",
        subcode=fault.subcode,
        status=fault.status,
        transient=fault.transient,
    )
