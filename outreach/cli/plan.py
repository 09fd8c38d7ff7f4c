"""`outreach plan` and `outreach apply`: what the files would change in the queue, and doing it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from outreach.cli.check import has_errors, problem_record
from outreach.cli.choices import AsJson, CampaignWord
from outreach.cli.command import add as add_command
from outreach.cli.desk_source import DeskSource, known_campaign, unknown_campaign
from outreach.cli.exit_codes import ExitCode
from outreach.cli.marks import _
from outreach.cli.parsing import person
from outreach.cli.session import Session, session_of
from outreach.domain.difference import ChangeKind
from outreach.domain.text import Text
from outreach.reports import calendar, coverage, plan_difference
from outreach.reports.formats import to_records
from outreach.reports.plan_difference import KINDS
from outreach.reports.source import Question

if TYPE_CHECKING:
    from outreach.bootstrap import Desk
    from outreach.dispatch.sync import Proposal

WRITTEN = tuple(kind for kind in ChangeKind if kind not in (ChangeKind.KEPT, ChangeKind.DRIFT))


def add(app: typer.Typer) -> None:
    """Add the commands."""
    add_command(
        app,
        "plan",
        plan,
        says=_("Show what the files would change in the queue, and how the month is covered."),
    )
    add_command(app, "apply", apply, says=_("Write the changes of the files into the queue."))


def plan(
    context: typer.Context,
    campaign: CampaignWord = None,
    as_json: AsJson = False,
    ics: Annotated[
        bool, typer.Option("--ics", help=_("Print the plan as a calendar (iCalendar)."))
    ] = False,
) -> None:
    """Print difference, coverage and problems; change nothing."""
    session = session_of(context)
    with session.desk() as desk:
        source = DeskSource(desk, session.now())
        campaigns = _wanted(desk, campaign)
        if ics:
            session.screen.raw(_calendar(source, campaigns))
            return
        _look_at_all(session, source, campaigns)
        if as_json:
            session.screen.json([_record(session, source, name) for name in campaigns])
        else:
            for name in campaigns:
                _show(session, source, name)
        errors = [name for name in campaigns if has_errors(source.proposal(name).problems)]
    if errors:
        raise typer.Exit(ExitCode.FOUND_PROBLEMS)


def _wanted(desk: Desk, campaign: str | None) -> list[str]:
    name = known_campaign(desk, campaign)
    wanted = [name] if name else list(desk.sync.campaigns())
    if not wanted:
        raise unknown_campaign("", ())
    return wanted


def _look_at_all(session: Session, source: DeskSource, campaigns: list[str]) -> None:
    with session.screen.progress(Text("Planning"), total=len(campaigns)) as progress:
        for name in campaigns:
            source.proposal(name)
            progress.advance(progress.task_ids[0])


def _calendar(source: DeskSource, campaigns: list[str]) -> str:
    question = Question(campaign=campaigns[0] if len(campaigns) == 1 else None)
    return calendar.to_ics(source, question).decode()


def _record(session: Session, source: DeskSource, name: str) -> dict[str, Any]:
    question = Question(campaign=name)
    proposal = source.proposal(name)
    language = session.screen.language
    return {
        "campaign": name,
        "guarded": proposal.guarded,
        "changes": to_records(plan_difference.build(source, question), language),
        "coverage": to_records(coverage.build(source, question), language),
        "collisions": to_records(coverage.collisions(source, question), language),
        "problems": [problem_record(problem) for problem in proposal.problems],
    }


def _show(session: Session, source: DeskSource, name: str) -> None:
    screen, question = session.screen, Question(campaign=name)
    proposal = source.proposal(name)
    screen.heading(Text("Campaign {name}", name=name))
    screen.table(plan_difference.build(source, question))
    screen.say(counted(proposal), style="bold")
    for table in (*coverage.parts(source, question), coverage.collisions(source, question)):
        screen.heading(table.title)
        screen.table(table)
    if proposal.problems:
        screen.heading(Text("Problems"))
        screen.problems(proposal.problems)
    if proposal.guarded:
        screen.note(
            Text("So much would be cancelled at once that `outreach apply` will ask."),
            style="yellow",
        )


def counted(proposal: Proposal) -> Text:
    """How many changes of which kind, in one sentence."""
    found = [(kind, len(proposal.difference.of(kind))) for kind in WRITTEN]
    parts = [
        Text("{count} {kind}", count=count, kind=KINDS[kind]) for kind, count in found if count
    ]
    kept = len(proposal.difference.of(ChangeKind.KEPT))
    sentence = Text("{kept} kept", kept=kept)
    for part in reversed(parts):
        sentence = Text("{one}, {others}", one=part, others=sentence)
    return Text("{counts}.", counts=sentence)


def apply(
    context: typer.Context,
    campaign: CampaignWord = None,
    yes: Annotated[
        bool,
        typer.Option("--yes", help=_("Do not ask, even when much would be cancelled at once.")),
    ] = False,
    by: Annotated[
        str,
        typer.Option(
            "--by",
            metavar="NAME",
            help=_("Who applies it; the delivery log keeps it."),
            envvar="OUTREACH_BY",
        ),
    ] = "outreach apply",
) -> None:
    """Write the changes; ask on a terminal when the mass-delete guard steps in, refuse elsewhere."""
    session = session_of(context)
    actor, held = person(by), False
    with session.desk() as desk:
        source = DeskSource(desk, session.now())
        for name in _wanted(desk, campaign):
            proposal = source.proposal(name)
            _apply_one(session, desk, proposal, actor=actor, yes=yes)
            held = held or has_errors(proposal.problems)
    if held:
        raise typer.Exit(ExitCode.FOUND_PROBLEMS)


def _apply_one(session: Session, desk: Desk, proposal: Proposal, *, actor: str, yes: bool) -> None:
    screen = session.screen
    screen.problems(proposal.problems, to_stderr=True)
    if not proposal.count:
        screen.say(Text("{campaign}: nothing to change.", campaign=proposal.campaign))
        return
    confirmed = yes or (proposal.guarded and _is_meant(session, proposal))
    desk.sync.apply(proposal, now=session.now(), actor=actor, confirmed=confirmed)
    screen.say(Text("{campaign}: {counts}", campaign=proposal.campaign, counts=counted(proposal)))


def _is_meant(session: Session, proposal: Proposal) -> bool:
    """Ask on a terminal; nobody can answer elsewhere."""
    if not (sys.stdin.isatty() and session.screen.err.is_terminal):
        return False
    count = len(proposal.difference.of(ChangeKind.CANCELLED))
    session.screen.note(
        Text("{count} deliveries would be cancelled at once.", count=count), style="yellow"
    )
    session.screen.note(Text("Write yes if this is meant:"))
    return sys.stdin.readline().strip().lower() in ("yes", "y", "có", "co", "c")
