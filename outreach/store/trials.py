"""Test posts in the delivery log: who wanted one, on which channel, and how it ended."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine

from outreach.domain.health import Trial
from outreach.domain.text import Text
from outreach.store.delivery_log import Event, append
from outreach.store.engine import writing
from outreach.store.records import text_to_json


class Trials:
    """The test posts of one database: they are no deliveries, and nothing counts them. Instants are aware UTC."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, channel: str, *, actor: str, now: datetime) -> None:
        """Somebody wants a test post; written before the first call, so that a crash leaves a trace of it."""
        self._write(Event(at=now, actor=actor, what="trial_begun", data={"channel": channel}))

    def end(self, channel: str, trial: Trial, *, actor: str, now: datetime) -> None:
        """How it went, and what still lies at the service."""
        said = trial.said
        if trial.left:
            said = Text("{said} Left behind: {left}", said=trial.said, left=trial.left)
        data = {"channel": channel, "reason": text_to_json(said)}
        what = "trial_went_well" if trial.ok else "trial_failed"
        self._write(Event(at=now, actor=actor, what=what, data=data))

    def _write(self, event: Event) -> None:
        with writing(self._engine) as connection:
            append(connection, [event])
