"""The way in and out."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response

from outreach.domain.text import Text
from outreach.review import signing
from outreach.review.office import Office
from outreach.review.requests import Form
from outreach.review.visit import Visit, go

FORGET = '"cache", "storage"'
"""What a browser that signs out is told to throw away besides its cookie."""


def sign_in(visit: Visit) -> Response:
    """For those who have a password."""
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


def _way_in(
    visit: Visit, template: str, begin: Callable[[Office, Form, str], str | Text]
) -> Response:
    name = visit.form.get("name", "")
    if visit.request.method != "POST":
        return visit.page(template, refused=None, name=name)
    begun = begin(visit.office, visit.form, signing.browser_of(visit.request))
    if isinstance(begun, Text):
        return visit.page(template, status=403, refused=begun, name=name)
    response = go("/")
    signing.keep(response, visit.request, begun)
    return response
