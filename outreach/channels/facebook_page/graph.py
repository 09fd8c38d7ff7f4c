"""Calls to the Graph API: signed, paced, and every failure turned into one of the four."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from outreach import channel as c
from outreach.channels._http import HttpClient, Reply, refusal
from outreach.channels.facebook_page.refusals import outcome_of_error
from outreach.channels.facebook_page.settings import FacebookPageSettings
from outreach.channels.facebook_page.usage import Pace

_GRAPH, _VIDEOS = "https://graph.facebook.com/", "https://graph-video.facebook.com/"
_DAY = timedelta(days=1)
log = logging.getLogger("outreach.channels.facebook_page")


class GraphClient:
    """One Page's access to the Graph API. Every call raises like `HttpClient.send`, and what the table of errors says."""

    def __init__(
        self,
        settings: FacebookPageSettings,
        now: Callable[[], datetime],
        *,
        network: c.Network | None = None,
    ) -> None:
        token = settings.token.get_secret_value()
        secret = settings.app_secret.get_secret_value() if settings.app_secret else ""
        self._proof = _proof(secret, token) if secret else ""
        self.app_token = f"{settings.app_id}|{secret}" if secret else ""
        self._settings, self._now, self._token = settings, now, token
        self.pace = Pace()
        self.spoken = settings.version
        self._facts: dict[str, Any] = {}
        self._asked_at: datetime | None = None
        keys = settings.token_key.get_secret_value().split() if settings.token_key else []
        self._http = HttpClient(
            secrets=[token, secret, self._proof, *keys],
            proxy=settings.proxy.get_secret_value() if settings.proxy else None,
            network=network,
        )

    async def get(self, path: str, **params: Any) -> dict[str, Any]:
        """Read an object or an edge."""
        query = urlencode({**params, **self._signature()})
        return await self._call("GET", f"{path}?{query}")

    async def post(
        self, path: str, *, file: tuple[str, str, bytes] | None = None, **params: Any
    ) -> dict[str, Any]:
        """Create or change; `file` is a name, a MIME type and the bytes. Videos have a host of their own."""
        fields = {name: _plain(value) for name, value in {**params, **self._signature()}.items()}
        if file is None:
            kind, body = "application/x-www-form-urlencoded", urlencode(fields).encode()
        else:
            kind, body = _multipart(fields, file)
        return await self._call("POST", path, body, {"content-type": kind})

    async def delete(self, path: str) -> dict[str, Any]:
        """Remove an object."""
        return await self._call("DELETE", f"{path}?{urlencode(self._signature())}")

    async def debug_token(self) -> dict[str, Any]:
        """What Facebook knows of our token, asked once a day in the app's own name; empty without the app's secret."""
        now = self._now()
        if self.app_token and (self._asked_at is None or now - self._asked_at >= _DAY):
            query = urlencode({"input_token": self._token})
            answer = await self._call("GET", f"debug_token?{query}", token=self.app_token)
            self._facts = dict(answer.get("data") or {})
            self._asked_at = now if self._facts.get("is_valid") else None
        return self._facts

    async def token(self, form: Mapping[str, str]) -> dict[str, Any]:
        """Exchange a code or a token for a longer one; the answer's `access_token` is new, so nothing hides it."""
        path = f"oauth/access_token?{urlencode(form)}"
        return await self._call("GET", path, token=self.app_token)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    def _signature(self) -> dict[str, str]:
        return {"appsecret_proof": self._proof} if self._proof else {}

    async def _call(
        self,
        method: str,
        path: str,
        content: bytes = b"",
        headers: Mapping[str, str] | None = None,
        *,
        token: str = "",
    ) -> dict[str, Any]:
        self.pace.admit(self._now())
        url = f"{self._settings.base_url}/{self._settings.version}/{path}"
        bearer = {"authorization": f"Bearer {token or self._token}", **(headers or {})}
        if path.endswith("/videos"):
            url = url.replace(_GRAPH, _VIDEOS, 1)
        reply = await self._http.send(method, url, content=content, headers=bearer)
        self.pace.learn(reply.headers, self._now())
        self._notice_version(reply.headers.get("facebook-api-version"))
        return self._understood(reply)

    def _understood(self, reply: Reply) -> dict[str, Any]:
        answer = reply.veil.over(reply.json())
        if isinstance(answer, dict) and isinstance(answer.get("error"), dict):
            raise self._refused(reply, answer["error"])
        if outcome := refusal(reply, now=self._now()):
            raise outcome
        if not isinstance(answer, dict):
            reason = c.Text("Facebook's answer cannot be read.")
            raise c.UnknownOutcome(reason, evidence=reply.evidence)
        return answer

    def _refused(self, reply: Reply, error: dict[str, Any]) -> c.NotPublished:
        names = ("code", "error_subcode", "fbtrace_id", "error_data")
        told = {key: error[key] for key in names if key in error}
        return outcome_of_error(
            error, now=self._now(), regain=self.pace.regain, evidence={**reply.evidence, **told}
        )

    def _notice_version(self, spoken: str | None) -> None:
        if spoken and spoken != self.spoken:
            wanted = self._settings.version
            if spoken != wanted:
                log.warning("Facebook answers in Graph API %s instead of %s", spoken, wanted)
            self.spoken = spoken


def _proof(secret: str, token: str) -> str:
    return hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def _multipart(fields: Mapping[str, str], file: tuple[str, str, bytes]) -> tuple[str, bytes]:
    name, mime, content = file
    boundary = secrets.token_hex(16)
    parts = [
        f'--{boundary}\r\ncontent-disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
        for key, value in fields.items()
    ]
    part = "video_file_chunk" if mime.startswith("video/") else "source"
    disposition = f'content-disposition: form-data; name="{part}"; filename="{name}"'
    parts.append(f"--{boundary}\r\n{disposition}\r\ncontent-type: {mime}\r\n\r\n")
    body = "".join(parts).encode() + content + f"\r\n--{boundary}--\r\n".encode()
    return f"multipart/form-data; boundary={boundary}", body
