"""run, rehearse and doctor."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from outreach.cli import rehearse
from outreach.cli.exit_codes import ExitCode
from outreach.domain.delivery import State
from outreach.rehearsal.summary import Summary
from tests.cli.conftest import CAMPAIGN, Office, run
from tests.rehearsal.test_summary import ended, planned


def test_a_rehearsal_accounts_for_everything(office: Office) -> None:
    said = run("rehearse", CAMPAIGN, "--json")
    assert said.code is ExitCode.OK
    found = said.json
    assert (found["lost"], found["twice"]) == ([], [])
    assert sum(row["published"] for row in found["channels"]) == 3
    assert office.deliveries() == []


def test_a_rehearsal_is_told_day_by_day_or_summed_up(office: Office) -> None:
    whole = run("rehearse", CAMPAIGN)
    brief = run("rehearse", CAMPAIGN, "--summary")
    assert "Read back from 0 publications: 0 views" in brief.out
    assert "Monday" in whole.out or "Friday" in whole.out or "day, " in whole.out
    assert "Lost: 0. Twice: 0." in whole.out
    assert whole.out.endswith(brief.out)


def test_a_rehearsal_tells_what_still_waits_for_a_person(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = ended(planned("a"), 1, State.NEEDS_PERSON)
    found = Summary(
        campaign=CAMPAIGN, channels=(), days=(), lost=(), twice=(), unsettled=(waiting,)
    )
    monkeypatch.setattr(rehearse, "_rehearse", lambda *_, **__: found)
    assert f"{waiting.identity.key}: It was refused." in run("rehearse", CAMPAIGN).out
    (told,) = run("rehearse", CAMPAIGN, "--json").json["unsettled"]
    assert told["key"] == waiting.identity.key


def test_a_rehearsal_with_faults_goes_on_where_it_stood(office: Office) -> None:
    words = ("rehearse", CAMPAIGN, "--faults", "7", "--folder", "tap-duot", "--summary")
    assert run(*words).code is ExitCode.OK
    assert run(*words).code is ExitCode.REFUSED
    assert run(*words, "--resume").code is ExitCode.OK


def test_a_rehearsal_never_clears_a_folder_of_others(office: Office) -> None:
    said = run("rehearse", CAMPAIGN, "--folder", "messages")
    assert said.code is ExitCode.REFUSED
    assert (office.messages / "loi-chao.md").is_file()
    assert run("rehearse", "../messages").code is ExitCode.BAD_INPUT


def test_a_second_service_names_the_first(office: Office) -> None:
    from outreach.bootstrap import load_settings, open_store
    from outreach.store.lease import Lease

    settings = load_settings(office.folder / "config.toml")
    engine = open_store(settings)
    lease = Lease.take(engine, settings.state)
    try:
        said = run("run")
        assert said.code is ExitCode.HELD
        assert "process" in said.err
        assert "The service is running" in run("doctor").out
    finally:
        lease.release()
        engine.dispose()


def test_the_doctor_finds_a_healthy_office(office: Office) -> None:
    said = run("doctor")
    assert said.code is ExitCode.OK
    assert "✗" not in said.out
    assert "No service is running" in said.out


def test_the_doctor_says_what_is_wrong_in_the_configuration(office: Office) -> None:
    (office.folder / "config.toml").write_text(
        "messages = 5\n[channels.x]\nadapter = 'wrong'\n", "utf-8"
    )
    said = run("doctor", "--json")
    assert said.code is ExitCode.FOUND_PROBLEMS
    assert all(finding["mend"] for finding in said.json)


def test_the_doctor_sees_a_clock_that_is_behind(office: Office) -> None:
    run("apply")
    office.work(datetime.now(UTC) + timedelta(days=40))
    said = run("doctor")
    assert said.code is ExitCode.FOUND_PROBLEMS
    assert "clock is behind" in said.out


def test_the_doctor_misses_the_messages(office: Office) -> None:
    (office.folder / "messages").rename(office.folder / "away")
    said = run("doctor")
    assert said.code is ExitCode.FOUND_PROBLEMS
    assert "cannot be read" in said.out


def test_a_damaged_database_is_one_sentence(office: Office) -> None:
    run("apply")
    (office.folder / "state" / "outreach.db").write_bytes(b"SQLite format 3\x00" + b"\xff" * 8192)
    for command in (("status",), ("apply",), ("log",), ("audit", "verify")):
        assert run(*command).code is ExitCode.STORE
    assert run("doctor").code is ExitCode.FOUND_PROBLEMS
