"""Signing in and out: codes, passwords, second factors, cookies, and the seal of every form."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from starlette.requests import Request
from starlette.responses import Response

from outreach.domain.role import Role
from outreach.domain.text import Text
from outreach.reports.source import Question
from outreach.review import second_factor, wordlist
from outreach.review.gate import address_of, named_by_proxy
from outreach.review.office import Office
from outreach.review.pace import TooOften
from outreach.review.passwords import LONGEST, SHORTEST
from outreach.review.requests import Form, cookie_of, is_encrypted
from outreach.store.people import Person

WRONG = Text("The name, the password or the code is wrong.")
SLOWLY = Text("Too many tries. Wait a quarter of an hour at most, then try again.")
NO_INVITATION = Text("There is no such invitation, or its code was used already or is too old.")
TOO_SHORT = Text(
    "Take a password of {least} to {most} characters; a sentence is best.",
    least=SHORTEST,
    most=LONGEST,
)
CLOSED = Text(
    "Your second factor is sealed, and the key that opens it is missing. Ask who runs the program."
)
FIRST = "admin"
"""The name of the first person."""


@dataclass(frozen=True, kw_only=True)
class Came:
    """Where somebody comes from: the browser in two words, and the true address."""

    browser: str = ""
    address: str = ""

    @classmethod
    def by(cls, request: Request) -> Self:
        """From this request."""
        return cls(browser=browser_of(request), address=address_of(request))


def new_code() -> str:
    """A one-time code of 120 random bits."""
    return secrets.token_urlsafe(15)


def first_code(office: Office) -> str | None:
    """A new code for the first person; None when that person has a password."""
    code, now = new_code(), office.now()
    return (
        code if office.people.invite(FIRST, Role.ADMIN, code, actor="outreach", now=now) else None
    )


def sign_in(office: Office, form: Form, came: Came) -> str | Text:
    """A new session's token, or why there is none. Raises `TooOften`, which counts as no try, when too many come at once."""
    name, password, now = form.get("name", "")[:100], form.get("password", ""), office.now()
    if not office.ways.throttle.may_try(name, came.address, now):
        return SLOWLY
    person = office.people.find(name)
    with for_nothing(office, name, came.address):
        fits = office.passwords.fit(password[:LONGEST], person.password if person else "")
    try:
        used = _used(office, person, form.get("code", "")[:60]) if fits and person else None
    except second_factor.Closed:
        office.ways.throttle.failed(name, came.address, now)
        return CLOSED
    token = begin(office, name, came, used=used or None, seen=person) if used is not None else None
    if token is None:
        office.ways.throttle.failed(name, came.address, now)
        return WRONG
    office.ways.throttle.passed(name, came.address)
    return token


@contextmanager
def for_nothing(office: Office, name: str, address: str) -> Iterator[None]:
    """Who is told in here to come later, as too many come at once, has not tried."""
    try:
        yield
    except TooOften:
        office.ways.throttle.passed(name, address)
        raise


def _used(office: Office, person: Person, code: str) -> int | None:
    """The half-minute whose code this sign-in uses up, 0 when it uses none; None when the code is wrong. Raises `Closed`."""
    if not person.totp:
        return 0
    now = office.now()
    step = second_factor.step_of(office.ways.factors.open(person.totp), code, now)
    if step is not None and step > person.totp_used:
        return step
    recovered = office.ways.recovery.use(person.name, code, now)
    return 0 if recovered else None


def accept(office: Office, form: Form, came: Came) -> str | Text:
    """A new session's token for someone who was invited, or why there is none. Raises `TooOften` as `sign_in` does."""
    name, password, now = form.get("name", "")[:100], form.get("password", ""), office.now()
    if not office.ways.throttle.may_try(name, came.address, now):
        return SLOWLY
    if why := refused(office, name, password):
        office.ways.throttle.passed(name, came.address)
        return why
    with for_nothing(office, name, came.address):
        kept = office.passwords.hash(password)
    joined = office.people.accept(name, form.get("code", "").strip(), kept, now)
    token = begin(office, name, came) if joined else None
    if token is None:
        office.ways.throttle.failed(name, came.address, now)
        return NO_INVITATION
    office.ways.throttle.passed(name, came.address)
    return token


def refused(office: Office, name: str, password: str) -> Text | None:
    """Why somebody may not take this password; None when they may."""
    if not SHORTEST <= len(password) <= LONGEST:
        return TOO_SHORT
    campaigns = [files.campaign for files in office.reading().files(Question())]
    words = [name, *office.ways.words]
    for one in campaigns:
        words += [one.id, one.name, one.short_name, one.theme, one.office, *one.units]
    return wordlist.refused(password, words)


def begin(
    office: Office,
    name: str,
    came: Came,
    *,
    used: int | None = None,
    way: str = "password",
    seen: Person | None = None,
) -> str | None:
    """The token of a new session; None when the person, as they were `seen`, may not come in any more."""
    token = secrets.token_urlsafe(32)
    begun = office.people.sign_in(
        name, token, office.now(), browser=came.browser, used=used, way=way, seen=seen
    )
    return token if begun else None


def browser_of(request: Request) -> str:
    """What the browser calls itself, in two words that people know."""
    agent = request.headers.get("user-agent", "")
    names = {"Edg/": "Edge", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
    systems = ("Windows", "Android", "iPhone", "iPad", "Macintosh", "Linux")
    known = next((name for mark, name in names.items() if mark in agent), "")
    return " · ".join(filter(None, (known, next((s for s in systems if s in agent), ""))))


def person_of(office: Office, request: Request) -> Person | None:
    """Who is signed in; a session that a proxy's word began lasts only while the proxy says the same."""
    token = token_of(request)
    person = office.people.of_session(token, office.now()) if token else None
    if person and person.way == "header":
        named = office.people.known_as(named_by_proxy(request))
        return person if named and named.name == person.name else None
    return person


def token_of(request: Request) -> str:
    """What the cookie says; empty without one."""
    return request.cookies.get(_cookie(request), "")


def seal(request: Request) -> str:
    """What the forms of this session carry."""
    return hashlib.sha256(f"form:{token_of(request)}".encode()).hexdigest()


def is_sealed(request: Request, form: Form) -> bool:
    """Whether a form came from a page of this session."""
    return hmac.compare_digest(form.get("seal", "").encode(), seal(request).encode())


def keep(response: Response, request: Request, token: str) -> None:
    """Give the browser its cookie; an empty one takes it away."""
    response.set_cookie(
        _cookie(request),
        token,
        max_age=None if token else 0,
        secure=is_encrypted(request),
        httponly=True,
        samesite="lax",
    )


def _cookie(request: Request) -> str:
    return cookie_of(request, "session")
