"""plan and apply: what the files would change, and writing it."""

from __future__ import annotations

import pytest
from icalendar import Calendar

from outreach.cli.exit_codes import ExitCode
from tests.cli.conftest import CAMPAIGN, Office, run


def test_plan_shows_the_difference_and_changes_nothing(office: Office) -> None:
    said = run("plan")
    assert said.code is ExitCode.OK
    assert "3 new, 0 kept." in said.out
    assert "Coverage" in said.out
    assert "gap" in said.out
    assert office.deliveries() == []


def test_plan_as_json(office: Office) -> None:
    [planned] = run("plan", CAMPAIGN, "--json").json
    assert [change["kind"] for change in planned["changes"]] == ["new", "new", "new"]
    assert planned["guarded"] is False
    assert {line["by"] for line in planned["coverage"]} == {"topic", "unit", "week"}


def test_plan_as_calendar(office: Office) -> None:
    entries = Calendar.from_ical(run("plan", "--ics").out).walk("VEVENT")
    assert len(entries) == 3
    assert len({str(entry["UID"]) for entry in entries}) == 3


def test_applying_twice_changes_nothing_the_second_time(office: Office) -> None:
    assert "3 new" in run("apply", "--by", "Lan").out
    assert "nothing to change" in run("apply").out
    assert len(office.deliveries()) == 3
    assert "Lan" in run("log", "--csv").out


def test_a_moved_message_moves_its_delivery(office: Office) -> None:
    run("apply")
    file = office.messages / "loi-chao.md"
    file.write_text(file.read_text("utf-8").replace(" 08:00", " 09:15"), "utf-8")
    said = run("plan")
    assert "1 moved, 2 kept." in said.out
    assert "08:00" in said.out
    run("apply")
    [moved] = [d for d in office.deliveries() if d["message"] == "loi-chao"]
    assert moved["due"].partition("T")[2].startswith("09:15")


def test_a_broken_message_is_held_and_said(office: Office) -> None:
    run("apply")
    (office.messages / "loi-chao.md").write_text("---\ntitel: x\n---\n", "utf-8")
    said = run("apply")
    assert said.code is ExitCode.FOUND_PROBLEMS
    assert "loi-chao.md:2:1" in said.err
    states = {d["message"]: d["state"] for d in office.deliveries()}
    assert states["loi-chao"] == "held"


@pytest.fixture
def many(office: Office) -> Office:
    for number in range(6):
        office.write(f"tin-{number}", at=f"{office.window_start} {13 + number}:15")
    assert run("apply").code is ExitCode.OK
    for number in range(6):
        (office.messages / f"tin-{number}.md").unlink()
    return office


def test_many_deleted_files_are_refused_without_yes(many: Office) -> None:
    said = run("apply")
    assert said.code is ExitCode.REFUSED
    assert "--yes" in said.err
    assert len(many.deliveries("--state", "cancelled")) == 0
    assert "will ask" in run("plan").err


def test_many_deleted_files_are_cancelled_with_yes(many: Office) -> None:
    assert run("apply", "--yes").code is ExitCode.OK
    assert len(many.deliveries("--state", "cancelled")) == 6
