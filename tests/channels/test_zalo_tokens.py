"""A single-use refresh token is never lost by us: not by a crash, a race, a full disk or a strange answer."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr

from outreach.channel import PauseChannel, Receipt, RetryAt
from outreach.channels.zalo_oa import ZaloOA
from outreach.channels.zalo_oa.journal import Journal, WrongKey
from outreach.settings.seal import Seal
from outreach.testing import Crash, MemorySteps
from tests.channels.zalo_office import KEY, Office
from tests.sandbox.zalo_server import ZaloServer

DAY = timedelta(hours=21)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with ZaloServer(tmp_path / "platform") as server:
        yield Office(server, tmp_path / "state")


def issued(office: Office) -> int:
    number: int = office.server.platform._state["grant"]["issued"]
    return number


def ok(office: Office) -> bool:
    health = office.run(lambda channel: channel.check())
    return bool(health.ok)


@pytest.mark.asvs("13.2.1", "Tokens of our own, renewed by themselves")
def test_tokens_are_renewed_before_they_end_and_survive_a_restart(office: Office) -> None:
    for day in range(4):
        assert ok(office)
        assert issued(office) == 1 + day
        office.server.now += DAY
    assert ok(office)


def test_a_channel_that_slept_past_the_end_renews(office: Office) -> None:
    assert ok(office)
    office.server.now += timedelta(days=60)
    assert ok(office)


def test_check_tells_the_days_that_are_left(office: Office) -> None:
    health = office.run(lambda channel: channel.check())
    assert health.expires == office.server.now + timedelta(days=90)
    assert "90" in str(health.summary)


def test_the_answer_is_on_disk_before_anyone_reads_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies as it begins to understand the answer."""
    from outreach.channels.zalo_oa import tokens

    ok(office)
    office.server.now += DAY

    def die(record: Any) -> Any:
        if record["what"] == "reply":
            raise Crash("crash")
        return real(record)

    real: Any = tokens._grant
    with monkeypatch.context() as dying:
        dying.setattr(tokens, "_grant", die)
        with pytest.raises(Crash):
            ok(office)
    assert issued(office) == 2
    assert ok(office)
    assert issued(office) == 2


