"""What the service does once a day besides delivering: a backup, a checkpoint that leaves the machine, letters to approvers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from outreach.daemon.daily import Chore
from outreach.domain.text import Text
from outreach.settings import Settings
from outreach.store.engine import Engine


def daily_chores(settings: Settings, engine: Engine) -> tuple[Chore, ...]:
    """The chores that the configuration asks for."""
    return tuple(_chores(settings, engine))


def _chores(settings: Settings, engine: Engine) -> Iterator[Chore]:
    # A service that waits for its hour needs neither in memory.
    def back_up(now: datetime) -> Text:
        from outreach.bootstrap.backups import make_backup  # noqa: PLC0415 - as said

        return Text("The backup is {file}.", file=str(make_backup(settings, engine, now=now)))

    def note(now: datetime) -> Text:
        from outreach.bootstrap.checkpoints import note  # noqa: PLC0415 - as said

        return Text("The log's end was noted: {line}", line=note(settings, engine, now=now))

    def write(now: datetime) -> Text:
        from outreach.bootstrap.letters import send  # noqa: PLC0415 - as said

        return Text("Letters to approvers: {count}", count=send(settings, engine, now=now))

    if settings.backup.at:
        last = partial(_last_backup, settings)
        yield Chore(name="backup", at=settings.backup.at, last=last, work=back_up)
    if settings.audit.at and settings.audit.is_wanted:
        noted = partial(_last_note, settings)
        yield Chore(name="checkpoint", at=settings.audit.at, last=noted, work=note)
    if settings.review.letters:
        written = partial(_last_letters, settings)
        yield Chore(name="letters", at=settings.review.letters_at, last=written, work=write)


def _last_backup(settings: Settings) -> datetime | None:
    from outreach.bootstrap.backups import last_backup  # noqa: PLC0415 - as above

    return last_backup(settings)


def _last_note(settings: Settings) -> datetime | None:
    from outreach.bootstrap.checkpoints import last_note  # noqa: PLC0415 - as above

    return last_note(settings)


def _last_letters(settings: Settings) -> datetime | None:
    from outreach.bootstrap.letters import last_sent  # noqa: PLC0415 - as above

    return last_sent(settings)
