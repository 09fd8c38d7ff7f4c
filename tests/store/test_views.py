"""Counters of page views."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Engine

from outreach.store.views import Views


def test_views_add_up_over_days_and_pages(sqlite_engine: Engine) -> None:
    views = Views(sqlite_engine)
    first, second = date(2022, 11, 15), date(2022, 11, 16)
    views.bump({(first, "/phat-dong"): 2, (first, "/khac"): 1})
    views.bump({(first, "/phat-dong"): 3, (second, "/phat-dong"): 1})
    views.bump({})
    assert views.total("/phat-dong") == 6
    assert views.total("/never-read") == 0
    assert views.totals() == {"/phat-dong": 6, "/khac": 1}
