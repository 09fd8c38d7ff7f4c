"""The disk below a real service fails: full before and after a call, read-only, busy, and nobody reads what it says."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from outreach.cli.exit_codes import ExitCode
from outreach.domain.delivery import State
from tests.channels.fault_server import FaultServer, Request, answer
from tests.daemon.office import Office, wait_for
from tests.faults.small_disk import SmallDisk, small_disk

pytestmark = pytest.mark.slow

AGO = timedelta(minutes=2)
HOOK = """
[channels.cong-thong-tin]
adapter = "webhook"
tags = ["hook"]
url = "{url}"
secret = {{ env = "HOOK_SECRET" }}
allow_private = true
"""


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setenv("HOOK_SECRET", "whsec_" + "b2xk" * 8)
    made = Office(tmp_path)
    made.set_up()
    return made


@pytest.fixture
def disk(office: Office) -> Iterator[SmallDisk]:
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    with small_disk(office.folder / "state") as disk:
        yield disk


def ask_for(office: Office, name: str, channels: str = "website") -> None:
    office.write(name, datetime.now(UTC) - AGO, channels=channels)


def states(office: Office) -> set[State]:
    return {delivery.state for delivery in office.deliveries()}


@pytest.mark.fault(9, "a real disk of 2 MB, filled")
def test_on_a_full_disk_nothing_is_sent_and_it_goes_on_by_itself(
    office: Office, disk: SmallDisk
) -> None:
    with office.service() as service:
        service.await_word("READY=1")
        disk.fill()
        ask_for(office, "tin")
        wait_for(lambda: "database or disk is full" in service.said, "a refusal")
        assert not office.page("tin").exists()
        disk.make_room()
        wait_for(office.page("tin").exists, "the page")
        wait_for(lambda: states(office) == {State.PUBLISHED}, "the outcome on record")
        assert service.said.count("database or disk is full") == 1
        assert "Traceback" not in service.said


@pytest.fixture
def far_end(office: Office, disk: SmallDisk) -> Iterator[FaultServer]:
    """Answers well, but leaves no room on the disk to write that down."""

    async def take_the_last_byte(request: Request, writer: asyncio.StreamWriter) -> None:
        if request.method == "POST":
            disk.fill()
        await answer()(request, writer)

    with FaultServer(take_the_last_byte) as server:
        with office.config.open("a") as config:
            config.write(HOOK.format(url=server.url))
        yield server


@pytest.mark.fault(10, "the far end fills the disk before it answers")
def test_an_outcome_that_finds_no_room_is_kept_until_there_is(
    office: Office, disk: SmallDisk, far_end: FaultServer
) -> None:
    with office.service() as service:
        service.await_word("READY=1")
        ask_for(office, "tin", "hook")
        wait_for(lambda: "nothing is sent until" in service.said, "a refusal")
        assert states(office) == {State.PUBLISHING}
        disk.make_room()
        wait_for(lambda: states(office) == {State.PUBLISHED}, "the outcome on record")
        wait_for(lambda: "The database answers again." in service.said, "the good news")
    assert len([request for request in far_end.requests if request.method == "POST"]) == 1


@pytest.mark.fault(4, "killed with an outcome that had no room")
def test_killed_on_a_full_disk_after_the_call_it_asks_and_does_not_call_again(
    office: Office, disk: SmallDisk, far_end: FaultServer
) -> None:
    ask_for(office, "tin", "hook")
    with office.service() as service:
        wait_for(lambda: "nothing is sent until" in service.said, "a refusal")
        service.process.kill()
        service.end()
    disk.make_room()
    with office.service():
        wait_for(lambda: states(office) == {State.NEEDS_PERSON}, "a question to a person")
    assert len([request for request in far_end.requests if request.method == "POST"]) == 1


@pytest.mark.fault(12, "a real disk remounted read-only")
def test_a_read_only_disk_is_explained_at_the_start(office: Office, disk: SmallDisk) -> None:
    with office.service() as service:
        service.await_word("READY=1")
        service.tell(signal.SIGTERM)
        service.end()
    ask_for(office, "tin")
    disk.allow("ro")
    with office.service() as service:
        assert service.end() not in (ExitCode.OK, -signal.SIGKILL)
        assert "Traceback" not in service.said
        assert "ead-only" in service.said
    assert not office.page("tin").exists()


@pytest.mark.fault(14, "another process holds the write lock")
def test_a_busy_database_costs_no_try(office: Office) -> None:
    with office.service() as service:
        service.await_word("READY=1")
        with closing(sqlite3.connect(office.folder / "state" / "outreach.db")) as other:
            other.isolation_level = None
            other.execute("BEGIN IMMEDIATE")
            ask_for(office, "tin")
            wait_for(lambda: waits_for_the_lock(service.process.pid), "a writer that waits")
            assert not office.page("tin").exists()
            other.execute("ROLLBACK")
        wait_for(lambda: states(office) == {State.PUBLISHED}, "the outcome on record")
    (delivery,) = office.deliveries()
    assert delivery.attempts == 1


def waits_for_the_lock(pid: int) -> bool:
    """Whether the planning process of the service runs: it has something to write."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return any(children.read_text("ascii").split() for children in tasks)
