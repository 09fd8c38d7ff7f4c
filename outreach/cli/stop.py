"""Ends a command with one clear sentence."""

from __future__ import annotations

from outreach.cli.exit_codes import ExitCode
from outreach.domain.text import Text


class Stop(Exception):
    """Nothing can go on: `what` is wrong, `mend` says how to go on (or is None), `code` tells scripts."""

    def __init__(
        self, what: Text, mend: Text | None = None, *, code: ExitCode = ExitCode.BAD_INPUT
    ) -> None:
        super().__init__(str(what))
        self.what = what
        self.mend = mend
        self.code = code
