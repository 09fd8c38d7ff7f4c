"""The way to a provider and back: who comes back must be whom we sent, and be known here."""

from __future__ import annotations

import hmac

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from outreach.domain.text import Text
from outreach.reports.delivery_log import is_no_person
from outreach.review import signing
from outreach.review.entrance import ask, enter, unknown
from outreach.review.office import Office
from outreach.review.people import is_name
from outreach.review.signing import Came
from outreach.review.visit import Visit, go
from outreach.review.ways_in import NotSignedIn, SignsIn
from outreach.store.errands import LONGEST
from outreach.store.subjects import Subject

BACK = "/sign-in/return"
NOT_OURS = Text(
    "This sign-in was not begun here, or was used already, or took too long. Begin anew."
)
SOMEBODY_ELSE = Text(
    "This name belongs to another account of the provider. Ask an administrator to invite you anew."
)


def away(visit: Visit) -> Response:
    """Send somebody to the provider, who asked for it on our own page."""
    office, provider = visit.office, visit.office.ways.provider
    if provider is None:
        return PlainTextResponse("404\n", status_code=404)
    if visit.request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return go("/sign-in")
    try:
        errand, there = provider.begin(_back(office))
    except NotSignedIn as refused:
        return ask(visit, "sign_in", refused=refused.text)
    office.ways.errands.begin(errand, office.now())
    response = RedirectResponse(there, status_code=303)
    _remember(response, visit.request, errand.state)
    return response


def back(visit: Visit) -> Response:
    """Take the provider's word, once."""
    office, provider = visit.office, visit.office.ways.provider
    if provider is None:
        return PlainTextResponse("404\n", status_code=404)
    came, state = Came.by(visit.request), visit.request.query_params.get("state", "")[:200]
    sent = visit.request.cookies.get(_cookie(visit.request), "")
    errand = office.ways.errands.end(state, office.now()) if state else None
    try:
        if errand is None or not hmac.compare_digest(sent.encode(), state.encode()):
            raise NotSignedIn(NOT_OURS)
        subject = provider.finish(errand, dict(visit.request.query_params), _back(office))
        token = _let_in(office, provider, subject, came)
    except NotSignedIn as refused:
        office.ways.throttle.failed("", came.address, office.now())
        response = ask(visit, "sign_in", refused=refused.text)
    else:
        response = enter(visit, token)
    _remember(response, visit.request, "")
    return response


def _let_in(office: Office, provider: SignsIn, subject: Subject, came: Came) -> str:
    """The token of a new session. Raises `NotSignedIn`."""
    name = _name(office, provider, subject)
    token = signing.begin(office, name, came, way="oidc")
    if token is None:
        raise NotSignedIn(unknown(name))
    return token


def _name(office: Office, provider: SignsIn, subject: Subject) -> str:
    """The person's name in our list; who has no password here has the role that the provider gives. Raises `NotSignedIn`."""
    name = office.ways.subjects.of(subject.id)
    try:
        name = name or _bound(office, subject)
    except NotSignedIn:
        # Another tab of the same browser may have been quicker.
        if (name := office.ways.subjects.of(subject.id)) is None:
            raise
    person = office.people.find(name)
    if person and provider.gives_roles and not person.password:
        if subject.role is None:
            raise NotSignedIn(unknown(name))
        if person.role is not subject.role:
            office.people.appoint(name, subject.role, actor=name, now=office.now())
    return name


def _bound(office: Office, subject: Subject) -> str:
    """Bind somebody who comes for the first time: a person of the list, or one whose role the provider knows. Raises `NotSignedIn`."""
    ways, now = office.ways, office.now()
    if person := office.people.known_as(subject.word):
        if ways.subjects.bind(person.name, subject.id, now):
            return person.name
        raise NotSignedIn(SOMEBODY_ELSE)
    if subject.role is None or not is_name(subject.name) or is_no_person(subject.name):
        raise NotSignedIn(unknown(subject.word[:100]))
    if not ways.subjects.admit(subject, subject.role, now):
        raise NotSignedIn(SOMEBODY_ELSE)
    return subject.name


def _back(office: Office) -> str:
    return f"{office.ways.gate.address}{BACK}"


def _remember(response: Response, request: Request, state: str) -> None:
    """The browser that we send away is the one that must come back."""
    response.set_cookie(
        _cookie(request),
        state,
        max_age=int(LONGEST.total_seconds()) if state else 0,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )


def _cookie(request: Request) -> str:
    return "__Host-errand" if request.url.scheme == "https" else "errand"
