"""`outreach login seal`: after a key was exchanged, the old one is not needed any more."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from outreach.channels.zalo_oa.journal import Journal
from outreach.cli.exit_codes import ExitCode
from outreach.settings.seal import Seal
from tests.cli.conftest import run

OLD, NEW = b"o" * 32, b"n" * 32
CONFIG = """
state = "state"
language = "en"
[channels.facebook]
adapter = "facebook_page"
page_id = "100200300"
app_id = "424242"
token = { file = "token" }
token_key = { file = "key" }
[channels.zalo]
adapter = "zalo_oa"
app_id = "1"
app_secret = { file = "app-secret" }
token_key = { file = "key" }
picture_base_url = "http://127.0.0.1:9/media/"
[channels.hop-thu]
adapter = "outbox"
folder = "hop-thu"
"""
RECORD = {"what": "seed", "at": "2026-01-01T00:00:00+00:00", "access": "a", "refresh": "r"}


def private(file: Path, text: str) -> None:
    file.touch(0o600)
    file.write_text(text, "utf-8")


def exchange(folder: Path, *keys: bytes) -> None:
    private(folder / "key", "\n".join(base64.b64encode(key).decode() for key in keys))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.toml").write_text(CONFIG, "utf-8")
    private(tmp_path / "token", "EAABgeheim\n")
    private(tmp_path / "app-secret", "s3cret")
    exchange(tmp_path, OLD)
    return tmp_path


def journal(folder: Path, key: bytes) -> Journal:
    file = folder / "state" / "channels" / "zalo" / "tokens.journal"
    return Journal(file, seal=Seal((key,), purpose="outreach zalo_oa"))


def token(folder: Path, key: bytes) -> bytes:
    seal = Seal((key,), purpose="outreach secret")
    return seal.open((folder / "token").read_bytes().strip())


def test_everything_is_sealed_with_the_newest_key(folder: Path) -> None:
    journal(folder, OLD).append(RECORD)
    assert run("login", "seal").code == ExitCode.OK
    assert token(folder, OLD) == b"EAABgeheim"
    exchange(folder, NEW, OLD)
    done = run("login", "seal")
    assert done.code == ExitCode.OK
    assert "“facebook”" in done.out
    assert "“zalo”" in done.out
    assert token(folder, NEW) == b"EAABgeheim"
    assert journal(folder, NEW).records() == [RECORD]


def test_before_the_first_login_there_is_nothing_to_seal(folder: Path) -> None:
    (folder / "token").unlink()
    done = run("login", "seal")
    assert done.code == ExitCode.REFUSED
    assert "token" in done.err
    private(folder / "token", "EAABgeheim\n")
    assert run("login", "seal").code == ExitCode.OK
    assert not (folder / "state" / "channels" / "zalo" / "tokens.journal").exists()


def test_without_the_old_key_nothing_changes(folder: Path) -> None:
    journal(folder, OLD).append(RECORD)
    run("login", "seal")
    before = (folder / "token").read_bytes()
    exchange(folder, NEW)
    done = run("login", "seal")
    assert done.code == ExitCode.REFUSED
    assert "No key in token_key opens" in done.err
    assert (folder / "token").read_bytes() == before
    assert journal(folder, OLD).records() == [RECORD]


def test_without_a_key_it_says_how_to_make_one(folder: Path) -> None:
    text = CONFIG.replace('token_key = { file = "key" }\n', "").partition("[channels.zalo]")[0]
    (folder / "config.toml").write_text(text, "utf-8")
    done = run("login", "seal")
    assert done.code != ExitCode.OK
    assert "openssl rand -base64 32" in done.err
