"""What people changed in the message files through the pages, in the delivery log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Engine

from outreach.store.delivery_log import Event, append
from outreach.store.engine import writing


class FileDeed(StrEnum):
    """What was done to a file."""

    SAVED = "file_saved"
    MADE = "file_made"
    PICTURE_ADDED = "picture_added"


@dataclass(frozen=True, kw_only=True)
class FileChange:
    """Which file, by the campaign's folder and its name, and the SHA-256 of its bytes before (empty: there was none) and after."""

    deed: FileDeed
    file: str
    before: str
    after: str


class Edits:
    """The changes of one database's files. Instants are aware UTC."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def record(self, change: Callable[[], FileChange], *, actor: str, now: datetime) -> FileChange:
        """Carry out a change and log it. What cannot be logged is not begun, and what fails is not logged."""
        with writing(self._engine) as connection:
            done = change()
            append(connection, [Event(at=now, actor=actor, what=done.deed, data=_data(done))])
        return done


def _data(done: FileChange) -> dict[str, str]:
    return {"file": done.file, "before": done.before, "after": done.after}
