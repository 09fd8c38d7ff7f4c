"""Letters through a real mail server: who has one, who has not, and nobody two."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from outreach.channel import (
    AdapterPlace,
    Channel,
    Kind,
    Media,
    NotPublished,
    PauseChannel,
    Receipt,
    Reject,
    Rendition,
    RetryAt,
    UnknownOutcome,
    trying,
)
from outreach.channels.email import Email, EmailSettings
from outreach.testing import (
    SAMPLE_KEY,
    ChannelContract,
    Crash,
    MemorySteps,
    outcome_of,
    sample_rendition,
)
from tests.channels.mail_server import DIES_AFTER_TAKING, DIES_BEFORE_TAKING, MailServer

NOW = datetime(2022, 11, 15, 1, 0, tzinfo=UTC)
A, B, C = "toasoan@baodaklak.test", "banbientap@dak.test", "phongvien@vov.test"
SENDER = "Sở Công Thương <vanphong@sct.test>"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    with MailServer(tmp_path) as running:
        yield running


def channel_to(server: MailServer, *, now: datetime = NOW, **settings: Any) -> Email:
    values = {"sender": SENDER, "recipients": (A, B, C), **server.settings, **settings}
    place = AdapterPlace(state=Path("unused"), clock=lambda: now)
    return Email("bao-chi", EmailSettings(**values), place)


def publish(
    channel: Email, steps: MemorySteps | None = None, **changes: Any
) -> Receipt | NotPublished:
    rendition = sample_rendition(channel="bao-chi", **changes)
    call = channel.publish(rendition, key=SAMPLE_KEY, steps=steps or MemorySteps())
    return asyncio.run(outcome_of(call))


class TestEmail(ChannelContract):
    @pytest.fixture
    def channel(self, server: MailServer) -> Channel:
        self.server = server
        return channel_to(server, recipients=(A,))

    def rendition(self, channel: Channel) -> Rendition:
        return sample_rendition(channel=channel.name)

    def count(self, channel: Channel, key: str) -> int:
        return sum(key in arrived.letter["Message-ID"] for arrived in self.server.arrived)


class TestEmailWithATestAddress(TestEmail):
    """Test letters go to one of us."""

    @pytest.fixture
    def channel(self, server: MailServer) -> Channel:
        self.server = server
        return channel_to(server, recipients=(A,), test_to=f"Người thử <{C}>")

    def shown(self, channel: Channel) -> list[str]:
        return [arrived.to for arrived in self.server.arrived if arrived.to != C]

    def test_a_test_letter_arrives_there(self, channel: Channel) -> None:
        tried = trying(channel)
        assert tried
        assert asyncio.run(tried.try_out("Bài thử")).ok
        assert self.server.counts == {C: 1}
        assert self.server.arrived[0].letter["Subject"] == "Bài thử"


def test_each_recipient_gets_one_letter_of_their_own(server: MailServer) -> None:
    receipt = publish(channel_to(server, reply_to="baochi@sct.test", prefix="[Báo chí]"))
    assert isinstance(receipt, Receipt)
    assert receipt.remote_id == f"<{SAMPLE_KEY}@sct.test>"
    assert set(receipt.details["taken"]) == {A, B, C}
    assert server.counts == {A: 1, B: 1, C: 1}
    assert server.connections == 1
    for arrived in server.arrived:
        assert arrived.encrypted
        assert arrived.sender == "vanphong@sct.test"
        assert arrived.letter["To"] == arrived.to
        assert arrived.letter["From"] == SENDER
        assert arrived.letter["Reply-To"] == "baochi@sct.test"
        assert arrived.letter["Message-ID"] == receipt.remote_id
        assert arrived.letter["Subject"] == f"[Báo chí] {sample_rendition().title}"
        assert arrived.letter["Date"].datetime == NOW
        assert arrived.raw.isascii()


def test_text_and_page_say_the_same(server: MailServer) -> None:
    event: dict[str, Any] = {
        "kind": Kind.EVENT,
        "start": NOW,
        "end": NOW + timedelta(hours=2),
        "place": "Hội trường <Sở>",
    }
    publish(channel_to(server, recipients=(A,), signature=("Điện thoại: 0000",)), **event)
    letter = server.arrived[0].letter
    text, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert text is not None
    assert html is not None
    plain, page = text.get_content().replace("\r\n", "\n"), html.get_content()
    rendition = sample_rendition()
    for said in (rendition.text, "08:00 15/11/2022 – 10:00 15/11/2022", "Hội trường <Sở>"):
        assert said in plain
    for said in (rendition.html.strip(), "08:00 15/11/2022", "Hội trường &lt;Sở&gt;", "#BinhDang"):
        assert said in page
    assert plain.rstrip().endswith("-- \nSở Công Thương\nĐiện thoại: 0000")
    assert 'lang="vi"' in page


@pytest.fixture
def picture(tmp_path: Path) -> Media:
    content = b"\x89PNG" + bytes(range(256)) * 20
    file = tmp_path / "picture"
    file.write_bytes(content)
    return Media(
        sha256=hashlib.sha256(content).hexdigest(),
        mime="image/png",
        width=1,
        height=1,
        size=len(content),
        alt="Lễ phát động",
        name="phát-động.png",
        file=file,
    )


@pytest.mark.asvs("1.3.11", "Line breaks in titles make no headers")
@pytest.mark.asvs("5.4.2", "Names of pictures are encoded in letters")
@pytest.mark.parametrize("sign", ["\n", "\r\n", "\r"])
def test_nothing_is_injected_into_a_letter(server: MailServer, picture: Media, sign: str) -> None:
    words = f"Tin{sign}Bcc: {C}{sign}{sign}<script>alert(1)</script>"
    named = replace(picture, name='a"; X-Evil=1; b=".png')
    publish(channel_to(server, recipients=(A,)), title=words, office=words, media=(named,))
    (arrived,) = server.arrived
    assert arrived.letter["Bcc"] is None
    (part,) = [part for part in arrived.letter.walk() if part.get_content_type() == "image/png"]
    assert part.get_filename() == named.name
    assert str(arrived.letter["Subject"]).endswith("<script>alert(1)</script>")
    page = arrived.letter.get_body(("html",))
    assert page is not None
    assert "<script>" not in page.get_content()


@pytest.mark.parametrize("pictures", ["inline", "attached"])
def test_pictures_arrive_whole(server: MailServer, picture: Media, pictures: str) -> None:
    publish(channel_to(server, recipients=(A,), pictures=pictures), media=(picture,))
    letter = server.arrived[0].letter
    (part,) = [part for part in letter.walk() if part.get_content_type() == "image/png"]
    assert part.get_content() == picture.file.read_bytes()
    assert part.get_filename() == "phát-động.png"
    html = letter.get_body(("html",))
    assert html is not None
    page = html.get_content()
    if pictures == "inline":
        assert f"cid:{part['Content-ID'].strip('<>')}" in page
        assert 'alt="Lễ phát động"' in page
    else:
        assert part.is_attachment()
        assert "cid:" not in page


def test_a_lost_picture_sends_nothing(server: MailServer, picture: Media, tmp_path: Path) -> None:
    gone = replace(picture, file=tmp_path / "gone")
    assert isinstance(publish(channel_to(server), media=(gone,)), RetryAt)
    assert server.arrived == []


def test_refused_recipients_stand_in_the_receipt(server: MailServer) -> None:
    server.rcpt[B] = "550 No such user"
    receipt = publish(channel_to(server))
    assert isinstance(receipt, Receipt)
    assert receipt.details["refused"] == {B: "550 No such user"}
    assert server.counts == {A: 1, C: 1}


@pytest.mark.parametrize("at", ["rcpt", "content"])
def test_all_refused_is_a_rejection(server: MailServer, at: str) -> None:
    getattr(server, at).update(dict.fromkeys((A, B, C), "554 Looks like spam"))
    assert isinstance(publish(channel_to(server)), Reject)
    assert server.arrived == []


@pytest.mark.parametrize("at", ["rcpt", "content"])
def test_who_asks_to_wait_gets_it_later_and_the_others_not_again(
    server: MailServer, at: str
) -> None:
    steps = MemorySteps()
    getattr(server, at)[B] = "451 Greylisted"
    first = publish(channel_to(server), steps)
    assert isinstance(first, RetryAt)
    assert first.evidence["waiting"] == [B]
    assert "2 of 3" in str(first.reason)
    getattr(server, at).clear()
    assert isinstance(publish(channel_to(server), steps), Receipt)
    assert server.counts == {A: 1, B: 1, C: 1}


def test_who_asks_to_wait_for_hours_is_left_out(server: MailServer) -> None:
    steps = MemorySteps()
    server.rcpt[B] = "452 Mailbox full"
    assert isinstance(publish(channel_to(server), steps), RetryAt)
    receipt = publish(channel_to(server, now=NOW + timedelta(hours=3)), steps)
    assert isinstance(receipt, Receipt)
    assert receipt.details["waiting"] == [B]
    assert receipt.at == NOW


@pytest.mark.parametrize("answer", [DIES_AFTER_TAKING, DIES_BEFORE_TAKING])
def test_a_lost_answer_puts_one_recipient_in_doubt(server: MailServer, answer: str) -> None:
    steps = MemorySteps()
    server.content[B] = answer
    for _ in range(2):
        doubt = publish(channel_to(server), steps)
        assert isinstance(doubt, UnknownOutcome)
        assert doubt.ask_person
        assert doubt.evidence["in_doubt"] == [B]
        assert "2 of 3" in str(doubt.reason)
    assert server.counts[A] == server.counts[C] == 1
    assert server.counts[B] == (answer == DIES_AFTER_TAKING)


@pytest.mark.parametrize("answer", ["421 Shutting down", "450 Slow down"])
def test_a_server_that_asks_everyone_to_wait_is_asked_once(server: MailServer, answer: str) -> None:
    server.mail = answer
    outcome = publish(channel_to(server))
    assert isinstance(outcome, RetryAt)
    assert outcome.evidence["waiting"] == [A, B, C]
    assert server.connections == 1


def test_a_refused_sender_stops_the_channel(server: MailServer) -> None:
    server.mail = "550 Not allowed to send"
    assert isinstance(publish(channel_to(server)), PauseChannel)


class Dying(MemorySteps):
    """Steps of a process that dies at a boundary: before and after the intent, after the call, after the commit."""

    boundary: int = -1

    async def once(self, name: str, call: Any, *, repeatable: bool = False) -> Any:
        async def dying() -> Any:
            self._pass()
            value = await call()
            self._pass()
            return value

        self._pass()
        value = await super().once(name, dying, repeatable=repeatable)
        self._pass()
        return value

    def _pass(self) -> None:
        self.boundary -= 1
        if self.boundary == -1:
            raise Crash


@pytest.mark.parametrize("boundary", range(12))
def test_a_process_that_dies_writes_to_nobody_twice(server: MailServer, boundary: int) -> None:
    steps = Dying()
    steps.boundary = boundary
    with pytest.raises(Crash):
        publish(channel_to(server), steps)
    outcome = publish(channel_to(server), steps)
    assert set(server.counts.values()) == {1}
    if isinstance(outcome, UnknownOutcome):
        (doubtful,) = outcome.evidence["in_doubt"]
        assert set(server.counts) >= {A, B, C} - {doubtful}
    else:
        assert server.counts == {A: 1, B: 1, C: 1}


def test_letters_go_over_tls_from_the_first_byte(tmp_path: Path) -> None:
    with MailServer(tmp_path, security="tls") as server:
        assert isinstance(publish(channel_to(server)), Receipt)
    assert all(arrived.encrypted for arrived in server.arrived)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_an_unknown_certificate_gets_no_letter(tmp_path: Path, security: str) -> None:
    with MailServer(tmp_path, security=security, trusted=False) as server:
        outcome = publish(channel_to(server))
    assert isinstance(outcome, RetryAt)
    assert "certificate" in str(outcome.reason)
    assert server.arrived == []


@pytest.mark.asvs("12.3.1", "A mail server without TLS gets no letter")
def test_a_server_without_encryption_gets_no_letter(tmp_path: Path) -> None:
    with MailServer(tmp_path, security="none") as server:
        outcome = publish(channel_to(server, security="starttls"))
        assert isinstance(outcome, PauseChannel)
        assert server.arrived == []
        assert isinstance(publish(channel_to(server)), Receipt)


def test_the_login_decides_and_stays_secret(tmp_path: Path) -> None:
    with MailServer(tmp_path, login=("vanphong", "geheim-123")) as server:
        right = channel_to(server, username="vanphong", password=SecretStr("geheim-123"))
        assert asyncio.run(right.check()).ok
        assert isinstance(publish(right), Receipt)
        wrong = channel_to(server, username="vanphong", password=SecretStr("falsch-123"))
        assert not asyncio.run(wrong.check()).ok
        outcome = publish(wrong)
        nobody = publish(channel_to(server))
    assert isinstance(outcome, PauseChannel)
    assert isinstance(nobody, PauseChannel)
    assert "falsch" not in repr(outcome.evidence) + str(outcome.reason) + repr(vars(wrong))


def test_nobody_there_is_tried_later(tmp_path: Path) -> None:
    with MailServer(tmp_path) as server:
        channel = channel_to(server)
    assert isinstance(publish(channel), RetryAt)
    assert not asyncio.run(channel.check()).ok


@pytest.mark.parametrize(
    "wrong",
    [
        {"recipients": ()},
        {"recipients": (A, A.upper())},
        {"recipients": ("a@x.test, b@x.test",)},
        {"recipients": ("a@x.test\r\nBcc: b@x.test",)},
        {"recipients": ("Tòa soạn",)},
        {"sender": ""},
        {"reply_to": ""},
        {"sender": "x@"},
        {"password": "geheim-123"},
        {"username": "x", "password": "geheim-123", "security": "none"},
    ],
)
def test_wrong_settings_are_refused(wrong: dict[str, Any]) -> None:
    right = {"host": "mail.test", "sender": SENDER, "recipients": (f"Báo <{A}>",)}
    assert EmailSettings.model_validate(right).reached_at == 587
    with pytest.raises(ValidationError) as caught:
        EmailSettings.model_validate({**right, **wrong})
    assert "geheim" not in str(caught.value)


def test_heavy_pictures_are_seen_before_anything_is_sent(
    server: MailServer, picture: Media
) -> None:
    channel = channel_to(server)
    heavy = sample_rendition(media=(replace(picture, size=15_000_001),))
    (problem,) = channel.preview(heavy).problems
    assert "15 MB" in str(problem.what)
    assert channel.preview(sample_rendition(media=(picture,))).problems == ()
