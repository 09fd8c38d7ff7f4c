"""What channels published: the sentence with the figures, and the tables."""

from __future__ import annotations

from collections.abc import Iterator

from outreach.domain.lateness import ON_TIME
from outreach.domain.text import Text
from outreach.reports.official import tables
from outreach.reports.official.difficulties import channel
from outreach.reports.official.document import Block, Grid, Paragraph
from outreach.reports.official.figures import Tally, tally
from outreach.reports.official.month import Month
from outreach.reports.official.speech import Speaker, share

_NAME = frozenset({"name"})


def online(month: Month, say: Speaker) -> Iterator[Block]:
    """Nothing when no channel was planned."""
    found = tally(month.online)
    if found.planned:
        yield Paragraph(words=sentence(month, found, say))
        yield channels(month, say)


def channels(month: Month, say: Speaker) -> Grid:
    """The table by channel."""
    table = tables.by_channel(month)
    return Grid(
        caption=say(table.title),
        table=table,
        widths=_widths(len(table.columns) - 2, 46),
        left=_NAME,
        total=True,
    )


def overviews(month: Month, say: Speaker) -> Iterator[Block]:
    """Everything that was done, by topic, unit and week."""
    for table in (tables.by_topic(month), tables.by_unit(month), tables.by_week(month)):
        if len(table.rows) > 1:
            yield Grid(
                caption=say(table.title),
                table=table,
                widths=_widths(5, 56),
                left=_NAME,
                total=True,
            )


def _widths(numbers: int, name: float) -> tuple[float, ...]:
    return (13.0, name, *[(165.0 - 13.0 - name) / numbers] * numbers)


def sentence(month: Month, found: Tally, say: Speaker) -> str:
    """How many were published where, how many at their time, and what became of the rest."""
    names = list(dict.fromkeys(channel(month, deed.channel) for deed in month.online))
    opening = say(
        Text(
            "{office} published {done} of {planned} planned items ({share}) on its channels ({count}): {names}.",
            office=month.files.campaign.office,
            done=say.count(found.done),
            planned=say.count(found.planned),
            share=share(found.done, found.planned),
            count=say.count(len(names)),
            names=say.listing(names),
        )
    )
    return " ".join([opening, *_punctuality(found, say), *_rest(found, say)])


def _punctuality(found: Tally, say: Speaker) -> Iterator[str]:
    minutes = say.count(ON_TIME.seconds // 60)
    if found.done and not found.late:
        yield say(Text("All of them were on time (within {minutes} minutes).", minutes=minutes))
    elif found.done:
        yield say(
            Text(
                "On time (within {minutes} minutes): {on_time}; late: {late}.",
                on_time=say.count(found.on_time),
                late=say.count(found.late),
                minutes=minutes,
            )
        )


def _rest(found: Tally, say: Speaker) -> Iterator[str]:
    if found.failed:
        yield say(Text("Not published: {failed}.", failed=say.count(found.failed)))
    if found.open:
        yield say(Text("Still open: {open}.", open=say.count(found.open)))
    if found.done == found.planned:
        yield say(Text("None was left out."))
