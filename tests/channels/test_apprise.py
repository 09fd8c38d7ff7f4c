"""Through the Apprise library to a receiver on this machine: a clear yes is a receipt, all else goes to a person."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from outreach.channel import (
    AdapterPlace,
    Channel,
    Media,
    Receipt,
    Rendition,
    RetryAt,
    UnknownOutcome,
    trying,
)
from outreach.channels.apprise import Apprise
from outreach.testing import (
    SAMPLE_KEY,
    ChannelContract,
    MemorySteps,
    outcome_of,
    sample_rendition,
)
from tests.channels.fault_server import FaultServer, Handler, answer, reset, silent

TOKEN = "geheim-4711"
NOW = datetime(2022, 11, 15, 1, 0, tzinfo=UTC)


def channel_to(server: FaultServer, *, query: str = "", **settings: Any) -> Apprise:
    deadline = settings.pop("deadline", 10.0)
    url = SecretStr(f"json://user:{TOKEN}@127.0.0.1:{server.port}/hook/{TOKEN}{query}")
    place = AdapterPlace(state=Path("unused"), clock=lambda: NOW)
    return Apprise("khac", Apprise.Settings(url=url, **settings), place, deadline=deadline)


def publish(channel: Apprise, **changes: Any) -> Any:
    rendition = sample_rendition(channel="khac", **changes)
    call = channel.publish(rendition, key=SAMPLE_KEY, steps=MemorySteps())
    return asyncio.run(outcome_of(call))


class TestApprise(ChannelContract):
    @pytest.fixture
    def channel(self) -> Iterator[Channel]:
        with FaultServer() as server:
            self.server = server
            yield channel_to(server)

    def rendition(self, channel: Channel) -> Rendition:
        return sample_rendition(channel=channel.name)

    def count(self, channel: Channel, key: str) -> int:
        return len(self.server.requests)


class TestAppriseWithAPlaceOfItsOwn(TestApprise):
    """Test posts go to another address."""

    @pytest.fixture
    def channel(self) -> Iterator[Channel]:
        with FaultServer() as server, FaultServer() as beside:
            self.server, self.beside = server, beside
            test_url = SecretStr(f"json://127.0.0.1:{beside.port}/thu")
            yield channel_to(server, test_url=test_url)

    def shown(self, channel: Channel) -> int:
        return len(self.server.requests)

    def test_a_test_post_arrives_there(self, channel: Channel) -> None:
        tried = trying(channel)
        assert tried
        assert asyncio.run(tried.try_out("Bài thử")).ok
        (request,) = self.beside.requests
        assert json.loads(request.body)["message"] == "Bài thử"


def test_the_service_gets_title_text_link_and_picture(tmp_path: Path) -> None:
    file = tmp_path / "0a1b"
    file.write_bytes(b"\x89PNG picture")
    medium = Media(
        sha256="0a1b", mime="image/png", width=1, height=1, size=12, alt="", name="a.png", file=file
    )
    with FaultServer() as server:
        receipt = publish(channel_to(server), media=(medium,))
        publish(channel_to(server, pictures=False), media=(medium,))
    assert isinstance(receipt, Receipt)
    assert receipt.details == {"service": "JSON"}
    with_picture, without = (json.loads(request.body) for request in server.requests)
    rendition = sample_rendition()
    assert with_picture["title"] == rendition.title
    assert with_picture["message"].split("\n\n") == [
        rendition.text,
        rendition.link,
        "#BinhDangGioi",
    ]
    (attached,) = with_picture["attachments"]
    assert base64.b64decode(attached["base64"]) == file.read_bytes()
    assert (attached["filename"], attached["mimetype"]) == ("a.png", "image/png")
    assert without["attachments"] == []


@pytest.mark.parametrize("handler", [answer(500), answer(403, TOKEN.encode()), reset])
@pytest.mark.parametrize("query", ["", "?retry=3&optional=yes"])
def test_anything_but_yes_is_asked_of_a_person_and_never_repeated(
    handler: Handler, query: str
) -> None:
    with FaultServer(handler) as server:
        doubt = publish(channel_to(server, query=query))
    assert isinstance(doubt, UnknownOutcome)
    assert doubt.ask_person
    assert len(server.requests) == 1
    assert doubt.evidence["said"]
    assert TOKEN not in json.dumps(doubt.evidence)


def test_a_service_that_hangs_is_left_at_the_deadline() -> None:
    with FaultServer(silent) as server:
        doubt = publish(channel_to(server, deadline=0.5))
        assert server.arrived.wait(10)
    assert isinstance(doubt, UnknownOutcome)


def test_a_cut_off_call_is_not_repeated() -> None:
    steps = MemorySteps(begun={"notify"})
    with FaultServer() as server:
        call = channel_to(server).publish(sample_rendition(), key=SAMPLE_KEY, steps=steps)
        assert isinstance(asyncio.run(outcome_of(call)), UnknownOutcome)
    assert server.requests == []


def test_a_lost_picture_sends_nothing(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    medium = Media(
        sha256="0", mime="image/png", width=1, height=1, size=1, alt="", name="a.png", file=gone
    )
    with FaultServer() as server:
        assert isinstance(publish(channel_to(server), media=(medium,)), RetryAt)
    assert server.requests == []


def test_the_services_limit_is_seen_before_anything_is_sent() -> None:
    url = SecretStr("tgram://123456789:abcdefg_hijklmnop/123")
    place = AdapterPlace(state=Path("unused"), clock=lambda: NOW)
    channel = Apprise("tin", Apprise.Settings(url=url), place)
    (problem,) = channel.preview(sample_rendition(text="a" * 4097)).problems
    assert "4096" in str(problem.what)


@pytest.mark.parametrize("url", ["nonsense", "file:///etc/passwd", f"tgram://{TOKEN}", ""])
def test_an_address_without_a_service_is_refused_unseen(url: str) -> None:
    with pytest.raises(ValidationError, match="knows no such service") as caught:
        Apprise.Settings(url=SecretStr(url))
    assert TOKEN not in str(caught.value)


class Lines(logging.Handler):
    """What the process would log."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.name}: {record.getMessage()}")


@pytest.fixture
def log() -> Iterator[Lines]:
    """A root logger that hears everything."""
    root, lines = logging.getLogger(), Lines()
    level = root.level
    root.addHandler(lines)
    root.setLevel(logging.DEBUG)
    yield lines
    root.setLevel(level)
    root.removeHandler(lines)


def test_the_secret_shows_nowhere(log: Lines) -> None:
    with FaultServer(answer(500)) as server:
        channel = channel_to(server)
        publish(channel)
    logging.getLogger("outreach").warning("the log is heard")
    assert "outreach: the log is heard" in log.lines
    assert TOKEN not in "".join(log.lines)
    assert TOKEN not in repr(channel._service)
