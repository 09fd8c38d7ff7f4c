"""A real service that is stopped in its tracks, that nobody listens to, or that has no file or memory left."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from outreach.cli.exit_codes import ExitCode
from outreach.domain.delivery import State
from tests.daemon.office import Office, wait_for

pytestmark = pytest.mark.slow

AGO = timedelta(minutes=2)
HARD = resource.getrlimit(resource.RLIMIT_NOFILE)[1]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    made = Office(tmp_path)
    made.set_up()
    return made


def ask_for(office: Office, name: str) -> None:
    office.write(name, datetime.now(UTC) - AGO, channels="website")


def all_published(office: Office) -> bool:
    return {delivery.state for delivery in office.deliveries()} == {State.PUBLISHED}


@pytest.mark.fault(7, "SIGSTOP, a second service, SIGCONT")
def test_one_that_was_stopped_in_its_tracks_keeps_its_place_and_goes_on(office: Office) -> None:
    with office.service() as service:
        service.await_word("READY=1")
        service.tell(signal.SIGSTOP)
        ask_for(office, "tin")
        with Office(office.folder).service() as second:
            assert second.end() == ExitCode.HELD
        assert not office.page("tin").exists()
        service.tell(signal.SIGCONT)
        wait_for(office.page("tin").exists, "the page")
        wait_for(lambda: all_published(office), "the outcome on record")


def nobody() -> int:
    """Where a reader has died."""
    reading, writing = os.pipe()
    os.close(reading)
    return writing


def no_room() -> int:
    """Where nothing more can be written, as on a full disk."""
    return os.open("/dev/full", os.O_WRONLY)


@pytest.fixture(params=[nobody, no_room])
def unheard(office: Office, request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[bytes]]:
    """A service whose standard output and error lead to a reader that has died, or to a full disk."""
    writing = request.param()
    command = [sys.executable, "-m", "outreach", "run", "--config", str(office.config)]
    with subprocess.Popen(command, stdout=writing, stderr=writing) as process:
        os.close(writing)
        yield process
        process.kill()


@pytest.mark.fault(45, "a closed pipe, and a full disk, as standard error")
def test_nobody_has_to_read_what_it_says(office: Office, unheard: subprocess.Popen[bytes]) -> None:
    ask_for(office, "tin")
    wait_for(office.page("tin").exists, "the page")
    wait_for(lambda: all_published(office), "the outcome on record")
    assert unheard.poll() is None


@pytest.mark.fault(47, "a limit of ten open files")
def test_without_a_file_left_to_open_it_waits_and_loses_nothing(office: Office) -> None:
    with office.service() as service:
        service.await_word("READY=1")
        before = resource.prlimit(service.process.pid, resource.RLIMIT_NOFILE, (10, HARD))
        ask_for(office, "tin")
        wait_for(lambda: "ERROR" in service.said, "a complaint")
        assert not office.page("tin").exists()
        resource.prlimit(service.process.pid, resource.RLIMIT_NOFILE, before)
        wait_for(office.page("tin").exists, "the page")
        wait_for(lambda: all_published(office), "the outcome on record")
        assert "Traceback" not in service.said


@pytest.mark.fault(47, "a limit on memory at what it has already")
def test_without_memory_left_it_lives_and_loses_nothing(office: Office) -> None:
    with office.service() as service:
        service.await_word("READY=1")
        process = service.process.pid
        pages = int(Path(f"/proc/{process}/statm").read_text("ascii").split()[0])
        limit = (pages * resource.getpagesize(), resource.RLIM_INFINITY)
        before = resource.prlimit(process, resource.RLIMIT_AS, limit)
        ask_for(office, "tin")
        wait_for(lambda: "ERROR" in service.said or is_begun(office), "a complaint or a try")
        resource.prlimit(process, resource.RLIMIT_AS, before)
        wait_for(office.page("tin").exists, "the page")
        wait_for(lambda: all_published(office), "the outcome on record")
        assert service.process.poll() is None


def is_begun(office: Office) -> bool:
    return any(delivery.state is not State.SCHEDULED for delivery in office.deliveries())
