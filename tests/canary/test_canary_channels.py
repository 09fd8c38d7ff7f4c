"""Whatever far ends echo, no channel lets a secret out: not in outcomes, steps, states, complaints, nor when it is printed."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from outreach.bootstrap import build_channels, load_settings
from outreach.channel import Channel, Media, Receipt, counting
from outreach.channels._http import HttpClient
from outreach.daemon.logs import PlainLines, VeiledLines
from outreach.settings import Settings
from outreach.testing import SAMPLE_KEY, MemorySteps, sample_rendition
from tests.canary.canaries import CORES, found_below, found_in, secrets
from tests.canary.far_ends import TellTale, misbehaviours
from tests.canary.office import CHANNELS, write_config
from tests.channels.fault_server import FaultServer

NOW = datetime(2022, 11, 15, 1, 0, tzinfo=UTC)
VIDEO = Media(
    sha256="0" * 64,
    mime="video/mp4",
    width=160,
    height=90,
    size=1602,
    alt="",
    name="mau.mp4",
    file=Path(__file__).parents[1] / "content" / "videos" / "mau.mp4",
)
REPLIES = ("535 no", "454 later", "235 yes", "550", "354", "250")


@dataclass
class Stage:
    """Every channel, and far ends that can be changed."""

    folder: Path
    settings: Settings
    server: FaultServer
    mail: TellTale
    secrets: dict[str, str]

    def told(self, channel: str) -> list[str]:
        """What a channel's far end knows."""
        beginning = "mail" if channel == "letters" else channel
        return [secret for name, secret in self.secrets.items() if name.startswith(beginning)]


@pytest.fixture(scope="module")
def far_ends(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FaultServer, TellTale]]:
    folder = tmp_path_factory.mktemp("mail")
    with FaultServer() as server, TellTale(folder, REPLIES) as mail:
        yield server, mail


@pytest.fixture
def stage(
    tmp_path: Path, far_ends: tuple[FaultServer, TellTale], monkeypatch: pytest.MonkeyPatch
) -> Stage:
    server, mail = far_ends
    environment = write_config(
        tmp_path, port=server.port, mail_port=mail.port, certificates=mail.certificate[0]
    )
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings = load_settings(tmp_path / "config.toml")
    return Stage(tmp_path, settings, server, mail, dict(secrets(server.port)))


async def everything(channel: Channel, settings: Settings) -> list[str]:
    """All that a channel says when it is asked for all that it can, as the log, the database and the screen would have it."""
    steps, rendition = MemorySteps(), sample_rendition(channel=channel.name)
    proof = Receipt(remote_id="http://127.0.0.1:9/1", at=NOW)
    calls = (
        channel.check,
        lambda: channel.publish(rendition, key=SAMPLE_KEY, steps=steps),
        lambda: channel.publish(replace(rendition, video=VIDEO), key=SAMPLE_KEY, steps=steps),
        lambda: channel.find(rendition, key=SAMPLE_KEY, since=NOW),
        lambda: counts_of(channel, proof),
        lambda: channel.withdraw(proof, key=SAMPLE_KEY, steps=steps),
    )
    said = [repr(channel), repr(getattr(channel, "inner", ""))]
    lines = VeiledLines(PlainLines("en"), settings.veil)
    for call in calls:
        try:
            result: Any = await call()
        except Exception as error:  # noqa: BLE001 - whatever it raises is looked at
            result = error
            record = logging.LogRecord("x", logging.ERROR, "x", 1, "failed", (), None)
            record.exc_info = (type(error), error, error.__traceback__)
            said += [lines.format(record), json.dumps(getattr(error, "evidence", {}))]
        said += [repr(result), str(result), json.dumps(getattr(result, "details", {}))]
    await channel.aclose()
    return [*said, json.dumps(steps.done)]


async def counts_of(channel: Channel, proof: Receipt) -> Any:
    counted = counting(channel)
    return await counted.counts(proof) if counted else {}


def channel_of(stage: Stage, name: str) -> Channel:
    opened = build_channels(stage.settings, lambda: NOW)
    assert not opened.problems
    return opened.channels[name]


