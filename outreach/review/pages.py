"""The application: every page, and who may see it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib import resources
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from outreach.domain.delivery import Delivery, State
from outreach.domain.text import Text
from outreach.locale import LANGUAGES
from outreach.reports import evidence
from outreach.reports.formats import to_csv, to_json
from outreach.reports.source import Question
from outreach.reports.words import STATES
from outreach.review import deciding, lists, looks, signing
from outreach.review.office import Office
from outreach.review.requests import Form, TooLarge, form_of, refusal, with_headers

Answer = Callable[[Request, Form], Response]
STATIC = {"pico.min.css", "review.css"}


def review_pages(office: Office) -> Starlette:
    """The reviewers' pages of one office."""
    pages = Pages(office)
    both, get, send = ["GET", "POST"], ["GET"], ["POST"]
    return Starlette(
        routes=[
            Route("/static/{file}", _open(_static), methods=get),
            Route("/sign-in", _open(pages.sign_in), methods=both),
            Route("/welcome", _open(pages.welcome), methods=both),
            Route("/sign-out", _open(pages.inside(pages.sign_out)), methods=send),
            Route("/", _open(pages.inside(pages.today)), methods=get),
            Route("/log", _open(pages.inside(pages.log)), methods=get),
            Route("/deliveries/{id:int}", _open(pages.inside(pages.delivery)), methods=both),
        ]
    )


def _open(answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    """What every request goes through."""

    async def endpoint(request: Request) -> Response:
        refused = refusal(request)
        if refused is None:
            try:
                form: Form = await form_of(request) if request.method == "POST" else {}
                refused = await run_in_threadpool(answer, request, form)
            except (TooLarge, ValueError):
                refused = PlainTextResponse("413\n", status_code=413)
        language = request.query_params.get("lang")
        if language in LANGUAGES:
            refused.set_cookie("language", language, samesite="lax", httponly=True)
        return with_headers(refused)  # type: ignore[no-any-return]  # headers do not change what it is

    return endpoint


def _static(request: Request, _form: Form) -> Response:
    name = request.path_params["file"]
    if name not in STATIC:
        return PlainTextResponse("404\n", status_code=404)
    css = resources.files("outreach.review").joinpath("static", name).read_bytes()
    return Response(css, media_type="text/css", headers={"cache-control": "max-age=3600"})


class Pages:
    """Each method answers one request."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def inside(self, answer: Answer) -> Answer:
        """Only for people who are signed in; what changes something must carry the seal of their session."""

        def guarded(request: Request, form: Form) -> Response:
            request.state.person = signing.person_of(self._office, request)
            if request.state.person is None:
                return RedirectResponse("/sign-in", status_code=303)
            if request.method == "POST" and not signing.is_sealed(request, form):
                return self._sorry(
                    request, Text("This form is too old. Go back and try again."), 403
                )
            return answer(request, form)

        return guarded

    def sign_in(self, request: Request, form: Form) -> Response:
        """The way in for those who have a password."""
        return self._way_in(request, form, "sign_in", signing.sign_in)

    def welcome(self, request: Request, form: Form) -> Response:
        """The way in for those who were invited with a code."""
        return self._way_in(request, form, "welcome", signing.accept)

    def sign_out(self, request: Request, form: Form) -> Response:
        """End every session of this person."""
        self._office.people.sign_out(request.state.person.name, self._office.now())
        response = RedirectResponse("/sign-in", status_code=303)
        signing.keep(response, request, "")
        return response

    def today(self, request: Request, form: Form) -> Response:
        """What needs a hand, what is next, what went out."""
        return self._page(request, "today", today=lists.today(self._office.reading()))

    def log(self, request: Request, form: Form) -> Response:
        """The delivery log with its facets; `as` gives exactly what is shown as CSV or JSON."""
        asked = request.query_params
        reading, language = self._office.reading(), self._language(request)
        states = {state.value: state for state in State}
        question = Question(
            campaign=asked.get("campaign") or None,
            channel=asked.get("channel") or None,
            state=states.get(asked.get("state", "")),
        )
        search = asked.get("q", "")[:200]
        table = lists.lines(reading, question, search, language)
        match asked.get("as"):
            case "csv":
                return _file(self._office.hide(to_csv(table, language)), "text/csv", "nhat-ky.csv")
            case "json":
                text = self._office.hide(to_json(table, language))
                return _file(text, "application/json", "nhat-ky.json")
        return self._page(
            request,
            "log",
            rows=table.rows,
            states=STATES,
            channels=sorted(reading.channels()),
            chosen={"q": search, "channel": question.channel, "state": question.state},
            exports={
                kind: str(request.url.include_query_params(**{"as": kind}).query)
                for kind in ("csv", "json")
            },
        )

    def delivery(self, request: Request, form: Form) -> Response:
        """The whole story of one delivery, and what may be decided about it."""
        found = self._office.queue.get(request.path_params["id"])
        if found is None:
            return self._sorry(request, Text("There is no such delivery."), 404)
        if request.method == "GET":
            return self._story(request, found, None)
        person = request.state.person
        if not person.decides:
            return self._sorry(request, Text("Only an administrator may decide this."), 403)
        refused = deciding.decide(self._office, found, form, person.name)
        if refused:
            return self._story(request, found, refused)
        return RedirectResponse(f"/deliveries/{found.id}", status_code=303)

    def _story(self, request: Request, found: Delivery, refused: Text | None) -> Response:
        known = self._office.reading().evidence(found)
        open_choices = deciding.choices(self._office, found) if request.state.person.decides else ()
        return self._page(
            request,
            "delivery",
            status=409 if refused else 200,
            found=found,
            facts=evidence.facts(known),
            attempts=evidence.attempts(known).rows,
            events=evidence.events(known).rows,
            rendition=known.rendition,
            choices=open_choices,
            refused=refused,
        )

    def _way_in(
        self,
        request: Request,
        form: Form,
        template: str,
        begin: Callable[[Office, Form], str | Text],
    ) -> Response:
        refused = None
        if request.method == "POST":
            begun = begin(self._office, form)
            if isinstance(begun, str):
                response = RedirectResponse("/", status_code=303)
                signing.keep(response, request, begun)
                return response
            refused = begun
        status = 403 if refused else 200
        return self._page(
            request, template, status=status, refused=refused, name=form.get("name", "")
        )

    def _sorry(self, request: Request, why: Text, status: int) -> Response:
        return self._page(request, "sorry", status=status, why=why)

    def _page(
        self, request: Request, template: str, *, status: int = 200, **given: Any
    ) -> Response:
        person = getattr(request.state, "person", None)
        text = looks.page(
            template,
            self._language(request),
            person=person,
            seal=signing.seal(request) if person else "",
            here=request.url.path,
            **given,
        )
        return HTMLResponse(self._office.hide(text), status_code=status)

    def _language(self, request: Request) -> str:
        wishes = (request.query_params.get("lang"), request.cookies.get("language"))
        return next((w for w in wishes if w in LANGUAGES), self._office.language)


def _file(text: str, kind: str, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type=kind, headers=headers)
