"""What previews say of a message's parts: folds, both forms of hashtags, what is left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from outreach.channel import Kind, Text
from outreach.channels._previews import CHARACTERS, fold, hashtag_forms, left_out, text_gauge
from outreach.channels.facebook_page.composition import compose, previewed, previewed_cover
from outreach.channels.facebook_page.settings import FacebookPageSettings
from outreach.domain.capabilities import Capabilities
from outreach.domain.message import Honour
from outreach.testing import sample_rendition
from tests.channels.facebook_stage import picture

PHONE = Text("on a phone")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ngắn thôi", None),
        ("Đúng mười!", None),
        ("Mười chữ cái đầu", "Mười chữ"),
        ("Mười chữ c\u0301 đầu", "Mười chữ c\u0301"),
        ("Mộttừthậtdài", "Mộttừthậtd"),
        ("👩‍👩‍👧 một hai ba bốn", "👩‍👩‍👧 một hai"),
    ],
)
def test_the_fold_counts_what_readers_see_and_keeps_words_whole(
    text: str, shown: str | None
) -> None:
    folds = fold(text, 10, PHONE)
    assert [text[: one.at] for one in folds] == ([] if shown is None else [shown])


@pytest.mark.parametrize(
    ("sent", "plain", "marked"),
    [
        ("#BinhDangGioi", "#BinhDangGioi", "#BìnhĐẳngGiới"),
        ("#binhdanggioi", "#binhdanggioi", "#BìnhĐẳngGiới"),
        ("#BìnhĐẳngGiới", "#BinhDangGioi", "#BìnhĐẳngGiới"),
        ("#ThangHanhDong", "#ThangHanhDong", "#ThángHànhĐộng"),
        ("#VNA2022", "#VNA2022", ""),
        ("#GioiPhatDong", "#GioiPhatDong", ""),
    ],
)
def test_hashtags_have_both_forms_where_the_campaign_spells_them(
    sent: str, plain: str, marked: str
) -> None:
    rendition = sample_rendition(
        hashtags=(sent,), theme="Vì bình đẳng giới", title="Phát động", text="Tháng hành động"
    )
    (found,) = hashtag_forms(rendition)
    assert (found.sent, found.plain, found.marked) == (sent, plain, marked)


def test_only_what_a_message_has_can_be_left_out() -> None:
    bare = sample_rendition(summary="", link="", hashtags=(), html="<p>x</p>")
    assert left_out(bare, "summary", "link", "hashtags", "pictures", "markup", "honours") == ()
    full = sample_rendition(individuals=(Honour(name="Đồng chí A"),))
    whats = [str(one.what) for one in left_out(full, "title", "honours", "markup")]
    assert whats == ["the title", "the list of the commended", "headings, lists and bold type"]


def test_a_gauge_without_a_limit_is_only_a_length() -> None:
    gauge = text_gauge("e\u0302\u0301 🧡")
    assert (gauge.used, gauge.limit, gauge.unit) == (3, None, CHARACTERS)


def facebook(**settings: object) -> FacebookPageSettings:
    given = {"page_id": "1", "token": "t" * 9, "app_id": "2", **settings}
    return FacebookPageSettings.model_validate(given)


def test_facebook_counts_in_utf16_and_folds_twice() -> None:
    rendition = sample_rendition(text="🧡 " * 300)
    seen = previewed(rendition, compose(rendition, facebook()), Capabilities())
    assert seen.gauges[0].used == len(seen.text.encode("utf-16-le")) // 2
    assert [str(one.where) for one in seen.folds] == ["on a phone", "on a computer"]
    assert seen.card is not None
    assert (seen.card.link, seen.card.title) == (rendition.link, "")
    assert rendition.link not in seen.text


def test_facebook_keeps_the_first_comment_apart() -> None:
    rendition = sample_rendition()
    post = compose(rendition, facebook(first_comment=("hashtags", "link")))
    seen = previewed(rendition, post, Capabilities())
    assert seen.text == rendition.text
    assert seen.comment == f"{rendition.link}\n\n#BinhDangGioi"


def test_a_cover_shows_one_picture_and_no_word(tmp_path: Path) -> None:
    media = (picture(tmp_path), picture(tmp_path, "b.png"))
    banner = sample_rendition(kind=Kind.BANNER, media=media)
    seen = previewed_cover(banner, compose(banner, facebook()), Capabilities())
    assert seen.text == ""
    assert [one.media for one in seen.media or ()] == [media[0]]
    assert "all pictures but the first" in [str(one.what) for one in seen.dropped]
