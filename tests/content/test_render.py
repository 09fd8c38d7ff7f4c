"""A message for one channel: which text, which pictures, which facts; and a digest that changes only with the content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from outreach.content.media_store import MediaStore
from outreach.content.reader import Content, read_campaign
from outreach.content.render import Renderer, RenderJob
from outreach.content.template import TemplateProcess
from outreach.domain.capabilities import Capabilities, PictureLimits
from outreach.domain.delivery import Action, Identity
from outreach.domain.message import Kind, Lateness, LatePolicy, Message
from outreach.domain.plan import Planned
from outreach.domain.problem import Problems
from outreach.domain.rendition import Rendition
from tests.content.corpus import PROFILES, lay_out

WEBSITE, FACEBOOK, ZALO = PROFILES
LATE = Lateness(policy=LatePolicy.SKIP)
DUE = datetime(2022, 11, 16, 1, tzinfo=UTC)
TEXT = """---
title: Tên
channels: [website, facebook, zalo]
at: 2022-11-16 08:00
hashtags: ["#Them", "#BinhDangGioi"]
image: media/anh.png
image_alt: Một bức ảnh
---
Chung **{{ campaign.office }}**

::: social
Mạng xã hội
:::

::: facebook-page
Đúng tên kênh
:::
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return lay_out(tmp_path)


@pytest.fixture
def renderer(folder: Path, templates: TemplateProcess) -> Iterator[Renderer]:
    campaign = read_campaign(folder).campaign
    assert campaign is not None
    with Renderer(campaign, folder, folder.parent / "kept", templates=templates) as made:
        yield made


def message(folder: Path, text: str, name: str = "x") -> Message:
    (folder / f"{name}.md").write_text(text, encoding="utf-8")
    content: Content = read_campaign(folder)
    assert content.problems == ()
    return next(m for m in content.messages if m.id == name)


def planned(days_left: int | None = None) -> Planned:
    identity = Identity(campaign="c", message="x", channel="k", ordinal=2, action=Action.PUBLISH)
    return Planned(
        identity=identity,
        due=DUE,
        expires=DUE + timedelta(days=1),
        late=LATE,
        days_left=days_left,
    )


def test_the_channels_name_goes_before_its_tags_and_these_before_everyone(
    folder: Path, renderer: Renderer
) -> None:
    found = message(folder, TEXT)
    assert renderer.render(found, WEBSITE, planned()).text == "Chung Sở Công Thương"
    assert renderer.render(found, FACEBOOK, planned()).text == "Đúng tên kênh"
    assert renderer.render(found, ZALO, planned()).text == "Mạng xã hội"


def test_of_two_tags_the_part_written_first_is_taken(folder: Path, renderer: Renderer) -> None:
    body = "---\nA\n\n::: zalo\nMột\n:::\n\n::: social\nHai\n:::\n"
    found = message(folder, TEXT.split("---\nChung", maxsplit=1)[0] + body)
    assert renderer.render(found, ZALO, planned()).text == "Một"


def test_everything_an_adapter_needs(folder: Path, renderer: Renderer) -> None:
    made = renderer.render(message(folder, TEXT), WEBSITE, planned())
    assert made.html == "<p>Chung <strong>Sở Công Thương</strong></p>"
    assert made.hashtags == ("#BinhDangGioi", "#Them")
    assert (made.occurrence, made.due, made.zone) == (2, DUE, "Asia/Ho_Chi_Minh")
    assert made.theme == "Đảm bảo an sinh xã hội"


@pytest.mark.asvs("5.4.1", "Pictures are kept and shown under the hash of their bytes")
def test_pictures_are_kept_under_the_hash_of_their_bytes(folder: Path, renderer: Renderer) -> None:
    found = message(folder, TEXT)
    (before,) = renderer.render(found, WEBSITE, planned()).media
    data = (folder / "media" / "anh.png").read_bytes()
    assert before.file.read_bytes() == data
    assert (before.name, before.mime, before.width, before.height) == ("anh.png", "image/png", 8, 6)
    (folder / "media" / "anh.png").write_bytes(data + b"\0")
    (after,) = renderer.render(found, WEBSITE, planned()).media
    assert after.sha256 != before.sha256
    assert before.file.read_bytes() == data
    assert {file.name for file in before.file.parent.iterdir()} == {before.sha256, after.sha256}


