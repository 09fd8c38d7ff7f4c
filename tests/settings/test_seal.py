"""What is sealed opens with any of the keys, is sealed with the newest, and tells nothing to anyone else."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr

from outreach.bootstrap import seal_tokens
from outreach.domain.problem import Problems
from outreach.settings import AbsentSecret, all_secrets_are_there, load_settings
from outreach.settings.channel_table import ChannelTable, channel_tables
from outreach.settings.seal import Seal, Unopenable, is_sealed, keys_of
from outreach.settings.section import Wrong

OLD, NEW, OTHER = (bytes([number]) * 32 for number in (1, 2, 3))
SECRET = "EAABgeheim"


def seal(*keys: bytes, purpose: str = "test") -> Seal:
    return Seal(keys, purpose=purpose)


def written(*keys: bytes) -> str:
    return "\n".join(base64.b64encode(key).decode() for key in keys)


# --- the seal -----------------------------------------------------------------------------------------


@pytest.mark.asvs("11.2.2", "The newest key seals, older ones open")
def test_the_newest_key_seals_and_older_ones_open() -> None:
    before = seal(OLD).close(b"plain")
    both = seal(NEW, OLD)
    assert both.open(before) == b"plain"
    assert not both.is_newest(before)
    anew = both.close(b"plain")
    assert both.is_newest(anew)
    assert seal(NEW).open(anew) == b"plain"
    assert b"plain" not in anew
    assert is_sealed(anew.decode())


@pytest.mark.parametrize("wrong", [seal(OTHER), seal(NEW, purpose="another")])
def test_nobody_else_opens_it(wrong: Seal) -> None:
    with pytest.raises(Unopenable):
        wrong.open(seal(NEW).close(b"plain"))


@pytest.mark.asvs("11.3.3", "Changed bytes do not open")
def test_what_was_changed_does_not_open() -> None:
    sealed = seal(NEW).close(b"plain")
    for text in (sealed[:-4], sealed[:-8] + b"AAAAAAA=", b"plain", b"", sealed[:20]):
        with pytest.raises(Unopenable):
            seal(NEW).open(text)
    assert not is_sealed("EAAB")


def test_what_was_sealed_before_keys_had_names_opens_with_each() -> None:
    nonce = os.urandom(12)
    former = base64.b64encode(nonce + AESGCM(OLD).encrypt(nonce, b"plain", b"test"))
    assert seal(NEW, OLD).open(former) == b"plain"
    assert not seal(OLD).is_newest(former)
    with pytest.raises(Unopenable):
        seal(NEW).open(former)


def test_keys_stand_apart_by_blanks_or_lines() -> None:
    assert keys_of(written(NEW, OLD) + "\n") == (NEW, OLD)
    assert keys_of(written(NEW, OLD).replace("\n", " ")) == (NEW, OLD)


@pytest.mark.asvs("11.2.3", "Keys have 256 bits")
@pytest.mark.parametrize("secret", ["", " ", "QUFB", "no base64!", f"{written(NEW)} QUFB"])
def test_what_is_no_key_is_refused(secret: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        keys_of(secret)


# --- the file of a token -----------------------------------------------------------------------------


def private(file: Path, text: str) -> Path:
    file.touch(0o600)
    file.write_text(text + "\n", "utf-8")
    return file


def office(folder: Path, *keys: bytes, token: str = SECRET) -> ChannelTable:
    """A Page whose token lies in a file, and the keys for it in another one."""
    private(folder / "token", token)
    more = ""
    if keys:
        private(folder / "key", written(*keys))
        more = 'token_key = { file = "key" }'
    text = f"""
