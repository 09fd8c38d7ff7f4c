"""The interim report of one week: what was done, how the campaign stands, what comes next week."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from outreach.domain.campaign import Campaign
from outreach.domain.text import Text
from outreach.reports.official import offline, online, tables
from outreach.reports.official.annex import schedule_rows
from outreach.reports.official.body import Section, chapters, paragraphs, parts
from outreach.reports.official.difficulties import difficulties
from outreach.reports.official.document import Block, Document, Grid, Paragraph
from outreach.reports.official.figures import tally
from outreach.reports.official.final import ONLINE, figures, newest, opening, stamp
from outreach.reports.official.heading import foot, head
from outreach.reports.official.month import Month, month
from outreach.reports.official.speech import Speaker, share
from outreach.reports.source import Files, Question, Report, Source
from outreach.reports.table import Table

WEEK = timedelta(days=7)


def build(source: Source, question: Question) -> Table:
    """The week's table by channel; all else is in the document."""
    found = newest(source, question)
    if found is None:
        empty = Text("No campaign fits.")
        return Table(name="weekly", title=Text("Week"), columns=(), rows=(), empty=empty)
    first, last = _week(source, found.campaign, question.day)
    return tables.by_channel(month(source, found, first=first, last=last))


def document(source: Source, question: Question, language: str) -> Document | None:
    """The week's report; None when there is no such campaign."""
    files = newest(source, question)
    if files is None:
        return None
    say, campaign = Speaker(language), files.campaign
    first, last = _week(source, campaign, question.day)
    week, so_far = (
        month(source, files, first=first, last=last),
        month(source, files, first=campaign.window.start, last=last),
    )
    number = (first - _monday(campaign.window.start)).days // 7 + 1
    subject = say(
        Text(
            "Outcome of week {n} ({span}) of the {name}",
            n=say.count(number),
            span=say.span(first, last),
            name=campaign.name,
        )
    )
    return Document(
        language=language,
        title=f"{say(Text('REPORT'))}: {subject}",
        author=campaign.office,
        moment=stamp(week),
        head=head(campaign, say, subject),
        blocks=(
            *paragraphs([opening(campaign, say)]),
            *chapters(_chapters(week, so_far, say), say),
            *paragraphs([_closing(campaign, say)]),
        ),
        foot=foot(campaign, say),
        figures=figures(week, say),
    )


def _week(source: Source, campaign: Campaign, day: date | None) -> tuple[date, date]:
    """The days of the week around `day`, by default of the last whole week, that lie in the campaign."""
    window = campaign.window
    asked = day or campaign.local(source.now).date() - WEEK
    monday = _monday(min(max(asked, window.start), window.end))
    return max(monday, window.start), min(monday + WEEK - timedelta(days=1), window.end)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _chapters(week: Month, so_far: Month, say: Speaker) -> Iterator[Section]:
    results = [(ONLINE, list(online.online(week, say))), *offline.sections(week, say)]
    yield Text("Results of the week"), parts(results, say)
    yield Text("Since the beginning"), list(_so_far(so_far, say))
    yield Text("Difficulties and limits"), paragraphs(_own(week, say))
    yield Text("Next week"), list(_next(week.files, week.last, say))


def _own(week: Month, say: Speaker) -> list[str]:
    """The week's difficulties; what the office says of the whole month waits for the last report."""
    whole = set(week.files.campaign.paperwork.difficulties)
    return [words for words in difficulties(week, say) if words not in whole]


def _so_far(found: Month, say: Speaker) -> Iterator[Block]:
    every = tally(found.deeds)
    if every.planned:
        yield Paragraph(
            words=say(
                Text(
                    "Up to {day}, {done} of {planned} planned items ({share}) were carried out.",
                    day=say.day(found.last),
                    done=say.count(every.done),
                    planned=say.count(every.planned),
                    share=share(every.done, every.planned),
                )
            )
        )
    yield from offline.counted_figures(found, say)


def _next(files: Files, last: date, say: Speaker) -> Iterator[Block]:
    first = last + timedelta(days=1)
    rows = schedule_rows(files, first, last + WEEK)
    table = tables.schedule(rows)
    if table.rows:
        yield Grid(
            caption=say(Text("Planned for the coming week")),
            table=table,
            widths=(12, 22.5, 12.5, 44, 29, 20, 25),
            left=frozenset({"title", "channels", "topic", "unit"}),
        )


def _closing(campaign: Campaign, say: Speaker) -> str:
    return say(Text("{office} reports for information and direction./.", office=campaign.office))


REPORT = Report(
    name="weekly",
    tells=Text("the interim report of a week (--day), as Word, PDF/A or spreadsheet"),
    build=build,
    document=document,
)
