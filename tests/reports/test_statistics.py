"""Figures put together by topic, unit, channel, message and day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from outreach.domain.counts import Counts, Metric
from outreach.domain.delivery import Receipt
from outreach.reports import statistics
from outreach.reports.formats import to_text
from outreach.reports.source import Question
from outreach.reports.statistics import By
from outreach.store.counts import Reading, Received
from tests.reports.test_rows import DUE, FakeSource, delivery, identity

DAY = timedelta(days=1)


def received(
    message: str, *readings: tuple[datetime, Counts], at: datetime = DUE, **changes: Any
) -> Received:
    return Received(
        delivery=delivery(
            of=identity(message=message),
            due=at,
            receipt=Receipt(remote_id=message, at=at),
        ),
        readings=tuple(Reading(at=when, counts=counts) for when, counts in readings),
        **{"topic": "phát động", "unit": "", **changes},
    )


MONTH = (
    received(
        "a",
        (DUE + timedelta(hours=1), {Metric.VIEWS: 10, Metric.SHARES: 1, Metric.REACH: 4}),
        (DUE + 2 * DAY, {Metric.VIEWS: 30, Metric.SHARES: 2}),
        unit="Văn phòng",
    ),
    received("b", (DUE + 2 * DAY, {Metric.VIEWS: 5}), at=DUE + DAY, topic="tổng kết"),
    received("c", at=DUE + DAY),
)


def rows(by: By) -> list[tuple[Any, ...]]:
    table = statistics.build(FakeSource(counted=MONTH), Question(), by)
    keys = ("name", "publications", "counted", Metric.VIEWS, Metric.SHARES)
    return [tuple(row[key] for key in keys) for row in table.rows]


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (By.TOPIC, [("phát động", 2, 1, 30, 2), ("tổng kết", 1, 1, 5, None)]),
        (By.UNIT, [("Văn phòng", 1, 1, 30, 2), ("", 2, 1, 5, None)]),
        (By.CHANNEL, [("so-website", 3, 2, 35, 2)]),
        (By.MESSAGE, [("a", 1, 1, 30, 2), ("b", 1, 1, 5, None), ("c", 1, 0, None, None)]),
        (
            By.DAY,
            [
                ("2022-11-15", 1, 1, 10, 1),
                ("2022-11-16", 3, 1, 10, 1),
                ("2022-11-17", 3, 2, 35, 2),
            ],
        ),
    ],
)
def test_totals_of_what_was_last_known(by: By, expected: list[tuple[Any, ...]]) -> None:
    assert rows(by) == expected


def test_a_figure_that_is_no_longer_told_keeps_its_last_value() -> None:
    table = statistics.build(FakeSource(counted=MONTH), Question(), By.MESSAGE)
    assert [row[Metric.REACH] for row in table.rows] == [4, None, None]
    assert table.rows[0]["read"].isoformat() == "2022-11-17T08:00:00+07:00"


def test_a_day_ends_at_midnight_where_the_campaign_is() -> None:
    """17:00 in UTC is midnight in Viet Nam."""
    late = DUE.replace(hour=16, minute=59)
    read = ((late, {Metric.VIEWS: 1}), (late + timedelta(minutes=1), {Metric.VIEWS: 2}))
    table = statistics.build(FakeSource(counted=[received("a", *read)]), Question(), By.DAY)
    assert [(row["name"], row[Metric.VIEWS]) for row in table.rows] == [
        ("2022-11-15", 1),
        ("2022-11-16", 2),
    ]


def test_the_table_shows_only_what_some_channel_tells_and_fits_the_screen() -> None:
    table = statistics.build(FakeSource(counted=MONTH), Question(), By.UNIT)
    text = to_text(table, "vi")
    assert "Lượt xem" in text
    assert "(không ghi)" in text
    assert "Bình luận" not in text
    everything = received("d", (DUE, dict.fromkeys(Metric, 123456)), unit="Phòng " * 5)
    full = statistics.build(FakeSource(counted=[everything]), Question(), By.UNIT)
    assert max(map(len, to_text(full, "vi").splitlines())) <= 80


def test_nothing_published_is_said() -> None:
    table = statistics.build(FakeSource(), Question(), By.DAY)
    assert "Nothing has been published yet." in to_text(table, "en")
