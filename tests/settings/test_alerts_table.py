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
        ('chanels = ["bell"]', "chanels"),
    ],
)
def test_a_mistake_is_refused_with_its_line(table: str, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(Problems) as refused:
        read(table, tmp_path)
    (problem,) = refused.value.problems
    assert complaint in str(problem.what)
    assert problem.place.line == 2
