"""The way in and out."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response

from outreach.domain.text import Text
from outreach.review import signing
from outreach.review.gate import named_by_proxy
from outreach.review.office import Office
from outreach.review.requests import Form
from outreach.review.signing import Came
from outreach.review.visit import Visit, go

FORGET = '"cache", "storage"'
"""What a browser that signs out is told to throw away besides its cookie."""


def unknown(name: str) -> Text:
    """Why somebody who is known elsewhere does not get in."""
    return Text(
        "“{name}” is not in the list of people here. Ask an administrator for an invitation.",
        name=name,
    )


def sign_in(visit: Visit) -> Response:
    """For those who have a password, or whom the office's own entrance names."""
    if visit.form.get("do") == "header":
        return _as_named(visit)
    return _way_in(visit, "sign_in", signing.sign_in)


def welcome(visit: Visit) -> Response:
    """For those who were invited with a code."""
    return _way_in(visit, "welcome", signing.accept)


def sign_out(visit: Visit) -> Response:
    """End every session of this person."""
    visit.office.people.sign_out(visit.who.name, visit.office.now())
    response = go("/sign-in")
    signing.keep(response, visit.request, "")
    response.headers["clear-site-data"] = FORGET
    return response


def ask(visit: Visit, template: str, *, refused: Text | None, name: str = "") -> Response:
    """The page that asks who it is."""
    return visit.page(
        template,
        status=403 if refused else 200,
        refused=refused,
        name=name,
        named=named_by_proxy(visit.request),
        provider=visit.office.ways.provider is not None,
    )


def enter(visit: Visit, token: str) -> Response:
    """Let the browser of a new session in."""
    response = go("/")
    signing.keep(response, visit.request, token)
    return response


def _as_named(visit: Visit) -> Response:
    office, named = visit.office, named_by_proxy(visit.request)
    person = office.people.known_as(named)
    came = Came.by(visit.request)
    token = signing.begin(office, person.name, came, way="header") if person else None
    if token is None:
        office.ways.throttle.failed(named, came.address, office.now())
        return ask(visit, "sign_in", refused=unknown(named))
    return enter(visit, token)


def _way_in(
    visit: Visit, template: str, begin: Callable[[Office, Form, Came], str | Text]
) -> Response:
    name = visit.form.get("name", "")
    if visit.request.method != "POST":
        return ask(visit, template, refused=None, name=name)
    begun = begin(visit.office, visit.form, Came.by(visit.request))
    if isinstance(begun, Text):
        return ask(visit, template, refused=begun, name=name)
    return enter(visit, begun)
