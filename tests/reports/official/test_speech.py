"""Numbers, days and lists as offices write them, and counts that always add up."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.delivery import State
from outreach.domain.message import Kind
from outreach.reports.official.figures import Deed, tally
from outreach.reports.official.heading import PORTRAIT_LINE, TITLE, TITLE_SIZE, title_lines
from outreach.reports.official.speech import NO_BREAK, Speaker, grouped, share
from outreach.typesetting.fonts import face


def loose(words: str) -> str:
    """With ordinary spaces."""
    return words.replace(NO_BREAK, " ")


VI, EN = Speaker("vi"), Speaker("en")
DUE = datetime(2022, 11, 15, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "vietnamese", "english"),
    [(0, "0", "0"), (3, "03", "3"), (9, "09", "9"), (10, "10", "10"), (23456, "23.456", "23,456")],
)
def test_counts(number: int, vietnamese: str, english: str) -> None:
    assert (VI.count(number), EN.count(number)) == (vietnamese, english)


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        *((0, 0, "0%"), (0, 9, "0%"), (1, 3, "33,3%"), (2, 3, "66,7%"), (65, 66, "98,5%")),
        *((999, 1000, "99,9%"), (9999, 10000, "99,9%"), (1, 10000, "0,1%"), (7, 7, "100%")),
    ],
)
def test_shares_are_rounded_but_only_the_whole_is_a_hundred_percent(
    part: int, whole: int, said: str
) -> None:
    assert VI(share(part, whole)) == said


def test_days_below_ten_and_the_months_one_and_two_have_a_leading_zero() -> None:
    assert loose(VI.day(date(2023, 1, 5))) == "ngày 05 tháng 01 năm 2023"
    assert loose(VI.day(date(2022, 11, 28))) == "ngày 28 tháng 11 năm 2022"
    assert loose(VI.day(date(2022, 3, 1))) == "ngày 01 tháng 3 năm 2022"


def test_a_span_says_the_year_once_when_it_is_one() -> None:
    assert loose(VI.span(date(2022, 11, 15), date(2022, 12, 15))) == (
        "từ ngày 15 tháng 11 đến ngày 15 tháng 12 năm 2022"
    )
    assert loose(VI.span(date(2022, 12, 30), date(2023, 1, 2))) == (
        "từ ngày 30 tháng 12 năm 2022 đến ngày 02 tháng 01 năm 2023"
    )


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(seconds=5), "01 phút"),
        (timedelta(minutes=7), "07 phút"),
        (timedelta(hours=2, minutes=4), "02 giờ 04 phút"),
        (timedelta(days=3, minutes=4), "03 ngày 04 phút"),
        (timedelta(days=3, hours=2, minutes=4), "03 ngày 02 giờ"),
    ],
)
def test_lengths_of_time(span: timedelta, said: str) -> None:
    assert loose(VI.length(span)) == said


@pytest.mark.parametrize(
    ("items", "said"),
    [([], ""), (["a"], "a"), (["a", "b", "c"], "a, b và c"), (["a, b", "c", "d"], "a, b; c và d")],
)
def test_lists(items: list[str], said: str) -> None:
    assert VI.listing(items) == said


def test_decimal_signs_follow_the_language() -> None:
    assert (VI.decimal("8 x 0.8 m"), EN.decimal("8 x 0.8 m")) == ("8 x 0,8 m", "8 x 0.8 m")
    assert VI.decimal("3. Cổng") == "3. Cổng"


def test_no_line_parts_a_number_from_what_it_counts() -> None:
    assert VI.moment(DUE) == f"01{NO_BREAK}giờ{NO_BREAK}00{NO_BREAK}phút ngày{NO_BREAK}15/11/2022"
    assert VI.length(timedelta(hours=2)) == f"02{NO_BREAK}giờ"
    assert VI.day(DUE.date()) == f"ngày{NO_BREAK}15 tháng{NO_BREAK}11 năm{NO_BREAK}2022"


@given(st.lists(st.text("abÀ", min_size=1, max_size=12), min_size=1, max_size=40))
def test_a_title_in_lines_holds_every_word_and_no_line_is_too_long(words: list[str]) -> None:
    lines = title_lines(" ".join(words), PORTRAIT_LINE)
    assert " ".join(lines).split() == words
    assert all(face(TITLE).width(line) * TITLE_SIZE <= PORTRAIT_LINE for line in lines)


def test_a_title_breaks_where_a_person_would_break_it() -> None:
    name = "Tháng hành động vì bình đẳng giới và phòng ngừa, ứng phó với bạo lực trên cơ sở giới năm 2022"
    assert title_lines(f"Kết quả triển khai {name}", PORTRAIT_LINE) == (
        "Kết quả triển khai Tháng hành động vì bình đẳng giới và phòng ngừa,",
        "ứng phó với bạo lực trên cơ sở giới năm 2022",
    )


@given(st.text("0123456789abcdef", max_size=64))
def test_a_grouped_seal_loses_nothing(seal: str) -> None:
    assert grouped(seal).replace(" ", "") == seal


DEEDS = st.builds(
    lambda state, delay, by_people: Deed(
        number=1,
        message="tin",
        channel="so-website",
        title="Tin",
        kind=Kind.POST,
        topic="",
        unit="",
        due=DUE,
        at=DUE + delay,
        state=state,
        reason=None,
        link="",
        by_people=by_people,
    ),
    st.sampled_from(list(State)),
    st.timedeltas(timedelta(hours=-1), timedelta(days=2)),
    st.booleans(),
)


@given(st.lists(DEEDS))
def test_the_parts_of_a_tally_make_the_whole(deeds: list[Deed]) -> None:
    found = tally(deeds)
    assert found.done + found.failed + found.open == found.planned == len(deeds)
    assert found.on_time + found.late == found.done
    assert min(found.on_time, found.late, found.failed, found.open) >= 0
