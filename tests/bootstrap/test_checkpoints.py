"""The end of the log leaves the machine: into a folder, a git repository and letters."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from outreach.bootstrap import open_store
from outreach.bootstrap.checkpoints import FILE, NotNoted, last_note, note
from outreach.bootstrap.daily import daily_chores
from outreach.domain.problem import Place
from outreach.settings import Audit, ChannelSettings, Settings, parse_settings
from outreach.store.delivery_log import Event, append
from outreach.store.engine import Engine, writing
from tests.channels.mail_server import MailServer

NOW = datetime(2022, 11, 18, 10, 30, tzinfo=UTC)
CONFIG = '[channels.website]\nadapter = "website"\nfolder = "site"\nbase_url = "http://127.0.0.1/"\nsite_title = "Sở"\n'


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return parse_settings(CONFIG, file=None, folder=tmp_path)


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    opened = open_store(settings)
    with writing(opened) as connection:
        append(connection, [Event(at=NOW, actor="Lan", what="published")])
    yield opened
    opened.dispose()


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *words], check=True, capture_output=True, text=True, timeout=60
    )
    return done.stdout


@pytest.mark.asvs("16.4.3", "Its end goes to a folder and a repository")
def test_it_is_noted_in_a_folder_and_committed_and_pushed(
    settings: Settings, engine: Engine, tmp_path: Path
) -> None:
    folder, repository, elsewhere = (tmp_path / name for name in ("usb", "repository", "elsewhere"))
    folder.mkdir()
    git(tmp_path, "init", "--quiet", "--bare", str(elsewhere))
    git(tmp_path, "clone", "--quiet", str(elsewhere), str(repository))
    git(repository, "config", "push.autoSetupRemote", "true")
    wanted = replace(settings, audit=Audit(folder=folder, git=repository))
    assert last_note(wanted) is None
    first = note(wanted, engine, now=NOW)
    second = note(wanted, engine, now=NOW.replace(day=19))
    assert (folder / FILE).read_text("utf-8").splitlines() == [first, second]
    assert git(elsewhere, "log", "--format=%s", "--reverse").splitlines() == [first, second]
    assert last_note(wanted) == NOW.replace(day=19)
    assert [chore.name for chore in daily_chores(wanted, engine)] == ["backup", "checkpoint"]


def test_one_that_did_not_arrive_is_not_counted(
    settings: Settings, engine: Engine, tmp_path: Path
) -> None:
    """A folder that is gone is a disk that is not mounted: nothing is written where it should be."""
    wanted = replace(settings, audit=Audit(folder=tmp_path / "usb"))
    with pytest.raises(NotNoted, match="usb"):
        note(wanted, engine, now=NOW)
    no_repository = replace(settings, audit=Audit(git=tmp_path))
    with pytest.raises(NotNoted):
        note(no_repository, engine, now=NOW)
    assert last_note(wanted) is None
    assert not (tmp_path / "usb").exists()


def test_it_goes_out_by_letter(settings: Settings, engine: Engine, tmp_path: Path) -> None:
    with MailServer(tmp_path) as server:
        own = {**server.settings, "sender": "Sở <a@sct.test>", "recipients": ["x@bao.test"]}
        channel = ChannelSettings(
            name="bao-chi",
            adapter="email",
            settings=own,
            place=Place(file="config.toml"),
            folder=tmp_path,
        )
        audit = Audit(channel="bao-chi", recipients=("Thanh tra <tt@tinh.test>",))
        wanted = replace(settings, audit=audit, channels={"bao-chi": channel})
        line = note(wanted, engine, now=NOW)
        (arrived,) = server.arrived
        assert arrived.to == "tt@tinh.test"
        assert line in arrived.letter.get_content()
        server.rcpt["tt@tinh.test"] = "550 no"
        with pytest.raises(NotNoted, match=r"tt@tinh\.test"):
            note(wanted, engine, now=NOW)
