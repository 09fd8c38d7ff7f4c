"""Signing in and out: codes, passwords, cookies, and the seal of every form."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from outreach.domain.role import Role
from outreach.domain.text import Text
from outreach.review import second_factor
from outreach.review.office import Office
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
FIRST = "admin"
"""The name of the first person."""


def first_code(office: Office) -> str | None:
    """A new code for the first person; None when that person has a password."""
    code = secrets.token_urlsafe(12)
    now = office.now()
    return (
        code if office.people.invite(FIRST, Role.ADMIN, code, actor="outreach", now=now) else None
    )


def sign_in(office: Office, form: Form, browser: str = "") -> str | Text:
    """A new session's token, or why there is none."""
    name, password, now = form.get("name", "")[:100], form.get("password", ""), office.now()
    if office.people.may_try_at(name, now) > now:
        return SLOWLY
    person = office.people.find(name)
    fits = office.passwords.fit(password[:LONGEST], person.password if person else "")
    used = _step(person, form.get("code", ""), now) if person else None
    if not fits or person is None or (person.totp and used is None):
        office.people.failed(name, now)
        return WRONG
    return _begin(office, name, browser, used)


def _step(person: Person, code: str, now: datetime) -> int | None:
    """The half-minute of a code that was not used yet; None without a second factor, or when the code is wrong."""
    step = second_factor.step_of(person.totp, code, now) if person.totp else None
    return step if step is not None and step > person.totp_used else None


def accept(office: Office, form: Form, browser: str = "") -> str | Text:
    """A new session's token for someone who was invited, or why there is none."""
    name, password, now = form.get("name", "")[:100], form.get("password", ""), office.now()
    if office.people.may_try_at(name, now) > now:
        return SLOWLY
    if not SHORTEST <= len(password) <= LONGEST:
        return TOO_SHORT
    kept = office.passwords.hash(password)
    if not office.people.accept(name, form.get("code", "").strip(), kept, now):
        office.people.failed(name, now)
        return NO_INVITATION
    return _begin(office, name, browser)


def _begin(office: Office, name: str, browser: str, used: int | None = None) -> str:
    token = secrets.token_urlsafe(32)
    office.people.sign_in(name, token, office.now(), browser=browser, used=used)
    return token


def browser_of(request: Request) -> str:
    """What the browser calls itself, in two words that people know."""
    agent = request.headers.get("user-agent", "")
    names = {"Edg/": "Edge", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
    systems = ("Windows", "Android", "iPhone", "iPad", "Macintosh", "Linux")
    known = next((name for mark, name in names.items() if mark in agent), "")
    return " · ".join(filter(None, (known, next((s for s in systems if s in agent), ""))))


def person_of(office: Office, request: Request) -> Person | None:
    """Who is signed in."""
    token = token_of(request)
    return office.people.of_session(token, office.now()) if token else None


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