[channels.facebook]
adapter = "facebook_page"
page_id = "1"
app_id = "2"
token = {{ file = "token" }}
{more}
"""
    (folder / "config.toml").write_text(text, "utf-8")
    (table,) = channel_tables(folder / "config.toml")
    return table


def token_of(folder: Path) -> SecretStr:
    settings = load_settings(folder / "config.toml")
    token = settings.channels["facebook"].settings["token"]
    assert isinstance(token, SecretStr)
    return token


def test_an_open_file_is_taken_and_sealed(tmp_path: Path) -> None:
    office(tmp_path, NEW)
    assert token_of(tmp_path).get_secret_value() == SECRET
    seal_tokens(tmp_path / "config.toml")
    file = tmp_path / "token"
    assert is_sealed(file.read_text().strip())
    assert SECRET not in file.read_text()
    assert file.stat().st_mode & 0o077 == 0
    assert token_of(tmp_path).get_secret_value() == SECRET
    before = file.read_bytes()
    seal_tokens(tmp_path / "config.toml")
    assert file.read_bytes() == before


def test_keys_are_exchanged_without_losing_the_token(tmp_path: Path) -> None:
    office(tmp_path, OLD).seal_anew()
    private(tmp_path / "key", written(NEW, OLD))
    assert token_of(tmp_path).get_secret_value() == SECRET
    seal_tokens(tmp_path / "config.toml")
    private(tmp_path / "key", written(NEW))
    assert token_of(tmp_path).get_secret_value() == SECRET
    private(tmp_path / "key", written(OLD))
    assert isinstance(token_of(tmp_path), AbsentSecret)


def test_a_login_seals_what_it_keeps(tmp_path: Path) -> None:
    table = office(tmp_path, NEW)
    assert table.keep("token", "EAABneu") == tmp_path / "token"
    assert "neu" not in (tmp_path / "token").read_text()
    assert token_of(tmp_path).get_secret_value() == "EAABneu"


def test_without_a_key_files_stay_open(tmp_path: Path) -> None:
    table = office(tmp_path)
    assert table.seal_anew() is None
    table.keep("token", "EAABneu")
    assert (tmp_path / "token").read_text() == "EAABneu\n"


@pytest.mark.parametrize("keys", [(), (OTHER,)])
def test_a_sealed_token_without_its_key_is_missing_and_stays_as_it_is(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, keys: tuple[bytes, ...]
) -> None:
    office(tmp_path, OLD).seal_anew()
    sealed = (tmp_path / "token").read_text().strip()
    office(tmp_path, *keys, token=sealed)
    settings = load_settings(tmp_path / "config.toml")
    assert not all_secrets_are_there(settings)
    token = settings.channels["facebook"].settings["token"]
    assert isinstance(token, AbsentSecret)
    assert "sealed" in str(token.wrong.what)
    seal_tokens(tmp_path / "config.toml")
    assert (tmp_path / "token").read_text().strip() == sealed
    assert ("could not be sealed" in caplog.text) == bool(keys)


def test_a_missing_key_file_leaves_the_token_open(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    table = office(tmp_path, NEW)
    (tmp_path / "key").unlink()
    with pytest.raises(Wrong):
        table.seal_anew()
    seal_tokens(tmp_path / "config.toml")
    assert "could not be sealed" in caplog.text
    assert (tmp_path / "token").read_text() == f"{SECRET}\n"


def test_a_token_that_lies_elsewhere_is_nobodys_to_seal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office(tmp_path, NEW)
    monkeypatch.setenv("TOKEN", SECRET)
    config = tmp_path / "config.toml"
    text = config.read_text("utf-8").replace('{ file = "token" }', '{ env = "TOKEN" }')
    config.write_text(text, "utf-8")
    (table,) = channel_tables(config)
    assert table.seal_anew() is None
    assert token_of(tmp_path).get_secret_value() == SECRET
    monkeypatch.setenv("TOKEN", Seal((NEW,), purpose="outreach secret").close(b"x").decode())
    assert token_of(tmp_path).get_secret_value() == "x"


def test_a_bad_key_is_a_mistake_of_its_own(tmp_path: Path) -> None:
    from outreach.bootstrap import place, utc_now
    from outreach.channels.registry import open_channel

    office(tmp_path, NEW)
    private(tmp_path / "key", "QUFB")
    settings = load_settings(tmp_path / "config.toml")
    with pytest.raises(Problems) as refused:
        open_channel(settings.channels["facebook"], place(settings, "facebook", utc_now))
    (problem,) = refused.value.problems
    assert "token_key" in str(problem.what)
