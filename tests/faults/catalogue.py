"""What can go wrong, and which tests show it: `python -m tests.faults.catalogue > docs/reliability.md` writes the table.

A test says that it shows a fault by `@pytest.mark.fault(NUMBER, "how it is made to happen")`.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).parents[1]
FAULTS: tuple[tuple[str, str], ...] = (
    ("Killed (`kill -9`) at random", "Nothing lost, nothing twice, every delivery explained."),
    (
        "Killed at every write, sync and send of one post",
        "It is public once; the database is sound.",
    ),
    (
        "Killed while it looks for a lost post, or changes its tables",
        "The next start takes it up again.",
    ),
    (
        "Killed during a call to a channel that nobody can look at",
        "A person is asked; it is never called again by itself.",
    ),
    (
        "A post shows only long after it was taken",
        "A later look finds it; until then nothing is repeated.",
    ),
    (
        "Told to stop during a post",
        "Nothing new begins; what runs ends or is in doubt, and the process ends in time.",
    ),
    (
        "Stopped in its tracks, and another service begins",
        "Only one holds the database; the stale one writes nothing.",
    ),
    ("Two services on one database", "The second ends at once and names the first."),
    ("Disk full before a post", "Nothing is sent; it says so once and goes on by itself."),
    (
        "Disk full after a post",
        "The outcome is kept until there is room, or looked up after a restart.",
    ),
    (
        "Reading or writing the disk fails",
        "Publishing stops; after a restart doubts are looked up.",
    ),
    ("Disk read-only", "It says so in one sentence and publishes nothing."),
    ("Database file damaged", "It is refused with what to do; nothing is written to it."),
    ("Database held by somebody else", "It waits; no try is spent."),
    (
        "An older backup is restored",
        "Whatever was due since is looked up before anything is published.",
    ),
    (
        "Clock jumps ahead",
        "Due things go out once or are missed by their own rule; a look does not count as waited for.",
    ),
    ("Clock jumps back", "Nothing is published again."),
    (
        "The machine slept through due times",
        "Each message follows its own rule: late, skipped, or a person is asked.",
    ),
    ("Times that do not exist or exist twice", "One occurrence each, by a written rule."),
    ("A country changes its time zone", "What is to come moves and is shown; what went out stays."),
    (
        "The network is cut before or after the request left",
        "Before: tried again. After: in doubt, looked up.",
    ),
    ("The answer drips byte by byte", "The call ends at its deadline, in doubt."),
    ("The answer is cut short, no JSON, or the connection is reset", "In doubt, never “failed”."),
    ("The answer is a bomb: packed or simply huge", "It is cut off within the memory limit."),
    ("A platform is down for long", "It is probed once a minute; the backlog is not thrown at it."),
    (
        "“Retry later” with seconds, a date, nonsense, or ten years",
        "Obeyed within reason; nonsense gives the usual pause.",
    ),
    ("A redirect in answer to a post", "Not followed."),
    ("TLS fails: no trust, wrong name", "Not sent; the cause is named."),
    (
        "DNS fails, answers with a private address, or changes its answer",
        "Refused before the connection.",
    ),
    ("Status 200 around an error", "No success before the proof is there."),
    ("A token ends in mid-campaign", "Renewed once; warned of days before."),
    (
        "Killed between renewing a single-use token and keeping it",
        "Kept before it is read; else a person logs in, nothing is lost.",
    ),
    ("Two renew one token at a time", "One call."),
    ("Permission or Page taken away", "The channel pauses; no loop of tries."),
    (
        "A message edited while it waits, goes out, or is out",
        "Waiting: the new text. Going out: the old one. Out: changed there or shown as different.",
    ),
    (
        "A message deleted or its file renamed",
        "Deleted: cancelled and shown. Renamed: the same message.",
    ),
    (
        "A file half saved",
        "Read only when it has been quiet; leftovers of editors are passed over.",
    ),
    ("The folder empty or gone", "Everything is held until a person confirms."),
    (
        "Other encodings and line ends",
        "Mended where it is certain; else one sentence with the mend.",
    ),
    (
        "YAML that explodes, nests, repeats keys or guesses types",
        "Refused quickly with file and line; nothing is guessed.",
    ),
    ("Huge, binary, pipe, device as a message", "Refused unread with the reason."),
    ("Links and paths that lead out of the campaign", "Refused."),
    ("Two messages of one name", "Both are held."),
    ("A template without end or measure", "Stopped; only that message is held."),
    (
        "Nobody reads what the service says, or its disk is full",
        "Publishing goes on; the database has the record.",
    ),
    ("The service hangs", "No sign of life, so that the supervisor restarts it."),
    ("No file or memory left to open", "It waits and goes on by itself."),
    ("A reload with a broken configuration", "The former one stays."),
    (
        "A line of the delivery log edited, deleted, moved, or all rebuilt",
        "Found and named; a rebuilt one by the end that was noted elsewhere.",
    ),
    ("A whole month with all of it", "Nothing lost, nothing twice, every delivery explained."),
)
"""What goes wrong, and what the program does; the place in this list is the fault's number, from 1."""

