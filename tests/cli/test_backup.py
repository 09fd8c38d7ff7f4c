"""backup, restore, and the audit log for others."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from outreach.bootstrap import load_settings, open_store
from outreach.bootstrap.backups import backups, last_backup, make_backup
from outreach.bootstrap.daily import daily_chores
from outreach.cli.exit_codes import ExitCode
from outreach.settings import Settings
from outreach.store import audit_verifier
from outreach.store.lease import Lease
from tests.cli.conftest import Office, run


@pytest.fixture
def file(office: Office) -> Path:
    """A backup of an office whose messages are planned and not yet published."""
    office.write("tin", at=f"{office.window_start} 09:00")
    assert run("apply").code is ExitCode.OK
    said = run("backup")
    assert said.code is ExitCode.OK
    made = Path(said.out.removeprefix("The backup is ").rstrip(".\n"))
    assert made.is_file()
    return made


def settings_of(office: Office) -> Settings:
    return load_settings(office.folder / "config.toml")


def test_a_backup_comes_back(office: Office, file: Path) -> None:
    planned = office.deliveries()
    assert planned
    state = office.folder / "state"
    (state / "site").mkdir(exist_ok=True)
    (state / "site" / "moi.html").write_text("newer", "utf-8")
    said = run("restore", str(file), "--by", "Lan")
    assert said.code is ExitCode.OK
    assert "0 deliveries may have gone out since" in said.out
    assert office.deliveries() == planned
    assert (state / "site" / "moi.html").read_text("utf-8") == "newer"
    assert run("audit", "verify").code is ExitCode.OK
    (aside,) = state.glob("outreach.db.before-*")
    assert str(aside) in said.out
    assert "restored" in run("log").out


def test_a_running_daemon_keeps_its_database(office: Office, file: Path) -> None:
    settings = settings_of(office)
    engine = open_store(settings)
    lease = Lease.take(engine, settings.state)
    before = (office.folder / "state" / "outreach.db").read_bytes()
    try:
        said = run("restore", str(file), "--by", "Lan")
    finally:
        lease.release()
        engine.dispose()
    assert said.code is ExitCode.HELD
    assert "process" in said.err
    assert (office.folder / "state" / "outreach.db").read_bytes() == before


def test_a_damaged_backup_changes_nothing(office: Office, file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])
    before = (office.folder / "state" / "outreach.db").read_bytes()
    said = run("restore", str(file), "--by", "Lan")
    assert said.code is ExitCode.STORE
    assert "damaged" in said.err
    assert (office.folder / "state" / "outreach.db").read_bytes() == before
    assert not list((office.folder / "state").glob(".restoring*"))


def test_a_damaged_or_lost_database_is_replaced(office: Office, file: Path) -> None:
    database = office.folder / "state" / "outreach.db"
    planned = office.deliveries()
    for wreck in (lambda: database.write_bytes(b"no database" * 100), database.unlink):
        wreck()
        assert run("restore", str(file), "--by", "Lan").code is ExitCode.OK
        assert [d["key"] for d in office.deliveries()] == [d["key"] for d in planned]


def test_a_permission_that_serves_once_is_never_put_over_a_newer_one(
    office: Office, file: Path
) -> None:
    journal = office.folder / "state" / "channels" / "zalo" / "tokens.journal"
    journal.parent.mkdir(parents=True, exist_ok=True)
    journal.write_text("sealed then\n", "utf-8")
    engine = open_store(settings_of(office))
    made = make_backup(settings_of(office), engine, now=datetime.now(UTC) + timedelta(seconds=2))
    engine.dispose()
    journal.write_text("sealed then\nsealed now\n", "utf-8")
    said = run("restore", str(made), "--by", "Lan")
    assert "outreach login zalo" not in said.err
    assert journal.read_text("utf-8").endswith("sealed now\n")
    journal.unlink()
    said = run("restore", str(made), "--by", "Lan")
    assert "outreach login zalo" in said.err
    assert journal.read_text("utf-8") == "sealed then\n"
    assert journal.stat().st_mode & 0o777 == 0o600


def test_only_the_newest_are_kept(office: Office, file: Path) -> None:
    with (office.folder / "config.toml").open("a", encoding="utf-8") as config:
        config.write("\n[backup]\nkeep = 2\n")
    settings = settings_of(office)
    engine = open_store(settings)
    for day in range(1, 4):
        made = make_backup(settings, engine, now=datetime.now(UTC) + timedelta(days=day))
    engine.dispose()
    assert len(backups(settings)) == 2
    assert backups(settings)[-1] == made
    newest = last_backup(settings)
    assert newest is not None
    assert newest > datetime.now(UTC)


def test_an_export_is_checked_by_the_verifier_alone(office: Office, file: Path) -> None:
    exported = office.folder / "export.jsonl"
    assert run("audit", "export", "--output", str(exported)).code is ExitCode.OK
    assert run("audit", "export").out == exported.read_text("utf-8")
    source = run("audit", "verifier").out
    assert source == Path(audit_verifier.__file__).read_text("utf-8")
    assert audit_verifier.main([str(exported), "--language", "en"]) == 0
    lines = exported.read_text("utf-8").splitlines()
    assert json.loads(lines[-1])["end"] == len(lines) - 1


def test_a_checkpoint_goes_where_the_configuration_says(office: Office, file: Path) -> None:
    said = run("audit", "checkpoint")
    assert said.code is ExitCode.BAD_INPUT
    assert "[audit]" in said.err
    with (office.folder / "config.toml").open("a", encoding="utf-8") as config:
        config.write('\n[audit]\nfolder = "usb"\n')
    assert run("audit", "checkpoint").code is ExitCode.REFUSED
    (office.folder / "usb").mkdir()
    assert run("audit", "checkpoint").code is ExitCode.OK
    noted = (office.folder / "usb" / "outreach-checkpoints.txt").read_text("utf-8")
    assert run("audit", "verify", "--against", noted.split()[1]).code is ExitCode.OK


def test_the_service_makes_one_by_itself(office: Office) -> None:
    settings = settings_of(office)
    engine = open_store(settings)
    (chore,) = daily_chores(settings, engine)
    assert chore.last() is None
    now = datetime(2022, 11, 18, 19, 0, tzinfo=UTC)
    assert "outreach-20221118-190000.tar.gz" in str(chore.work(now))
    assert chore.last() == now
    engine.dispose()
