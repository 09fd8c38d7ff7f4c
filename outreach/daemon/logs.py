"""What the service says on stderr: one line an event, as text or as JSON. The record is the delivery log in the database."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

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
        return json.dumps(entry, ensure_ascii=False)


class PlainLines(logging.Formatter):
    """One readable line an event; line breaks inside a message are escaped so that no one can forge a line."""

    def __init__(self, language: str) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(message)s")
        self._language = language

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name is logging's
        """The event as one line; a traceback is added below it."""
        record.message = said(record, self._language)
        return super().formatMessage(record).replace("\r", "\\r").replace("\n", "\\n")


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