REASONS: dict[int, str] = {}
"""Why a fault has no test, or what its tests leave out."""

HEAD = """# What can go wrong, and what happens then

Each row is a fault, what the program does about it, and the tests that show it; `make test` runs them all.
The table is written by the tests themselves: `python -m tests.faults.catalogue > docs/reliability.md`.

| # | Fault | What the program does | How it is made to happen | Shown by |
| --- | --- | --- | --- | --- |
"""

MONTHS = """
## Simulated months

`tests/simulation` lets whole months pass on a virtual clock: production's store, sync, dispatcher and adapters, Facebook and Zalo as
local platforms in the same process, and three platforms of other natures (one shows things late, one takes several steps, one
cannot be looked at). One number decides everything: what staff do to the files, how the line, the disk and the clock fail, when
the process dies (at the begin of a transaction, at its commit, after it, before and after every call), when the machine sleeps or is
off. After each month nothing may be public twice, nothing lost, every try has its end, the log is whole and tells each delivery's way,
and the report shows what the platforms hold. `make test` lets 2,000 of them pass; `make soak N=20000` more. A month that breaks a promise
names the command that replays it.

Not simulated: errors of the files that adapters keep beside the database, power cuts that lose what was synchronised, PostgreSQL.

| When | Months | Commit | Months that broke a promise |
| --- | --- | --- | --- |
| 2026-11-26 | 1,200 (0–599, 1000–1599) | 4c809fb | 0; cut off at its deadline on a machine shared by ten |
| 2026-11-27 | 14,400 (0–14,399) | bd74fb6 | 8 and soon a ninth; stopped to mend them: `tests/simulation/test_months_that_failed.py` |
| 2026-11-27 | 20,000 (0–19,999): 212,981 deliveries, 44,459 deaths, 446,924 faults in all | 72d8694 | 1: 17282, below |
| 2026-11-27 | 20,000 (0–19,999): 212,981 deliveries, 44,459 deaths, 446,924 faults in all | 488ebd1 | 0 |

In month 17282 a person named the post of one delivery as the proof of another and later cancelled the first one, whose post was then taken
down although it proved the other. It stays now, and the month is one of those in `tests/simulation/test_months_that_failed.py`; the
last soak let it pass again with all the others.
"""
"""What stands below the table."""


@dataclass(frozen=True, order=True)
class Shown:
    """One test, by its file below `tests/`, that shows a fault."""

    fault: int
    file: str
    test: str
    injected: str


def shown() -> list[Shown]:
    """Every mark in every test, by fault."""
    return sorted(mark for path in TESTS.rglob("*.py") for mark in _marks(path))


def _marks(path: Path) -> Iterator[Shown]:
    text = path.read_text("utf-8")
    if "mark.fault(" not in text:
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from _marks_of(node, path.relative_to(TESTS).as_posix())


def _marks_of(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, file: str
) -> Iterator[Shown]:
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.fault":
            number, injected = (ast.literal_eval(argument) for argument in decorator.args)
            yield Shown(fault=number, file=file, test=node.name, injected=injected)


def document() -> str:
    """The whole of docs/reliability.md."""
    marks = shown()
    rows = (
        _row(number, what, reaction, [mark for mark in marks if mark.fault == number])
        for number, (what, reaction) in enumerate(FAULTS, start=1)
    )
    return HEAD + "".join(rows) + MONTHS


def _row(number: int, what: str, reaction: str, marks: list[Shown]) -> str:
    how = "; ".join(dict.fromkeys(mark.injected for mark in marks))
    where = "<br>".join(f"`{mark.file}` {mark.test}" for mark in marks)
    reason = REASONS.get(number, "")
    return f"| {number} | {what} | {reaction} | {how} | {'<br>'.join(filter(None, (where, reason)))} |\n"


if __name__ == "__main__":
    sys.stdout.write(document())
