"""What holds for whatever anybody saves, and for whatever a service answers. Both generators, ours and the fuzzer's, ask these."""

from __future__ import annotations

import asyncio
import json
import re
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from outreach import channel as c
from outreach.channels._answers import MISSHAPEN
from outreach.channels.facebook_page import FacebookPage, FacebookPageSettings
from outreach.channels.zalo_oa import ZaloOA, ZaloSettings
from outreach.content import markdown
from outreach.content.campaign_file import read_campaign_file, stand_in
from outreach.content.findings import Findings, Refused
from outreach.content.message_file import read_message
from outreach.content.source_text import decode
from outreach.testing import SAMPLE_KEY, MemorySteps, sample_rendition

FILE, CAMPAIGN = "2022/tin.md", "2022/campaign.toml"
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
NOON = datetime(2022, 11, 16, 5, 0, tzinfo=UTC)
KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
TAGS = frozenset(
    {
        *("p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "strong", "em", "s", "a", "code"),
        *("blockquote", "pre", "br", "hr", "table", "thead", "tbody", "tr", "th", "td"),
    }
)
ATTRIBUTES = {"a": {"href", "title", "rel"}, "ol": {"start"}}
SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_UNSEEN = re.compile(r"[\x00-\x20]")
"""Browsers pass these over where an address begins."""
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
OUTCOMES = (c.RetryAt, c.PauseChannel, c.Reject, c.UnknownOutcome)


class Broken(AssertionError):
    """A promise does not hold."""


def a_message_is_read_or_its_mistakes_are_placed(saved: bytes) -> None:
    """A file gives a message or says where it is wrong; nothing that anyone can save breaks the reading."""
    findings = Findings()
    try:
        text = decode(saved)
        reading = read_message(text, FILE, "tin", stand_in("2022"), findings)
    except Refused as refused:
        _check_places(saved, findings, refused)
        return
    _check_places(saved, findings)
    if reading.message is None and findings.first_error is None:
        raise Broken("neither a message nor a mistake")


def a_campaign_is_read_or_its_mistakes_are_placed(saved: bytes) -> None:
    """As a message; what is usable has a window that is not upside down."""
    findings = Findings()
    try:
        found = read_campaign_file(decode(saved), "2022", CAMPAIGN, findings)
    except Refused as refused:
        _check_places(saved, findings, refused)
        return
    _check_places(saved, findings)
    if found is None and findings.first_error is None:
        raise Broken("neither a campaign nor a mistake")
    if found and found.window.start > found.window.end and findings.first_error is None:
        raise Broken("a window that ends before it begins")


def _check_places(saved: bytes, findings: Findings, refused: Refused | None = None) -> None:
    """Every mistake stands in the file, in words that can be said."""
    lines = (
        saved.count(b"\n")
        + saved.count(b"\r")
        + 2
        + saved.decode("utf-8", "ignore").count("\u2028")
    )
    problems = [*findings.sorted(), *([refused.problem(FILE)] if refused else [])]
    for problem in problems:
        if not 1 <= problem.place.line <= lines or problem.place.column < 1:
            raise Broken(f"{problem.code} stands at {problem.place}")
        if not str(problem.what) or ("{" in problem.what.msgid and not str(problem.mend)):
            raise Broken(f"{problem.code} says nothing")


class _Reader(HTMLParser):
    """Whatever a browser would run, fetch or style is not there."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _ in attrs}
        if tag not in TAGS or names - ATTRIBUTES.get(tag, set()):
            raise Broken(f"<{tag} {sorted(names)}> is left in the page")
        for name, value in attrs:
            seen = _SCHEME.match(_UNSEEN.sub("", value or ""))
            if name == "href" and seen and seen[1].lower() not in SCHEMES:
                raise Broken(f"a link of the scheme {seen[1]!r}")


def markdown_becomes_harmless(text: str) -> None:
    """The page holds text, lists, tables and links only, and the same text for other channels is plain."""
    tokens = markdown.parse(text)
    reader = _Reader()
    reader.feed(markdown.to_html(tokens))
    reader.close()
    if "\0" in markdown.to_text(markdown.parse(text)):
        raise Broken("a character that no service takes")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a service answers to every call."""

    status: int
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Say it."""
        head = {"type": "http.response.start", "status": self.status, "headers": self.headers}
        await send(head)
        await send({"type": "http.response.body", "body": self.body})


def an_answer_is_understood_or_in_doubt(answer: Answer) -> None:
    """Whatever Facebook or Zalo answers: a receipt only for a good answer that names the post, else one of the four."""
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        for channel in _channels(answer, Path(folder)):
            _runner().run(_ask(channel, answer))


def _lists(answer: Answer) -> bool:
    """Whether it holds a list of posts or articles at all: without one nothing is proven."""
    try:
        told = json.loads(answer.body)["data"]
    except MISSHAPEN:
        return False
    return isinstance(told, list) or (
        isinstance(told, dict) and isinstance(told.get("medias"), list)
    )


async def _ask(channel: c.Channel, answer: Answer) -> None:
    rendition = sample_rendition()
    try:
        receipt = await channel.publish(rendition, key=SAMPLE_KEY, steps=MemorySteps())
    except OUTCOMES as outcome:
        if not str(outcome.reason):
            raise Broken("an outcome without a reason") from outcome
    else:
        if answer.status >= 300 or not receipt.remote_id:
            raise Broken(f"{receipt} out of {answer}")
    await _look(channel, rendition, answer)
    await channel.aclose()


async def _look(channel: c.Channel, rendition: c.Rendition, answer: Answer) -> None:
    """A refusal of the whole channel is no look, and says why."""
    try:
        look = await channel.find(rendition, key=SAMPLE_KEY, since=NOON - timedelta(hours=1))
    except c.PauseChannel as refused:
        if not str(refused.reason):
            raise Broken("a refused look without a reason") from refused
        return
    if not isinstance(look, c.Found | c.Absent | c.CannotTell):
        raise Broken(f"a look gives {look}")
    if isinstance(look, c.Found | c.Absent) and not (answer.status < 300 and _lists(answer)):
        raise Broken(f"{look} out of {answer}")


def _channels(answer: Answer, folder: Path) -> tuple[c.Channel, ...]:
    """Both adapters, as new, before a service that always answers the same."""
    place = c.AdapterPlace(state=folder, clock=lambda: NOON, sleep=_at_once, network=answer)
    return (
        FacebookPage("facebook", _page(), place),
        ZaloOA("zalo", _account(), place),
    )


async def _at_once(_: float) -> None: ...


@cache
def _page() -> FacebookPageSettings:
    return FacebookPageSettings(
        page_id="1", token=SecretStr("t" * 20), app_id="1", base_url="https://facebook.invalid"
    )


@cache
def _account() -> ZaloSettings:
    return ZaloSettings(
        app_id="1",
        app_secret=SecretStr("s" * 20),
        token_key=SecretStr(KEY),
        refresh_token=SecretStr("r" * 20),
        access_token=SecretStr("a" * 20),
        picture_base_url="https://so.invalid/media",
        cover_url="https://so.invalid/bia.jpg",
        api_url="https://zalo.invalid",
        oauth_url="https://zalo.invalid",
    )


@cache
def _runner() -> asyncio.Runner:
    return asyncio.Runner()
