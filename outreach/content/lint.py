"""What a careful colleague would notice in a message before it is public."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from outreach.content import vietnamese
from outreach.content.findings import Findings
from outreach.content.source_text import position
from outreach.content.template import has_marks
from outreach.content.vietnamese import Remark
from outreach.domain.campaign import Campaign
from outreach.domain.message import EventDetails, Message
from outreach.domain.problem import Place, Problem, Severity
from outreach.domain.text import Text

_ADDRESS = re.compile(r"(?P<picture>!?)\[[^\]\n]*\]\(\s*<?(?P<address>[^)\s>]*)")
_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*(?:\s[^<>\n]*)?/?>")
_GOOD = re.compile(r"(https://|mailto:|tel:|\{\{)", re.IGNORECASE)
_HTTP = re.compile(r"http://", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class _Written:
    text: str
    place: Place
    is_body: bool


def lint(message: Message, campaign: Campaign | None) -> list[Problem]:
    """Every such thing in one message; without a campaign only what can be seen in the text alone."""
    findings = Findings()
    for written in _texts(message):
        remarks = [*vietnamese.spelling(written.text)]
        remarks += _in_body(written.text) if written.is_body else _in_head(written.text)
        if campaign is not None:
            remarks += vietnamese.facts(written.text, campaign)
        findings.extend(_placed(remark, written) for remark in remarks)
    return list(findings.sorted())


def _texts(message: Message) -> Iterator[_Written]:
    head = {"title": message.title, "summary": message.summary}
    if isinstance(message.details, EventDetails):
        head["place"] = message.details.place
    if len(message.pictures) == 1 and "image_alt" in message.places:
        head["image_alt"] = message.pictures[0].alt
    for key, text in head.items():
        yield _Written(text=text, place=message.place(key), is_body=False)
    yield _Written(text=message.body, place=message.place("body"), is_body=True)
    places = dict.fromkeys(message.place(f"::: {name}") for name in message.variants)
    for place in places:
        text = next(t for n, t in message.variants.items() if message.place(f"::: {n}") == place)
        yield _Written(text=text, place=place, is_body=True)


def _placed(remark: Remark, written: _Written) -> Problem:
    return Problem(
        place=position(written.text, remark.offset, start=written.place),
        code=remark.code,
        what=remark.what,
        mend=remark.mend,
        severity=remark.severity,
    )


def _in_head(text: str) -> Iterator[Remark]:
    if has_marks(text):
        yield Remark(
            offset=0,
            code="template-outside-text",
            what=Text("Template marks work only in the text below the head."),
            mend=Text("Write the words themselves here."),
        )


def _in_body(text: str) -> Iterator[Remark]:
    for found in _ADDRESS.finditer(text):
        yield from _address(found)
    for found in _TAG.finditer(text):
        yield Remark(
            offset=found.start(),
            code="html-in-text",
            what=Text("HTML such as {tag} is shown to readers as it is.", tag=found.group()[:40]),
            mend=Text("Use Markdown: **bold**, - for lists, [words](https://…) for links."),
            severity=Severity.WARNING,
        )


def _address(found: re.Match[str]) -> Iterator[Remark]:
    address = found["address"]
    if found["picture"]:
        yield Remark(
            offset=found.start(),
            code="picture-in-text",
            what=Text("A picture in the text would not be published."),
            mend=Text("Name it in the head: image: media/… and image_alt: …"),
        )
    elif _HTTP.match(address):
        yield Remark(
            offset=found.start("address"),
            code="link-not-https",
            what=Text("The link {address} is not encrypted (http).", address=address[:80]),
            mend=Text("Try the same address with https://."),
            severity=Severity.WARNING,
        )
    elif not _GOOD.match(address):
        yield Remark(
            offset=found.start("address"),
            code="link-unusable",
            what=Text("The link “{address}” leads nowhere for readers.", address=address[:80]),
            mend=Text("Copy the whole address from the browser's address line."),
        )
