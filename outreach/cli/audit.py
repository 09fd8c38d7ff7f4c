"""`outreach audit`: nothing in the delivery log was changed afterwards, and others can check it."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from outreach.cli.choices import AsJson
from outreach.cli.command import add as add_command
from outreach.cli.command import group
from outreach.cli.exit_codes import ExitCode
from outreach.cli.marks import _
from outreach.cli.session import session_of
from outreach.cli.stop import Stop
from outreach.domain.text import Text


def add(app: typer.Typer) -> None:
    """Add the group."""
    audit = group(app, "audit", says=_("Prove the delivery log."))
    add_command(
        audit, "verify", verify, says=_("Check every line of the delivery log against its hash.")
    )
    add_command(
        audit, "checkpoint", checkpoint, says=_("Let the end of the log leave this machine now.")
    )
    add_command(
        audit, "export", export, says=_("Print the delivery log for a check on another machine.")
    )
    add_command(
        audit,
        "verifier",
        verifier,
        says=_("Print the program that checks an export, one file: > outreach-audit-verify.py"),
    )


def export(
    context: typer.Context,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help=_("Write it here instead of printing it.")),
    ] = None,
) -> None:
    """Print the whole log as JSON lines, as they were sealed."""
    session = session_of(context)
    # Help pages need no store.
    from outreach.store.delivery_log import export as lines  # noqa: PLC0415 - as said

    with session.desk(channels=False) as desk:
        if output is None:
            for line in lines(desk.engine):
                session.screen.raw(f"{line}\n")
            return
        with output.open("w", encoding="utf-8") as opened:
            opened.writelines(f"{line}\n" for line in lines(desk.engine))
    session.screen.say(Text("The delivery log is in {file}.", file=str(output)))


def verifier(context: typer.Context) -> None:
    """Print the source of the checker, which needs Python and nothing else."""
    session = session_of(context)
    source = resources.files("outreach.store").joinpath("audit_verifier.py")
    session.screen.raw(source.read_text("utf-8"))


def checkpoint(context: typer.Context) -> None:
    """Send the end of the log to every place that the configuration names."""
    session = session_of(context)
    # Help pages need no store.
    from outreach.bootstrap.checkpoints import note  # noqa: PLC0415 - as said

    if not session.settings.audit.is_wanted:
        raise Stop(
            Text("No place for checkpoints is configured."),
            Text("Add folder, git or recipients to the table [audit] of config.toml."),
        )
    with session.desk(channels=False) as desk:
        line = note(session.settings, desk.engine, now=session.now())
    session.screen.say(Text("The log's end was noted: {line}", line=line))


def verify(
    context: typer.Context,
    against: Annotated[
        str | None,
        typer.Option(
            "--against", metavar="LINE:HASH", help=_("An end of the log that was noted earlier.")
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Walk the whole chain; exit code 1 when a line was changed, added or taken out."""
    session = session_of(context)
    # Help pages need no store.
    from outreach.store.delivery_log import Head, head  # noqa: PLC0415 - as said
    from outreach.store.delivery_log import verify as walk  # noqa: PLC0415 - as said

    line, seal = _noted(against)
    noted = Head(seq=line, hash=seal) if seal else None
    with session.desk(channels=False) as desk, session.screen.progress(Text("Checking hashes")):
        end = head(desk.engine)
        verdict = walk(desk.engine, against=noted)
    well = verdict.damage is None
    if as_json:
        session.screen.json(
            {
                "ok": well,
                "lines": verdict.count,
                "damage": verdict.damage,
                "line": verdict.seq,
                "head": vars(end),
            }
        )
    else:
        session.screen.say(verdict.text, style="" if well else "red")
    if not well:
        raise typer.Exit(ExitCode.FOUND_PROBLEMS)
    if not as_json:
        session.screen.say(
            Text(
                "Note this end elsewhere; --against proves later that nothing was rewritten: {line}:{hash}",
                line=end.seq,
                hash=end.hash,
            )
        )


def _noted(word: str | None) -> tuple[int, str]:
    if word is None:
        return 0, ""
    found = re.fullmatch(r"(\d{1,18}):([0-9a-f]{64})", word.strip())
    if not found:
        raise Stop(
            Text("“{word}” is no end of a log.", word=word),
            Text("Write the line and the hash as `outreach audit verify` printed them."),
        )
    return int(found[1]), found[2]
