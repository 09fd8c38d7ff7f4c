"""The unit file under a real systemd: its own user, its credentials, ready when it says so, restarted when it hangs, ended in order."""

from __future__ import annotations

import hashlib
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.daemon.office import CAMPAIGN, MONTH, ZONE, wait_for
from tests.systemd.nested import Machine, machine, prepare, refusal

WORD = "chỉ dịch vụ được biết"
CONFIG = """
messages = "/srv/outreach/messages"
state = "/var/lib/outreach"
language = "en"
[database]
url = { credential = "database-url" }
[backup]
at = "never"
[channels.so-website]
adapter = "website"
tags = ["website"]
folder = "/var/lib/outreach/site"
base_url = "http://127.0.0.1:8080/"
site_title = "Sở Công Thương"
[channels.hop-thu]
adapter = "hanging"
tags = ["social"]
folder = "/var/lib/outreach/outbox"
word = { credential = "word" }
"""
DROP_IN = """
[Service]
LoadCredential=database-url:/etc/outreach/credentials/database-url
LoadCredential=word:/etc/outreach/credentials/word
# Sooner than in an office; what it says goes to files, since no journal runs.
WatchdogSec=6s
RestartSec=100ms
ExecStopPost=/bin/sh -c 'echo "$SERVICE_RESULT" >>/var/lib/outreach/results'
StandardOutput=append:/var/log/outreach.log
StandardError=append:/var/log/outreach.log
# This machine's Python, which may lie in somebody's home.
Environment=LD_LIBRARY_PATH=/opt/python/lib
"""
POST = "---\ntitle: Tin\nchannels: [{channels}]\nat: {at}\ntopic: phát động\n---\nXin chào {channels}.\n"


def install(root: Path) -> None:
    """Configuration, credentials for root only, and one message for each channel that is due."""
    prepare(root)
    office, unit = root / "etc/outreach", root / "etc/systemd/system/outreach.service.d"
    unit.mkdir()
    (unit / "test.conf").write_text(DROP_IN, "utf-8")
    (office / "credentials").mkdir(parents=True, mode=0o700)
    (office / "config.toml").write_text(CONFIG, "utf-8")
    secrets = {"database-url": "sqlite:////var/lib/outreach/outreach.db", "word": WORD}
    for name, secret in secrets.items():
        (office / "credentials" / name).touch(mode=0o600)
        (office / "credentials" / name).write_text(secret, "utf-8")
    folder = root / "srv/outreach/messages" / CAMPAIGN
    folder.mkdir()
    now = datetime.now(ZONE)
    start, end = now.date() - timedelta(days=2), now.date() + timedelta(days=28)
    (folder / "campaign.toml").write_text(MONTH.format(start=start, end=end), "utf-8")
    for channels in ("website", "social"):
        at = f"{now - timedelta(minutes=2):%Y-%m-%d %H:%M}"
        (folder / f"{channels}.md").write_text(POST.format(channels=channels, at=at), "utf-8")


@pytest.fixture
def nested(tmp_path: Path) -> Iterator[Machine]:
    if why := refusal():
        pytest.skip(why)
    root = tmp_path / "root"
    root.mkdir()
    root.chmod(0o755)
    install(root)
    with machine(root) as made:
        yield made
        sys.stdout.write(made.said)


def rows(nested: Machine, query: str) -> list[tuple]:
    file = nested.state / "outreach.db"
    if not file.exists():
        return []
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        try:
            return connection.execute(query).fetchall()
        except (
            sqlite3.OperationalError
        ):  # its tables are just being made, or a restart is under way
            return []


def results(nested: Machine) -> list[str]:
    """How systemd says that each life ended."""
    return (nested.state / "results").read_text("ascii").split()


@pytest.mark.asvs("13.2.2", "It runs as a user that exists only meanwhile")
@pytest.mark.asvs("13.3.2", "Its credentials are root's; only the service is handed them")
@pytest.mark.fault(46, "the event loop stands still in mid-publication, under a real systemd")
def test_it_lives_hangs_is_restarted_and_ends(nested: Machine) -> None:
    outbox = nested.state / "outbox"
    wait_for((outbox / "hung").exists, "the hang")
    user = (nested.state / "outreach.db").stat()
    assert 61184 <= user.st_uid <= 65519, "a user that exists only while it runs"
    assert (outbox / "word").read_text("ascii") == hashlib.sha256(WORD.encode()).hexdigest()
    wait_for((nested.state / "results").exists, "the end of what hung")
    assert results(nested) == ["watchdog"]
    states = "SELECT state, receipt IS NOT NULL FROM delivery"
    wait_for(lambda: rows(nested, states) == [("published", 1)] * 2, "everything public")
    calls = (outbox / "calls").read_text("ascii").split()
    assert len(calls) == 1, "it was looked up, not repeated"
    assert len(list(outbox.glob("*.json"))) == 1
    pages = nested.state / "site" / CAMPAIGN / "website" / "index.html"
    assert "Xin chào website." in pages.read_text("utf-8")
    assert rows(nested, "SELECT outcome FROM attempt WHERE finished IS NULL") == []
    stop(nested)


def stop(nested: Machine) -> None:
    """By SIGTERM, in its own time, with everything that it has kept."""
    wait_for(lambda: nested.shown("ActiveState") == "active", "readiness after the restart")
    nested.systemctl("stop", "outreach.service")
    assert nested.shown("ActiveState") == "inactive"
    ends = results(nested)
    assert ends[-1] == "success"
    assert nested.shown("NRestarts") == str(len(ends) - 1)
    assert "Stopped." in nested.said
    assert (nested.state / "outreach.db").stat().st_size
    assert (nested.root / "var/lib/outreach").is_symlink()
