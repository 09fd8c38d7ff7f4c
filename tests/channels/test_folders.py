"""The channels that write files: outbox and task sheets."""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from outreach.channel import (
    AdapterPlace,
    Channel,
    Kind,
    Media,
    Receipt,
    Rendition,
    RetryAt,
    UnknownOutcome,
)
from outreach.channels._files import write_whole
from outreach.channels.in_person import InPerson
from outreach.channels.outbox import Outbox
from outreach.domain.message import Honour
from outreach.testing import SAMPLE_KEY, WITHDRAW_KEY, MemorySteps, outcome_of, sample_rendition

NOW = datetime(2022, 11, 14, 18, 0, tzinfo=UTC)


def place(state: Path, language: str = "vi") -> AdapterPlace:
    return AdapterPlace(state=state, clock=lambda: NOW, language=language)


def with_picture(folder: Path, **changes: Any) -> Rendition:
    content = b"\x89PNG picture"
    sha256 = hashlib.sha256(content).hexdigest()
    (folder / "kept").mkdir(exist_ok=True)
    (folder / "kept" / sha256).write_bytes(content)
    medium = Media(
        sha256=sha256,
        mime="image/png",
        width=1,
        height=1,
        size=len(content),
        alt="Lễ phát động",
        name="phat-dong.PNG",
        file=folder / "kept" / sha256,
    )
    return replace(sample_rendition(media=(medium,)), **changes)


def publish(channel: Channel, rendition: Rendition) -> Any:
    return asyncio.run(outcome_of(channel.publish(rendition, key=SAMPLE_KEY, steps=MemorySteps())))


def withdraw(channel: Channel, remote_id: str) -> Any:
    receipt = Receipt(remote_id=remote_id, at=NOW)
    return asyncio.run(outcome_of(channel.withdraw(receipt, key=WITHDRAW_KEY, steps=MemorySteps())))


def outbox(folder: Path) -> Outbox:
    return Outbox("outbox", Outbox.Settings(folder=folder / "out"), place(folder))


def in_person(folder: Path, language: str = "vi") -> InPerson:
    settings = InPerson.Settings(folder=folder / "sheets", contact="Chị Hoa, 0258 000 000")
    return InPerson("talks", settings, place(folder, language))


def test_the_outbox_holds_the_exact_payload_and_its_pictures(tmp_path: Path) -> None:
    rendition = with_picture(tmp_path, due=datetime(2022, 11, 14, 18, 0, tzinfo=UTC))
    receipt = publish(outbox(tmp_path), rendition)
    file = tmp_path / "out" / f"2022-11-15-{SAMPLE_KEY}.json"
    stored = json.loads(file.read_bytes())
    kept = tmp_path / "kept"
    assert Rendition.from_json(stored["rendition"], media_folder=kept) == rendition
    assert stored["key"] == SAMPLE_KEY
    (picture,) = (tmp_path / "out" / "media").iterdir()
    assert picture.suffix == ".png"
    assert picture.read_bytes() == rendition.media[0].file.read_bytes()
    assert receipt == Receipt(remote_id=file.stem, at=NOW)
    assert not list(tmp_path.rglob(".unfinished*"))


def test_a_moved_date_does_not_double_the_file(tmp_path: Path) -> None:
    channel, rendition = outbox(tmp_path), sample_rendition()
    first = publish(channel, rendition)
    later = replace(rendition, due=datetime(2022, 12, 1, tzinfo=UTC))
    assert publish(channel, later) == first
    assert len(list((tmp_path / "out").glob("*.json"))) == 1


def test_withdrawing_leaves_the_payload_and_a_mark(tmp_path: Path) -> None:
    channel = outbox(tmp_path)
    receipt = publish(channel, sample_rendition())
    withdraw(channel, receipt.remote_id)
    names = {file.suffix for file in (tmp_path / "out").iterdir()}
    assert names == {".json", ".withdrawn"}


def test_a_folder_that_cannot_be_made_is_retried(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file stands in the way")
    assert isinstance(publish(outbox(tmp_path), sample_rendition()), RetryAt)
    assert not asyncio.run(outbox(tmp_path).check()).ok


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("outreach.channels._files.os.fsync", full)
    with pytest.raises(RetryAt, match="No space left"):
        write_whole(tmp_path / "x", b"1")
    assert list(tmp_path.iterdir()) == []


BANNER = {
    "kind": Kind.BANNER,
    "size": "6 × 0,8 m",
    "maker": "Xưởng in An Bình",
    "places": ("Cổng Sở", "Ngã tư <Trần Phú>"),
    "start": datetime(2022, 11, 15, 0, 0, tzinfo=UTC),
    "end": datetime(2022, 12, 15, 10, 0, tzinfo=UTC),
}


def test_the_task_sheet_says_all_that_someone_needs(tmp_path: Path) -> None:
    outcome = publish(in_person(tmp_path), with_picture(tmp_path, **BANNER))
    assert isinstance(outcome, UnknownOutcome)
    assert outcome.ask_person
    sheet = (tmp_path / "sheets" / outcome.evidence["sheet"]).read_text(encoding="utf-8")
    for word in (
        "6 × 0,8 m",
        "--format 6x0.8m</code>",
        "Xưởng in An Bình",
        "Cổng Sở",
        "Ngã tư &lt;Trần Phú&gt;",
        "07:00 15/11/2022",
        "17:00 15/12/2022",
        "Chị Hoa",
        f"outreach done {SAMPLE_KEY} --by",
        "Phiếu công việc",
        'lang="vi"',
        'alt="Lễ phát động"',
    ):
        assert word in sheet
    (picture,) = (tmp_path / "sheets" / "media").iterdir()
    assert f'src="media/{picture.name}"' in sheet


def test_taking_down_names_the_same_places(tmp_path: Path) -> None:
    channel = in_person(tmp_path)
    publish(channel, with_picture(tmp_path, **BANNER))
    outcome = withdraw(channel, SAMPLE_KEY)
    sheet = (tmp_path / "sheets" / outcome.evidence["sheet"]).read_text(encoding="utf-8")
    assert "Cổng Sở" in sheet
    assert f"outreach done {WITHDRAW_KEY} --by" in sheet
    assert "tháo dỡ" in sheet
    assert "outreach art" not in sheet


@pytest.mark.parametrize("remote_id", ["unknown", "../../etc/passwd"])
def test_taking_down_something_unknown_still_makes_a_sheet(tmp_path: Path, remote_id: str) -> None:
    outcome = withdraw(in_person(tmp_path), remote_id)
    assert (tmp_path / "sheets" / outcome.evidence["sheet"]).exists()


def test_a_commendation_lists_who_is_commended_in_english_too(tmp_path: Path) -> None:
    rendition = sample_rendition(
        kind=Kind.COMMENDATION,
        collectives=(Honour(name="Phòng Kế hoạch", reason="dẫn đầu phong trào"),),
        individuals=(Honour(name="Trần Thị B", unit="Thanh tra"),),
    )
    page = in_person(tmp_path, "en").preview(rendition).html
    assert "Phòng Kế hoạch: dẫn đầu phong trào" in page
    assert "Trần Thị B, Thanh tra" in page
    assert "Task sheet" in page
