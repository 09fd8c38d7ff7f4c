"""`outreach check`: every problem of every file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import typer

from outreach.cli.choices import AsJson, CampaignWord
from outreach.cli.command import add as add_command
from outreach.cli.desk_source import known_campaign, unknown_campaign
from outreach.cli.exit_codes import ExitCode
from outreach.cli.marks import _
from outreach.cli.screen import Screen
from outreach.cli.session import session_of
from outreach.domain.problem import Problem, Severity
from outreach.domain.text import Text


def add(app: typer.Typer) -> None:
    """Add the command."""
    add_command(
        app,
        "check",
        check,
        says=_("Find every mistake in the campaign's files and say how to mend it."),
    )


def check(context: typer.Context, campaign: CampaignWord = None, as_json: AsJson = False) -> None:
    """Print problems; exit code 1 when a message is held by one."""
    session = session_of(context)
    problems: list[Problem] = []
    messages = 0
    with session.desk() as desk:
        name = known_campaign(desk, campaign)
        wanted = [name] if name else desk.sync.campaigns()
        if not wanted:
            raise unknown_campaign("", ())
        with session.screen.progress(Text("Reading"), total=len(wanted)) as progress:
            for each in wanted:
                proposal = desk.sync.look(each, session.now())
                problems += proposal.problems
                messages += len(proposal.content.messages)
                progress.advance(progress.task_ids[0])
    _print(session.screen, problems, messages, as_json=as_json)
    if has_errors(problems):
        raise typer.Exit(ExitCode.FOUND_PROBLEMS)


def has_errors(problems: Iterable[Problem]) -> bool:
    """Whether some message is held."""
    return any(problem.severity is Severity.ERROR for problem in problems)


def _print(screen: Screen, problems: list[Problem], messages: int, *, as_json: bool) -> None:
    if as_json:
        screen.json([problem_record(problem) for problem in problems])
        return
    screen.problems(problems)
    screen.say(tally(problems, messages), style="bold")


def tally(problems: Iterable[Problem], messages: int) -> Text:
    """How many messages are in order and how many problems there are, in one sentence."""
    found = list(problems)
    errors = sum(problem.severity is Severity.ERROR for problem in found)
    if not found:
        return Text("{messages} messages are in order.", messages=messages)
    return Text(
        "{messages} messages can be used; {errors} errors, {warnings} warnings.",
        messages=messages,
        errors=errors,
        warnings=len(found) - errors,
    )


def problem_record(problem: Problem) -> dict[str, Any]:
    """A problem for programs."""
    return {
        "file": problem.place.file,
        "line": problem.place.line,
        "column": problem.place.column,
        **({"cell": problem.place.cell} if problem.place.cell else {}),
        "severity": problem.severity,
        "code": problem.code,
        "what": problem.what,
        "mend": problem.mend,
    }
