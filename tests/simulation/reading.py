"""Reads each text once a month: the service reads its files at every start, and most of them say what they said."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from outreach.content import reader
from outreach.content.findings import Findings
from outreach.content.message_file import Reading, read_message
from outreach.domain.campaign import Campaign
from outreach.domain.problem import Problem


@contextmanager
def each_text_once() -> Iterator[None]:
    """What a text says depends on nothing but itself, its name and its campaign, so it is remembered in here."""
    known: dict[tuple[str, str, str], tuple[Reading, tuple[Problem, ...]]] = {}

    def remembered(
        text: str, file: str, stem: str, campaign: Campaign, findings: Findings
    ) -> Reading:
        which = (text, file, campaign.name)
        if which not in known:
            own = Findings()
            known[which] = read_message(text, file, stem, campaign, own), own.sorted()
        reading, problems = known[which]
        findings.extend(problems)
        return reading

    vars(reader).update(read_message=remembered)
    try:
        yield
    finally:
        vars(reader).update(read_message=read_message)