def test_a_crash_before_the_request_asks_again_with_the_same_token(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    from outreach.channels.zalo_oa.tokens import Tokens

    async def die(self: Tokens, refresh: str) -> Any:
        raise Crash("crash")

    ok(office)
    office.server.now += DAY
    with monkeypatch.context() as dying:
        dying.setattr(Tokens, "_ask", die)
        with pytest.raises(Crash):
            ok(office)
    assert ok(office)
    assert issued(office) == 2


@pytest.mark.fault(32, "death inside the renewal")
def test_an_answer_lost_with_the_process_pauses_and_loses_no_message(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one window nobody can close: Zalo has answered, the process is gone. A person gives a new pair."""
    from outreach.channels.zalo_oa.tokens import Tokens

    def die(self: Tokens, reply: Any) -> Any:
        raise Crash("crash")

    ok(office)
    office.server.now += DAY
    steps = MemorySteps()
    with monkeypatch.context() as dying:
        dying.setattr(Tokens, "_keep", die)
        with pytest.raises(Crash):
            office.publish(steps)
    steps.begun.clear()
    paused = office.publish(steps)
    assert isinstance(paused, PauseChannel)
    assert paused.until is None
    assert "-14020" in str(paused.reason)
    pair = office.server.platform.issue()
    office.settings = office.settings.model_copy(
        update={"refresh_token": SecretStr(pair.refresh), "access_token": SecretStr(pair.access)}
    )
    assert isinstance(office.publish(steps), Receipt)
    assert len(office.server.platform.public) == 1


@pytest.mark.parametrize("fault", ["reset-before", "502-before"])
def test_a_request_that_zalo_never_saw_is_repeated_at_once(office: Office, fault: str) -> None:
    ok(office)
    office.server.now += DAY
    office.server.faults.add("token", fault)
    assert ok(office)
    assert issued(office) == 2


@pytest.mark.parametrize("fault", ["reset-after", "500-after", "html-after"])
def test_an_answer_lost_on_the_way_pauses_the_channel(office: Office, fault: str) -> None:
    ok(office)
    office.server.now += DAY
    office.server.faults.add("token", fault)
    outcome = office.publish()
    assert isinstance(outcome, PauseChannel)
    assert office.server.platform.articles == []


def test_while_zalo_is_down_the_old_token_serves_until_it_ends(office: Office) -> None:
    ok(office)
    office.server.now += DAY
    office.server.faults.add("token", *["502-before"] * 4)
    assert isinstance(office.publish(), Receipt)
    office.server.now += timedelta(hours=5)
    assert isinstance(office.publish(key="x" * 16), RetryAt)
    assert isinstance(office.publish(key="x" * 16), Receipt)


@pytest.mark.parametrize(
    "code", ["-14002:Application is not active", "-14003:Redirect uri", "-242:Proof"]
)
def test_a_refused_renewal_pauses_the_channel(office: Office, code: str) -> None:
    ok(office)
    office.server.now += DAY
    office.server.faults.add("token", f"error:{code}")
    outcome = office.publish()
    assert isinstance(outcome, PauseChannel)
    assert outcome.until is None


@pytest.mark.fault(33, "many callers at once")
def test_many_callers_and_two_channels_renew_once(office: Office) -> None:
    ok(office)
    office.server.now += DAY

    async def scenario() -> None:
        channels = [office.channel(name) for name in ("zalo", "zalo-broadcast") for _ in range(4)]
        healths = await asyncio.gather(*(channel.check() for channel in channels))
        for channel in channels:
            await channel.aclose()
        assert all(health.ok for health in healths)

    asyncio.run(scenario())
    assert issued(office) == 2


def test_two_channels_of_one_account_share_a_folder_of_tokens(
    office: Office, tmp_path: Path
) -> None:
    shared = tmp_path / "shared"
    office.settings = office.settings.model_copy(update={"tokens": shared})
    assert ok(office)
    office.state = tmp_path / "other-state"
    office.server.now += DAY
    assert ok(office)
    assert issued(office) == 2
    assert sorted(file.name for file in shared.iterdir()) == ["tokens.journal", "tokens.lock"]


def test_a_caller_who_is_cut_off_does_not_stop_the_renewal(office: Office) -> None:
    ok(office)
    office.server.now += DAY
    office.server.faults.slow = 0.3
    office.server.faults.add("token", "slow-after")

    async def scenario(channel: ZaloOA) -> None:
        task = asyncio.create_task(channel.check())
        while issued(office) == 1:  # noqa: ASYNC110 - another thread issues
            await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    office.run(scenario)
    assert ok(office)
    assert issued(office) == 2


def test_a_full_disk_stops_before_the_request_and_not_after_the_answer(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    ok(office)
    office.server.now += timedelta(hours=26)
    real, full = Journal.append, {"asked"}

    def append(self: Journal, record: dict[str, Any]) -> None:
        if record.get("what") in full:
            raise OSError(28, "No space left on device")
        real(self, record)

    with monkeypatch.context() as disk:
        disk.setattr(Journal, "append", append)
        assert isinstance(office.publish(), RetryAt)
        assert issued(office) == 1
        full.clear()
        full.add("reply")

        async def twice(channel: ZaloOA) -> bool:
            during = (await channel.check()).ok
            full.clear()
            return during and (await channel.check()).ok

        assert office.run(twice)
    assert ok(office)
    assert issued(office) == 2


def test_tokens_are_sealed_and_only_ours_to_read(office: Office) -> None:
    ok(office)
    file = office.state / "tokens.journal"
    assert file.stat().st_mode & 0o077 == 0
    assert b"access" not in file.read_bytes()
    assert b"refresh" not in file.read_bytes()


def test_a_wrong_key_pauses_and_destroys_nothing(office: Office) -> None:
    ok(office)
    before = (office.state / "tokens.journal").read_bytes()
    wrong = SecretStr("QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=")
    office.settings = office.settings.model_copy(update={"token_key": wrong})
    assert isinstance(office.publish(), PauseChannel)
    assert (office.state / "tokens.journal").read_bytes() == before


def seal(*keys: bytes, purpose: str = "outreach zalo_oa") -> Seal:
    return Seal(keys, purpose=purpose)


def with_keys(office: Office, *keys: bytes) -> None:
    text = "\n".join(base64.b64encode(key).decode() for key in keys)
    office.settings = office.settings.model_copy(update={"token_key": SecretStr(text)})


OLD, NEW = base64.b64decode(KEY), b"n" * 32


def sealed_lines(office: Office) -> list[bytes]:
    return (office.state / "tokens.journal").read_bytes().split()


def test_keys_are_exchanged_while_the_service_runs(office: Office) -> None:
    assert ok(office)
    with_keys(office, NEW, OLD)
    assert ok(office)
    assert not any(map(seal(NEW).is_newest, sealed_lines(office)))
    office.server.now += DAY
    assert ok(office)
    assert issued(office) == 2
    assert all(map(seal(NEW).is_newest, sealed_lines(office)))
    with_keys(office, NEW)
    assert ok(office)
    assert issued(office) == 2


def test_what_was_sealed_before_keys_had_names_is_read_and_sealed_anew(office: Office) -> None:
    ok(office)
    file = office.state / "tokens.journal"
    before = Journal(file, seal=seal(OLD)).records()
    lines = []
    for record in before:
        nonce = os.urandom(12)
        plain = json.dumps(record).encode()
        lines.append(
            base64.b64encode(nonce + AESGCM(OLD).encrypt(nonce, plain, b"outreach zalo_oa"))
        )
    file.write_bytes(b"\n".join(lines) + b"\n")
    assert ok(office)
    assert issued(office) == 1
    office.run(lambda channel: channel._tokens.seal_anew())
    assert all(map(seal(OLD).is_newest, sealed_lines(office)))
    assert Journal(file, seal=seal(OLD)).records() == before
    assert file.stat().st_mode & 0o077 == 0


def test_sealing_anew_keeps_what_no_key_opens(tmp_path: Path) -> None:
    file = tmp_path / "j"
    Journal(file, seal=seal(b"l" * 32)).append({"n": 0})
    lost = file.read_bytes().split()
    Journal(file, seal=seal(OLD)).append({"n": 1})
    journal = Journal(file, seal=seal(NEW, OLD))
    journal.append({"n": 2})
    assert journal.records() == [{"n": 1}, {"n": 2}]
    assert file.read_bytes().split()[:1] == lost
    assert Journal(file, seal=seal(NEW)).records() == [{"n": 1}, {"n": 2}]


def test_a_record_is_kept_even_if_the_others_cannot_be_sealed_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "j"
    Journal(file, seal=seal(OLD)).append({"n": 1})
    journal = Journal(file, seal=seal(NEW, OLD))

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("outreach.channels.zalo_oa.journal.give_to_owner_of", full)
        journal.append({"n": 2})
        assert journal.records() == [{"n": 1}, {"n": 2}]
        with pytest.raises(OSError, match="No space"):
            journal.renew()
    journal.append({"n": 3})
    assert Journal(file, seal=seal(NEW)).records() == [{"n": 1}, {"n": 2}, {"n": 3}]
    assert [one.name for one in tmp_path.iterdir()] == ["j"]


def test_writers_lose_nothing_while_the_file_is_sealed_anew(tmp_path: Path) -> None:
    """Two writers, each with another newest key, so that every record makes the file a new one."""
    file = tmp_path / "j"

    def write(name: int) -> None:
        keys = (OLD, NEW) if name else (NEW, OLD)
        journal = Journal(file, seal=seal(*keys))
        for number in range(25):
            journal.append({"n": [name, number]})

    writers = [threading.Thread(target=write, args=(name,)) for name in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    found = [tuple(record["n"]) for record in Journal(file, seal=seal(NEW, OLD)).records()]
    assert len(found) == 50
    assert sorted(found) == [(name, number) for name in range(2) for number in range(25)]


def test_without_any_permission_the_channel_pauses(office: Office) -> None:
    nothing = {"refresh_token": None, "access_token": None}
    office.settings = office.settings.model_copy(update=nothing)
    outcome = office.publish()
    assert isinstance(outcome, PauseChannel)
    assert "no permission" in str(outcome.reason)


def test_a_refresh_token_alone_is_enough(office: Office) -> None:
    office.settings = office.settings.model_copy(update={"access_token": None})
    assert ok(office)
    assert issued(office) == 2


def test_no_token_shows_in_evidence(office: Office) -> None:
    ok(office)
    pair = office.server.platform._state["grant"]
    office.server.faults.add("create", f"error:-999:you sent {pair['access']} {pair['refresh']}")
    outcome = office.publish()
    shown = json.dumps(getattr(outcome, "evidence", {}))
    assert shown != "{}"
    assert pair["access"] not in shown
    assert pair["refresh"] not in shown


def test_a_torn_line_is_passed_over(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j", seal=seal(os.urandom(32)))
    journal.append({"n": 1})
    whole = (tmp_path / "j").read_bytes()
    journal.append({"n": 2})
    torn = (tmp_path / "j").read_bytes()[:-9]
    (tmp_path / "j").write_bytes(torn)
    assert journal.records() == [{"n": 1}]
    journal.append({"n": 3})
    assert journal.records() == [{"n": 1}, {"n": 3}]
    assert (tmp_path / "j").read_bytes().startswith(whole)
    with pytest.raises(WrongKey):
        Journal(tmp_path / "j", seal=seal(os.urandom(32))).records()
