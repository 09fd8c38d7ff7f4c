"""A message without a picture gets its card where the campaign says so: part of its rendition, the same each time, never in the way."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from unittest.mock import patch

import pytest
from PIL import Image

from outreach.art.cards import CampaignCards
from outreach.content.reader import read_campaign
from outreach.content.render import Renderer, RenderJob
from outreach.domain.capabilities import Capabilities, ChannelProfile, PictureLimits
from outreach.domain.delivery import Action, Identity
from outreach.domain.message import Message
from outreach.domain.plan import Planned
from outreach.domain.problem import Severity
from outreach.domain.rendition import Rendition
from outreach.typesetting import press

CAMPAIGN = """\
name = "Tháng hành động vì bình đẳng giới"
short_name = "Tháng hành động"
theme = "Tăng quyền năng cho phụ nữ"
office = "Sở Công Thương"
{cards}
[window]
from = 2022-11-15
until = 2022-12-15
[art]
theme = "modern"
"""
FILES = {
    "loi-chao": "title: Chung tay vì bình đẳng giới\nchannels: [web]\nat: 2022-11-16 08:00\n",
    "co-anh": "title: Có ảnh\nchannels: [web]\nat: 2022-11-16 08:00\nimage: media/a.png\nimage_alt: Ảnh\n",
    "dien-tu": "title: Trên mạng\nkind: banner\nchannels: [web]\nslogan: Chung *tay*\n",
    "bang-ron": "title: Băng rôn\nkind: banner\nchannels: [people]\nsize: 8 x 0.8 m\nslogan: Chung tay\n",
    "nu-cuoi": "title: Nụ cười 🙂\nchannels: [web]\nat: 2022-11-17 08:00\n",
}
WEB = ChannelProfile(name="web", tags=frozenset({"sites"}))
ZALO = ChannelProfile(
    name="zalo",
    capabilities=Capabilities(
        pictures=PictureLimits(size=1_000_000, side=4000, cover=(1000, 640)), banner=(1640, 624)
    ),
)
PEOPLE = ChannelProfile(name="people", capabilities=Capabilities(carried_out_by_people=True))
TEXT_ONLY = ChannelProfile(name="sms", capabilities=Capabilities(media_limit=0))


class Desk:
    """The renditions of the small campaign above."""

    def __init__(self, folder: Path, cards: str) -> None:
        self.folder = folder / "thang"
        (self.folder / "media").mkdir(parents=True)
        (self.folder / "campaign.toml").write_text(CAMPAIGN.format(cards=cards), "utf-8")
        for name, head in FILES.items():
            (self.folder / f"{name}.md").write_text(f"---\n{head}---\nXin chào.\n", "utf-8")
        Image.new("RGB", (60, 40), "white").save(self.folder / "media" / "a.png")
        content = read_campaign(self.folder)
        assert content.campaign is not None
        assert not [p for p in content.problems if p.severity is Severity.ERROR], content.problems
        self.messages = {message.id: message for message in content.messages}
        cards_ = CampaignCards(content.campaign, self.folder, folder / "drawings")
        self.renderer = Renderer(content.campaign, self.folder, folder / "media", cards=cards_)

    def rendition(self, name: str, profile: ChannelProfile = WEB) -> Rendition:
        job = self.job(name, profile)
        return self.renderer.render(job.message, job.profile, job.planned)

    def job(self, name: str, profile: ChannelProfile = WEB) -> RenderJob:
        message: Message = self.messages[name]
        identity = Identity(
            campaign="thang", message=name, channel=profile.name, ordinal=1, action=Action.PUBLISH
        )
        due = datetime(2022, 11, 16, 1, tzinfo=UTC)
        planned = Planned(identity=identity, due=due, expires=due, late=message.late)
        return RenderJob(message=message, profile=profile, planned=planned)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path, "cards = true")
    yield made
    made.renderer.close()


@pytest.mark.parametrize(
    ("name", "profile", "size"),
    [
        ("loi-chao", WEB, (1200, 630)),
        ("loi-chao", ZALO, (1000, 640)),
        ("dien-tu", WEB, (1920, 300)),
        ("bang-ron", PEOPLE, (1600, 160)),
    ],
)
def test_each_channel_gets_the_card_that_it_shows(
    desk: Desk, name: str, profile: ChannelProfile, size: tuple[int, int]
) -> None:
    (card,) = desk.rendition(name, profile).media
    made = card.file.read_bytes()
    with Image.open(BytesIO(made)) as picture:
        assert (picture.size, (card.width, card.height)) == (size, size)
    assert (card.sha256, card.size) == (hashlib.sha256(made).hexdigest(), len(made))
    assert card.mime == ("image/jpeg" if profile.capabilities.pictures else "image/png")
    assert card.alt == {"loi-chao": "Chung tay vì bình đẳng giới"}.get(name, "Chung tay")


def test_who_has_a_picture_or_shows_none_gets_no_card(desk: Desk) -> None:
    (own,) = desk.rendition("co-anh").media
    assert own.name == "a.png"
    assert desk.rendition("loi-chao", TEXT_ONLY).media == ()
    assert desk.rendition("loi-chao", PEOPLE).media == ()
    assert desk.renderer.undrawn == {}


def test_a_rendition_with_its_card_is_the_same_everywhere(desk: Desk, tmp_path: Path) -> None:
    again = Desk(tmp_path / "again", "cards = true")
    with again.renderer:
        assert again.rendition("loi-chao").digest == desk.rendition("loi-chao").digest


def test_a_card_stays_what_it_was_when_typst_is_exchanged(desk: Desk, tmp_path: Path) -> None:
    before = desk.rendition("loi-chao")
    desk.renderer.close()
    for drawing in (tmp_path / "drawings").iterdir():
        drawing.unlink()
    campaign = read_campaign(desk.folder).campaign
    assert campaign is not None
    cards = CampaignCards(campaign, desk.folder, tmp_path / "drawings")
    with (
        Renderer(campaign, desk.folder, tmp_path / "media", cards=cards) as desk.renderer,
        patch.object(press.Press, "png", side_effect=AssertionError),
    ):
        assert desk.rendition("loi-chao") == before


@pytest.mark.parametrize(
    ("cards", "on"),
    [('cards = ["sites"]', [WEB]), ('cards = ["zalo"]', [ZALO]), ("cards = false", []), ("", [])],
)
def test_the_campaign_says_which_channels_get_cards(
    tmp_path: Path, cards: str, on: list[ChannelProfile]
) -> None:
    desk = Desk(tmp_path, cards)
    with desk.renderer:
        assert [p for p in (WEB, ZALO) if desk.rendition("loi-chao", p).media] == on


def test_what_cannot_be_drawn_is_told_and_published_without(desk: Desk) -> None:
    smile = desk.rendition("nu-cuoi")
    assert (smile.media, smile.text) == ((), "Xin chào.")
    problem = desk.renderer.undrawn["nu-cuoi"]
    assert problem.severity is Severity.WARNING
    assert "🙂" in str(problem.what)
    assert problem.place.file.endswith("nu-cuoi.md")


def test_without_typst_the_text_goes_on_and_one_sentence_says_why(desk: Desk) -> None:
    with patch.object(press, "find_spec", return_value=None):
        bare = [desk.rendition("loi-chao"), desk.rendition("dien-tu")]
    assert [rendition.media for rendition in bare] == [(), ()]
    (told,) = set(desk.renderer.undrawn.values())
    assert told.place.file.endswith("/campaign.toml")
    assert "outreach[art]" in str(told.what)
    desk.renderer.render_all(
        [desk.job("loi-chao"), desk.job("nu-cuoi"), desk.job("nu-cuoi", PEOPLE)]
    )
    assert list(desk.renderer.undrawn) == ["nu-cuoi"]


def test_a_video_takes_the_card_s_place_where_it_is_shown(desk: Desk) -> None:
    film = dataclasses.replace(desk.messages["loi-chao"], video="media/phim.mp4")
    campaign = read_campaign(desk.folder).campaign
    assert campaign is not None
    cards = CampaignCards(campaign, desk.folder, desk.folder / "drawings")
    shows = ChannelProfile(name="film", capabilities=Capabilities(video_limit=1_000_000))
    assert cards.order(film, shows) is None
    assert cards.order(film, WEB)
    cards.close()


def test_a_card_over_the_limit_becomes_a_smaller_jpeg(desk: Desk) -> None:
    small = dataclasses.replace(
        ZALO, capabilities=Capabilities(pictures=PictureLimits(size=60_000, side=4000))
    )
    (card,) = desk.rendition("loi-chao", small).media
    assert card.mime == "image/jpeg"
    assert card.size <= 60_000
    assert card.original
