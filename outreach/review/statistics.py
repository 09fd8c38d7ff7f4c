"""The statistics: charts that the server draws, each beside its figures as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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

WIDTH, HEIGHT, LEFT = 640, 28, 210
"""A chart's width, the height of a bar, and the room for its name, in SVG units."""


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar: its name, its figure, where it stands and how long it is, in SVG units."""

    name: str
    value: int
    y: int
    length: float


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Bars for one metric, and the table that they come from."""

    table: Table
    by: By
    bars: Sequence[Bar]


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A line over the days, as the points of an SVG polyline."""

    points: str
    first: str
    last: str
    highest: int


def statistics_page(visit: Visit) -> Response:
    """How the publications of one campaign were received: by channel, topic and unit, and over the days."""
    reading = visit.office.reading()
    known = reading.campaigns()
    chosen = visit.asked("campaign") or present(known, reading.now)
    part = Part(campaign=chosen or None, channel=visit.asked("channel") or None)
    metric = {m.value: m for m in Metric}.get(visit.asked("metric"), Metric.VIEWS)
    figures, zone = visit.office.figures, reading.zone(chosen)
    tables = {by: figures.table(part, by, zone) for by in (*CHARTS, By.DAY)}
    return visit.page(
        "statistics",
        charts=[_chart(tables[by], by, metric, visit.language) for by in CHARTS],
        days=tables[By.DAY],
        curve=_curve(tables[By.DAY], metric),
        metric=metric,
        metrics=METRICS,
        titles=TITLES,
        channels=sorted(reading.channels()),
        chosen=part.channel,
        campaigns=known,
        campaign=chosen,
        size={"width": WIDTH, "height": HEIGHT, "left": LEFT},
    )


def _chart(table: Table, by: By, metric: Metric, language: str) -> Chart:
    rows = sorted(table.rows, key=lambda row: -(row[metric] or 0))[:BARS]
    most = max((row[metric] or 0 for row in rows), default=0)
    bars = [
        Bar(
            name=to_words(row["shown_name"], language),
            value=row[metric],
            y=number * HEIGHT,
            length=round((WIDTH - LEFT - 80) * row[metric] / most, 1) if most else 0,
        )
        for number, row in enumerate(rows)
        if row[metric] is not None
    ]
    return Chart(table=table, by=by, bars=bars)


def _curve(table: Table, metric: Metric) -> Curve | None:
    told = [(row["name"], row[metric]) for row in table.rows if row[metric] is not None]
    if len(told) < 2:
        return None
    most = max(value for _, value in told) or 1
    step = (WIDTH - 40) / (len(told) - 1)
    points = (
        f"{round(20 + number * step, 1)},{round(150 - 130 * value / most, 1)}"
        for number, (_, value) in enumerate(told)
    )
    return Curve(points=" ".join(points), first=told[0][0], last=told[-1][0], highest=most)
