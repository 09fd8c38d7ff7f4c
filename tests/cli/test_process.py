"""The real command in a process of its own: pipes, signals and exit codes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from outreach import __version__
from outreach.cli.exit_codes import ExitCode
from outreach.cli.reference import reference
from tests.cli.conftest import Office, run

COMMAND = [sys.executable, "-m", "outreach"]
ENVIRONMENT = {**os.environ, "OUTREACH_LANGUAGE": "vi"}


@contextmanager
def start(*words: str) -> Iterator[subprocess.Popen[str]]:
    """The command as a process, killed at the end whatever happens."""
    with subprocess.Popen(
        [*COMMAND, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=ENVIRONMENT,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_it_says_its_version() -> None:
    done = subprocess.run([*COMMAND, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"outreach {__version__}\n"


def test_help_needs_no_store() -> None:
    code = "import sys, outreach.cli.app as a; a.build_app(); sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.slow
def test_a_reader_that_goes_away_is_no_fault(office: Office) -> None:
    office.write("dai", at=f"{office.window_start} 13:15", more=f"summary: {'á' * 250}\n")
    run("apply")
    with start("report", "queue", "--format", "json") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.wait(60) == ExitCode.READER_LEFT
        assert process.stderr.read() == ""


@pytest.mark.slow
def test_ctrl_c_ends_following(office: Office) -> None:
    run("apply")
    with start("log", "--follow", "--json") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        first = [process.stdout.readline() for _ in range(3)]
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == ExitCode.INTERRUPTED
        assert process.stderr.read() == "Đã dừng.\n"
    assert all('"what": "new"' in line for line in first)


@pytest.mark.slow
def test_following_prints_what_comes_later(office: Office) -> None:
    with start("log", "--follow") as process:
        assert process.stdout is not None
        run("apply")
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == ExitCode.INTERRUPTED
    assert "mới" in first


@pytest.mark.slow
def test_an_unreadable_folder_is_one_sentence(office: Office) -> None:
    (office.folder / "config.toml").write_text(
        'state = "/dev/null/x"\n[channels.website]\nadapter = "outbox"\nfolder = "out"\n', "utf-8"
    )
    with start("status") as process:
        _, complaint = process.communicate(timeout=60)
    assert process.returncode == ExitCode.BAD_INPUT
    assert "Traceback" not in complaint
    assert "/dev/null/x" in complaint


def test_the_reference_is_true() -> None:
    """Mend with `python -m outreach.cli.reference > docs/cli.md`."""
    page = Path(__file__).parents[2] / "docs" / "cli.md"
    assert page.read_text("utf-8") == reference()
