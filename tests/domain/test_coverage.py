"""Coverage tells where the month is empty and where it is crowded."""

from __future__ import annotations

import json
from datetime import timedelta

from outreach.domain.coverage import Collision, Coverage, coverage
from outreach.domain.message import Kind, Message
from outreach.domain.schedule import Hang
from tests.domain.office import at, campaign, message, once, plan_of, posting


def covered(*messages: Message) -> Coverage:
    rules = posting(minimum_gap=timedelta(0))
    return coverage(plan_of(*messages, posting=rules), campaign(posting=rules), messages)


LAUNCH = message(
    "a",
    once("11-15 08:00", "11-22 08:00"),
    "website",
    "facebook",
    topic="phát động",
    unit="Thanh tra",
)


def test_publications_are_counted_per_topic_unit_and_week() -> None:
    found = covered(LAUNCH)
    assert found.channels == ("facebook-page", "so-website", "truc-tiep")
    assert [(line.name, line.counts) for line in found.topics] == [
        ("phát động", (2, 2, 0)),
        ("tổng kết", (0, 0, 0)),
    ]
    assert [(line.name, line.total) for line in found.units] == [
        ("Văn phòng Sở", 0),
        ("Thanh tra", 4),
    ]
    assert [line.name for line in found.weeks] == [f"2022-W{week}" for week in range(46, 51)]
    assert [line.total for line in found.weeks] == [2, 2, 0, 0, 0]


def test_gaps_are_named() -> None:
    found = covered(LAUNCH)
    assert found.empty_topics == ("tổng kết",)
    assert found.empty_units == ("Văn phòng Sở",)
    assert found.empty_weeks == ("2022-W48", "2022-W49", "2022-W50")


def test_two_messages_at_one_time_on_one_channel_collide() -> None:
    found = covered(LAUNCH, message("b", once("11-15 08:00")))
    assert found.collisions == (
        Collision(at="2022-11-15 08:00", channel="so-website", messages=("a", "b")),
    )


def test_a_banner_counts_once_though_it_also_comes_down() -> None:
    schedule = Hang(start=at("11-15 07:00"), end=at("12-01 17:00"))
    found = covered(message("banner", schedule, kind=Kind.BANNER, topic="tổng kết"))
    assert sum(line.total for line in found.topics) == 1


def test_coverage_is_plain_json() -> None:
    again = message("c", once("11-16 08:00"), topic="tổng kết")
    found = covered(LAUNCH, message("b", once("11-15 08:00")), again).to_json()
    nothing = {"facebook-page": 0, "so-website": 0, "truc-tiep": 0}
    assert json.loads(json.dumps(found)) == {
        "campaign": "2022",
        "channels": ["facebook-page", "so-website", "truc-tiep"],
        "topics": {
            "phát động": nothing | {"facebook-page": 2, "so-website": 2},
            "tổng kết": nothing | {"so-website": 1},
        },
        "units": {
            "Văn phòng Sở": nothing,
            "Thanh tra": nothing | {"facebook-page": 2, "so-website": 2},
        },
        "weeks": {
            "2022-W46": nothing | {"facebook-page": 1, "so-website": 3},
            "2022-W47": nothing | {"facebook-page": 1, "so-website": 1},
            "2022-W48": nothing,
            "2022-W49": nothing,
            "2022-W50": nothing,
        },
        "empty": {
            "topics": [],
            "units": ["Văn phòng Sở"],
            "weeks": ["2022-W48", "2022-W49", "2022-W50"],
        },
        "collisions": [{"at": "2022-11-15 08:00", "channel": "so-website", "messages": ["a", "b"]}],
    }