@pytest.mark.asvs("10.1.1", "What a service answers brings no token out")
@pytest.mark.asvs("14.2.4", "Secrets are blotted out of evidence")
@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in CHANNELS if name != "letters"])
def test_no_answer_of_a_service_brings_a_secret_out(stage: Stage, name: str) -> None:
    for how, handler in misbehaviours(stage.told(name)).items():
        stage.server.handler = handler
        stage.server.requests.clear()
        said = asyncio.run(everything(channel_of(stage, name), stage.settings))
        assert stage.server.requests, f"{name} asked nothing"
        for each in said:
            assert not found_in(each.encode()), f"{how}: {each}"
    assert set(found_below(stage.folder)) == {f"secrets/{file}" for file in stage.secrets}


def test_no_answer_of_a_mail_server_brings_the_password_out(stage: Stage) -> None:
    for _ in REPLIES:
        before = stage.mail.told
        for each in asyncio.run(everything(channel_of(stage, "letters"), stage.settings)):
            assert not found_in(each.encode()), each
        assert stage.mail.told > before


@pytest.mark.parametrize("name", CHANNELS)
def test_no_failed_connection_brings_a_secret_out(
    stage: Stage, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library's own words hold everything that it knew."""

    async def refuse(*_: object, **__: object) -> None:
        raise RuntimeError(" ".join(stage.told(name)))

    monkeypatch.setattr(HttpClient, "send", refuse)
    monkeypatch.setattr("aiosmtplib.SMTP.connect", refuse)
    for each in asyncio.run(everything(channel_of(stage, name), stage.settings)):
        assert not found_in(each.encode()), each


def test_settings_and_channels_print_no_secret(stage: Stage) -> None:
    opened = build_channels(stage.settings, lambda: NOW)
    printed = [repr(stage.settings), str(stage.settings), repr(opened), f"{opened}"]
    for channel in opened.channels.values():
        inner = getattr(channel, "inner", channel)
        printed += [repr(inner), repr(getattr(inner, "_settings", ""))]
    assert not found_in("\n".join(printed).encode())


def test_the_search_finds_what_is_planted(tmp_path: Path) -> None:
    """Plainly, and in every form in which the far ends send it back."""
    for name, secret in secrets(1).items():
        plain = secret.encode()
        (tmp_path / name).write_bytes(b"x" * 5000 + plain)
        assert found_in(plain)
        assert found_in(quote(secret, safe="").encode())
        assert found_in(json.dumps({"said": secret}).encode())
        if name not in ("facebook_key", "zalo_key", "webhook_secret"):  # they are packed already
            assert found_in(plain.hex().encode())
            assert found_in(f"Basic {_basic(secret)}".encode())
    assert set(found_below(tmp_path)) == set(secrets(1))
    every = {name for secret in secrets(1).values() for name in found_in(secret.encode())}
    assert every == set(CORES) - {"database password", "issued access", "issued refresh"}
    assert not found_in(b"nothing at all, not even Q25yeQ==")


def _basic(secret: str) -> str:
    return base64.b64encode(f"office:{secret}".encode()).decode()


def test_a_channel_that_says_all_is_caught(stage: Stage) -> None:
    """The same questions to a channel without its veil: the check above can fail."""
    channel: Any = channel_of(stage, "webhook")
    stage.server.handler = misbehaviours(stage.told("webhook"))["201 elsewhere"]
    bare = asyncio.run(everything(channel.inner, stage.settings))
    assert any(found_in(each.encode()) for each in bare)


def test_a_failing_test_prints_no_secret(stage: Stage) -> None:
    """What pytest writes when a comparison of channels, settings or outcomes fails."""
    opened = build_channels(stage.settings, lambda: NOW)
    try:
        assert [stage.settings, opened] == [None, None]
    except AssertionError:
        shown = traceback.format_exc()
    assert "FacebookPage" in shown or "Settings" in shown
    assert not found_in(shown.encode())


@pytest.mark.parametrize("name", ["facebook", "zalo", "wordpress"])
@pytest.mark.parametrize("scheme", ["https", "http"])
def test_neither_tls_nor_a_closed_port_brings_a_secret_out(
    stage: Stage, name: str, scheme: str
) -> None:
    mail = stage.mail
    port = stage.server.port if scheme == "https" else 1
    write_config(
        stage.folder,
        port=port,
        mail_port=mail.port,
        certificates=mail.certificate[0],
        scheme=scheme,
    )
    stage.settings = load_settings(stage.folder / "config.toml")
    said = asyncio.run(everything(channel_of(stage, name), stage.settings))
    assert any("connection" in each for each in said)
    for each in said:
        assert not found_in(each.encode()), each
