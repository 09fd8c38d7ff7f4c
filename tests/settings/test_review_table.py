"""The table [review]: what cannot work is said at the start, with how to mend it."""

from __future__ import annotations

from datetime import time
from ipaddress import ip_network
from pathlib import Path

import pytest

from outreach.domain.problem import Problems
from outreach.settings import Settings, parse_settings

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
CHANNELS = """
[channels.website]
adapter = "website"
folder = "site"
base_url = "http://127.0.0.1/"
site_title = "Sở"

[channels.thu]
adapter = "email"
"""


def read(review: str, folder: Path) -> Settings:
    return parse_settings(f"[review]\n{review}\n{CHANNELS}", file=None, folder=folder)


def test_without_a_word_the_pages_are_for_this_machine_and_passwords(tmp_path: Path) -> None:
    review = read("", tmp_path).review
    assert (review.listen, review.address, review.proxies, review.user_header) == (None, "", (), "")
    assert (review.second_factor, review.key, review.letters, review.oidc) == (
        "optional",
        None,
        "",
        None,
    )


def test_everything_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REVIEW_KEY", f"{KEY} {KEY}")
    monkeypatch.setenv("OIDC_SECRET", "s3cret-of-the-client")
    settings = read(
        """
        listen = "127.0.0.1:8090"
        address = "https://duyet.so.example/"
        proxies = ["127.0.0.1", "10.0.0.0/28"]
        user_header = "X-Remote-User"
        second_factor = "required"
        key = { env = "REVIEW_KEY" }
        letters = "thu"
        letters_at = "07:00"
        [review.oidc]
        issuer = "https://idp.example"
        client_id = "outreach"
        client_secret = { env = "OIDC_SECRET" }
        roles = { "duyet" = "approver" }
        """,
        tmp_path,
    )
    review = settings.review
    assert review.address == "https://duyet.so.example"
    assert review.proxies == (ip_network("127.0.0.1"), ip_network("10.0.0.0/28"))
    assert (review.user_header, review.letters_at) == ("x-remote-user", time(7))
    assert review.oidc
    assert (review.oidc.claim, dict(review.oidc.roles)) == ("email", {"duyet": "approver"})
    shown = settings.veil.text(f"key {KEY} secret s3cret-of-the-client")
    assert KEY not in shown
    assert "s3cret" not in shown


@pytest.mark.parametrize(
    ("review", "said"),
    [
        ('listen = "0.0.0.0:8090"', "reached from elsewhere"),
        ('address = "http://duyet.so.example"', "no safe address"),
        ('address = "https://a@b"', "no safe address"),
        ('proxies = ["proxy"]', "no address of a proxy"),
        ('proxies = ["10.0.0.1/8"]', "no address of a proxy"),
        ('user_header = "X-Remote-User"', "No proxy is named"),
        ('proxies = ["127.0.0.1"]\nuser_header = "X Y"', "no name of a header"),
        ('second_factor = "sometimes"', "not possible here"),
        (f'key = "{KEY}"', "must not stand in config.toml"),
        ('letters = "website"', "no channel for e-mail"),
        ('letters = "thu"', "no address that approvers can reach"),
        ('address = "https://d.example"\nletters = "thu"', "need a key"),
        ('letters_at = "never"', "no time of the day"),
        ('[review.oidc]\nissuer = "https://i.example"\nclient_id = "x"', "address to come back to"),
        ('address = "https://d.example"\n[review.oidc]\nissuer = "https://i.example"', "client_id"),
        ('[review.oidc]\nclient_secret = "x"', "must not stand in config.toml"),
        ('[review.oidc]\nroles = { "x" = "boss" }', "give a role to each word"),
        ("colour = 1", "no setting “colour”"),
    ],
)
def test_what_cannot_work_is_said(tmp_path: Path, review: str, said: str) -> None:
    with pytest.raises(Problems) as problems:
        read(review, tmp_path)
    assert any(said in str(problem.what) for problem in problems.value.problems)
    assert all(str(problem.mend) for problem in problems.value.problems)


def test_a_key_that_is_none_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REVIEW_KEY", "c2hvcnQ=")
    with pytest.raises(Problems, match="32 bytes"):
        read('key = { env = "REVIEW_KEY" }', tmp_path)
