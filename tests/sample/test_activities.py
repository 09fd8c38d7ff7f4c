"""The sample covers every activity that the office's plan names, with every kind and way of scheduling."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from tests.sample.sample import Sample, campaign, of_kind, on, samples

ACTIVITIES = {
    "launch": {"le-phat-dong", "phat-dong", "ke-hoach-91"},
    "theme and messages": {"y-nghia-chu-de", "thong-diep"},
    "law and policy": {
        "luat-binh-dang-gioi",
        "luat-phong-chong-bao-luc-gia-dinh",
        "chien-luoc-quoc-gia",
    },
    "skills against violence": {"nhan-dien-bao-luc", "ky-nang-bao-ve-tre-em"},
    "social security for people": {"an-sinh-xa-hoi"},
    "social security for the office's women": {"chinh-sach-lao-dong-nu"},
    "women's power": {"doanh-nghiep-nu-lam-chu", "vai-tro-phu-nu"},
    "direct talks": {"truyen-thong-truc-tiep", "giao-ban", "to-gap"},
    "printed banners": {"bang-ron-treo-dot-1", "bang-ron-treo-dot-2"},
    "web banners": {"bang-ron-website", "bang-ron-16-ngay"},
    "departments' own work": {
        "long-ghep-thuong-mai",
        "long-ghep-an-toan-lao-dong",
        "chia-se-viec-nha",
    },
    "contests": {"cuoc-thi"},
    "commendations": {"bieu-duong-cong-tac-binh-dang-gioi", "bieu-duong-thang-hanh-dong"},
    "international days": {"ngay-25-11", "ngay-10-12"},
    "hotlines": {"so-dien-thoai"},
    "closing": {"tong-ket"},
}
THEME = (
    "Đảm bảo an sinh xã hội, tăng quyền năng và tạo cơ hội cho phụ nữ và trẻ em gái "
    "nhằm thực hiện bình đẳng giới và xóa bỏ bạo lực trên cơ sở giới"
)


def test_every_message_serves_an_activity_and_every_activity_has_its_messages() -> None:
    assert {each.id for each in samples()} == set().union(*ACTIVITIES.values())


def test_the_campaign_is_the_one_of_the_plan() -> None:
    plan, window = campaign()["plan"], campaign()["window"]
    assert campaign()["theme"] == THEME
    assert (plan["number"], plan["date"].isoformat()) == ("91/KH-SCT", "2022-10-28")
    assert (window["from"].isoformat(), window["until"].isoformat()) == ("2022-11-15", "2022-12-15")


@pytest.mark.parametrize(("key", "field"), [("topics", "topic"), ("units", "unit")])
def test_each_topic_and_each_department_has_a_message(key: str, field: str) -> None:
    assert {each.head[field] for each in samples()} == set(campaign()[key])


@pytest.mark.parametrize("kind", ["post", "banner", "event", "contest", "commendation"])
def test_every_kind_is_used(kind: str) -> None:
    assert of_kind(kind)


@pytest.mark.parametrize(
    "is_used",
    [
        lambda head: isinstance(head.get("at"), str),
        lambda head: isinstance(head.get("at"), list),
        lambda head: head.get("repeat", "").startswith("hằng tuần"),
        lambda head: head.get("repeat", "").startswith("FREQ="),
        lambda head: "spread" in head,
    ],
    ids=["once", "list", "words", "rule", "spread"],
)
def test_every_way_of_scheduling_is_used(is_used: Callable[[dict[str, Any]], bool]) -> None:
    assert any(is_used(each.head) for each in samples())


def test_broadcasts_keep_within_four_a_month() -> None:
    broadcasts = on("zalo-oa")
    assert all(set(each.head) & {"repeat", "spread"} == set() for each in broadcasts)
    assert not [each.id for each in broadcasts if each.kind == "contest"]
    assert 1 <= sum(len(each.times) for each in broadcasts) <= 4


def test_printed_banners_hang_at_most_fifteen_days_and_say_where_and_by_whom() -> None:
    printed = [each for each in of_kind("banner") if "truc-tiep" in each.channels]
    assert len(printed) == 2
    assert all(_days(each) <= 15 for each in printed)
    assert all(each.head[key] for each in printed for key in ("size", "places", "maker"))


def test_fixed_posts_of_one_channel_are_half_an_hour_apart_and_within_decent_hours() -> None:
    for channel in ("so-website", "facebook-page", "zalo-oa"):
        times = sorted(time for each in on(channel) for time in each.times)
        assert all((later - sooner).total_seconds() >= 1800 for sooner, later in pairwise(times))
        assert all("06:30" <= f"{time:%H:%M}" < "21:30" for time in times)
        assert all(time.date() not in campaign()["posting"]["blackout"] for time in times)


def test_no_two_messages_share_a_title() -> None:
    assert Counter(each.head["title"] for each in samples()).most_common(1)[0][1] == 1


def _days(banner: Sample) -> int:
    first, last = (int(banner.head[key][8:10]) for key in ("from", "until"))
    return last - first + 1
