"""Only dates that schedule something move."""

from __future__ import annotations

from datetime import date

from outreach.cli.year_copy import YearCopy, mentions
from outreach.domain.campaign import Window

YEARS = YearCopy(
    old=Window(start=date(2022, 11, 15), end=date(2022, 12, 15)),
    new=Window(start=date(2023, 11, 15), end=date(2023, 12, 15)),
)

CAMPAIGN = """\
name = "Tháng hành động 2022"
[plan]
date = 2022-10-28
[window]
from = 2022-11-15
until = 2022-12-15 # inclusive
[posting]
blackout = [2022-11-20]
[[hotlines]]
checked = 2022-11-01
"""

MESSAGE = """\
---
title: Tin 2022-11-16
at:
  - 2022-11-16 08:00
  - 2022-11-25 08:00
repeat: FREQ=WEEKLY;UNTIL=20221214T235959
summary: Từ 2022-11-16
---
at: 2022-11-16
"""


def test_window_and_blackout_move_but_records_stay() -> None:
    moved = YEARS.campaign_file(CAMPAIGN)
    assert "from = 2023-11-15\nuntil = 2023-12-15 # inclusive\n" in moved
    assert "blackout = [2023-11-19]" in moved
    assert 'name = "Tháng hành động 2022"\n[plan]\ndate = 2022-10-28\n' in moved
    assert "checked = 2022-11-01" in moved


def test_the_schedule_moves_but_words_stay() -> None:
    moved = YEARS.message(MESSAGE)
    assert "  - 2023-11-15 08:00\n  - 2023-11-25 08:00\n" in moved
    assert "UNTIL=20231213T235959" in moved
    assert "title: Tin 2022-11-16\n" in moved
    assert "summary: Từ 2022-11-16\n---\nat: 2022-11-16\n" in moved


def test_what_is_no_date_stays() -> None:
    assert YEARS.message("---\nat: 2022-13-45 08:00\n---\n") == "---\nat: 2022-13-45 08:00\n---\n"


def test_lines_that_name_the_old_year_are_listed() -> None:
    found = list(mentions("a/b.md", "x\nNăm 2022\n12022\n", 2022))
    assert [str(mention.place) for mention in found] == ["a/b.md:2:5"]
