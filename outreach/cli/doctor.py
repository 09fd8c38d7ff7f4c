"""`outreach doctor`: what is wrong with this installation, and how to mend it."""

from __future__ import annotations

from collections.abc import Mapping

import typer

from outreach.cli.choices import AsJson
from outreach.cli.command import add as add_command
from outreach.cli.examinations import EXAMINATIONS
from outreach.cli.exit_codes import ExitCode
from outreach.cli.finding import Finding, Grade
from outreach.cli.marks import _
from outreach.cli.session import Session, session_of
from outreach.domain.problem import Problems
from outreach.domain.text import Text

SIGNS: Mapping[Grade, tuple[str, str]] = {
    Grade.WELL: ("✓", "green"),
    Grade.WARNING: ("!", "yellow"),
    Grade.WRONG: ("✗", "red"),
}


def add(app: typer.Typer) -> None:
    """Add the command."""
    add_command(
        app,
        "doctor",
        doctor,
        says=_(
            "Examine the installation: configuration, secrets, database, folders, clock, channels, disk."
        ),
    )


def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Print findings; exit code 1 when one is wrong."""
    session = session_of(context)
    findings = _examine(session)
    if as_json:
        session.screen.json([vars(finding) for finding in findings])
    else:
        for finding in findings:
            _print(session, finding)
    if any(finding.grade is Grade.WRONG for finding in findings):
        raise typer.Exit(ExitCode.FOUND_PROBLEMS)


def _examine(session: Session) -> list[Finding]:
    """Every examination whose ground holds; a broken configuration leaves nothing to examine."""
    try:
        settings = session.settings
    except Problems as problems:
        return [_of_problem(problem) for problem in problems.problems]
    findings: list[Finding] = []
    with session.screen.progress(Text("Examining"), total=len(EXAMINATIONS)) as progress:
        for examine in EXAMINATIONS:
            findings += examine(settings, session.now())
            progress.advance(progress.task_ids[0])
    return findings


def _of_problem(problem: object) -> Finding:
    place, what, mend = (getattr(problem, name) for name in ("place", "what", "mend"))
    return Finding(
        grade=Grade.WRONG,
        what=Text("{place}: {what}", place=str(place), what=what),
        mend=mend,
    )


def _print(session: Session, finding: Finding) -> None:
    sign, style = SIGNS[finding.grade]
    session.screen.say(
        Text("{sign} {what}", sign=sign, what=finding.what),
        style="" if finding.grade is Grade.WELL else style,
    )
    if finding.mend:
        session.screen.say(Text("    → {mend}", mend=finding.mend))
