"""What the service says on stderr: one line an event, as text or as JSON. The record is the delivery log in the database."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime


class JsonLines(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, message, and the traceback when there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """The event as one JSON object, without line breaks."""
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)


class PlainLines(logging.Formatter):
    """One readable line an event; line breaks inside a message are escaped so that no one can forge a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The event as one line, and its traceback, where there is one, below it."""
        head, *trace = (
            super().format(record).split("\n") if record.exc_info else [super().format(record)]
        )
        return "\n".join([head.replace("\r", "\\r").replace("\n", "\\n"), *trace])


def log_to_stderr(form: str, level: str) -> None:
    """Send every log line of the process to stderr in the given form (`text` or `json`)."""
    handler = logging.StreamHandler(sys.stderr)
    plain = PlainLines("%(asctime)s %(levelname)-7s %(name)s: %(message)s")
    handler.setFormatter(JsonLines() if form == "json" else plain)
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    logging.raiseExceptions = False
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    logging.getLogger("watchfiles").setLevel(logging.WARNING)
