"""`outreach status` and `outreach queue`: how things stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from outreach.cli.choices import AsCsv, AsJson, InState, OfCampaign, OnChannel, Since
from outreach.cli.command import add as add_command
from outreach.cli.desk_source import DeskSource, known_campaign
from outreach.cli.marks import _
from outreach.cli.parsing import known_channel, parse_instant, parse_state
from outreach.cli.session import Session, session_of
from outreach.domain.delivery import Delivery
from outreach.domain.text import Text
from outreach.reports import queue as queue_report
from outreach.reports import status as status_report
from outreach.reports.formats import to_csv, to_records
from outreach.reports.source import Question
from outreach.reports.table import Table

if TYPE_CHECKING:
    from outreach.bootstrap import Desk


def add(app: typer.Typer) -> None:
    """Add the commands."""
    add_command(
        app, "status", status, says=_("Show how every channel stands and what needs a person.")
    )
    add_command(app, "queue", queue, says=_("List the deliveries."))


def status(
    context: typer.Context,
    campaign: OfCampaign = None,
    as_json: AsJson = False,
) -> None:
    """Print one row per channel, and the deliveries that wait for a person."""
    session = session_of(context)
    with session.desk() as desk:
        source = DeskSource(desk, session.now())
        question = Question(campaign=known_campaign(desk, campaign))
        table = status_report.build(source, question)
        waiting = _waiting(source, question)
    if as_json:
        language = session.screen.language
        session.screen.json(
            {"channels": to_records(table, language), "to_look_at": to_records(waiting, language)}
        )
        return
    session.screen.table(table)
    for row in table.rows:
        if row["paused"]:
            session.screen.say(
                Text("{channel}: {what}", channel=row["channel"], what=row["standing"])
            )
    if waiting.rows:
        session.screen.heading(waiting.title)
        session.screen.table(waiting)
        session.screen.note(Text("`outreach show` and the number tell all about one of them."))
    else:
        session.screen.say(waiting.empty)


def _waiting(source: DeskSource, question: Question) -> Table:
    found = [d for d in source.deliveries(question) if d.state in status_report.NEEDS_SOMEONE]
    return _table(source, found)


def _table(source: DeskSource, found: list[Delivery]) -> Table:
    rows = tuple(queue_report.row(d, source.zone(d.identity.campaign)) for d in found)
    return Table(
        name="to-look-at",
        title=Text("For a person to look at"),
        columns=queue_report.COLUMNS,
        rows=rows,
        empty=Text("Nothing waits for a person."),
    )


def queue(
    context: typer.Context,
    *,
    campaign: OfCampaign = None,
    channel: OnChannel = None,
    state: InState = None,
    since: Since = None,
    as_csv: AsCsv = False,
    as_json: AsJson = False,
) -> None:
    """Print one row per delivery."""
    session = session_of(context)
    with session.desk() as desk:
        source = DeskSource(desk, session.now())
        question = ask(
            session, desk, source, campaign=campaign, channel=channel, state=state, since=since
        )
        table = queue_report.build(source, question)
    print_table(session, table, as_csv=as_csv, as_json=as_json)


def ask(
    session: Session,
    desk: Desk,
    source: DeskSource,
    *,
    campaign: str | None = None,
    channel: str | None = None,
    state: str | None = None,
    since: str | None = None,
) -> Question:
    """The question that the options ask; raises `Stop` for what does not exist."""
    name = known_campaign(desk, campaign)
    start = parse_instant(since, source.zone(name or ""), session.now()) if since else None
    return Question(
        campaign=name, channel=known_channel(desk, channel), state=parse_state(state), since=start
    )


def print_table(session: Session, table: Table, *, as_csv: bool, as_json: bool) -> None:
    """The table in the format that was asked for."""
    if as_json:
        session.screen.json(to_records(table, session.screen.language))
    elif as_csv:
        session.screen.raw(to_csv(table, session.screen.language))
    else:
        session.screen.table(table)
