"""The provider of [review.oidc]: built where it is asked for, and its libraries missed in one sentence."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from outreach.bootstrap.providing import provider_of
from outreach.extras import NotInstalled
from outreach.review.ways_in import NotSignedIn
from outreach.settings import Settings, parse_settings
from outreach.settings.model import OpenId, Review

CONFIG = """
[channels.website]
adapter = "website"
folder = "site"
base_url = "http://127.0.0.1/"
site_title = "Sở"
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return parse_settings(CONFIG, file=None, folder=tmp_path)


def asking(settings: Settings, issuer: str) -> Settings:
    return replace(settings, review=Review(oidc=OpenId(issuer=issuer, client_id="x")))


def now() -> datetime:
    return datetime(2022, 11, 14, tzinfo=UTC)


def test_nobody_is_asked_where_nobody_wants_it(settings: Settings) -> None:
    assert provider_of(settings, now) is None


def test_without_its_libraries_one_sentence_says_what_to_install(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "authlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Without("authlib"), *sys.meta_path])
    with pytest.raises(NotInstalled) as missing:
        provider_of(asking(settings, "https://idp.example"), now)
    assert "outreach[oidc]" in str(missing.value.mend)


class Without:
    """A package that is not installed."""

    def __init__(self, package: str) -> None:
        self._package = package

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name.split(".", maxsplit=1)[0] == self._package:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def test_a_provider_that_is_not_there_lets_nobody_in(settings: Settings) -> None:
    provider = provider_of(asking(settings, "http://127.0.0.1:1"), now)
    assert provider
    with pytest.raises(NotSignedIn, match="refuses connections"):
        provider.begin("https://duyet.so.example/sign-in/return")
