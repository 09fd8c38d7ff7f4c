"""The sample month, rehearsed once per worker and way, and what its own database says in plain SQL."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import cached_property
from pathlib import Path
from typing import Any

from outreach.cli.exit_codes import ExitCode
from tests.cli.conftest import Said, run
from tests.sample.sample import FOLDER

CAMPAIGN = FOLDER.name
HERE = Path(__file__).parents[3]
HANOI = timezone(timedelta(hours=7))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ON_TIME = timedelta(minutes=5)

LAST_FIGURES = (
    "SELECT c.metric, c.value, json_extract(r.content, '$.topic') AS topic, ROW_NUMBER() OVER "
    "(PARTITION BY c.delivery_id, c.metric ORDER BY c.at DESC) AS age FROM delivery_count c "
    "JOIN delivery d ON d.id = c.delivery_id JOIN rendition r ON r.digest = d.digest "
    "WHERE d.state = 'published' AND d.action = 'publish' "
    f"AND c.at < {(datetime(2022, 12, 17, tzinfo=HANOI) - EPOCH) // timedelta(microseconds=1)}"
)
"""Each figure of a publication with its age, 1 for the last before the day after the signing."""

Outcome = tuple[int, int, int, int]
"""Planned, done, late, failed."""


@dataclass(frozen=True)
class Month:
    """An office in `folder` whose rehearsal is over."""

    folder: Path

    @classmethod
    def rehearse(cls, folder: Path, *, faults: int | None) -> Month:
        shutil.copytree(FOLDER, folder / "messages" / CAMPAIGN)
        shutil.copy(HERE / "config.example.toml", folder / "config.toml")
        ways = ["--faults", str(faults)] if faults else []
        month = cls(folder)
        month.run("rehearse", CAMPAIGN, "--summary", *ways)
        return month

    def run(self, *words: str, language: str = "vi") -> Said:
        return run("--config", str(self.folder / "config.toml"), *words, language=language)

    def report(
        self, name: str, *files: str, language: str = "vi", more: tuple[str, ...] = ()
    ) -> None:
        """Have the report written into the folder."""
        self.write(files, "report", name, "--campaign", CAMPAIGN, *more, language=language)

    def write(self, files: Sequence[str], *words: str, language: str = "vi") -> None:
        """Have a command about the rehearsed month write these files into the folder."""
        outs = [word for file in files for word in ("--out", str(self.folder / file))]
        said = self.run(*words, "--rehearsal", *outs, language=language)
        assert said.code is ExitCode.OK, said.err

    def file(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    def select(self, query: str) -> list[tuple[Any, ...]]:
        file = self.folder / "state" / "rehearsal" / CAMPAIGN / "outreach.db"
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
            return database.execute(query).fetchall()

    @cached_property
    def publications(self) -> list[dict[str, Any]]:
        """Every publication that was not cancelled, with what its stored content says."""
        rows = self.select(
            "SELECT d.id, d.channel, d.message, d.state, d.due, d.receipt, r.content FROM delivery d "
            "JOIN rendition r ON r.digest = d.digest "
            "WHERE d.action = 'publish' AND d.state <> 'cancelled' ORDER BY d.due, d.id"
        )
        return [_publication(row) for row in rows]

    def outcomes(self, key: str, channels: set[str]) -> dict[str, Outcome]:
        """The outcome of the publications on these channels by that key."""
        groups: dict[str, list[dict[str, Any]]] = {}
        for one in self.publications:
            if one["channel"] in channels:
                groups.setdefault(one[key], []).append(one)
        return {name: _outcome(found) for name, found in groups.items()}

    def log_lines(self) -> list[tuple[Any, ...]]:
        """Number, instant and seal of each line that is about the month."""
        return self.select("SELECT seq, at, hash FROM event ORDER BY seq")

    def totals(self) -> Counter[str]:
        """The last figure of every metric that each publication had by the end of the day of signing."""
        rows = self.select(
            f"SELECT metric, SUM(value) FROM ({LAST_FIGURES}) WHERE age = 1 GROUP BY metric"
        )
        return Counter(dict(rows))

    def views_by_topic(self) -> dict[str, int]:
        """The views among these figures by the topic of the publication."""
        rows = self.select(
            f"SELECT topic, SUM(value) FROM ({LAST_FIGURES}) WHERE age = 1 AND metric = 'views' GROUP BY topic"
        )
        return dict(rows)


def _publication(row: tuple[Any, ...]) -> dict[str, Any]:
    number, channel, message, state, due, receipt, content = row
    planned = EPOCH + timedelta(microseconds=due)
    proof, about = json.loads(receipt) if receipt else None, json.loads(content)
    day = planned.astimezone(HANOI).date()
    return {
        "number": number,
        "channel": channel,
        "message": message,
        "state": state,
        "topic": about["topic"],
        "unit": about["unit"],
        "week": day - timedelta(days=day.weekday()),
        "late": proof is not None and datetime.fromisoformat(proof["at"]) - planned > ON_TIME,
    }


def _outcome(found: list[dict[str, Any]]) -> Outcome:
    done = [one for one in found if one["state"] == "published"]
    failed = [one for one in found if one["state"] in ("missed", "rejected")]
    return len(found), len(done), sum(one["late"] for one in done), len(failed)
