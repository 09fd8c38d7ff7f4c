"""What every store promises about counts."""

from __future__ import annotations

from datetime import UTC, timedelta

from sqlalchemy import Engine

from outreach.domain.counts import AFTERWARDS, Metric
from outreach.domain.delivery import Action
from outreach.reports import statistics
from outreach.reports.source import Question
from outreach.reports.statistics import By
from outreach.review.receptions import Figures
from outreach.store.counts import CountSeries, Reading
from outreach.store.queue import Queue
from outreach.store.receptions import Part, Receptions
from tests.reports.test_rows import FakeSource
from tests.store.office import CLOSES, DUE, LATER, claim_one, fill, planned, published, receipt

LATER_BY = timedelta(hours=7)


class CountsContract:
    """Readings of what was published."""

    def test_only_what_is_public_on_the_channel_is_counted(
        self, queue: Queue, engine: Engine
    ) -> None:
        fill(queue, [planned("a"), planned("b", due=LATER), planned("elsewhere", "zalo")])
        series = CountSeries(engine)
        assert series.public("website", DUE) == []
        queue.exchange([published(claim_one(queue))], {}, DUE)
        (found,) = series.public("website", LATER)
        assert (found.receipt, found.expires, found.last) == (
            receipt(found.delivery_id),
            CLOSES,
            None,
        )
        assert series.public("zalo", LATER) == []
        assert series.public("website", CLOSES + 3 * AFTERWARDS) == []

    def test_what_was_taken_down_is_not_counted_again_but_keeps_its_counts(
        self, queue: Queue, engine: Engine
    ) -> None:
        fill(queue, [planned("bang-ron")])
        fill(queue, [planned("bang-ron", due=LATER, action=Action.WITHDRAW)])
        queue.exchange([published(claim_one(queue))], {}, DUE)
        series = CountSeries(engine)
        (public,) = series.public("website", DUE)
        series.keep(public.delivery_id, DUE, {Metric.VIEWS: 3})
        queue.exchange([published(claim_one(queue, now=LATER))], {}, LATER)
        assert series.public("website", LATER) == []
        (received,) = series.received()
        assert received.readings == (Reading(at=DUE, counts={Metric.VIEWS: 3}),)

    def test_readings_are_a_series_and_the_same_instant_is_written_once(
        self, queue: Queue, engine: Engine
    ) -> None:
        fill(queue, [planned("a")])
        queue.exchange([published(claim_one(queue))], {}, DUE)
        series, (one,) = CountSeries(engine), CountSeries(engine).public("website", DUE)
        later = LATER + timedelta(microseconds=7)
        series.keep(one.delivery_id, later, {Metric.VIEWS: 2**40, Metric.SHARES: 0})
        series.keep(one.delivery_id, DUE, {Metric.VIEWS: 1})
        series.keep(one.delivery_id, DUE, {Metric.VIEWS: 99})
        series.keep(one.delivery_id, LATER, {})
        (received,) = series.received(campaign="tháng-hành-động", channel="website")
        assert [(each.at, each.counts) for each in received.readings] == [
            (DUE, {Metric.VIEWS: 1}),
            (later, {Metric.VIEWS: 2**40, Metric.SHARES: 0}),
        ]
        assert series.public("website", LATER)[0].last == later

    def test_the_database_adds_up_what_the_report_does(self, queue: Queue, engine: Engine) -> None:
        fill(queue, [planned(f"m{n}", due=DUE + n * LATER_BY) for n in range(4)])
        fill(queue, [planned("z", "zalo")])
        for channel in ("website",) * 4 + ("zalo",):
            claim = claim_one(queue, channel, CLOSES - timedelta(days=1))
            queue.exchange([published(claim)], {}, DUE)
        series = CountSeries(engine)
        for number, one in enumerate(series.received()[:4]):
            for day in range(number):
                counts = {Metric.VIEWS: 10 * day + number}
                more = {Metric.SHARES: day} if day % 2 else {}
                series.keep(
                    one.delivery.id, DUE + timedelta(days=2 * day, hours=number), {**counts, **more}
                )
        figures = Figures(Receptions(engine))
        for chosen in (None, "website"):
            source = FakeSource(counted=series.received(channel=chosen))
            for by in By:
                told = figures.table(Part(channel=chosen), by, DUE.tzinfo or UTC).rows
                assert told == statistics.build(source, Question(), by).rows

    def test_what_was_added_up_is_added_up_anew_when_a_reading_comes(
        self, queue: Queue, engine: Engine
    ) -> None:
        fill(queue, [planned("a")])
        queue.exchange([published(claim_one(queue))], {}, DUE)
        series, figures = CountSeries(engine), Figures(Receptions(engine))
        (one,) = series.received()
        seen = []
        for number in (1, 2):
            series.keep(one.delivery.id, DUE + timedelta(hours=number), {Metric.VIEWS: number})
            seen += [row[Metric.VIEWS] for row in figures.table(Part(), By.CHANNEL, UTC).rows]
        assert seen == [1, 2]

    def test_publications_without_a_reading_are_told_with_topic_and_unit(
        self, queue: Queue, engine: Engine
    ) -> None:
        fill(queue, [planned("a"), planned("b", "zalo"), planned("c", due=CLOSES)])
        for channel in ("website", "zalo"):
            queue.exchange([published(claim_one(queue, channel))], {}, DUE)
        series = CountSeries(engine)
        found = [(one.delivery.identity.message, one.readings) for one in series.received()]
        assert found == [("a", ()), ("b", ())]
        assert (series.received()[0].topic, series.received()[0].unit) == ("phát động", "Văn phòng")
        assert [one.delivery.identity.message for one in series.received(channel="zalo")] == ["b"]
        assert series.received(campaign="khác") == []
