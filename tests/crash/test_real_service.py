"""The real service, in real time: on time, killed, held, told to reload and to stop."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sqlite3
import time
import urllib.request
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from outreach.cli.exit_codes import ExitCode
from outreach.domain.delivery import State
from tests.crash.killed_months import shown
from tests.daemon.office import Office, wait_for

AGO = timedelta(minutes=2)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    made = Office(tmp_path)
    made.set_up()
    return made


def now() -> datetime:
    return datetime.now(UTC)


def next_minute(ahead: timedelta) -> datetime:
    """The first whole minute that is at least so far ahead."""
    return (now() + ahead + timedelta(minutes=1)).replace(second=0, microsecond=0)


def shows(office: Office, count: int) -> bool:
    """Whether the site shows at least so many publications."""
    return len(shown(office.folder / "site")) >= count


@pytest.mark.alone
def test_a_message_is_public_within_a_second_of_its_time(office: Office) -> None:
    due = next_minute(timedelta(seconds=8))
    office.write("dung-gio", due)
    with office.service() as service:
        service.await_word("READY=1")
        assert now() < due, "the machine was too busy to be ready in time"
        wait_for(office.page("dung-gio").exists, "the page", 90)
        wait_for(
            lambda: {d.state for d in office.deliveries()} == {State.PUBLISHED}, "both published"
        )
    appeared = datetime.fromtimestamp(office.page("dung-gio").stat().st_mtime, UTC)
    receipts = [d.receipt.at for d in office.deliveries() if d.receipt]
    assert len(receipts) == 2
    for at in (appeared, *receipts):
        assert timedelta(0) <= at - due <= timedelta(seconds=1), f"{at - due} late"


@pytest.mark.fault(1, "the real service killed between publications")
def test_kill_9_amid_publications_loses_and_repeats_nothing(office: Office) -> None:
    names = [f"tin-{number}" for number in range(1, 16)]
    for name in names:
        office.write(name, now() - AGO)
    for killed_after in (1, 5, 9):
        with office.service() as service:
            wait_for(partial(shows, office, killed_after), "publications")
            service.process.kill()
            service.end()
    with office.service():
        wait_for(
            lambda: {d.state for d in office.deliveries()} == {State.PUBLISHED},
            "all explained",
            120,
        )
    assert len(office.deliveries()) == 2 * len(names)
    pages = Counter(shown(office.folder / "site"))
    assert len(pages) == len(names)
    assert set(pages.values()) == {1}


@pytest.mark.fault(6, "SIGTERM to the real service")
def test_it_ends_in_order_and_says_so(office: Office) -> None:
    office.write("tin", now() - AGO)
    with office.service() as service:
        service.await_word("READY=1")
        service.await_word("WATCHDOG=1")
        wait_for(office.page("tin").exists, "the page")
        service.tell(signal.SIGTERM)
        service.await_word("STOPPING=1")
        assert service.end() == ExitCode.OK
        assert "Stopped." in service.said
        assert "Traceback" not in service.said


@pytest.mark.asvs("2.3.4", "One service at a time holds the queue")
@pytest.mark.fault(8, "two real services")
def test_a_second_service_ends_quickly_and_names_the_first(office: Office) -> None:
    with office.service() as first:
        first.await_word("READY=1")
        (office.folder / "second").mkdir()
        with Office(office.folder).service() as second:
            _, status, used = os.wait4(second.process.pid, 0)
            second.process.returncode = os.waitstatus_to_exitcode(status)
            assert second.process.returncode == ExitCode.HELD
            assert f"process {first.process.pid}" in second.said
            assert used.ru_utime + used.ru_stime <= 2.0, "seconds of work before it gave up"
        first.process.kill()
        first.end()
    with office.service() as third:
        third.await_word("READY=1")


@pytest.mark.fault(48, "SIGHUP after a mistake")
def test_a_broken_configuration_is_refused_and_the_old_one_stays(office: Office) -> None:
    with office.service() as service:
        service.await_word("READY=1")
        good = office.config.read_text("utf-8")
        broken = good.replace('adapter = "outbox"', 'adapter = "outboks"')
        office.config.write_text(broken, "utf-8")
        service.tell(signal.SIGHUP)
        wait_for(lambda: "The former configuration stays in force." in service.said, "a refusal")
        assert "outboks" in service.said
        office.write("tin", now() - AGO)
        wait_for(office.page("tin").exists, "a publication with the old configuration")
        office.config.write_text(good.replace('language = "en"', 'language = "vi"'), "utf-8")
        service.tell(signal.SIGHUP)
        service.await_word("RELOADING=1")
        service.await_word("READY=1")
        wait_for(lambda: "Sẵn sàng" in service.said, "a word in the new language")
        office.write("tin-2", now() - AGO)
        wait_for(office.page("tin-2").exists, "a publication with the new configuration")
        assert len(shown(office.folder / "site")) == 2


def test_a_reload_does_not_leave_the_database(office: Office) -> None:
    with office.service() as service:
        service.await_word("READY=1")
        text = office.config.read_text("utf-8").replace('state = "state"', 'state = "other"')
        office.config.write_text(text, "utf-8")
        service.tell(signal.SIGHUP)
        wait_for(lambda: "Restart the service" in service.said, "a refusal")
    assert not (office.folder / "other").exists()


def test_all_problems_of_a_configuration_are_named_at_the_start(office: Office) -> None:
    text = office.config.read_text("utf-8")
    office.config.write_text(
        text.replace('adapter = "outbox"', 'adapter = "outboks"').replace("http://", "ftp://"),
        "utf-8",
    )
    with office.service() as service:
        assert service.end() == ExitCode.BAD_INPUT
        assert "outboks" in service.said
        assert "base_url" in service.said


@pytest.mark.fault(7, "the lease taken away in the database")
def test_it_ends_when_another_one_took_over(office: Office) -> None:
    office.write("tin", now() - AGO)
    with office.service() as service:
        wait_for(office.page("tin").exists, "the page")
        with closing(sqlite3.connect(office.folder / "state" / "outreach.db")) as connection:
            connection.execute("UPDATE lease SET fence = fence + 1")
            connection.commit()
        office.write("tin-2", now() - AGO)
        assert service.end() == ExitCode.HELD
        assert "A daemon has taken over the database" in service.said
        assert "Traceback" not in service.said
    assert not office.page("tin-2").exists()


@pytest.mark.alone
@pytest.mark.fault(37, "a file saved again and again")
def test_a_file_that_is_being_saved_is_not_read(office: Office) -> None:
    with office.service() as service:
        service.await_word("READY=1")
        office.write("tin", now() - AGO)
        whole = (office.messages / "tin.md").read_text("utf-8")
        saved_until = time.monotonic() + 5
        while time.monotonic() < saved_until:
            (office.messages / "tin.md").write_text(whole[:-4], "utf-8")
            assert not office.page("tin").exists()
            time.sleep(0.2)
        (office.messages / "tin.md").write_text(whole, "utf-8")
        wait_for(office.page("tin").exists, "the whole message")
    assert "Xin chào tin." in office.page("tin").read_text("utf-8")


def test_the_site_is_shown_before_anything_is_published(office: Office) -> None:
    with office.service() as service:
        service.await_word("READY=1")
        wait_for((office.folder / "site" / "index.html").exists, "the empty site")
        found = re.search(r"http://127\.0\.0\.1:\d+/", service.said)
        assert found
        with urllib.request.urlopen(found[0], timeout=10) as answer:
            assert answer.status == 200
            assert "Sở Công Thương" in answer.read().decode()


def test_a_taken_address_keeps_nothing_from_being_published(office: Office) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        office.set_up(language="vi", form="json", port=other.getsockname()[1])
        office.write("tin", now() - AGO)
        with office.service() as service:
            wait_for(office.page("tin").exists, "the page")
            lines = [json.loads(line) for line in service.said.splitlines()]
    assert any("Không hiển thị được trang" in line["message"] for line in lines)
    assert {"time", "level", "logger", "message"} <= set(lines[0])
