"""The statistics: charts that the server draws, each beside its figures as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from starlette.responses import Response

from outreach.domain.counts import Metric
from outreach.reports.cells import to_words
from outreach.reports.statistics import METRICS, TITLES, By
from outreach.reports.table import Table
from outreach.review.campaigns import present
from outreach.review.visit import Visit
from outreach.store.receptions import Part

CHARTS = (By.CHANNEL, By.TOPIC, By.UNIT)
BARS = 12
"""So many bars at most; the table has every row."""

TICKS = 5
"""So many days are named below the line, about."""


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar: its name, its figure, and how long it is in percent of the longest."""

    name: str
    value: int
    length: float


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Bars for one metric, and the table that they come from."""

    table: Table
    by: By
    bars: Sequence[Bar]


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A line over the days, as the points of an SVG polyline 100 wide and 100 high; `days` are those that are named, the others None."""

    points: str
    days: Sequence[date | None]
    first: date
    last: date
    highest: int


def statistics_page(visit: Visit) -> Response:
    """How the publications of one campaign were received: by channel, topic and unit, and over the days."""
    reading = visit.office.reading()
    known = reading.campaigns()
    chosen = visit.asked("campaign") or present(known, reading.now)
    part = Part(campaign=chosen or None, channel=visit.asked("channel") or None)
    metric = {m.value: m for m in Metric}.get(visit.asked("metric"), Metric.VIEWS)
    figures, zone = visit.office.figures, reading.zone(chosen)
    tables = {by: figures.table(part, by, zone) for by in CHARTS}
    days = _dated(figures.table(part, By.DAY, zone))
    return visit.page(
        "statistics",
        charts=[_chart(tables[by], by, metric, visit.language) for by in CHARTS],
        days=days,
        curve=_curve(days, metric),
        totals=_totals(tables[By.CHANNEL]),
        metric=metric,
        metrics=METRICS,
        titles=TITLES,
        channels=sorted(reading.channels()),
        chosen=part.channel,
        campaigns=known,
        campaign=chosen,
    )


def _chart(table: Table, by: By, metric: Metric, language: str) -> Chart:
    rows = sorted(table.rows, key=lambda row: -(row[metric] or 0))[:BARS]
    most = max((row[metric] or 0 for row in rows), default=0)
    bars = [
        Bar(
            name=to_words(row["shown_name"], language),
            value=row[metric],
            length=round(100 * row[metric] / most, 1) if most else 0,
        )
        for row in rows
        if row[metric] is not None
    ]
    return Chart(table=table, by=by, bars=bars)


def _dated(table: Table) -> Table:
    """The table of days with dates for people in it."""
    rows = ({**row, "shown_name": date.fromisoformat(row["name"])} for row in table.rows)
    return replace(table, rows=tuple(rows))


def _totals(table: Table) -> dict[Metric, int | None]:
    """What every metric comes to; None where no channel tells it."""
    told = {m: [row[m] for row in table.rows if row[m] is not None] for m in Metric}
    return {metric: sum(values) if values else None for metric, values in told.items()}


def _curve(table: Table, metric: Metric) -> Curve | None:
    told = [(row["shown_name"], row[metric]) for row in table.rows if row[metric] is not None]
    if len(told) < 2:
        return None
    most, count = max(value for _, value in told), len(told)
    points = (
        f"{round(100 * (number + 0.5) / count, 2)},{round(100 - 100 * value / (most or 1), 1)}"
        for number, (_, value) in enumerate(told)
    )
    apart = max(1, round((count - 1) / TICKS))
    return Curve(
        points=" ".join(points),
        days=[day if number % apart == 0 else None for number, (day, _) in enumerate(told)],
        first=told[0][0],
        last=told[-1][0],
        highest=most,
    )
