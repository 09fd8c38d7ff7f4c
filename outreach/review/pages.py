"""The application: every page, and who may see it."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from importlib import resources

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from outreach.domain.text import Text
from outreach.locale import LANGUAGES
from outreach.review import (
    approving,
    banners,
    channels,
    deliveries,
    editing,
    elsewhere,
    entrance,
    messages,
    signing,
)
from outreach.review.account import account
from outreach.review.api.doors import api
from outreach.review.calendar import calendar_page
from outreach.review.gate import Arrival
from outreach.review.log import log
from outreach.review.new_message import new_message
from outreach.review.office import Office
from outreach.review.pace import PERSON, TooOften
from outreach.review.people import people
from outreach.review.pictures import photo, picture
from outreach.review.requests import (
    TooLarge,
    cookie_of,
    form_of,
    form_with_file,
    has_file,
    is_encrypted,
    refusal,
    with_headers,
)
from outreach.review.statistics import statistics_page
from outreach.review.tail import tail
from outreach.review.today import today
from outreach.review.tokens import tokens
from outreach.review.visit import Answer, Visit, go
from outreach.review.wire import Wire

pages_log = logging.getLogger("outreach.review")

NOWHERE = Text("There is no such page.")
BROKEN = Text(
    "The page broke. Nothing was changed by halves; the cause stands in the log of the pages."
)

Endpoint = Callable[[Request], Awaitable[Response]]
STATIC = {
    "pico.min.css": "text/css",
    "review.css": "text/css",
    "htmx.min.js": "text/javascript",
    "hx-sse.min.js": "text/javascript",
}
"""The files that every browser may have, and what they are."""


def review_pages(office: Office) -> Starlette:
    """The reviewers' pages of one office."""
    doors = Doors(office)
    both, get, send = ["GET", "POST"], ["GET"], ["POST"]
    return Starlette(
        routes=[
            Route("/static/{file}", doors.open(_static), methods=get),
            Route("/sign-in", doors.open(entrance.sign_in), methods=both),
            Route("/sign-in/provider", doors.open(elsewhere.away), methods=get),
            Route(elsewhere.BACK, doors.open(elsewhere.back), methods=get),
            Route("/approve", doors.open(approving.approve), methods=both),
            Route("/welcome", doors.open(entrance.welcome), methods=both),
            Route("/sign-out", doors.inside(entrance.sign_out), methods=send),
            Route("/", doors.inside(today), methods=get),
            Route("/log", doors.inside(log, dear=_is_file), methods=get),
            Route("/log/live", doors.inside(partial(tail, Wire(office))), methods=get),
            Route("/deliveries/{id:int}", doors.inside(deliveries.delivery), methods=both),
            Route("/calendar", doors.inside(calendar_page, dear=_is_file), methods=get),
            Route("/messages/new", doors.inside(new_message, dear=_is_sent), methods=both),
            Route("/messages", doors.inside(messages.messages), methods=get),
            Route("/messages/{campaign}/{message}", doors.inside(messages.message), methods=both),
            Route(
                "/messages/{campaign}/{message}/edit",
                doors.inside(editing.edit, dear=_is_sent),
                methods=both,
            ),
            Route("/pictures/{name}", doors.inside(picture), methods=get),
            Route("/photos/{name}", doors.inside(photo), methods=get),
            Route("/channels", doors.inside(channels.channels), methods=get),
            Route(
                "/channels/{name}",
                doors.inside(channels.channel, dear=channels.asks_service),
                methods=send,
            ),
            Route("/banners", doors.inside(banners.banners), methods=get),
            Route("/banners/{id:int}", doors.inside(banners.confirm), methods=send),
            Route("/statistics", doors.inside(statistics_page, dear=_always), methods=get),
            api(office),
            Route("/tokens", doors.inside(tokens), methods=both),
            Route("/account", doors.inside(account), methods=both),
            Route("/people", doors.inside(people), methods=both),
            Route(
                "/deliveries/{id:int}/proof",
                doors.inside(deliveries.proof, dear=_always),
                methods=get,
            ),
            Route("/{rest:path}", doors.inside(_nowhere), methods=both),
        ],
        middleware=[Middleware(Arrival, gate=office.ways.gate)],
    )


def _static(visit: Visit) -> Response:
    name = visit.request.path_params["file"]
    if name not in STATIC:
        return PlainTextResponse("404\n", status_code=404)
    content = resources.files("outreach.review").joinpath("static", name).read_bytes()
    kept = {"cache-control": "max-age=3600"}
    return Response(content, media_type=STATIC[name], headers=kept)


def _nowhere(visit: Visit) -> Response:
    return visit.sorry(NOWHERE, 404)


def _never(_visit: Visit) -> bool:
    return False


def _always(_visit: Visit) -> bool:
    return True


def _is_file(visit: Visit) -> bool:
    return bool(visit.asked("as"))


def _is_sent(visit: Visit) -> bool:
    """A form without a file; for one with a file that was seen to before it was read."""
    return visit.request.method == "POST" and not has_file(visit.request)


class Doors:
    """What stands before every page."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def inside(self, answer: Answer, *, dear: Callable[[Visit], bool] = _never) -> Endpoint:
        """Only for people who are signed in; what changes something must carry the seal of their session.

        `dear` says which visits cost much: nobody may have many of them in a short time.
        """

        def guarded(visit: Visit) -> Response:
            known = replace(visit, person=signing.person_of(self._office, visit.request))
            if known.person is None:
                return go("/sign-in")
            if visit.request.method == "POST" and not signing.is_sealed(visit.request, visit.form):
                return known.sorry(Text("This form is too old. Go back and try again."), 403)
            if known.must_add_factor and visit.request.url.path not in ("/account", "/sign-out"):
                return go("/account")
            if dear(known):
                self._office.pace.spend(known.who.name, PERSON)
            return answer(known)

        return self.open(guarded)

    def open(self, answer: Answer) -> Endpoint:
        """What every request goes through."""

        async def endpoint(request: Request) -> Response:
            response = refusal(request) or await self._answer(request, answer)
            wish = request.query_params.get("lang")
            if wish in LANGUAGES:
                response.set_cookie(
                    cookie_of(request, "language"),
                    wish,
                    secure=is_encrypted(request),
                    samesite="lax",
                    httponly=True,
                )
            return with_headers(response, request)

        return endpoint

    async def _answer(self, request: Request, answer: Answer) -> Response:
        try:
            return await run_in_threadpool(answer, await self._visit(request))
        except TooLarge:
            return PlainTextResponse("413\n", status_code=413)
        except TooOften as refused:
            return self._bare(request).slowly(refused.seconds)
        except Exception:  # noqa: BLE001 - whatever broke: its reader gets a page, the log the cause
            pages_log.exception(Text("The page {path} broke.", path=request.url.path))
            return self._bare(request).sorry(BROKEN, 500)

    def _bare(self, request: Request) -> Visit:
        wishes = (
            request.query_params.get("lang"),
            request.cookies.get(cookie_of(request, "language")),
        )
        language = next((w for w in wishes if w in LANGUAGES), self._office.language)
        return Visit(office=self._office, request=request, form={}, language=language)

    async def _visit(self, request: Request) -> Visit:
        visit = self._bare(request)
        if request.method != "POST":
            return visit
        if not has_file(request):
            return replace(visit, form=await form_of(request))
        person = await run_in_threadpool(signing.person_of, self._office, request)
        if person is None:
            return visit
        self._office.pace.spend(person.name, PERSON)
        form, file = await form_with_file(request)
        return replace(visit, form=form, file=file)
