"""The account's tokens. A refresh token serves once, so its answer is on disk before anyone reads it.

If an answer is lost, the same refresh token is asked with once more: that works if Zalo never saw the first request; otherwise
both tokens are dead, and only an administrator can give new ones.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from outreach.channel import PauseChannel, RetryAt, Text, UnknownOutcome
from outreach.channels._http import HttpClient, Reply
from outreach.channels.zalo_oa.errors import outcome
from outreach.channels.zalo_oa.journal import Journal, WrongKey
from outreach.channels.zalo_oa.settings import ZaloSettings
from outreach.settings.seal import Seal, keys_of

LIFE = timedelta(days=90)
"""How long a refresh token is good."""

EARLY = timedelta(hours=5)
"""Tokens are renewed this long before they end."""

REST = timedelta(minutes=5)
"""After a failed early renewal the old token serves this long before the next try."""

_ACCESS_LIFE = 90_000
_PURPOSE = "outreach zalo_oa"
_LONGEST_WAIT = 150.0
_LOOK = 0.05


@dataclass(frozen=True, kw_only=True)
class Grant:
    """A pair of tokens, issued `at`, whose access token `ends` (aware UTC)."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    at: datetime
    ends: datetime


class Tokens:
    """One refresher per account: a lock on a file, under which the journal is read again before anything is asked."""

    def __init__(
        self,
        settings: ZaloSettings,
        folder: Path,
        *,
        http: HttpClient,
        now: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._lock_file = folder / "tokens.lock"
        seal = Seal(keys_of(settings.token_key.get_secret_value()), purpose=_PURPOSE)
        self._journal = Journal(folder / "tokens.journal", seal=seal)
        self._http = http
        self._now = now
        self._unsaved: list[dict[str, Any]] = []
        self._rest_until: datetime | None = None
        self._renewals: set[asyncio.Task[str]] = set()

    async def access(self, *, stale: str = "") -> str:
        """A good access token other than `stale`, renewed when needed. Raises `RetryAt`, `PauseChannel`."""
        grant = self.grant()
        if grant and not self._is_due(grant, stale):
            return grant.access
        renewal = asyncio.create_task(self._renewed(stale))
        self._renewals.add(renewal)
        renewal.add_done_callback(self._renewals.discard)
        return await asyncio.shield(renewal)

    async def settle(self) -> None:
        """Wait until no renewal is on its way, for instance of a caller who was cut off."""
        await asyncio.gather(*self._renewals, return_exceptions=True)

    def grant(self) -> Grant | None:
        """The tokens in force, by the journal; None before the first. From here on nothing shows them. Raises `PauseChannel`."""
        found = [grant for grant in map(_grant, self._records()) if grant]
        self._hide(*found[-2:])
        return None if not found or self._is_new_seed() else found[-1]

    async def redeem(self, code: str, verifier: str) -> Grant:
        """The first pair for the code that a browser brought; a code serves once. Raises like `access`, and `UnknownOutcome`."""
        form = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}
        async with self._locked():
            self._keep_seed()
            self._append({"what": "asked", "at": self._now().isoformat()})
            record = self._keep(await self._ask(form))
            if found := _grant(record):
                self._hide(found)
                return found
            self._raise_refusal(record)
        raise UnknownOutcome(Text("Zalo did not answer when permission was given."))

    async def adopt(self, access: str, refresh: str) -> None:
        """From now on these are the tokens in force; they come from Zalo's console. Raises `RetryAt`."""
        async with self._locked():
            self._keep_seed()
            self._append_seed(access, refresh)

    async def seal_anew(self) -> None:
        """Seal with the newest key what an older one has sealed; by itself that happens with the next renewal. Raises `RetryAt`."""
        async with self._locked():
            try:
                self._journal.renew()
            except OSError as error:
                raise RetryAt(Text("The tokens cannot be stored: {error}", error=error)) from error

    async def _renewed(self, stale: str) -> str:
        async with self._locked():
            self._keep_seed()
            grant = self.grant()
            if grant is None or not grant.refresh:
                raise PauseChannel(Text("There is no permission yet: give a first refresh token."))
            if not self._is_due(grant, stale):
                return grant.access
            try:
                return (await self._renew(grant)).access
            except RetryAt:
                if grant.access in ("", stale) or self._now() >= grant.ends:
                    raise
                self._rest_until = self._now() + REST
                return grant.access

    async def _renew(self, grant: Grant) -> Grant:
        """Ask, at most twice with the same token."""
        for _ in range(2):
            self._append({"what": "asked", "at": self._now().isoformat()})
            try:
                form = {"grant_type": "refresh_token", "refresh_token": grant.refresh}
                reply = await self._ask(form)
            except UnknownOutcome:
                continue
            record = self._keep(reply)
            if found := _grant(record):
                self._hide(grant, found)
                return found
            self._raise_refusal(record)
        reason = Text("Zalo did not answer when the permission was to be renewed.")
        raise RetryAt(reason, at=self._now() + timedelta(minutes=1))

    async def _ask(self, form: Mapping[str, str]) -> Reply:
        form = {**form, "app_id": self._settings.app_id}
        return await self._http.send(
            "POST",
            self._settings.oauth_url.rstrip("/") + "/v4/oa/access_token",
            content=urlencode(form).encode(),
            headers={
                "content-type": "application/x-www-form-urlencoded",
                "secret_key": self._settings.app_secret.get_secret_value(),
            },
        )

    def _keep(self, reply: Reply) -> dict[str, Any]:
        raw = reply.body.decode(errors="replace")
        record = {"what": "reply", "at": self._now().isoformat(), "raw": raw}
        record["status"] = str(reply.status)
        try:
            self._journal.append(record)
        except OSError:
            self._unsaved.append(record)
        return record

    def _raise_refusal(self, record: dict[str, Any]) -> None:
        answer = _mapping(record["raw"])
        if int(record["status"]) >= 500 or not {"error", "error_name"} & set(answer):
            return
        code = answer.get("error")
        code = code if isinstance(code, int) else -14000
        said = str(answer.get("error_name") or answer.get("message") or "")
        said = self._http.veil.text(said)
        told = {"error": code, "error_name": said}
        refusal = outcome(code, said, now=self._now(), evidence=told)
        if isinstance(refusal, RetryAt):
            raise refusal
        raise PauseChannel(refusal.reason, evidence=told)

    def _hide(self, *grants: Grant) -> None:
        self._http.hide(*(token for grant in grants for token in (grant.access, grant.refresh)))

    def _is_due(self, grant: Grant, stale: str) -> bool:
        if grant.access in ("", stale) or self._now() >= grant.ends:
            return True
        resting = self._rest_until is not None and self._now() < self._rest_until
        return self._now() >= grant.ends - EARLY and not resting

    def _records(self) -> list[dict[str, Any]]:
        while self._unsaved:
            try:
                self._journal.append(self._unsaved[0])
            except OSError:
                break
            del self._unsaved[0]
        try:
            return self._journal.records() + self._unsaved
        except WrongKey as error:
            reason = Text("The stored tokens cannot be opened with this key: {file}", file=error)
            raise PauseChannel(reason) from error
        except OSError as error:
            raise RetryAt(Text("The stored tokens cannot be read: {error}", error=error)) from error

    def _is_new_seed(self) -> bool:
        seed = self._settings.refresh_token
        return seed is not None and not any(
            record["what"] == "seed" and record["refresh"] == seed.get_secret_value()
            for record in self._records()
        )

    def _keep_seed(self) -> None:
        if not self._is_new_seed():
            return
        refresh, access = self._settings.refresh_token, self._settings.access_token
        self._append_seed(
            access.get_secret_value() if access else "",
            refresh.get_secret_value() if refresh else "",
        )

    def _append_seed(self, access: str, refresh: str) -> None:
        at = self._now().isoformat()
        self._append({"what": "seed", "at": at, "access": access, "refresh": refresh})

    def _append(self, record: dict[str, Any]) -> None:
        try:
            self._journal.append(record)
        except OSError as error:
            raise RetryAt(Text("The tokens cannot be stored: {error}", error=error)) from error

    @asynccontextmanager
    async def _locked(self) -> AsyncIterator[None]:
        try:
            self._lock_file.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise RetryAt(Text("The tokens cannot be stored: {error}", error=error)) from error
        try:
            await _flock(descriptor)
            yield
        finally:
            os.close(descriptor)


async def _flock(descriptor: int) -> None:
    """Wait for the lock; it is given back when the descriptor closes. Raises `RetryAt`."""
    try:
        async with asyncio.timeout(_LONGEST_WAIT):
            while True:
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    await asyncio.sleep(_LOOK)
                else:
                    return
    except TimeoutError as error:
        raise RetryAt(Text("Another program is renewing the permission.")) from error


def _grant(record: dict[str, Any]) -> Grant | None:
    """The pair that a record of the journal brings, if any."""
    at = datetime.fromisoformat(record["at"])
    if record["what"] == "seed":
        ends = at + timedelta(seconds=_ACCESS_LIFE)
        return Grant(access=record["access"], refresh=record["refresh"], at=at, ends=ends)
    answer = _mapping(record.get("raw", ""))
    access, refresh = answer.get("access_token"), answer.get("refresh_token")
    if not (isinstance(access, str) and access and isinstance(refresh, str) and refresh):
        return None
    seconds = str(answer.get("expires_in"))
    life = int(seconds) if seconds.isdecimal() else _ACCESS_LIFE
    return Grant(access=access, refresh=refresh, at=at, ends=at + timedelta(seconds=life))


def _mapping(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
