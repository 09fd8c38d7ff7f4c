"""The annex of the office's plan before the month: `Phụ lục: Lịch đăng tải`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from outreach.domain.campaign import Campaign
from outreach.domain.text import Text
from outreach.reports.editorial import publications
from outreach.reports.official import tables
from outreach.reports.official.document import Annex, Document, Grid
from outreach.reports.official.heading import LANDSCAPE_LINE, title_lines
from outreach.reports.official.speech import Speaker
from outreach.reports.source import Files, Question, Report, Source
from outreach.reports.table import Row, Table
from outreach.reports.words import WEEKDAYS


def build(source: Source, question: Question) -> Table:
    """One row per message and instant, with its channels."""
    return tables.schedule(row for files in source.files(question) for row in schedule_rows(files))


def document(source: Source, question: Question, language: str) -> Document | None:
    """The annex; None when there is no such campaign."""
    found = source.files(question)
    files = max(found, key=lambda each: each.campaign.window.start, default=None)
    if files is None:
        return None
    say, campaign = Speaker(language), files.campaign
    title = say(Text("Posting schedule of the {name}", name=campaign.name))
    return Document(
        language=language,
        title=title,
        author=campaign.office,
        moment=campaign.opens,
        annexes=(
            Annex(
                name=say(Text("Annex")),
                title=title_lines(title.upper(), LANDSCAPE_LINE),
                reference=_reference(campaign, say),
                grid=Grid(
                    table=tables.schedule(schedule_rows(files)),
                    widths=(12, 39, 14, 77, 40, 30, 40),
                    left=frozenset({"title", "channels", "topic", "unit"}),
                ),
            ),
        ),
    )


def _reference(campaign: Campaign, say: Speaker) -> str:
    if campaign.plan is None:
        return ""
    return say(
        Text(
            "(With Plan No. {number}, {day}, of {office})",
            number=campaign.plan.number,
            day=say.day(campaign.plan.date),
            office=campaign.office,
        )
    )


def schedule_rows(
    files: Files, first: date = date.min, last: date = date.max
) -> Iterator[tuple[datetime, Row]]:
    """What the plan publishes from `first` to `last`, a row per message and instant."""
    campaign = files.campaign
    names = campaign.paperwork.channels
    for due, message, channels in publications(files):
        local = campaign.local(due)
        if not first <= local.date() <= last:
            continue
        yield (
            due,
            {
                "day": Text(
                    "{weekday}, {day}",
                    weekday=WEEKDAYS[local.weekday()],
                    day=f"{local:%d/%m/%Y}",
                ),
                "clock": f"{local:%H:%M}",
                "title": message.title,
                "channels": ", ".join(names.get(each, each) for each in channels),
                "topic": message.topic,
                "unit": message.unit,
            },
        )


REPORT = Report(
    name="plan",
    tells=Text(
        "the posting schedule as an annex of the office's plan, as Word, PDF/A or spreadsheet"
    ),
    build=build,
    document=document,
)
