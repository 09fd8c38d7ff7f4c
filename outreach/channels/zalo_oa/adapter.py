"""Articles of a Zalo Official Account: created, verified and, where the channel says so, sent to all followers.

An article can be found again by its mark. A broadcast cannot: when its answer is lost, a person looks; it is never repeated.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from outreach import channel as c
from outreach.channels._answers import MISSHAPEN
from outreach.channels._http import HttpClient
from outreach.channels.zalo_oa.api import Api
from outreach.channels.zalo_oa.article import (
    PICTURES,
    TITLE,
    article,
    cover,
    picture_address,
    preview,
    problems,
)
from outreach.channels.zalo_oa.broadcast import Broadcast
from outreach.channels.zalo_oa.errors import Processing
from outreach.channels.zalo_oa.health import health
from outreach.channels.zalo_oa.ledger import BEGUN, REFUSED, Ledger
from outreach.channels.zalo_oa.listing import Listing
from outreach.channels.zalo_oa.settings import ZaloSettings
from outreach.channels.zalo_oa.tokens import Tokens
from outreach.channels.zalo_oa.trial import SAFE_PLACE, Hiding

KINDS = frozenset(c.Kind) - {c.Kind.BANNER}
LAG = timedelta(minutes=10)
"""How long an article may stay unseen; observed are one or two minutes, and only after ten it counts as never made."""

POLLS = (2, 3, 5, 8, 12, 20, 30, 30)
"""Seconds between questions whether the article is ready."""


class ZaloOA:
    """One account. Channels of one account share a folder of tokens."""

    Settings = ZaloSettings

    def __init__(self, name: str, settings: ZaloSettings, place: c.AdapterPlace) -> None:
        self.name = name
        self.capabilities = _capabilities(settings)
        self._settings = settings
        self._now = place.clock
        self._language = place.language
        self._sleep = place.sleep
        self._show = place.show
        self._http = HttpClient(secrets=_secrets(settings), network=place.network)
        folder = settings.tokens or place.state
        self._tokens = Tokens(settings, folder, http=self._http, now=place.clock)
        self._api = Api(settings, self._tokens, http=self._http, now=place.clock)
        self._listing = Listing(self._api)
        self._ledger = Ledger(place.state)
        self._broadcast = Broadcast(self._api, self._ledger)

    def preview(self, rendition: c.Rendition) -> c.Preview:
        """What readers will see."""
        return preview(rendition, self._settings, self._language)

    async def publish(self, rendition: c.Rendition, *, key: str, steps: c.Steps) -> c.Receipt:
        """Create and verify the article, then send it if the channel broadcasts; every call is a durable step."""
        self._refuse(rendition)
        article_id = await self._article(rendition, key, steps)
        message_id = ""
        if self._settings.broadcast:
            message_id = await self._broadcast.send(article_id, key=key, steps=steps)
        link = await steps.once("permalink", partial(self._link, article_id), repeatable=True)
        return self._receipt(article_id, str(link), message_id)

    async def find(self, rendition: c.Rendition, *, key: str, since: datetime) -> c.Look:
        """Look for the mark in what was published since; a broadcast whose answer was lost cannot be looked up."""
        try:
            sent = self._ledger.broadcast(key) if self._settings.broadcast else ""
            if sent == BEGUN:
                return c.CannotTell(why=c.Text("Zalo does not tell which broadcasts were sent."))
            found = await self._listing.marked(key, since=since)
            if isinstance(found, c.CannotTell | c.Absent):
                return found
            if self._settings.broadcast and sent in ("", REFUSED):
                self._note_article(key, str(found["id"]), "")
                return c.Absent(proof={"article": str(found["id"]), "broadcast": "not sent"})
        except c.PauseChannel:
            raise
        except c.NotPublished as failure:
            return c.CannotTell(why=failure.reason, passing=True)
        except MISSHAPEN:
            return c.CannotTell(
                why=c.Text("Zalo's list of articles cannot be understood."), passing=True
            )
        link = str(found.get("link_view") or "")
        return c.Found(receipt=self._receipt(str(found["id"]), link, sent))

    async def withdraw(self, receipt: c.Receipt, *, key: str, steps: c.Steps) -> c.Receipt:
        """Remove the article; what was sent to followers then leads nowhere."""
        await steps.once("remove", partial(self._remove, receipt.remote_id), repeatable=True)
        return c.Receipt(remote_id=receipt.remote_id, at=self._now())

    async def update(
        self, receipt: c.Receipt, rendition: c.Rendition, *, key: str, steps: c.Steps
    ) -> c.Receipt:
        """Change the article; followers are not told again."""
        self._refuse(rendition)
        if await self._listing.status(receipt.remote_id) != "show":
            raise c.Reject(c.Text("The article was taken away or hidden; it is not brought back."))
        await self._update(rendition, key, receipt.remote_id, steps)
        return replace(receipt, at=self._now())

    async def counts(self, receipt: c.Receipt) -> c.Counts:
        """Views and shares of the article."""
        return await self._listing.counts(receipt.remote_id)

    async def try_out(self, text: str) -> c.Trial:
        """A hidden article: created, verified, read back, removed; followers are told nothing."""
        hiding = Hiding(self._settings, self._api, self._listing)
        return await hiding.try_out(text, verified=self._verified, remove=self._remove)

    async def check(self) -> c.ChannelHealth:
        """Whether the account answers, and how long the permission lasts if nothing renews it."""
        return await health(self._api, self._tokens, self._settings, self._now())

    async def aclose(self) -> None:
        """Close the connections, once no renewal of tokens is on its way."""
        await self._tokens.settle()
        await self._http.aclose()

    def _refuse(self, rendition: c.Rendition) -> None:
        if rendition.kind not in KINDS:
            raise c.Reject(c.Text("The channel does not take this kind of message."))
        for problem in problems(rendition, self._settings):
            if problem.severity is c.Severity.ERROR:
                raise c.Reject(problem.what)

    async def _article(self, rendition: c.Rendition, key: str, steps: c.Steps) -> str:
        """The id of the article that shows this rendition."""
        known = self._ledger.article(key)
        if known is None:
            known = await self._new_article(rendition, key, steps)
            self._note_article(key, known["article"], known["digest"])
        if known["digest"] != rendition.digest:
            await self._update(rendition, key, known["article"], steps)
        return str(known["article"])

    async def _new_article(
        self, rendition: c.Rendition, key: str, steps: c.Steps
    ) -> dict[str, str]:
        async def create() -> dict[str, str]:
            return {"token": await self._create(rendition, key), "digest": rendition.digest}

        created = await steps.once("create", create)
        try:
            found = await steps.once("verify", partial(self._verified, created), repeatable=True)
        except c.Reject:
            if created["digest"] == rendition.digest:
                raise
            mended = rendition.digest[:12]
            created = await steps.once(f"create {mended}", create)
            again = partial(self._verified, created)
            found = await steps.once(f"verify {mended}", again, repeatable=True)
        return {"article": str(found), "digest": created["digest"]}

    async def _create(self, rendition: c.Rendition, key: str) -> str:
        await self._see_pictures(rendition)
        body = article(rendition, key=key, settings=self._settings, language=self._language)
        return _told(await self._api.post("/v2.0/article/create", body), "token")

    async def _update(
        self, rendition: c.Rendition, key: str, article_id: str, steps: c.Steps
    ) -> None:
        """Send the text once and wait until it shows; sending it again would be harmless, and would begin the wait anew."""
        sent_now = False

        async def send() -> dict[str, str]:
            nonlocal sent_now
            sent_now = True
            return {"token": await self._send_update(rendition, key, article_id)}

        name = f"update {self._ledger.texts(key)} {rendition.digest[:12]}"
        sent = await steps.once(name, send, repeatable=True)
        try:
            await steps.once(f"verify {name}", partial(self._verified, sent), repeatable=True)
        except c.Reject:
            if sent_now:
                raise
            sent = await steps.once(f"{name} again", send, repeatable=True)
            again = partial(self._verified, sent)
            await steps.once(f"verify {name} again", again, repeatable=True)
        self._note_article(key, article_id, rendition.digest)

    async def _send_update(self, rendition: c.Rendition, key: str, article_id: str) -> str:
        await self._see_pictures(rendition)
        body = article(rendition, key=key, settings=self._settings, language=self._language)
        answer = await self._api.post("/v2.0/article/update", {"id": article_id, **body})
        return _told(answer, "token")

    async def _see_pictures(self, rendition: c.Rendition) -> None:
        """Zalo fetches pictures by itself, so they must be public first; only a clear "not there" stops us."""
        for medium in rendition.media:
            address = picture_address(medium, self._settings.picture_base_url)
            await asyncio.to_thread(self._show, medium, address)
        try:
            reply = await self._http.send("HEAD", cover(rendition, self._settings))
        except c.NotPublished:
            return
        if reply.status in (404, 410):
            reason = c.Text("The picture is not yet on the website: {url}", url=reply.url)
            raise c.RetryAt(reason, evidence=reply.evidence)

    async def _verified(self, created: dict[str, str]) -> str:
        """Ask until the article is ready. It may appear even unasked, so anything but a refusal leaves its state unknown."""
        try:
            for pause in (0, *POLLS):
                await self._sleep(pause)
                try:
                    answer = await self._api.post(
                        "/v2.0/article/verify", {"token": created["token"]}
                    )
                except Processing:
                    continue
                return _told(answer, "id")
        except (c.RetryAt, c.PauseChannel) as failure:
            raise c.UnknownOutcome(failure.reason, evidence=failure.evidence) from failure
        raise c.UnknownOutcome(c.Text("Zalo is still processing the article."))

    async def _remove(self, article_id: str) -> bool:
        try:
            await self._api.post("/v2.0/article/remove", {"id": article_id})
        except c.Reject:
            if await self._listing.status(article_id):
                raise
        self._ledger.note(removed=article_id)
        return True

    async def _link(self, article_id: str) -> str:
        try:
            return await self._listing.link(article_id)
        except c.NotPublished:
            return ""

    def _note_article(self, key: str, article_id: str, digest: str) -> None:
        known = self._ledger.article(key)
        if known is None or (digest and known["digest"] != digest):
            self._ledger.note(key=key, article=article_id, digest=digest)

    def _receipt(self, article_id: str, link: str, message_id: str) -> c.Receipt:
        details = {"broadcast": message_id} if message_id else {}
        return c.Receipt(remote_id=article_id, permalink=link, at=self._now(), details=details)


def _capabilities(settings: ZaloSettings) -> c.Capabilities:
    month = c.Quota(count=settings.broadcasts_per_month, per=c.Per.MONTH)
    day = c.Quota(count=settings.broadcasts_per_day, per=c.Per.DAY)
    return c.Capabilities(
        kinds=KINDS,
        title_limit=TITLE,
        pictures=PICTURES,
        quotas=(month, day) if settings.broadcast else (),
        hours=(time(6, 0), time(21, 59)) if settings.broadcast else None,
        can_find=True,
        can_withdraw=True,
        can_update=True,
        can_count=True,
        visibility_lag=LAG,
        slots=1,
        safe_place=SAFE_PLACE,
    )


def _secrets(settings: ZaloSettings) -> list[str]:
    given = (
        settings.app_secret,
        settings.refresh_token,
        settings.access_token,
    )
    keys = settings.token_key.get_secret_value().split()
    return [*keys, *(secret.get_secret_value() for secret in given if secret)]


def _told(answer: Any, name: str) -> str:
    """The value that an answer must hold. Raises `UnknownOutcome`."""
    value = answer.get(name) if isinstance(answer, dict) else None
    if not value:
        reason = c.Text("Zalo's answer cannot be understood; perhaps it took the message.")
        raise c.UnknownOutcome(reason)
    return str(value)
