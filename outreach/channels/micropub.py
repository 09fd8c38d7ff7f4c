"""Websites that speak Micropub (a W3C recommendation), with a token.

The protocol has no idempotency key and no reliable list, so a lost answer goes to a person. What counts is the public page:
an answer that says "created" or "deleted" is believed only as far as the page agrees.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from pydantic import BaseModel, Field, SecretStr, ValidationInfo, field_validator

from outreach import channel as c
from outreach.channels._addresses import PublicOnly
from outreach.channels._http import HttpClient, Reply, refusal
from outreach.channels._previews import hashtag_forms, left_out, text_gauge
from outreach.channels._text import _, over_limits
from outreach.channels._urls import expect_https

_GONE = frozenset({404, 410})


class Micropub:
    """Creates an entry as JSON; the receipt is the address that the site gives it."""

    class Settings(BaseModel, extra="forbid", frozen=True, hide_input_in_errors=True):
        """What config.toml may say."""

        allow_private: bool = Field(
            default=False,
            description=_("Whether the receiver may lie inside our own network, also without TLS."),
        )
        endpoint: str = Field(description=_("The site's Micropub address: https."))
        token: SecretStr = Field(description=_("Token that the site gave us."))

        @field_validator("endpoint")
        @classmethod
        def _is_https(cls, value: str, info: ValidationInfo) -> str:
            expect_https(value, inside=bool(info.data.get("allow_private")))
            return value

    def __init__(self, name: str, settings: Settings, place: c.AdapterPlace) -> None:
        token = settings.token.get_secret_value()
        self.name = name
        self.capabilities = c.Capabilities(can_withdraw=True)
        self._endpoint = settings.endpoint
        self._token = {"authorization": f"Bearer {token}"}
        self._now = place.clock
        self._http = HttpClient(
            secrets=[token], public_only=None if settings.allow_private else PublicOnly()
        )

    def preview(self, rendition: c.Rendition) -> c.Preview:
        """The text; pictures stay behind."""
        problems = over_limits(rendition, self.capabilities)
        if rendition.media:
            what = c.Text("This channel sends no pictures.")
            mend = c.Text("Write a variant for this channel, or leave them out.")
            warning = c.PreviewProblem(what=what, mend=mend, severity=c.Severity.WARNING)
            problems = (*problems, warning)
        missing = ("pictures", "link", "moment", "deadline", "honours")
        return c.Preview(
            text=rendition.text,
            problems=problems,
            gauges=(text_gauge(rendition.text),),
            media=(),
            hashtags=hashtag_forms(rendition),
            dropped=left_out(rendition, *missing),
        )

    async def publish(self, rendition: c.Rendition, *, key: str, steps: c.Steps) -> c.Receipt:
        """Create the entry once, then see whether readers can open it."""

        async def create() -> str:
            return await self._create(rendition, key)

        link = await steps.once("create", create)
        now = self._now()
        try:
            page = await self._http.send("GET", link)
        except c.NotPublished as unseen:
            return c.Receipt(
                remote_id=link, permalink=link, at=now, details={"unseen": str(unseen)}
            )
        if page.status in _GONE:
            reason = c.Text("It was created, but {link} does not show it yet.", link=link)
            raise c.RetryAt(reason, evidence=page.evidence)
        details = {"page_status": page.status}
        return c.Receipt(remote_id=link, permalink=link, at=now, details=details)

    async def find(self, rendition: c.Rendition, *, key: str, since: datetime) -> c.Look:
        """The protocol has no list that could be trusted."""
        return c.CannotTell(
            why=c.Text("This service cannot be read by the program; look there yourself.")
        )

    async def withdraw(self, receipt: c.Receipt, *, key: str, steps: c.Steps) -> c.Receipt:
        """Delete the entry; done when its page is gone, whatever the site answered."""
        reply = await self._post({"action": "delete", "url": receipt.remote_id})
        page = await self._http.send("GET", receipt.remote_id)
        if page.status in _GONE:
            return c.Receipt(remote_id=receipt.remote_id, at=self._now())
        reason = c.Text("The page {link} is still there.", link=receipt.remote_id)
        raise refusal(reply, now=self._now()) or c.RetryAt(reason, evidence=page.evidence)

    async def check(self) -> c.ChannelHealth:
        """Whether the site knows our token; asks for its configuration."""
        joint = "&" if "?" in self._endpoint else "?"
        try:
            url = f"{self._endpoint}{joint}q=config"
            reply = await self._http.send("GET", url, headers=self._token)
            if outcome := refusal(reply, now=self._now()):
                raise outcome
        except c.NotPublished as wrong:
            return c.ChannelHealth(ok=False, summary=wrong.reason)
        return c.ChannelHealth(ok=True, summary=c.Text("The site knows our token."))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _create(self, rendition: c.Rendition, key: str) -> str:
        reply = await self._post({"type": ["h-entry"], "properties": _entry(rendition, key)})
        if outcome := refusal(reply, now=self._now()):
            raise outcome
        link = urljoin(self._endpoint, reply.headers.get("location", ""))
        if "location" not in reply.headers or not _is_web(link):
            reason = c.Text("The site took it, but did not say where it stands.")
            raise c.UnknownOutcome(reason, ask_person=True, evidence=reply.evidence)
        return link

    async def _post(self, content: dict[str, Any]) -> Reply:
        body = json.dumps(content, ensure_ascii=False).encode()
        headers = {**self._token, "content-type": "application/json"}
        return await self._http.send("POST", self._endpoint, content=body, headers=headers)


def _entry(rendition: c.Rendition, key: str) -> dict[str, list[Any]]:
    """The entry's properties; every value is a list, as the format wants it."""
    categories = [tag.removeprefix("#") for tag in rendition.hashtags]
    entry: dict[str, list[Any]] = {
        "name": [rendition.title],
        "summary": [rendition.summary],
        "content": [{"html": rendition.html}],
        "category": categories,
        "mp-slug": [f"{rendition.message}-{key[:6]}"],
    }
    return {name: values for name, values in entry.items() if any(values)}


def _is_web(url: str) -> bool:
    return urlsplit(url).scheme in ("http", "https") and bool(urlsplit(url).hostname)
