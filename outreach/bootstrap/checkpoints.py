"""The end of the delivery log leaves the machine: who rebuilds the whole log cannot rebuild what was noted elsewhere."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from shutil import which

from outreach.channel import NotPublished, UnknownOutcome
from outreach.channels import registry
from outreach.domain.problem import Problems
from outreach.domain.text import Text
from outreach.locale import translate
from outreach.settings import Settings
from outreach.store import delivery_log
from outreach.store.engine import Engine

FILE = "outreach-checkpoints.txt"
"""One line a checkpoint: the time, and LINE:HASH."""

PATIENCE_SECONDS = 60


class NotNoted(Exception):
    """A checkpoint did not reach every place; `text` says which and why. It is tried again."""

    def __init__(self, text: Text) -> None:
        super().__init__(str(text))
        self.text = text


def note(settings: Settings, engine: Engine, *, now: datetime) -> str:
    """Send the end of the log to every configured place, and remember that it is done. Raises `NotNoted`."""
    end = delivery_log.head(engine)
    line = f"{now.astimezone().isoformat(timespec='seconds')} {end.seq}:{end.hash}"
    failed = [why for go in _places(settings, line, now) if (why := _try(go))]
    if failed:
        raise NotNoted(failed[0])
    _append(settings.state / FILE, line)
    return line


def last_note(settings: Settings) -> datetime | None:
    """When a checkpoint last reached every place."""
    file = settings.state / FILE
    lines = file.read_text("utf-8").split("\n") if file.is_file() else []
    whole = [line for line in lines[:-1] if line]
    return datetime.fromisoformat(whole[-1].split()[0]) if whole else None


def _places(settings: Settings, line: str, now: datetime) -> list[Callable[[], None]]:
    audit = settings.audit
    places: list[Callable[[], None]] = []
    if audit.folder:
        places.append(partial(_append, audit.folder / FILE, line))
    if audit.git:
        places.append(partial(_commit, audit.git, line))
    if audit.recipients:
        places.append(partial(_mail, settings, line, now))
    return places


def _try(go: Callable[[], None]) -> Text | None:
    try:
        go()
    except (NotPublished, UnknownOutcome) as outcome:
        return outcome.reason
    except Problems as problems:
        return problems.problems[0].what
    except (OSError, subprocess.SubprocessError, KeyError) as error:
        said = (getattr(error, "stderr", None) or str(error)).strip()
        return Text("A checkpoint could not be noted: {error}", error=said[:500])
    return None


def _append(file: Path, line: str) -> None:
    """Add the line durably; the folder must be there, for a missing one is a disk that is not mounted."""
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        os.write(descriptor, f"{line}\n".encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _commit(repository: Path, line: str) -> None:
    """Commit the line, and push it where the repository has somewhere to push to."""
    _append(repository / FILE, line)
    git = partial(_git, repository)
    git("add", FILE)
    git("commit", "--quiet", "--message", line, "--", FILE)
    if git("remote"):
        git("push", "--quiet")


def _git(repository: Path, *words: str) -> str:
    program = which("git") or "git"
    name = ("-c", "user.name=outreach", "-c", "user.email=outreach@localhost")
    done = subprocess.run(  # noqa: S603 - a program of this machine, with words of our own
        [program, "-C", str(repository), *name, *words],
        check=True,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        env={**os.environ, "GIT_TERMINAL_PROMPT": "0"},
    )
    return done.stdout


def _mail(settings: Settings, line: str, now: datetime) -> None:
    from outreach.channels.email.notice import send_notice  # noqa: PLC0415 - only this way needs a mail library

    channel = settings.channels[settings.audit.channel]
    own = {**channel.settings, "recipients": list(settings.audit.recipients)}
    prepared = registry.validated(replace(channel, settings=own))
    subject = Text("Checkpoint of the delivery log: {line}", line=line.split()[1][:40])
    text = Text(
        "Keep this letter. It proves later that the delivery log was not rewritten before this time:\n\n{line}\n\n"
        "Check: python3 outreach-audit-verify.py EXPORT --against LINE:HASH",
        line=line,
    )
    said = partial(translate, language=settings.language)
    asyncio.run(send_notice(prepared, subject=said(subject), text=said(text), at=now))
