"""The grant of one application: a short-lived access token, and a refresh token that serves once."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

from outreach.sandbox.zalo.faults import Faults

ACCESS_LIFE = 90_000
"""Seconds: 25 hours."""

CODE_LIFE = 600
"""Seconds."""

REFRESH_LIFE = 90 * 86_400
"""Seconds: about three months."""


class ZaloError(Exception):
    """An answer of the platform that is not success; HTTP 200 all the same."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message


@dataclass(frozen=True, kw_only=True)
class Pair:
    """An access token and its refresh token."""

    access: str
    refresh: str


class Grants:
    """Whose tokens are good; both old ones die when new ones are issued. `state` is kept by the platform."""

    def __init__(
        self,
        state: MutableMapping[str, Any],
        *,
        app_id: str,
        app_secret: str,
        now: Callable[[], float],
        faults: Faults,
    ) -> None:
        self._state = state
        self._app_id = app_id
        self._app_secret = app_secret
        self._now = now
        self._faults = faults
        self.console_challenge = ""
        """The one fixed challenge that was saved in the developer console, if any."""

    def pair(self) -> Pair | None:
        """The pair in force, if one was ever issued."""
        if "access" not in self._state:
            return None
        return Pair(access=self._state["access"], refresh=self._state["refresh"])

    def issue(self) -> Pair:
        """New tokens; the former ones are dead from here on."""
        number = self._state["issued"] = self._state.get("issued", 0) + 1
        pair = Pair(access=self._token("access", number), refresh=self._token("refresh", number))
        self._state.update(access=pair.access, refresh=pair.refresh, at=self._now(), killed=False)
        return pair

    def token(self, form: Mapping[str, str], app_secret: str) -> dict[str, str]:
        """Answer a token request. Raises `ZaloError`."""
        if form.get("app_id") != self._app_id or app_secret != self._app_secret:
            raise ZaloError(-14002, "Application is not active")
        if form.get("grant_type") == "authorization_code":
            self._check_code(form)
        elif form.get("grant_type") != "refresh_token":
            raise ZaloError(-14004, "Grant type is invalid")
        elif not form.get("refresh_token") or form["refresh_token"] != self._state.get("refresh"):
            raise ZaloError(-14020, "Refresh token is invalid or has been used")
        elif self._now() > self._state["at"] + REFRESH_LIFE:
            raise ZaloError(-14014, "Refresh token has expired")
        pair = self.issue()
        return {
            "access_token": pair.access,
            "refresh_token": pair.refresh,
            "expires_in": str(ACCESS_LIFE),
        }

    def check(self, access: str) -> None:
        """Raises `ZaloError` unless the access token is good."""
        if not access or access != self._state.get("access") or self._state.get("killed"):
            raise ZaloError(-216, "Access token is invalid")
        if self._now() > self._state["at"] + ACCESS_LIFE:
            raise ZaloError(-220, "Access token has expired")

    def kill(self) -> None:
        """The access token dies before its time."""
        self._state["killed"] = True

    def consent(self, challenge: str) -> str:
        """An administrator agrees: the code that buys the first pair."""
        code = self._token("code", self._state.get("issued", 0) + 1)
        self._state.update(code=code, challenge=challenge, consented=self._now())
        return code

    def _check_code(self, form: Mapping[str, str]) -> None:
        over = self._now() > self._state.get("consented", 0) + CODE_LIFE
        if not form.get("code") or form["code"] != self._state.get("code") or over:
            raise ZaloError(-14010, "Authorization code is invalid or expired")
        self._state["code"] = None
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        given = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if given != (self.console_challenge or self._state.get("challenge")):
            raise ZaloError(-14003, "Code verifier does not match the code challenge")

    def _token(self, kind: str, number: int) -> str:
        name = f"{self._faults.seed}/{self._app_secret}/{kind}/{number}"
        return f"{kind}-{hashlib.sha256(name.encode()).hexdigest()}"
