"""The charts: each bar is a row of the table below it."""

from __future__ import annotations

import re
from datetime import timedelta

from outreach.domain.claim import Finish
from outreach.domain.counts import Metric
from outreach.domain.delivery import Receipt, State
from outreach.domain.role import Role
from outreach.store.counts import CountSeries
from tests.review.house import House


def published(office: House) -> None:
    """Both texts are public and were counted twice."""
    office.rule("optional")
    office.apply()
    office.wait(timedelta(days=1))
    free = {"so-website": 1, "facebook-page": 1}
    claims = office.queue.exchange([], free, office.now).claims
    receipt = Receipt(remote_id="1", permalink="https://so.example/1", at=office.now)
    done = [
        Finish(claim=claim, state=State.PUBLISHED, at=office.now, receipt=receipt)
        for claim in claims
    ]
    office.queue.exchange(done, {}, office.now)
    series = CountSeries(office.desk.engine)
    for number, finish in enumerate(done):
        for day in (1, 2):
            counts = {Metric.VIEWS: 100 * (number + 1) * day}
            series.keep(finish.claim.delivery.id, office.now + timedelta(days=day), counts)
    office.wait(timedelta(days=3))


def test_bars_are_as_long_as_their_figures(office: House) -> None:
    published(office)
    page = office.signed_in().get("/statistics").text
    chart = re.search(r'id="by-channel".*?</section>', page, re.DOTALL)
    assert chart
    bars = [float(width) for width in re.findall(r'<rect width="([\d.]+)"', chart[0])]
    assert bars[0] == 2 * bars[1] > 0
    assert "<polyline" in page
    assert "600" in page


def test_without_figures_it_says_so(office: House) -> None:
    assert office.signed_in().get("/statistics").text.count("Chưa có số liệu.") == 4
    published(office)
    browser = office.signed_in(Role.REVIEWER)
    assert "Chưa có số liệu." in browser.get("/statistics?metric=shares").text
    assert browser.get("/statistics?channel=so-website&metric=nothing").status_code == 200


def test_a_delivery_tells_its_own_counts(office: House) -> None:
    mine, other = office.deliveries("mot").values()
    for delivery, views in ((mine, 1234), (other, 777)):
        office.office.counts.keep(delivery.id, office.now, {Metric.VIEWS: views})
    page = office.signed_in(Role.REVIEWER).get(f"/deliveries/{mine.id}").text
    assert "Số liệu đón nhận" in page
    assert ">1.234<" in page
    assert ">777<" not in page
