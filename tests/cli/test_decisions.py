"""resolve, retry, cancel, done, pause and resume: what people decide, and what they may not."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

import pytest

from outreach.cli.exit_codes import ExitCode
from tests.cli.conftest import Office, run

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
TALK = ("noi-chuyen-truc-tiep", "truc-tiep")


@pytest.fixture
def talk(office: Office) -> dict[str, Any]:
    """A direct talk that waits for its confirmation."""
    run("apply")
    return office.work_after(*TALK)


def state_of(delivery: dict[str, Any]) -> str:
    return str(run("show", delivery["key"], "--json").json["state"])


def test_done_keeps_the_photo_under_its_hash(office: Office, talk: dict[str, Any]) -> None:
    (office.folder / "anh.png").write_bytes(PNG)
    said = run(
        "done", str(talk["id"]), "--by", "Trần Thị Lan", "--photo", "anh.png", "--note", "đủ người"
    )
    assert said.code is ExitCode.OK
    found = run("show", talk["key"], "--json").json
    digest = hashlib.sha256(PNG).hexdigest()
    assert found["state"] == "published"
    assert found["receipt"]["details"] == {
        "by": "Trần Thị Lan",
        "note": "đủ người",
        "photo": "anh.png",
        "photo_sha256": digest,
    }
    assert (office.folder / "state" / "evidence" / f"{digest}.png").read_bytes() == PNG
    assert found["events"][-1]["by"] == "Trần Thị Lan"


def test_done_twice_is_refused(office: Office, talk: dict[str, Any]) -> None:
    assert run("done", str(talk["id"]), "--by", "Lan").code is ExitCode.OK
    assert run("done", str(talk["id"]), "--by", "Lan").code is ExitCode.REFUSED


@pytest.mark.parametrize("content", [None, b"text", b""])
def test_what_is_no_photo_confirms_nothing(
    office: Office, talk: dict[str, Any], content: bytes | None
) -> None:
    if content is not None:
        (office.folder / "anh.png").write_bytes(content)
    said = run("done", str(talk["id"]), "--by", "Lan", "--photo", "anh.png")
    assert said.code is ExitCode.BAD_INPUT
    assert state_of(talk) == "needs_person"


def test_done_is_only_for_work_that_people_do(office: Office) -> None:
    run("apply")
    [greeting] = [d for d in office.deliveries() if d["message"] == "loi-chao"]
    [waiting] = office.deliveries("--channel", "truc-tiep")
    assert run("done", str(greeting["id"]), "--by", "Lan").code is ExitCode.REFUSED
    assert run("done", str(waiting["id"]), "--by", "Lan").code is ExitCode.REFUSED


def test_status_names_what_waits(talk: dict[str, Any]) -> None:
    assert [d["id"] for d in run("status", "--json").json["to_look_at"]] == [talk["id"]]


@pytest.mark.parametrize("name", ["", "   ", "\x00\x07", "x" * 201])
def test_a_decision_needs_a_name(talk: dict[str, Any], name: str) -> None:
    assert run("cancel", str(talk["id"]), "--by", name).code is ExitCode.BAD_INPUT
    assert run("cancel", str(talk["id"])).code is ExitCode.BAD_INPUT
    assert state_of(talk) == "needs_person"


def test_resolve_records_what_the_person_saw(talk: dict[str, Any]) -> None:
    said = run("resolve", str(talk["id"]), "--published", "--link", "https://x.vn/a", "--by", "Lan")
    assert said.code is ExitCode.OK
    found = run("show", talk["key"], "--json").json
    assert (found["state"], found["permalink"]) == ("published", "https://x.vn/a")


def test_resolve_not_published_queues_it_again(talk: dict[str, Any]) -> None:
    assert run("resolve", str(talk["id"]), "--not-published", "--by", "Lan").code is ExitCode.OK
    assert state_of(talk) == "scheduled"


@pytest.mark.parametrize(
    "words",
    [(), ("--published", "--link", "javascript:alert(1)"), ("--published", "--link", "http://[")],
)
def test_resolve_needs_an_answer_and_a_real_link(
    talk: dict[str, Any], words: tuple[str, ...]
) -> None:
    assert run("resolve", str(talk["id"]), *words, "--by", "Lan").code is ExitCode.BAD_INPUT
    assert state_of(talk) == "needs_person"


def test_cancel_and_retry(office: Office) -> None:
    run("apply")
    first = office.deliveries()[0]
    assert run("cancel", str(first["id"]), "--by", "Lan", "--note", "trùng").code is ExitCode.OK
    assert state_of(first) == "cancelled"
    assert "trùng" in run("show", str(first["id"])).out
    assert run("cancel", str(first["id"]), "--by", "Lan").code is ExitCode.REFUSED
    assert run("retry", str(first["id"]), "--by", "Lan").code is ExitCode.OK
    assert state_of(first) == "scheduled"


def test_a_missed_delivery_goes_out_when_a_person_asks(office: Office) -> None:
    run("apply")
    [greeting] = [d for d in office.deliveries() if d["message"] == "loi-chao"]
    too_late = datetime.fromisoformat(greeting["due"]) + timedelta(hours=7)
    office.work(too_late)
    assert state_of(greeting) == "missed"
    assert run("retry", greeting["key"], "--by", "Lan").code is ExitCode.OK
    office.work(datetime.fromisoformat(greeting["due"]) + timedelta(hours=1))
    assert state_of(greeting) == "published"


def test_retry_of_what_is_public_is_refused(office: Office) -> None:
    run("apply")
    greeting = office.work_after("loi-chao", "so-website")
    said = run("retry", str(greeting["id"]), "--by", "Lan")
    assert said.code is ExitCode.REFUSED
    assert state_of(greeting) == "published"


def test_a_channel_pauses_and_resumes(office: Office) -> None:
    run("apply")
    assert (
        run("pause", "so-website", "--reason", "bảo trì", "--until", "2h", "--by", "Lan").code
        is ExitCode.OK
    )
    assert "bảo trì" in run("status").out
    office.work_after("loi-chao", "so-website")
    assert run("resume", "so-website", "--by", "Lan").code is ExitCode.OK
    assert "was not paused" in run("resume", "so-website", "--by", "Lan").out


def test_nothing_goes_out_on_a_paused_channel(office: Office) -> None:
    run("apply")
    run("pause", "so-website", "--by", "Lan")
    greeting = office.work_after("loi-chao", "so-website")
    assert state_of(greeting) == "scheduled"


@pytest.mark.parametrize(
    "words",
    [("khong-co",), ("so-website", "--until", "2001-01-01"), ("so-website", "--until", "mai")],
)
def test_a_pause_that_makes_no_sense(office: Office, words: tuple[str, ...]) -> None:
    assert run("pause", *words, "--by", "Lan").code is ExitCode.BAD_INPUT
    assert "paused" not in run("status").out
