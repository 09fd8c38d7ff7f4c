"""Videos are known by their boxes, travel only to channels that take them, and are missed nowhere without a word."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.content import videos
from outreach.content.findings import Refused
from outreach.content.media_store import MediaStore
from outreach.content.pictures import Format
from outreach.content.preflight import preflight
from outreach.content.reader import read_campaign
from outreach.content.render import Renderer
from outreach.content.template import TemplateProcess
from outreach.content.videos import examine_video
from outreach.domain.capabilities import Capabilities, ChannelProfile
from outreach.domain.message import Message
from outreach.domain.problem import Problems
from outreach.domain.rendition import Rendition
from tests.content.corpus import PROFILES, lay_out
from tests.content.test_render import planned
from tests.films import MOV, MP4, box, film, track

WEBSITE, PAGE, _ = PROFILES
TAKER = replace(PAGE, capabilities=Capabilities(video_limit=1_000_000))
HEAD = """---
title: Tên
channels: [website, facebook]
at: 2022-11-16 08:00
video: media/phim.mp4
---
Bài.
"""


def examine(content: bytes, name: str = "phim.mp4") -> Format:
    return examine_video(BytesIO(content), name)


@pytest.mark.parametrize(
    ("content", "name", "found"),
    [
        (MP4, "a.mp4", Format(mime="video/mp4", width=160, height=90)),
        (MP4, "A.MP4", Format(mime="video/mp4", width=160, height=90)),
        (MOV, "a.mov", Format(mime="video/quicktime", width=320, height=180)),
        (
            film(track(0, 0), track(640, 360)),
            "a.m4v",
            Format(mime="video/mp4", width=640, height=360),
        ),
        (
            film()[: film().index(b"mdat") - 4] + struct.pack(">I4sQ", 1, b"mdat", 18) + b"xx",
            "a.mp4",
            Format(mime="video/mp4", width=640, height=360),
        ),
        (
            film()[: film().index(b"mdat") - 4] + struct.pack(">I4s", 0, b"mdat") + b"to the end",
            "a.mp4",
            Format(mime="video/mp4", width=640, height=360),
        ),
    ],
)
def test_a_video_says_what_it_is(content: bytes, name: str, found: Format) -> None:
    assert examine(content, name) == found


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a" + bytes(100),
        b"<html>" * 40,
        film(track(0, 0)),
        film(box(b"trak")),
        box(b"ftyp", b"isom"),
        film() + b"\0\0\0\x08",
        film().replace(b"moov", b"free"),
        box(b"ftyp", b"isom") + box(b"free") * 10_001,
    ],
)
def test_what_is_no_video_or_shows_nothing_is_refused(content: bytes) -> None:
    with pytest.raises(Refused) as refused:
        examine(content)
    assert refused.value.code == "video-format"


def test_a_video_cut_off_anywhere_is_refused() -> None:
    for end in range(0, len(MP4), 7):
        with pytest.raises(Refused):
            examine(MP4[:end])


@given(st.data())
def test_broken_bytes_are_a_video_or_refused_and_never_anything_else(draw: st.DataObject) -> None:
    content = bytearray(MP4)
    for _ in range(draw.draw(st.integers(1, 8))):
        content[draw.draw(st.integers(0, len(content) - 1))] = draw.draw(st.integers(0, 255))
    try:
        examine(bytes(content))
    except Refused:
        return


def test_a_video_by_another_name_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        examine(MP4, "phim.png")
    assert refused.value.code == "video-misnamed"


# --- in messages -------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = lay_out(tmp_path)
    (made / "media" / "phim.mp4").write_bytes(MP4)
    return made


@pytest.fixture
def renderer(folder: Path, templates: TemplateProcess) -> Iterator[Renderer]:
    campaign = read_campaign(folder).campaign
    assert campaign
    with Renderer(campaign, folder, folder.parent / "kept", templates=templates) as made:
        yield made


def problems(folder: Path, text: str = HEAD) -> list[str]:
    (folder / "x.md").write_text(text, encoding="utf-8")
    found = read_campaign(folder).problems
    return [f"{p.code} {p.place.line}:{p.place.column}" for p in found]


def read(folder: Path, text: str = HEAD) -> Message:
    assert problems(folder, text) == []
    return next(m for m in read_campaign(folder).messages if m.id == "x")


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda file: file.unlink(), "file-missing"),
        (lambda file: file.write_bytes(MP4[:900]), "video-format"),
        (lambda file: (file.unlink(), file.symlink_to("/etc/passwd")), "symlink"),
        (lambda file: (file.unlink(), file.mkdir()), "not-a-file"),
    ],
)
def test_a_video_that_cannot_be_published_is_a_problem_at_its_line(
    folder: Path, spoil: object, code: str
) -> None:
    assert callable(spoil)
    spoil(folder / "media" / "phim.mp4")
    assert problems(folder) == [f"{code} 5:8"]


def test_a_video_that_is_too_large_is_a_problem(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(videos, "LARGEST_VIDEO", len(MP4) - 1)
    assert problems(folder) == ["file-too-large 5:8"]


def test_a_banner_has_no_video(folder: Path) -> None:
    banner = HEAD.replace("at: 2022-11-16 08:00", "kind: banner")
    assert problems(folder, banner) == ["key-of-other-kind 5:1"]


def test_a_channel_that_takes_it_gets_the_bytes_as_they_were(
    folder: Path, renderer: Renderer
) -> None:
    made = renderer.render(read(folder), TAKER, planned())
    assert made.video
    assert made.video.file.read_bytes() == MP4
    assert (made.video.mime, made.video.size, made.video.name) == (
        "video/mp4",
        len(MP4),
        "phim.mp4",
    )
    assert made.files == (made.video,)
    again = Rendition.from_json(made.to_json(), media_folder=made.video.file.parent)
    assert (again.video, again.digest) == (made.video, made.digest)
    (folder / "media" / "phim.mp4").write_bytes(film(size=5))
    changed = renderer.render(read(folder), TAKER, planned())
    assert changed.digest != made.digest
    assert made.video.file.read_bytes() == MP4


def test_a_video_that_is_kept_already_is_not_written_again(
    folder: Path, renderer: Renderer
) -> None:
    made = renderer.render(read(folder), TAKER, planned())
    assert made.video
    inode = made.video.file.stat().st_ino
    again = MediaStore(folder, made.video.file.parent).video(read(folder), 1_000_000)
    assert again == made.video
    assert made.video.file.stat().st_ino == inode
    made.video.file.write_bytes(b"torn")
    MediaStore(folder, made.video.file.parent).video(read(folder), 1_000_000)
    assert made.video.file.read_bytes() == MP4


def test_a_channel_that_takes_none_gets_the_message_without_whatever_it_shows(
    folder: Path, renderer: Renderer
) -> None:
    made = renderer.render(read(folder), WEBSITE, planned())
    assert (made.video, made.without_video) == (None, True)
    again = Rendition.from_json(made.to_json(), media_folder=folder)
    assert again == made
    (folder / "media" / "phim.mp4").write_bytes(film())
    assert renderer.render(read(folder), WEBSITE, planned()).digest == made.digest


def test_a_message_without_a_video_says_nothing_of_one(folder: Path, renderer: Renderer) -> None:
    message = read(folder, HEAD.replace("video: media/phim.mp4\n", ""))
    made = renderer.render(message, TAKER, planned())
    assert not {"video", "without_video"} & made.to_json().keys()


def test_more_than_the_channel_takes_is_a_problem_of_that_message(
    folder: Path, renderer: Renderer
) -> None:
    narrow = replace(PAGE, capabilities=Capabilities(video_limit=len(MP4) - 1))
    with pytest.raises(Problems) as refused:
        renderer.render(read(folder), narrow, planned())
    (problem,) = refused.value.problems
    assert (problem.code, problem.place.line) == ("file-too-large", 5)


def test_the_plan_says_where_readers_get_no_video(folder: Path, renderer: Renderer) -> None:
    elsewhere = ChannelProfile(name="email")
    found = preflight([read(folder)], (WEBSITE, TAKER, elsewhere), renderer)
    (problem,) = [p for p in found if p.code == "video-left-out"]
    assert "so-website" in str(problem.what)
    assert problem.place.line == 5
