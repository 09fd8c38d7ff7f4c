"""`outreach login zalo`: both styles of PKCE, a pasted pair, and a journal that never loses what Zalo gave."""

from __future__ import annotations

import base64
import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from outreach.channels.zalo_oa.login import challenge
from outreach.cli import login_zalo
from outreach.cli.exit_codes import ExitCode
from outreach.cli.login_zalo import _Way
from outreach.cli.permission import refusals_explained, table_of
from outreach.cli.session import Session
from tests.cli.conftest import run
from tests.cli.login_stage import Desk, click, log_in, said
from tests.sandbox.zalo_server import ZaloServer

KEY = base64.b64encode(b"0123456789abcdef" * 2).decode()
CONFIG = """
state = "state"
[channels.zalo]
adapter = "zalo_oa"
app_id = "{app_id}"
app_secret = {{ file = "app-secret" }}
token_key = {{ file = "token-key" }}
{more}
picture_base_url = "http://127.0.0.1:9/media/"
api_url = "{url}"
oauth_url = "{url}"
"""
VERIFIER = "a-verifier-that-was-saved-in-the-console-0123"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ZaloServer]:
    with ZaloServer(tmp_path / "platform", start=datetime.now(UTC)) as running:
        yield running


@pytest.fixture
def config(tmp_path: Path, server: ZaloServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, secret in (("app-secret", server.platform.app_secret), ("token-key", KEY)):
        (tmp_path / name).touch(0o600)
        (tmp_path / name).write_text(secret)
    return write(tmp_path, server)


def write(folder: Path, server: ZaloServer, more: str = "") -> Path:
    file = folder / "config.toml"
    text = CONFIG.format(app_id=server.platform.app_id, url=server.url, more=more)
    file.write_text(text, "utf-8")
    return file


def command(*, redirect: str = "", console: bool = False, piped: bool = False):
    async def go(session: Session) -> None:
        table = table_of(session, "zalo_oa", None)
        way = _Way(session, port=0, redirect=redirect, console=console, piped=piped)
        with refusals_explained():
            await login_zalo._log_in(session, login_zalo._login(table), way, pair=False)

    return go


async def agree(desk: Desk, browser: httpx.AsyncClient) -> None:
    end = await click(browser, await browser.get(await desk.address()), "Đồng ý")
    assert "You may close this page" in end.text


def is_in_force(config: Path, server: ZaloServer) -> bool:
    """Whether the channel, opened anew, uses the tokens that the platform holds good; the disk shows them to nobody."""
    journal = config.parent / "state" / "channels" / "zalo" / "tokens.journal"
    kept = journal.read_bytes()
    for token in (
        server.platform._state["grant"]["access"],
        server.platform._state["grant"]["refresh"],
    ):
        assert token.encode() not in kept
    assert journal.stat().st_mode & 0o777 == 0o600
    return "✓ Channel zalo" in run("doctor").out


def test_a_browser_brings_the_first_pair(
    config: Path, server: ZaloServer, capsys: pytest.CaptureFixture[str]
) -> None:
    desk, stop = log_in(config, command(), agree)
    assert stop is None
    assert "the service renews them" in said(capsys)
    assert "code_verifier" not in "".join(desk.seen)
    assert is_in_force(config, server)


def test_the_verifier_of_the_console_serves_too(
    config: Path, server: ZaloServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Zalo makes the link itself, so no state of ours comes back."""
    server.platform.grants.console_challenge = challenge(VERIFIER)
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{VERIFIER}\n"))
    ports: list[str] = []
    monkeypatch.setattr(_Way, "_invite", lambda _self, _login, url, *_: ports.append(url))

    async def browse(_desk: Desk, browser: httpx.AsyncClient) -> None:
        import asyncio

        while not ports:  # noqa: ASYNC110 - the command tells nobody that it listens
            await asyncio.sleep(0.01)
        query = {"app_id": server.platform.app_id, "redirect_uri": ports[0]}
        page = await browser.get(f"{server.url}/v4/oa/permission", params=query)
        await click(browser, page, "Đồng ý")

    _, stop = log_in(config, command(console=True, piped=True), browse)
    assert stop is None
    assert is_in_force(config, server)


def test_the_address_where_a_browser_ended_elsewhere_can_be_pasted(
    config: Path, server: ZaloServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = "https://soct.example.test/zalo"
    states: list[str] = []
    verifiers: list[str] = []

    def invite(_self: object, _login: object, _to: str, state: str, verifier: str) -> None:
        states.append(state)
        verifiers.append(verifier)
        code = server.platform.grants.consent(challenge(verifier))
        typed = f"{elsewhere}?oa_id=1&code={code}&state={state}\n"
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))

    monkeypatch.setattr(_Way, "_invite", invite)
    _, stop = log_in(config, command(redirect=elsewhere, piped=True), nothing)
    assert stop is None
    assert is_in_force(config, server)


async def nothing(_desk: Desk, _browser: httpx.AsyncClient) -> None:
    """Nobody touches a browser here."""


@pytest.mark.asvs("10.2.2", "The answer to another login is refused")
def test_a_pasted_address_of_another_login_is_refused(
    config: Path, server: ZaloServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("https://x.test/?code=abc&state=other\n"))
    _, stop = log_in(config, command(redirect="https://x.test/", piped=True), nothing)
    assert stop
    assert "was not asked for" in str(stop.what)


@pytest.mark.asvs("10.1.2", "Another state is refused")
@pytest.mark.asvs("10.2.1", "A browser that was led here gets nothing")
def test_a_stranger_with_another_state_gets_nothing(config: Path, server: ZaloServer) -> None:
    async def browse(desk: Desk, browser: httpx.AsyncClient) -> None:
        address = await desk.address()
        back = parse_qs(urlsplit(address).query)["redirect_uri"][0]
        assert (await browser.get(f"{back}?code=x&state=wrong")).status_code == 400
        assert (await browser.get(f"{back}?code=x")).status_code == 400
        await click(browser, await browser.get(address), "Đồng ý")

    _, stop = log_in(config, command(), browse)
    assert stop is None


@pytest.mark.parametrize("how", ["used", "old", "another verifier"])
def test_a_code_that_buys_nothing_is_explained(
    config: Path, server: ZaloServer, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    grants = server.platform.grants
    if how == "used":
        monkeypatch.setattr(grants, "consent", lambda _challenge: "a-code-of-yesterday")
    elif how == "old":
        monkeypatch.setattr("outreach.sandbox.zalo.oauth.CODE_LIFE", -1)
    else:
        grants.console_challenge = challenge(VERIFIER)
    _, stop = log_in(config, command(), agree)
    assert stop
    assert "-140" in str(stop.what)
    assert stop.mend


def test_a_lost_answer_is_told_as_it_is(config: Path, server: ZaloServer) -> None:
    server.faults.add("token", "reset-after")
    _, stop = log_in(config, command(), agree)
    assert stop
    assert "connection broke" in str(stop.what)


def test_a_pair_from_the_console_is_kept(config: Path, server: ZaloServer) -> None:
    pair = server.platform.issue()
    done = run("login", "zalo", "--pair", "--stdin", keys=f"{pair.access}\n{pair.refresh}\n")
    assert done.code is ExitCode.OK, done.err
    assert pair.access not in done.out + done.err
    assert is_in_force(config, server)


def test_a_pair_that_is_dead_is_said_at_once(config: Path, server: ZaloServer) -> None:
    server.platform.issue()
    done = run("login", "zalo", "--pair", "--stdin", keys="wrong-access\nwrong-refresh\n")
    assert done.code is ExitCode.REFUSED
    assert "wrong-refresh" not in done.out + done.err


def test_what_was_given_last_counts_whatever_the_configuration_still_names(
    config: Path, server: ZaloServer, tmp_path: Path
) -> None:
    """A first token in config.toml that was never used does not come back over the new ones."""
    (tmp_path / "first").touch(0o600)
    (tmp_path / "first").write_text("refresh-of-long-ago")
    write(tmp_path, server, 'refresh_token = { file = "first" }')
    _, stop = log_in(config, command(), agree)
    assert stop is None
    assert is_in_force(config, server)


def test_a_first_token_that_cannot_be_read_does_not_stand_in_the_way(
    config: Path, server: ZaloServer, tmp_path: Path
) -> None:
    write(tmp_path, server, 'refresh_token = { env = "NOT_SET_ANYWHERE" }')
    _, stop = log_in(config, command(), agree)
    assert stop is None


def test_without_a_terminal_it_says_so(config: Path) -> None:
    done = run("login", "zalo", "--pair")
    assert done.code is ExitCode.BAD_INPUT
    assert "There is no terminal to ask on" in done.err


def test_what_root_writes_is_left_to_the_service(
    config: Path, server: ZaloServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, int] = {}
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("os.chown", lambda path, uid, _gid: given.update({path.name: uid}))
    pair = server.platform.issue()
    run("login", "zalo", "--pair", "--stdin", keys=f"{pair.access}\n{pair.refresh}\n")
    assert {"channels", "zalo", "tokens.journal", "tokens.lock"} <= set(given)
    assert set(given.values()) == {(config.parent / "state").stat().st_uid}
