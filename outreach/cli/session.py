"""What every command gets: the configuration, the desk with the open store, and the screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from outreach.cli.screen import Screen

if TYPE_CHECKING:
    from outreach.bootstrap import Desk
    from outreach.settings import Settings


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Session:
    """One run of the command. `config` is None for the built-in defaults; nothing is read before it is needed."""

    config: Path | None
    screen: Screen
    verbose: bool = False
    clock: Callable[[], datetime] = _now

    def now(self) -> datetime:
        """The present instant, aware UTC."""
        return self.clock()

    @cached_property
    def settings(self) -> Settings:
        """The configuration; from here on the screen shows none of its secrets. Raises `Problems`."""
        from outreach.bootstrap import load_settings  # noqa: PLC0415 - help pages need no store

        settings = load_settings(self.config)
        self.screen.hide = settings.veil.text
        return settings

    @contextmanager
    def desk(self, *, channels: bool = True, rehearsal: Path | None = None) -> Iterator[Desk]:
        """The open store and the planning, without the right to dispatch; of the rehearsal in that folder if one is named."""
        from outreach.bootstrap import open_desk  # noqa: PLC0415 - help pages need no store

        settings = self.settings
        if rehearsal:
            from outreach.bootstrap.rehearsals import for_rehearsal  # noqa: PLC0415 - as above

            settings = for_rehearsal(settings, rehearsal)
        with open_desk(settings, channels=channels) as desk:
            yield desk


def session_of(context: typer.Context) -> Session:
    """The session of this run of the command."""
    found = context.find_object(Session)
    assert found is not None
    return found
