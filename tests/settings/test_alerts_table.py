"""Who is told what is wrong: understood, or refused with its place."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from outreach.domain.problem import Problems
from outreach.settings import Alerts, parse_settings

CHANNELS = """
[channels.bell]
adapter = "outbox"
folder = "bell"
[channels.trang]
adapter = "website"
folder = "site"
"""


def read(table: str, folder: Path) -> Alerts:
    return parse_settings(f"[alerts]\n{table}\n{CHANNELS}", file=None, folder=folder).alerts


def test_without_a_word_nobody_is_told(tmp_path: Path) -> None:
    assert read("", tmp_path) == Alerts()
    assert not Alerts().channels


def test_what_it_says_is_understood(tmp_path: Path) -> None:
    alerts = read('channels = ["bell"]\ndigest = "07:30"\nzone = "Asia/Tokyo"', tmp_path)
    assert (alerts.channels, alerts.digest, alerts.zone) == (("bell",), time(7, 30), "Asia/Tokyo")
    assert read('digest = "off"', tmp_path).digest is None


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ('channels = ["nobody"]', "no channel “nobody”"),
        ('channels = ["trang"]', "read by everybody"),
        ('digest = "5pm"', "not a time of day"),
        ('zone = "Asia/Saigon-Gia-Dinh"', "no time zone"),
        ('ping = "ftp://x"', "no address that can be called"),
        ('chanels = ["bell"]', "chanels"),
    ],
)
def test_a_mistake_is_refused_with_its_line(table: str, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(Problems) as refused:
        read(table, tmp_path)
    (problem,) = refused.value.problems
    assert complaint in str(problem.what)
    assert problem.place.line == 2


def test_the_address_of_the_ping_is_a_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = "https://ping.example/0a1b2c3d"
    monkeypatch.setenv("PING_URL", address)
    text = f'[alerts]\nping = {{ env = "PING_URL" }}\n{CHANNELS}'
    settings = parse_settings(text, file=None, folder=tmp_path)
    assert settings.alerts.ping
    assert settings.alerts.ping.get_secret_value() == address
    assert "0a1b2c3d" not in repr(settings)
    assert "0a1b2c3d" not in settings.veil.text(f"GET {address}")
    monkeypatch.delenv("PING_URL")
    assert parse_settings(text, file=None, folder=tmp_path).alerts.ping is None
