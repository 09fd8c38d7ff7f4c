"""What `outreach web` says about secrets at its start, and that it gives way to publishing."""

from __future__ import annotations

import os
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from outreach.cli import site_server
from outreach.cli.web import own_words, say_how_secrets_lie
from outreach.domain.role import Role
from outreach.review.second_factor import Factors
from outreach.review.ways_in import PURPOSE
from outreach.settings.seal import Seal, is_sealed
from tests.review.house import House, house


@pytest.fixture
def made(tmp_path: Any) -> Any:
    with house(tmp_path) as office:
        yield office


def said(office: House) -> list[str]:
    heard: list[str] = []
    session: Any = SimpleNamespace(
        screen=SimpleNamespace(note=lambda text: heard.append(str(text)))
    )
    say_how_secrets_lie(session, office.office)
    return heard


def test_it_says_what_no_key_means_and_seals_once_there_is_one(made: House) -> None:
    people = made.office.people
    people.invite("lan", Role.APPROVER, "x", actor="admin", now=made.now)
    people.set_factor("lan", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 0, made.now)
    assert "readable" in said(made)[0]
    made.let_in_by(factors=Factors(Seal([bytes(32)], purpose=PURPOSE)))
    assert said(made) == ["Second factors that were sealed with the newest key: 1"]
    assert is_sealed(people.factors()["lan"])
    assert said(made) == []


def test_the_offices_own_words_are_those_of_its_channels(made: House) -> None:
    words = own_words(made.desk.settings)
    assert {"so-website", "facebook-page", "Sở Công Thương", "Trang thông tin"} <= set(words)


def test_pages_give_way_to_publishing() -> None:
    """In a process of its own, since nobody can take it back."""
    words = (
        "import os; from outreach.cli import site_server; site_server.give_way(); print(os.nice(0))"
    )
    told = subprocess.run([sys.executable, "-c", words], check=True, capture_output=True, text=True)
    assert int(told.stdout) == min(os.nice(0) + site_server.BEHIND, 19)
