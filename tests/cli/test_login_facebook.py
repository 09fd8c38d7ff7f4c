"""`outreach login facebook`: by a browser or with a token from elsewhere, and every way in which it does not end well."""

from __future__ import annotations

import base64
import io
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from outreach.cli import login_facebook
from outreach.cli.exit_codes import ExitCode
from outreach.cli.permission import refusals_explained, table_of
from outreach.cli.session import Session
from outreach.sandbox.facebook import Place
from outreach.settings import load_settings
from tests.channels.facebook_stage import PLACE, SECRET, TOKEN, Door, Stage, door, stage_behind
from tests.cli.conftest import run
from tests.cli.login_stage import Desk, click, log_in, said

CONFIG = """
state = "state"
[channels.facebook]
adapter = "facebook_page"
{page}
app_id = "424242"
app_is_live = {live}
base_url = "{url}"
dialog_url = "{url}"
token = {token}
app_secret = {{ file = "app-secret" }}
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Door]:
    with door() as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    secret = tmp_path / "app-secret"
    secret.touch(0o600)
    secret.write_text(SECRET, "utf-8")
    return tmp_path


def office(
    server: Door,
    folder: Path,
    place: Place = PLACE,
    *,
    page: str = 'page_id = "100200300"',
    live: str = "true",
    token: str = '{ file = "secrets/token" }',
) -> Stage:
    stage = stage_behind(server, folder, replace(place, expires=0))
    stage.sandbox.graph.now = time.time
    text = CONFIG.format(url=stage.url, page=page, live=live, token=token)
    (folder / "config.toml").write_text(text, "utf-8")
    return stage


async def command(session: Session) -> None:
    table = table_of(session, "facebook_page", None)
    login = login_facebook._login(table)
    with refusals_explained():
        await login_facebook._log_in(session, table, login, given="", port=0)


async def agree(desk: Desk, browser: httpx.AsyncClient) -> None:
    page = await browser.get(await desk.address())
    end = await click(browser, page, "Continue")
    assert end.status_code == 200
    assert "You may close this page" in end.text


async def refuse(desk: Desk, browser: httpx.AsyncClient) -> None:
    await click(browser, await browser.get(await desk.address()), "Cancel")


def test_a_browser_brings_the_token_of_the_page(
    server: Door, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = office(server, folder)
    desk, stop = log_in(folder / "config.toml", command, agree)
    assert stop is None
    kept = folder / "secrets" / "token"
    assert kept.read_text() == f"{TOKEN}\n"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "pages_manage_posts" in stage.sandbox.consent.asked
    shown = said(capsys)
    assert "PAGE" in shown
    assert "never" in shown
    assert TOKEN not in shown + "".join(desk.seen)
    assert not list(kept.parent.glob(".new-*"))


def test_with_a_key_the_token_is_kept_sealed(server: Door, folder: Path) -> None:
    office(server, folder, token='{ file = "secrets/token" }\ntoken_key = { env = "KEY" }')
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("KEY", base64.b64encode(b"k" * 32).decode())
        _, stop = log_in(folder / "config.toml", command, agree)
        assert stop is None
        assert TOKEN not in (folder / "secrets" / "token").read_text()
        settings = load_settings(folder / "config.toml")
        assert settings.channels["facebook"].settings["token"].get_secret_value() == TOKEN
        assert run("doctor").out.count("✓ Channel facebook") == 1


@pytest.mark.asvs("10.1.2", "Another state is refused")
@pytest.mark.asvs("10.2.1", "A browser that was led here gets nothing")
def test_a_stranger_with_another_state_gets_nothing(server: Door, folder: Path) -> None:
    office(server, folder)

    async def browse(desk: Desk, browser: httpx.AsyncClient) -> None:
        address = await desk.address()
        back = parse_qs(urlsplit(address).query)["redirect_uri"][0]
        for query in (
            "code=AQx&state=wrong",
            "code=AQx",
            "code=AQx&state=",
            "error=access_denied&state=x",
        ):
            assert (await browser.get(f"{back}?{query}")).status_code == 400
        assert (await browser.get(f"{back}favicon.ico")).status_code == 404
        await click(browser, await browser.get(address), "Continue")

    _, stop = log_in(folder / "config.toml", command, browse)
    assert stop is None
    assert (folder / "secrets" / "token").read_text().strip() == TOKEN


def test_denied_consent_is_one_sentence(server: Door, folder: Path) -> None:
    office(server, folder)
    _, stop = log_in(folder / "config.toml", command, refuse)
    assert stop
    assert "Permission was not given. Permissions error" in str(stop.what)
    assert not (folder / "secrets").exists()


def test_a_code_serves_once(server: Door, folder: Path) -> None:
    stage = office(server, folder)

    async def browse(desk: Desk, browser: httpx.AsyncClient) -> None:
        stage.sandbox.consent._used = _Everything()
        await agree(desk, browser)

    _, stop = log_in(folder / "config.toml", command, browse)
    assert stop
    assert "This authorization code has been used" in str(stop.what)
    assert not (folder / "secrets").exists()


class _Everything(set[str]):
    def __contains__(self, _code: object) -> bool:
        return True


@pytest.mark.parametrize(
    ("changes", "page", "sentence"),
    [
        ({"tasks": ()}, "100200300", "no role on any Page"),
        ({"tasks": ("ANALYZE",)}, "100200300", "does not let it publish"),
        ({}, "999", "no role on Page 999"),
        ({"scopes": ("pages_show_list",)}, "100200300", "lacks permissions: pages_manage_posts"),
        ({"pages": ("5",)}, "100200300", "no role on this Page"),
        ({"secret": "another"}, "100200300", "does not know this app_secret"),
    ],
)
def test_what_stands_in_the_way_is_told_apart(
    server: Door, folder: Path, changes: dict[str, Any], page: str, sentence: str
) -> None:
    office(server, folder, replace(PLACE, **changes), page=f'page_id = "{page}"')
    _, stop = log_in(folder / "config.toml", command, agree)
    assert stop
    assert sentence in str(stop.what)
    assert stop.mend
    assert not (folder / "secrets").exists()


def test_development_mode_is_warned_about(
    server: Door, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office(server, folder, live="false")
    _, stop = log_in(folder / "config.toml", command, agree)
    assert stop is None
    assert "Switch the app to Live mode" in said(capsys)


@pytest.mark.parametrize(("keys", "token"), [("2\n", f"{TOKEN}-77"), ("1\n", TOKEN), ("x\n", "")])
def test_a_person_picks_one_of_several_pages(
    server: Door,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    keys: str,
    token: str,
) -> None:
    place = replace(PLACE, other_pages=("77",), pages=(PLACE.page, "77"))
    office(server, folder, place, page="")
    monkeypatch.setattr(sys, "stdin", io.StringIO(keys))
    _, stop = log_in(folder / "config.toml", command, agree)
    if not token:
        assert stop
        assert "No Page was chosen" in str(stop.what)
        return
    assert stop is None
    assert (folder / "secrets" / "token").read_text().strip() == token
    assert "Write page_id" in said(capsys)


@pytest.mark.parametrize("given", [TOKEN, PLACE.user_token, PLACE.system_token])
def test_a_token_from_elsewhere_becomes_that_of_the_page(
    server: Door, folder: Path, given: str
) -> None:
    office(server, folder)
    done = run("login", "facebook", "--token-stdin", keys=f"{given}\n")
    assert done.code is ExitCode.OK, done.err
    assert (folder / "secrets" / "token").read_text().strip() == TOKEN
    assert given not in done.out + done.err


def test_a_token_that_is_none_changes_nothing(server: Door, folder: Path) -> None:
    office(server, folder)
    (folder / "secrets").mkdir()
    (folder / "secrets" / "token").write_text("former")
    done = run("login", "facebook", "--token-stdin", keys="nonsense-token\n")
    assert done.code is ExitCode.REFUSED
    assert "not valid any more" in done.err
    assert (folder / "secrets" / "token").read_text() == "former"


def test_an_expired_token_says_so(server: Door, folder: Path) -> None:
    stage = office(server, folder)
    stage.sandbox.dead = True
    done = run("login", "facebook", "--token-stdin", keys=f"{TOKEN}\n")
    assert done.code is ExitCode.REFUSED
    assert "has expired" in done.err


@pytest.mark.parametrize("source", ["env", "credential"])
def test_a_reference_that_is_no_file_gets_an_instruction(
    server: Door, folder: Path, source: str
) -> None:
    office(server, folder, token=f'{{ {source} = "FACEBOOK_TOKEN" }}')
    done = run("login", "facebook", "--token-stdin", keys=f"{TOKEN}\n")
    assert done.code is ExitCode.OK
    assert f"{source} FACEBOOK_TOKEN" in done.err
    assert done.out.splitlines()[-1] == TOKEN


@pytest.mark.parametrize(
    ("token", "words", "sentence"),
    [
        ('{ file = "t" }', ("--paste",), "There is no terminal to ask on"),
        ('{ file = "t" }', ("--token-stdin",), "Nothing was given"),
        ('"EAAopen"', (), "does not say where the token"),
        ('{ file = "t" }', ("nowhere",), "has no channel “nowhere”"),
    ],
)
def test_what_cannot_begin_says_why(
    server: Door, folder: Path, token: str, words: tuple[str, ...], sentence: str
) -> None:
    office(server, folder, token=token)
    done = run("login", "facebook", *words, keys="")
    assert done.code is ExitCode.BAD_INPUT
    assert sentence in done.err
    assert "→" in done.err


def test_a_taken_port_is_one_sentence(server: Door, folder: Path) -> None:
    office(server, folder)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run("login", "facebook", "--port", port)
    assert done.code is ExitCode.BAD_INPUT
    assert f"Port {port} of this machine is taken" in done.err


def test_without_a_configuration_there_is_nothing_to_log_in_to(folder: Path) -> None:
    done = run("login", "facebook")
    assert done.code is ExitCode.BAD_INPUT
    assert "no config.toml" in done.err


@pytest.mark.slow
def test_ctrl_c_ends_it_and_changes_nothing(server: Door, folder: Path) -> None:
    office(server, folder)
    process = subprocess.Popen(
        [sys.executable, "-m", "outreach", "login", "facebook", "--port", "0", "--language", "en"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        env=os.environ,
    )
    with process:
        assert process.stdout
        assert process.stderr
        lines = [process.stdout.readline(), process.stdout.readline()]
        assert "/dialog/oauth?" in lines[1]
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == ExitCode.INTERRUPTED
        assert process.stderr.read() == "Stopped.\n"
    assert not (folder / "secrets").exists()
