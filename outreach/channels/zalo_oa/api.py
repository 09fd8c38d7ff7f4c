"""Calls to the account, in its own words: an answer, or one of the four."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from outreach.channel import PauseChannel, Text, UnknownOutcome
from outreach.channels._http import HttpClient, Reply, refusal
from outreach.channels.zalo_oa.errors import DeadToken, outcome
from outreach.channels.zalo_oa.settings import ZaloSettings
from outreach.channels.zalo_oa.tokens import Tokens


class Api:
    """The account's programming interface. Success is HTTP 200, JSON and `error` 0, nothing else."""

    def __init__(
        self,
        settings: ZaloSettings,
        tokens: Tokens,
        *,
        http: HttpClient,
        now: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._tokens = tokens
        self._http = http
        self._now = now

    async def get(self, path: str, **query: str | int) -> Any:
        """Read; article calls take flat parameters. Raises like `post`, but never `UnknownOutcome` for a lost reply."""
        return await self._call("GET", f"{path}?{urlencode(query)}" if query else path, b"")

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Change something. Raises one of the four, or a finer `Processing`."""
        return await self._call("POST", path, json.dumps(body, ensure_ascii=False).encode())

    async def _call(self, method: str, path: str, content: bytes) -> Any:
        token = await self._tokens.access()
        try:
            return await self._once(method, path, content, token)
        except DeadToken:
            token = await self._tokens.access(stale=token)
        try:
            return await self._once(method, path, content, token)
        except DeadToken as dead:
            raise PauseChannel(dead.reason, evidence=dead.evidence) from dead

    async def _once(self, method: str, path: str, content: bytes, token: str) -> Any:
        url = self._settings.api_url.rstrip("/") + path
        reply = await self._http.send(method, url, content=content, headers=self._headers(token))
        return _meaning(reply, self._now())

    def _headers(self, token: str) -> dict[str, str]:
        headers = {"access_token": token, "content-type": "application/json"}
        if self._settings.proof:
            secret = self._settings.app_secret.get_secret_value().encode()
            proof = hmac.new(secret, token.encode(), hashlib.sha256).hexdigest()
            headers["appsecret_proof"] = proof
        return headers


def _meaning(reply: Reply, now: datetime) -> Any:
    if reply.status == 401:
        raise DeadToken(Text("Zalo does not accept the access token."), evidence=reply.evidence)
    if failure := refusal(reply, now=now):
        raise failure
    answer = reply.veil.over(reply.json())
    code = answer.get("error") if isinstance(answer, dict) else None
    if type(code) is not int or reply.status != 200:
        reason = Text("Zalo's answer cannot be understood; perhaps it took the message.")
        raise UnknownOutcome(reason, evidence=reply.evidence)
    if code != 0:
        raise outcome(code, str(answer.get("message", "")), now=now, evidence=reply.evidence)
    return answer.get("data")
