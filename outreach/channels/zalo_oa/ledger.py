"""What this channel knows of its own publications, so that a broadcast is never sent a second time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from outreach.channel import RetryAt, Text
from outreach.channels.zalo_oa.journal import Journal

BEGUN = "begun"
REFUSED = "refused"


class Ledger:
    """Articles and broadcasts by the delivery's key. Raises `RetryAt` when the file cannot be used."""

    def __init__(self, folder: Path) -> None:
        self._journal = Journal(folder / "articles.jsonl")

    def article(self, key: str) -> dict[str, Any] | None:
        """The article of `key`: its id as `article`, the `digest` of its content; None when there is none or it was removed."""
        found = None
        for record in self._records():
            if record.get("key") == key and "article" in record:
                found = record
            if found and record.get("removed") == found["article"]:
                found = None
        return found

    def texts(self, key: str) -> int:
        """How many texts the articles of `key` have had as far as we know; each edit makes it one more."""
        return sum(r.get("key") == key and "article" in r for r in self._records())

    def broadcast(self, key: str) -> str:
        """How far its broadcast has come: empty, `BEGUN`, `REFUSED`, or the id of the message that was sent."""
        steps = [
            r["broadcast"] for r in self._records() if r.get("key") == key and "broadcast" in r
        ]
        return str(steps[-1]) if steps else ""

    def note(self, **record: str) -> None:
        """Write something down, durably, before going on."""
        try:
            self._journal.append(record)
        except OSError as error:
            raise RetryAt(Text("The folder cannot be written: {error}", error=error)) from error

    def _records(self) -> list[dict[str, Any]]:
        try:
            return self._journal.records()
        except OSError as error:
            raise RetryAt(Text("The folder cannot be read: {error}", error=error)) from error
