"""What the service says on stderr: one line an event, as text or as JSON. The record is the delivery log in the database."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any

from outreach.domain.text import Text
from outreach.locale import DEFAULT_LANGUAGE, translate
from outreach.settings.veil import Veil

QUIETED = {
    "alembic": logging.WARNING,
    "apscheduler": logging.CRITICAL,
    "asyncio": logging.WARNING,
    "httpcore": logging.WARNING,
    "httpx": logging.WARNING,
    "uvicorn": logging.WARNING,
    "watchfiles": logging.WARNING,
}
"""Libraries whose small talk would bury what the service says; a failed chore is reported by the engine itself."""


STEERING = re.compile(
    r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
"""What ends a line, steers a terminal or turns the order of letters around."""


def said(record: logging.LogRecord, language: str) -> str:
    """The message of a record; a `Text` in the reader's language."""
    return translate(record.msg, language) if isinstance(record.msg, Text) else record.getMessage()


class JsonLines(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, message, and the traceback when there is one."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._language = language

    def format(self, record: logging.LogRecord) -> str:
        """The event as one JSON object, without line breaks."""
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": said(record, self._language),
        }
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        line = json.dumps(entry, ensure_ascii=False)
        return STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", line)


def in_one_line(words: str) -> str:
    r"""The words on one line; what could pass for another line or steer a terminal is written as `\n` or `\x1b`."""
    return STEERING.sub(lambda found: repr(found[0])[1:-1], words)


class PlainLines(logging.Formatter):
    """One readable line an event, and a traceback set in below it: no message and no error can forge a line."""

    def __init__(self, language: str) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(message)s")
        self._language = language

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name is logging's
        """The event as one line; a traceback is added below it."""
        record.message = said(record, self._language)
        return in_one_line(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - as above
        """The traceback, each line set in, so that none looks like an event."""
        lines = super().formatException(ei).split("\n")
        return "\n".join(f"    {in_one_line(line)}" for line in lines)


class VeiledLines(logging.Formatter):
    """What `inner` makes of an event, its traceback included, without any secret."""

    def __init__(self, inner: logging.Formatter, veil: Veil) -> None:
        super().__init__()
        self._inner, self._veil = inner, veil

    def format(self, record: logging.LogRecord) -> str:
        """The event, hidden where it holds a secret."""
        return self._veil.text(self._inner.format(record))


def log_to_stderr(
    form: str, level: str, language: str = DEFAULT_LANGUAGE, *, veil: Veil | None = None
) -> None:
    """Send every log line of the process to stderr in the given form (`text` or `json`) and language, without what `veil` hides."""
    handler = logging.StreamHandler(sys.stderr)
    lines = JsonLines(language) if form == "json" else PlainLines(language)
    handler.setFormatter(VeiledLines(lines, veil or Veil()))
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    logging.raiseExceptions = False
    for name, least in QUIETED.items():
        logging.getLogger(name).setLevel(least)
