"""The permission dialog and the exchange of what it gives: code → token of an hour → token of two months."""

from __future__ import annotations

import html
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from outreach.sandbox.facebook.wire import Call, GraphError

if TYPE_CHECKING:
    from outreach.sandbox.facebook.place import Place

LONG_LIFE = 60 * 86_400
"""Seconds that a person's long token lives."""

_DENIED = {
    "error": "access_denied",
    "error_code": "200",
    "error_description": "Permissions error",
    "error_reason": "user_denied",
}
_ALREADY = "This authorization code has been used."
_ELSEWHERE = (
    "Error validating verification code. Please make sure your redirect_uri is identical to the one "
    "you used in the OAuth dialog request"
)


class Consent:
    """Who agreed. `at_once` answers without showing a page; codes serve once."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.at_once = False
        self.asked: list[str] = []
        self._codes: dict[str, str] = {}
        self._used: set[str] = set()
        self._short: set[str] = set()

    def dialog(self, request: Request) -> Response:
        """The page with two links, or the way back to the app."""
        asked = dict(request.query_params)
        answer = asked.pop("answer", "agree" if self.at_once else "")
        target = asked.get("redirect_uri", "")
        if asked.get("client_id") != self.place.app or not target.startswith(
            ("http://localhost:", "https://")
        ):
            return HTMLResponse("<h1>Invalid App ID or URL blocked</h1>", status_code=400)
        self.asked = asked.get("scope", "").split(",")
        if not answer:
            return HTMLResponse(_page(asked, self.place.app_name))
        return RedirectResponse(f"{target}?{urlencode(self._result(answer, asked, target))}", 302)

    def exchange(self, call: Call) -> dict[str, Any]:
        """What `oauth/access_token` answers. Raises `GraphError`."""
        if call.text("client_id") != self.place.app:
            raise GraphError(101, "Error validating application. Cannot get application info.")
        if call.text("client_secret") != self.place.secret:
            raise GraphError(1, "Error validating client secret.")
        if call.text("grant_type") == "fb_exchange_token":
            return self._extended(call.text("fb_exchange_token"))
        self._redeem(call.text("code"), call.text("redirect_uri"))
        short = f"short-{secrets.token_hex(8)}"
        self._short.add(short)
        return {"access_token": short, "token_type": "bearer", "expires_in": 5183}

    def _result(self, answer: str, asked: dict[str, str], target: str) -> dict[str, str]:
        state = {"state": asked.get("state", "")}
        if answer != "agree":
            return {**_DENIED, **state}
        code = f"AQ{secrets.token_hex(16)}"
        self._codes[code] = target
        return {"code": code, **state}

    def _redeem(self, code: str, redirect: str) -> None:
        if code in self._used:
            raise GraphError(100, _ALREADY, subcode=36009)
        if not code or self._codes.get(code) != redirect:
            raise GraphError(100, _ELSEWHERE, subcode=36008)
        self._used.add(code)

    def _extended(self, token: str) -> dict[str, Any]:
        if token not in self._short | {self.place.user_token}:
            raise GraphError(190, "Invalid OAuth access token - Cannot parse access token")
        long = {"access_token": self.place.user_token, "token_type": "bearer"}
        return {**long, "expires_in": LONG_LIFE}


def _page(asked: dict[str, str], app: str) -> str:
    links = "".join(
        f'<p><a href="?{html.escape(urlencode({**asked, "answer": answer}))}">{words}</a></p>'
        for answer, words in (("agree", "Continue"), ("deny", "Cancel"))
    )
    scopes = "".join(f"<li>{html.escape(scope)}" for scope in asked.get("scope", "").split(","))
    return (
        f"<!DOCTYPE html><title>Log in</title><h1>{html.escape(app)}</h1><ul>{scopes}</ul>{links}"
    )
