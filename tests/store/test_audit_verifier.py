"""The checker that reviewers run elsewhere: one file, and every kind of tampering with an export is found."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from outreach.store import audit_verifier, delivery_log
from outreach.store.audit_verifier import SENTENCES, Finding, main, seal, verify
from outreach.store.delivery_log import Event, append, export
from outreach.store.engine import writing
from tests.store.blank import blank
from tests.store.office import DUE

LINES = 8
Log = list[dict[str, Any]]


def written(engine: Engine, what: str = "published") -> Log:
    events = [
        Event(at=DUE + timedelta(seconds=n), actor="Lan", what=what, data={"số": n, "“": "\n"})
        for n in range(LINES)
    ]
    with writing(engine) as connection:
        append(connection, events)
    return [json.loads(line) for line in export(engine)]


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> tuple[Log, tuple[int, str]]:
    engine = blank(tmp_path_factory.mktemp("log") / "outreach.db")
    log, end = written(engine), delivery_log.head(engine)
    engine.dispose()
    return log, (end.seq, end.hash)


@pytest.fixture(scope="module")
def log(pattern: tuple[Log, tuple[int, str]]) -> Callable[[], Log]:
    return lambda: [dict(line) for line in pattern[0]]


@pytest.fixture(scope="module")
def checkpoint(pattern: tuple[Log, tuple[int, str]]) -> tuple[int, str]:
    return pattern[1]


def rebuilt(log: Log, changed: int, **values: Any) -> Log:
    """The log of somebody who changes a line and seals everything after it anew, the end included."""
    last = ""
    for line in log[:-1]:
        if line["seq"] == changed:
            line.update(values)
        line["previous"] = last
        last = line["hash"] = seal(line)
    log[-1]["hash"] = last
    return log


def found(log: Log, *checkpoints: tuple[int, str]) -> tuple[str, int]:
    finding: Finding = verify(log, list(checkpoints))
    return finding.what, finding.seq


def test_an_export_is_intact(log: Callable[[], Log], checkpoint: tuple[int, str]) -> None:
    assert found(log(), checkpoint, (3, log()[2]["hash"])) == ("intact", 0)


EDITS = {"at": 1, "actor": "Mai", "what": "x", "delivery": 9, "data": "{}", "previous": "0" * 64}


@given(seq=st.integers(1, LINES), key=st.sampled_from(sorted(EDITS)))
def test_an_edited_line_is_named(log: Callable[[], Log], seq: int, key: str) -> None:
    edited = log()
    edited[seq - 1][key] = EDITS[key]
    assert found(edited) == ("edited", seq)


def test_words_moved_from_one_part_of_a_line_to_another_are_named(tmp_path: Path) -> None:
    engine = blank(tmp_path / "outreach.db")
    with writing(engine) as connection:
        append(connection, [Event(at=DUE, actor="Lan", what="x", data={"a": 1, "data": {"b": 2}})])
    moved = [json.loads(line) for line in export(engine)]
    assert found(moved) == ("intact", 0)
    moved[0] |= {"at": f'{moved[0]["at"]},"data":{{"a":1', "data": '{"b":2}}'}
    assert seal(moved[0]) == moved[0]["hash"], "the text that is sealed is the same"
    assert found(moved) == ("edited", 1)
    with engine.begin() as connection:
        for trigger in ("event_no_update", "event_no_delete"):
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {trigger}")
        connection.exec_driver_sql(
            "UPDATE event SET at = ?, data = ?", (moved[0]["at"], moved[0]["data"])
        )
    assert delivery_log.verify(engine).damage is delivery_log.Damage.EDITED
    engine.dispose()


@given(seq=st.integers(1, LINES - 1))
def test_an_edited_line_with_a_seal_of_its_own_is_named(log: Callable[[], Log], seq: int) -> None:
    edited = log()
    edited[seq - 1]["actor"] = "Mai"
    edited[seq - 1]["hash"] = seal(edited[seq - 1])
    assert found(edited) == ("edited", seq)


@given(gone=st.sets(st.integers(1, LINES - 1), min_size=1), closed=st.booleans())
def test_the_first_deleted_line_is_named(
    log: Callable[[], Log], gone: set[int], closed: bool
) -> None:
    left = [line for line in log() if line.get("seq") not in gone]
    if closed:
        for number, line in enumerate(left[:-1], 1):
            line["seq"] = number
    assert found(left) == ("missing", min(gone))


@given(pair=st.sets(st.integers(1, LINES), min_size=2, max_size=2), renumbered=st.booleans())
def test_lines_that_changed_places_are_named(
    log: Callable[[], Log], pair: set[int], renumbered: bool
) -> None:
    moved, (first, second) = log(), sorted(pair)
    moved[first - 1], moved[second - 1] = moved[second - 1], moved[first - 1]
    if renumbered:
        moved[first - 1]["seq"], moved[second - 1]["seq"] = first, second
    assert found(moved) == ("reordered", first)


@given(left=st.integers(0, LINES - 1), with_end=st.booleans())
def test_a_truncated_log_is_named(log: Callable[[], Log], left: int, with_end: bool) -> None:
    cut = log()[:left] + (log()[-1:] if with_end else [])
    assert found(cut) == ("truncated", left + 1)


@pytest.mark.fault(49, "the newest lines cut off")
@given(left=st.integers(1, LINES - 1))
def test_a_log_truncated_with_its_end_is_caught_by_the_checkpoint(
    log: Callable[[], Log], checkpoint: tuple[int, str], left: int
) -> None:
    cut = log()[:left]
    cut.append({"end": left, "hash": cut[-1]["hash"]})
    assert found(cut) == ("intact", 0)
    assert found(cut, checkpoint) == ("truncated", left + 1)


@pytest.mark.asvs("16.4.2", "A log that was rebuilt as a whole is found")
@given(seq=st.integers(1, LINES))
def test_a_rebuilt_log_is_caught_by_the_checkpoint(
    log: Callable[[], Log], checkpoint: tuple[int, str], seq: int
) -> None:
    forged = rebuilt(log(), seq, actor="Mai")
    assert found(forged) == ("intact", 0)
    assert found(forged, checkpoint) == ("rebuilt", LINES)


def test_it_needs_nothing_but_python() -> None:
    source = Path(audit_verifier.__file__).read_text("utf-8")
    names = {
        (node.module or "").split(".")[0] if isinstance(node, ast.ImportFrom) else alias.name
        for node in ast.walk(ast.parse(source, feature_version=(3, 9)))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert names <= sys.stdlib_module_names


def test_every_finding_has_its_sentence_in_both_languages() -> None:
    assert all(vietnamese != english for vietnamese, english in SENTENCES.values())


def test_it_runs_alone_with_a_file_of_checkpoints(
    log: Callable[[], Log], checkpoint: tuple[int, str], tmp_path: Path
) -> None:
    alone = tmp_path / "outreach-audit-verify.py"
    alone.write_bytes(Path(audit_verifier.__file__).read_bytes())
    exported, noted = tmp_path / "export.jsonl", tmp_path / "checkpoints.txt"
    noted.write_text(f"2022-11-18T17:30:00+07:00 {checkpoint[0]}:{checkpoint[1]}\n", "utf-8")
    command = [sys.executable, "-I", str(alone), str(exported), "--against", str(noted)]

    def run(lines: Log, *words: str) -> tuple[int, str]:
        exported.write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")
        done = subprocess.run(
            [*command, *words], check=False, capture_output=True, text=True, timeout=60
        )
        return done.returncode, done.stdout

    assert run(log()) == (
        0,
        f"Nguyên vẹn: 8 dòng, khớp 1 mốc kiểm tra. Điểm cuối 8:{checkpoint[1]}\n",
    )
    code, said = run(rebuilt(log(), 2, actor="Mai"), "--language", "en")
    assert (code, said) == (1, f"{SENTENCES['rebuilt'][1].format(seq=8)}\n")


def test_what_cannot_be_read_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for content in ("no json\n", '{"seq": 1}\n', "[1]\n", "7\n"):
        (tmp_path / "x").write_text(content, "utf-8")
        assert main([str(tmp_path / "x")]) == 2
    assert main([str(tmp_path / "nothing")]) == 2
    assert main([str(tmp_path / "x"), "--against", "nowhere"]) == 2
    assert "Không đọc được" in capsys.readouterr().out
