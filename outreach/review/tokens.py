"""Tokens for other programs; only an administrator issues and revokes them."""

from __future__ import annotations

import secrets
from datetime import timedelta

from starlette.responses import Response

from outreach.domain.role import Deed
from outreach.domain.text import Text
from outreach.review.people import NAMELESS, ONLY_ADMINS, is_name
from outreach.review.visit import Visit, go
from outreach.store.tokens import Scope, Token

DAYS = (30, 90, 366)
"""For how many days a token may be issued."""

TAKEN = Text("There is a token of that name, or no scope was chosen.")
SCOPES = {
    Scope.READ_QUEUE: Text("deliveries and channels"),
    Scope.READ_LOG: Text("the delivery log"),
    Scope.READ_STATISTICS: Text("the statistics"),
    Scope.READ_MESSAGES: Text("messages, calendar and banners"),
    Scope.READ_PEOPLE: Text("people and their roles"),
    Scope.APPROVE: Text("approving texts, in the token's name"),
}


def tokens(visit: Visit) -> Response:
    """The tokens, and the forms that issue and revoke."""
    if not visit.who.may(Deed.INVITE):
        return visit.forbidden(ONLY_ADMINS)
    if visit.request.method == "GET":
        return _show(visit)
    name = visit.form.get("name", "").strip()
    if visit.form.get("do") == "revoke":
        visit.office.tokens.revoke(name, actor=visit.who.name, now=visit.office.now())
        return go("/tokens")
    return _issue(visit, name)


def _issue(visit: Visit, name: str) -> Response:
    if not is_name(name):
        return _show(visit, refused=NAMELESS)
    scopes = frozenset(scope for scope in Scope if f"scope-{scope}" in visit.form)
    days = {str(n): n for n in DAYS}.get(visit.form.get("days", ""), DAYS[0])
    now, secret = visit.office.now(), secrets.token_urlsafe(32)
    token = Token(name=name, scopes=scopes, made=now, expires=now + timedelta(days=days))
    if not scopes or not visit.office.tokens.issue(token, secret, actor=visit.who.name):
        return _show(visit, refused=TAKEN)
    return _show(visit, secret=secret)


def _show(visit: Visit, *, refused: Text | None = None, secret: str = "") -> Response:
    return visit.page(
        "tokens",
        status=409 if refused else 200,
        tokens=visit.office.tokens.all(),
        scopes=SCOPES,
        days=DAYS,
        refused=refused,
        secret=secret,
        now=visit.office.now(),
        zone=visit.office.reading().zone(""),
    )