def test_what_a_channel_would_not_take_is_prepared_once_and_the_original_stays(
    folder: Path, renderer: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = message(folder, TEXT)
    limits = PictureLimits(size=50_000, side=500, cover=(250, 160))
    can = Capabilities(pictures=limits)
    narrow = replace(ZALO, capabilities=can)
    (whole,) = renderer.render(found, WEBSITE, planned()).media
    made = renderer.render(found, narrow, planned())
    (cover,) = made.media
    assert (cover.name, cover.mime, cover.width, cover.height) == (
        "anh.jpg",
        "image/jpeg",
        250,
        160,
    )
    assert (cover.original, whole.original) == (whole.sha256, "")
    assert hashlib.sha256(cover.file.read_bytes()).hexdigest() == cover.sha256
    assert whole.file.read_bytes() == (folder / "media" / "anh.png").read_bytes()
    again = Rendition.from_json(made.to_json(), media_folder=cover.file.parent)
    assert (again.media, again.digest) == (made.media, made.digest)
    monkeypatch.setattr("outreach.content.media_store.fitted", None)
    store = MediaStore(folder, cover.file.parent)
    assert store.of(found, limits) == (cover,)
    monkeypatch.undo()
    cover.file.write_bytes(b"torn")
    assert MediaStore(folder, cover.file.parent).of(found, limits) == (cover,)
    assert cover.file.stat().st_size == cover.size


def test_a_picture_that_cannot_be_prepared_is_a_problem_at_its_line(
    folder: Path, renderer: Renderer
) -> None:
    can = Capabilities(pictures=PictureLimits(size=50_000, side=500))
    picture = folder / "media" / "anh.png"
    picture.write_bytes(picture.read_bytes()[:45])
    with pytest.raises(Problems) as refused:
        renderer.render(message(folder, TEXT), replace(ZALO, capabilities=can), planned())
    (problem,) = refused.value.problems
    assert (problem.code, str(problem.place)) == ("picture-damaged", "messages/chien-dich/x.md:6:8")


def test_a_picture_that_vanished_is_a_problem_of_that_message_only(
    folder: Path, renderer: Renderer
) -> None:
    good, bad = (
        message(folder, TEXT.replace("image: media/anh.png\nimage_alt: Một bức ảnh\n", "")),
        message(folder, TEXT, "y"),
    )
    (folder / "media" / "anh.png").unlink()
    jobs = [RenderJob(message=m, profile=WEBSITE, planned=planned()) for m in (bad, good)]
    first, second = renderer.render_all(jobs)
    assert isinstance(first, Problems)
    assert [str(p.place) for p in first.problems] == ["messages/chien-dich/y.md:6:8"]
    assert isinstance(second, Rendition)


def test_a_broken_template_is_a_problem_of_that_message_only(
    folder: Path, renderer: Renderer
) -> None:
    good = message(folder, TEXT)
    bad = replace(good, body="{{ nix }}")
    results = renderer.render_all(
        [RenderJob(message=m, profile=WEBSITE, planned=planned()) for m in (bad, good, bad)]
    )
    assert [type(result) for result in results] == [Problems, Rendition, Problems]


def test_the_digest_is_of_the_content_alone(folder: Path, renderer: Renderer) -> None:
    found = message(folder, TEXT)
    digest = renderer.render(found, WEBSITE, planned()).digest
    assert (
        renderer.render(found, WEBSITE, replace(planned(), due=DUE + timedelta(days=1))).digest
        == digest
    )
    assert renderer.render(replace(found, title="Khác"), WEBSITE, planned()).digest != digest
    assert renderer.render(found, FACEBOOK, planned()).digest != digest


CONTEST = """---
title: Cuộc thi
kind: contest
channels: [website]
at: 2022-11-16 08:00
deadline: 2022-12-01 17:00
---
Mời dự thi đến {{ deadline | day }}, {{ deadline | time }}.
"""


def test_a_reminder_says_so_by_itself(folder: Path, renderer: Renderer) -> None:
    found = message(folder, CONTEST)
    assert renderer.render(found, WEBSITE, planned()).text == "Mời dự thi đến 01/12/2022, 17:00."
    assert renderer.render(found, WEBSITE, planned(3)).text == (
        "Còn 3 ngày để tham gia: Cuộc thi. Hạn nhận đến 17:00 ngày 01/12/2022."
    )
    assert "Hôm nay là ngày cuối" in renderer.render(found, WEBSITE, planned(0)).text


def test_a_reminder_has_its_own_words_where_staff_wrote_them(
    folder: Path, renderer: Renderer
) -> None:
    found = message(folder, CONTEST + "\n::: reminder\nCòn {{ days_left }} ngày!\n:::\n")
    assert renderer.render(found, WEBSITE, planned(7)).text == "Còn 7 ngày!"
    assert renderer.render(found, WEBSITE, planned()).deadline == datetime(
        2022, 12, 1, 10, tzinfo=UTC
    )


def test_the_facts_of_each_kind(folder: Path, renderer: Renderer) -> None:
    head = "---\ntitle: T\nchannels: [website]\n"
    banner = message(
        folder, head + "kind: banner\nsize: 8 x 0.8 m\nplaces: [Cổng]\nmaker: Xưởng in\n---\n", "b"
    )
    made = renderer.render(banner, WEBSITE, planned())
    assert (made.kind, made.size, made.places, made.maker) == (
        Kind.BANNER,
        "8 x 0.8 m",
        ("Cổng",),
        "Xưởng in",
    )
    assert made.start == datetime(2022, 11, 15, tzinfo=UTC)
    event = "kind: event\nstart: 2022-11-20 08:00\nend: 2022-11-20 10:00\nplace: Sở\n---\n{{ message.start | time }}\n"
    made = renderer.render(message(folder, head + event, "e"), WEBSITE, planned())
    assert (made.start, made.place, made.text) == (
        datetime(2022, 11, 20, 1, tzinfo=UTC),
        "Sở",
        "08:00",
    )
    praise = "kind: commendation\nat: 2022-12-14 08:00\ncollectives:\n  - name: Phòng A\n    reason: Tốt\n---\nKhen\n"
    made = renderer.render(message(folder, head + praise, "k"), WEBSITE, planned())
    assert made.collectives[0].name == "Phòng A"
    assert Rendition.from_json(made.to_json(), media_folder=folder).digest == made.digest
