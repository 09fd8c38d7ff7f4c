"""Hands publications to any other program by signed HTTP calls (Standard Webhooks).

`webhook-id` is the delivery's key and stays the same when a call is repeated. A receiver that remembers it may be called again
when nobody knows whether a call arrived (`deduplicates`); otherwise someone looks first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from standardwebhooks import Webhook as Signer

from outreach import channel as c
from outreach.channels._addresses import PublicOnly
from outreach.channels._http import HttpClient, Reply, refusal
from outreach.channels._previews import BYTES, hashtag_forms, left_out, text_gauge
from outreach.channels._text import over_limits
from outreach.channels.webhook.settings import WebhookSettings, opened
from outreach.settings.veil import secrets_in


class Webhook:
    """Posts `{type, timestamp, data}`, where `data` is the key and the whole rendition; any 2xx is a receipt."""

    Settings = WebhookSettings

    def __init__(self, name: str, settings: WebhookSettings, place: c.AdapterPlace) -> None:
        self.name = name
        self.capabilities = c.Capabilities(
            can_find=bool(settings.find_url), can_withdraw=settings.withdraws, slots=8
        )
        self._settings = settings
        self._url, self._find_url = opened(settings.url), opened(settings.find_url)
        self._now = place.clock
        secrets = [s.get_secret_value() for s in (settings.secret, settings.old_secret) if s]
        self._signers = [Signer(secret) for secret in secrets]
        self._http = _client(settings, secrets)

    def preview(self, rendition: c.Rendition) -> c.Preview:
        """What readers will see."""
        sent = json.dumps(rendition.to_json(), ensure_ascii=False, separators=(",", ":"))
        size = c.Gauge(name=c.Text("content of the call"), used=len(sent.encode()), unit=BYTES)
        why = c.Text("Only their names, sizes and descriptions are sent.")
        return c.Preview(
            text=rendition.text,
            problems=over_limits(rendition, self.capabilities),
            gauges=(text_gauge(rendition.text), size),
            media=(),
            hashtags=hashtag_forms(rendition),
            dropped=left_out(rendition, "pictures", why=why),
        )

    async def publish(self, rendition: c.Rendition, *, key: str, steps: c.Steps) -> c.Receipt:
        """One signed call; it needs no steps, since the attempt itself is one."""
        return await self._call("publication.published", key, {"rendition": rendition.to_json()})

    async def withdraw(self, receipt: c.Receipt, *, key: str, steps: c.Steps) -> c.Receipt:
        """One signed call that names what was published."""
        if not self._settings.withdraws:
            raise c.Reject(c.Text("The receiver of this webhook takes nothing down."))
        published = {"remote_id": receipt.remote_id, "permalink": receipt.permalink}
        return await self._call("publication.withdrawn", key, published)

    async def find(self, rendition: c.Rendition, *, key: str, since: datetime) -> c.Look:
        """Ask `find_url`, if there is one."""
        if not self._find_url:
            return c.CannotTell(why=c.Text("This webhook has no address to look at."))
        joint = "&" if "?" in self._find_url else "?"
        url = self._find_url + joint + urlencode({"key": key})
        reply = await self._http.send("GET", url, headers=self._signed(key, "", self._now()))
        if reply.status == 200:
            return c.Found(receipt=self._receipt(reply, key, self._now()))
        if reply.status == 404:
            return c.Absent(proof=reply.evidence)
        outcome = refusal(reply, now=self._now())
        if isinstance(outcome, c.PauseChannel):
            raise outcome
        why = c.Text("Looking was answered with HTTP {status}.", status=reply.status)
        return c.CannotTell(why=why, passing=True)

    async def check(self) -> c.ChannelHealth:
        """Whether the receiver answers at all."""
        try:
            await self._http.send("HEAD", self._url)
        except c.NotPublished as outcome:
            return c.ChannelHealth(ok=False, summary=outcome.reason)
        return c.ChannelHealth(ok=True, summary=c.Text("The receiver answers."))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _call(self, kind: str, key: str, content: Mapping[str, Any]) -> c.Receipt:
        now = self._now()
        payload = {"type": kind, "timestamp": now.isoformat(), "data": {"key": key, **content}}
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
        try:
            reply = await self._http.send(
                "POST",
                self._url,
                content=body.encode(),
                headers=self._signed(key, body, now),
            )
            if outcome := refusal(reply, now=now):
                raise outcome
        except c.UnknownOutcome as doubt:
            if self._settings.deduplicates:
                raise c.RetryAt(
                    doubt.reason, evidence={**doubt.evidence, "in_doubt": True}
                ) from doubt
            raise
        return self._receipt(reply, key, now)

    def _signed(self, key: str, body: str, now: datetime) -> dict[str, str]:
        now = now.astimezone(UTC)
        return {
            "content-type": "application/json",
            "webhook-id": key,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(signer.sign(key, now, body) for signer in self._signers),
        }

    def _receipt(self, reply: Reply, key: str, now: datetime) -> c.Receipt:
        answer = reply.json()
        said = answer if isinstance(answer, dict) else {}
        link = str(said.get("url") or reply.headers.get("location") or "")
        link = urljoin(self._url, link) if link else ""
        public = link if urlsplit(link).scheme in ("http", "https") else ""
        return c.Receipt(remote_id=str(said.get("id") or key)[:200], permalink=public, at=now)


def _client(settings: WebhookSettings, secrets: list[str]) -> HttpClient:
    headers, path = {}, urlsplit(opened(settings.url)).path
    if settings.authorization:
        headers["authorization"] = settings.authorization.get_secret_value()
    return HttpClient(
        headers=headers,
        secrets=[
            *secrets_in(dict(settings)),
            *(secret.removeprefix("whsec_") for secret in secrets),
            path if len(path) > 8 else "",
        ],
        public_only=None if settings.allow_private else PublicOnly(),
        proxy=settings.proxy.get_secret_value() if settings.proxy else None,
    )
