"""config.example.toml works as it stands, and leaves nothing out."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest

from outreach.channel import AdapterPlace, Channel
from outreach.channels.registry import ADAPTERS, open_channels, settings_of
from outreach.settings import (
    Alerts,
    Audit,
    Backup,
    Engine,
    Guard,
    Limits,
    Log,
    Settings,
    load_settings,
    parse_settings,
)
from outreach.settings.model import OpenId, Review

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
TEXT = EXAMPLE.read_text(encoding="utf-8")
EVERYTHING = re.sub(r"(?m)^#(?=\S)", "", TEXT)
"""The example with every option switched on."""

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

TOKEN_KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


@pytest.fixture
def everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("DATABASE_URL", "postgresql://localhost/outreach")
    monkeypatch.setenv("PING_URL", "https://ping.example/0a1b")
    monkeypatch.setenv("WEBHOOK_SECRET", SECRET)
    monkeypatch.setenv("WEBHOOK_OLD_SECRET", SECRET)
    monkeypatch.setenv("WEBHOOK_AUTHORIZATION", "Bearer x")
    monkeypatch.setenv("WEBHOOK_PROXY", "http://127.0.0.1:3128")
    monkeypatch.setenv("FACEBOOK_TOKEN", "EAAB")
    monkeypatch.setenv("FACEBOOK_APP_SECRET", "s3cret")
    monkeypatch.setenv("FACEBOOK_TOKEN_KEY", TOKEN_KEY)
    monkeypatch.setenv("FACEBOOK_PROXY", "http://127.0.0.1:3128")
    monkeypatch.setenv("REVIEW_KEY", TOKEN_KEY)
    monkeypatch.setenv("OIDC_SECRET", "x")
    monkeypatch.setenv("SMTP_PASSWORD", "x")
    monkeypatch.setenv("APPRISE_URL", "json://127.0.0.1:1/")
    monkeypatch.setenv("MICROPUB_TOKEN", "x")
    monkeypatch.setenv("ZALO_APP_SECRET", "x")
    monkeypatch.setenv("ZALO_TOKEN_KEY", TOKEN_KEY)
    monkeypatch.setenv("ZALO_REFRESH_TOKEN", "x")
    monkeypatch.setenv("ZALO_ACCESS_TOKEN", "x")
    monkeypatch.setenv("WORDPRESS_PASSWORD", "abcd efgh ijkl mnop")
    monkeypatch.setenv("WORDPRESS_PROXY", "http://127.0.0.1:3128")
    return parse_settings(EVERYTHING, file=None, folder=tmp_path)


def opened(settings: Settings, state: Path) -> dict[str, Channel]:
    def place(name: str) -> AdapterPlace:
        return AdapterPlace(state=state / name, clock=lambda: datetime.now(UTC))

    result = open_channels(settings.channels.values(), place)
    assert result.problems == ()
    return dict(result.channels)


def test_it_works_as_it_stands(tmp_path: Path) -> None:
    settings = load_settings(EXAMPLE)
    channels = opened(settings, tmp_path)
    assert {"so-website", "facebook-page", "zalo-oa", "truc-tiep"} <= set(channels)
    quotas = channels["zalo-oa"].capabilities.quotas
    assert [quota.count for quota in quotas] == [4, 1]


def test_it_works_with_every_option_switched_on(everything: Settings, tmp_path: Path) -> None:
    assert len(opened(everything, tmp_path)) == len(everything.channels)


def names(kind: type) -> set[str]:
    return {field.name for field in fields(kind)}


def test_it_names_every_setting_of_the_program() -> None:
    table = tomllib.loads(EVERYTHING)
    assert set(table) == names(Settings) - {"file"}
    kinds = {
        "log": Log,
        "guard": Guard,
        "engine": Engine,
        "backup": Backup,
        "audit": Audit,
        "alerts": Alerts,
        "review": Review,
    }
    for name, kind in kinds.items():
        assert set(table[name]) == names(kind)
    assert set(table["database"]) == {"url"}
    assert set(table["web"]) == set(table["metrics"]) == {"listen"}
    assert set(table["review"]["oidc"]) == names(OpenId)


def test_it_names_every_limit_of_a_channel() -> None:
    given = set().union(*tomllib.loads(EVERYTHING)["channels"].values())
    limits = names(Limits) - {"quota"} | {"quota_per_month", "quota_per_day", "adapter", "tags"}
    assert limits <= given


@pytest.mark.parametrize("adapter", sorted(ADAPTERS))
def test_it_names_every_setting_of_every_adapter(adapter: str, everything: Settings) -> None:
    shown = set()
    for channel in everything.channels.values():
        if channel.adapter == adapter:
            shown |= set(channel.settings)
    assert shown == set(settings_of(adapter).model_fields)


@pytest.mark.parametrize("adapter", sorted(ADAPTERS))
def test_every_setting_of_an_adapter_says_what_it_means(adapter: str) -> None:
    for name, known in settings_of(adapter).model_fields.items():
        assert known.description, name


def test_the_built_in_defaults_give_a_website(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings(None)
    assert settings.database.get_secret_value() == f"sqlite:///{tmp_path}/state/outreach.db"
    assert list(opened(settings, tmp_path)) == ["so-website"]
    assert settings.channels["so-website"].tags == {"website"}
