"""How the publications were received: in a sentence, in a table and in a chart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from outreach.domain.counts import Metric
from outreach.domain.text import Text
from outreach.reports.official import tables
from outreach.reports.official.document import Bar, Block, Chart, Grid, Paragraph
from outreach.reports.official.month import Month
from outreach.reports.official.speech import Speaker
from outreach.reports.statistics import METRICS, By, totals

MOST_BARS = 12
"""A chart with more bars is no longer read."""

_AMOUNTS: Mapping[Metric, Callable[[str], Text]] = {
    Metric.VIEWS: lambda n: Text("{n} in views", n=n),
    Metric.REACH: lambda n: Text("{n} in reach", n=n),
    Metric.REACTIONS: lambda n: Text("{n} in reactions", n=n),
    Metric.COMMENTS: lambda n: Text("{n} in comments", n=n),
    Metric.SHARES: lambda n: Text("{n} in shares", n=n),
    Metric.CLICKS: lambda n: Text("{n} in clicks", n=n),
}


def reception(month: Month, say: Speaker) -> Iterator[Block]:
    """Nothing while nothing was counted."""
    table = tables.reception(month)
    if not table.rows:
        return
    sums = table.rows[-1]
    told = [metric for metric in METRICS if sums.get(metric)]
    listed = say.listing([say(_AMOUNTS[metric](say.plain(sums[metric]))) for metric in told])
    yield Paragraph(
        words=say(
            Text(
                "By {when}, these figures were read back (posts: {counted}, channels: {channels}): {listed}.",
                when=say.moment(_last_reading(month)),
                counted=say.count(sums["counted"]),
                channels=say.count(len(table.rows) - 1),
                listed=listed,
            )
        )
    )
    if Metric.REACH in told:
        yield Paragraph(
            words=say(
                Text(
                    "The platforms count people per post, so somebody who saw several posts is counted in reach several times."
                )
            )
        )
    yield Grid(
        caption=say(table.title),
        table=table,
        widths=(13, 38, *[114 / (len(told) + 1)] * (len(told) + 1)),
        left=frozenset({"name"}),
        total=True,
    )
    yield from _chart(month, say)


def _last_reading(month: Month) -> datetime:
    last = max(one.readings[-1].at for one in month.received if one.readings)
    return month.files.campaign.local(last)


def _chart(month: Month, say: Speaker) -> Iterator[Chart]:
    """Views by topic, the most seen first."""
    rows = totals(month.received, By.TOPIC, month.files.campaign.zone)
    seen = sorted(((int(row[Metric.VIEWS] or 0), str(row["name"])) for row in rows), reverse=True)[
        :MOST_BARS
    ]
    if seen and seen[0][0] > 0:
        yield Chart(
            caption=say(Text("Views by topic")),
            each=Text("Topic"),
            measures=METRICS[Metric.VIEWS],
            bars=tuple(
                Bar(
                    label=name or say(tables.UNNAMED),
                    value=views,
                    share=round(views / seen[0][0], 4),
                    figure=say.plain(views),
                )
                for views, name in seen
            ),
        )
