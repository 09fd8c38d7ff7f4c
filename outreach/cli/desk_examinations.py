"""What `outreach doctor` looks at once the database is open: its durability, the log, the messages, the unit, who is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from outreach.cli.finding import Finding, Grade, well, wrong
from outreach.domain.problem import Severity
from outreach.domain.text import Text

if TYPE_CHECKING:
    from outreach.bootstrap import Desk

UNIT = Path("/etc/systemd/system/outreach.service")
SYSTEMD = Path("/run/systemd/system")
"""Where our unit lies, and what is there only while systemd runs this machine."""

WANTED = ("Type=notify", "WatchdogSec=", "Restart=")
"""Lines of the unit without which a service that hangs or dies stays so."""

MOST = 10
"""So many mistakes in messages are named; the others are counted."""


def examine_desk(desk: Desk, now: datetime) -> Iterator[Finding]:
    """Everything but the channels. Raises `StoreError` when the database is damaged."""
    from outreach.store.engine import check_whole  # noqa: PLC0415 - help pages need no store

    check_whole(desk.engine)
    yield _durability(desk)
    yield _log(desk)
    yield from _messages(desk, now)
    yield from _unit()
    yield from _alerts(desk)


def _durability(desk: Desk) -> Finding:
    from outreach.store.engine import durability  # noqa: PLC0415 - as above

    safe, how = durability(desk.engine)
    sentence = Text("The database is whole; it writes with {how}.", how=how)
    if safe:
        return well(sentence)
    return wrong(
        sentence,
        Text("A power cut may lose what was sent: switch on fsync and synchronous_commit."),
    )


def _log(desk: Desk) -> Finding:
    from outreach.store.delivery_log import verify  # noqa: PLC0415 - as above

    verdict = verify(desk.engine)
    if verdict.intact:
        return well(verdict.text)
    return wrong(verdict.text, Text("Keep a copy of the database, and find out who changed it."))


def _messages(desk: Desk, now: datetime) -> Iterator[Finding]:
    """Mistakes that hold messages, each with its place."""
    found = [
        problem
        for campaign in desk.sync.campaigns()
        for problem in desk.sync.look(campaign, now).problems
        if problem.severity is Severity.ERROR
    ]
    if not found:
        yield well(Text("No message is held by a mistake."))
    for problem in found[:MOST]:
        what = Text("{place}: {what}", place=str(problem.place), what=problem.what)
        yield Finding(grade=Grade.WARNING, what=what, mend=problem.mend)
    if len(found) > MOST:
        yield Finding(
            grade=Grade.WARNING,
            what=Text("… and {count} more mistakes in messages.", count=len(found) - MOST),
            mend=Text("outreach check names them all."),
        )


def _unit() -> Iterator[Finding]:
    """Whether systemd would start and watch the service; nothing where there is no systemd."""
    if not SYSTEMD.is_dir():
        return
    text = UNIT.read_text("utf-8") if UNIT.is_file() else ""
    missing = [line for line in WANTED if not any(s.startswith(line) for s in text.splitlines())]
    if not missing:
        yield well(Text("The unit {file} starts and watches the service.", file=str(UNIT)))
        return
    yield Finding(
        grade=Grade.WARNING,
        what=Text("The unit {file} lacks: {lines}", file=str(UNIT), lines=", ".join(missing)),
        mend=Text("Copy packaging/outreach.service there, then: systemctl daemon-reload"),
    )


def _alerts(desk: Desk) -> Iterator[Finding]:
    """Who is told, and what is wrong now as far as the service knows."""
    from outreach.store.alerts import open_causes  # noqa: PLC0415 - help pages need no store

    ways = desk.settings.alerts.channels
    if ways:
        yield well(Text("What goes wrong is told by: {channels}.", channels=", ".join(ways)))
    else:
        yield Finding(
            grade=Grade.WARNING,
            what=Text("Nobody is told when something goes wrong."),
            mend=Text("Name a channel that staff read in config.toml: [alerts] channels."),
        )
    for cause in open_causes(desk.engine):
        what = Text("{where}: {what}", where=cause.where, what=cause.what)
        yield Finding(grade=Grade.WARNING, what=what, mend=cause.mend)
