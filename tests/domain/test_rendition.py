"""A rendition is its content: stored and read back it is the same, and any other content has another digest."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from outreach.domain.message import Honour, Kind
from outreach.domain.rendition import Media, Rendition
from tests.domain.office import NOW

FOLDER = Path("media")
PICTURE = Media(
    sha256="ab" * 32,
    mime="image/png",
    width=1200,
    height=630,
    size=1000,
    alt="Lễ phát động",
    name="x.png",
    file=FOLDER / ("ab" * 32),
)
FILM = replace(PICTURE, sha256="cd" * 32, mime="video/mp4", name="x.mp4", file=FOLDER / ("cd" * 32))
PLAIN = Rendition(
    campaign="2022",
    campaign_name="Tháng hành động",
    office="Sở Công Thương",
    message="a",
    channel="so-website",
    kind=Kind.POST,
    title="Phát động",
    summary="",
    markdown="Chào",
    text="Chào",
    html="<p>Chào</p>",
    due=NOW,
)
FULL = replace(
    PLAIN,
    kind=Kind.COMMENDATION,
    hashtags=("#BinhDangGioi",),
    places=("Cổng chính",),
    media=(PICTURE,),
    video=FILM,
    start=NOW,
    end=NOW + timedelta(hours=1),
    deadline=NOW + timedelta(days=1),
    collectives=(Honour(name="Thanh tra", reason="Gương mẫu"),),
    individuals=(Honour(name="Nguyễn Thị A", unit="Văn phòng Sở"),),
)


@pytest.mark.parametrize("rendition", [PLAIN, FULL])
def test_a_rendition_survives_being_stored(rendition: Rendition) -> None:
    stored = json.loads(json.dumps(rendition.to_json(), ensure_ascii=False))
    again = Rendition.from_json(stored, media_folder=FOLDER)
    assert again == rendition
    assert again.digest == rendition.digest
    assert [medium.file for medium in again.files] == [medium.file for medium in rendition.files]


def test_where_the_pictures_lie_is_not_stored() -> None:
    assert "file" not in FULL.to_json()["media"][0]
    moved = replace(FULL, media=(replace(PICTURE, file=Path("elsewhere")),))
    assert moved.digest == FULL.digest


def test_of_what_a_picture_was_made_is_stored_only_where_it_was_another() -> None:
    two = replace(FULL, media=(replace(PICTURE, original="ef" * 32), PICTURE))
    stored = two.to_json()["media"]
    assert [medium.get("original", "nothing") for medium in stored] == ["ef" * 32, "nothing"]
    assert not any("file" in medium for medium in stored)
    assert Rendition.from_json(two.to_json(), media_folder=FOLDER) == two


def test_where_there_is_no_video_nothing_is_said_of_videos() -> None:
    assert not {"video", "without_video"} & set(PLAIN.to_json())
    assert replace(PLAIN, without_video=True).to_json()["without_video"] is True


def test_a_moved_date_is_not_a_changed_text() -> None:
    assert replace(PLAIN, due=NOW + timedelta(days=3)).digest == PLAIN.digest


@pytest.mark.parametrize(
    "change",
    [
        {"text": "Chào!"},
        {"title": "phát động"},
        {"channel": "facebook-page"},
        {"occurrence": 2},
        {"start": NOW + timedelta(minutes=1)},
        {"media": ()},
        {"video": None},
        {"individuals": ()},
    ],
)
def test_any_other_content_has_another_digest(change: dict[str, Any]) -> None:
    assert replace(FULL, **change).digest != FULL.digest
