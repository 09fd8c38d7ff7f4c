"""A page asks the database as often for two hundred deliveries as for ten: what it shows of many it asks at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import cycle
from typing import Any

import pytest
from sqlalchemy import event

from outreach.domain.claim import Claim, Finish
from outreach.domain.counts import Metric
from outreach.domain.delivery import Receipt, State
from outreach.domain.role import Role
from outreach.domain.text import Text
from outreach.review.api.endpoints import ENDPOINTS, ROOT
from outreach.store.counts import CountSeries
from outreach.store.tokens import Scope, Token
from tests.review.house import BANNER, CAMPAIGN, House, house
from tests.review.test_strangers import every

SECRET = "a-secret-of-an-api-token"
ENDS = (State.PUBLISHED, State.UNKNOWN, State.REJECTED, State.NEEDS_PERSON, State.PUBLISHED)
DAY = timedelta(days=1)
PAGES = {
    "/": "/",
    "/account": "/account",
    "/banners": "/banners",
    "/calendar": "/calendar?month=2022-11",
    "/calendar, file": "/calendar?as=ics",
    "/channels": "/channels",
    "/deliveries/{id:int}": "/deliveries/1",
    "/deliveries/{id:int}/proof": "/deliveries/1/proof",
    "/log": "/log",
    "/log, search": "/log?q=bai",
    "/log, file": "/log?as=csv",
    "/messages": "/messages",
    "/messages/new": "/messages/new",
    "/messages/{campaign}/{message}": f"/messages/{CAMPAIGN}/bai-0",
    "/messages/{campaign}/{message}/edit": f"/messages/{CAMPAIGN}/bai-0/edit",
    "/people": "/people",
    "/statistics": "/statistics",
    "/statistics, channel": "/statistics?channel=so-website",
    "/tokens": "/tokens",
    **{
        f"{ROOT}{each.path}": f"{ROOT}{each.path}".format(id=1, campaign=CAMPAIGN, message="bai-0")
        for each in ENDPOINTS
    },
}
"""Route, and what may stand behind it -> what is asked."""

ELSEWHERE = {
    "/approve",
    "/log/live",
    "/photos/{name}",
    "/pictures/{name}",
    "/sign-in",
    "/sign-in/provider",
    "/sign-in/return",
    "/static/{file}",
    "/welcome",
    "/{rest:path}",
    f"{ROOT}/openapi.json",
}
"""What shows no deliveries, or goes on for ever."""


class Filled:
    """An office with so many messages and banners, two deliveries each, of which two thirds are over; and who looks at it."""

    def __init__(self, office: House, messages: int, banners: int) -> None:
        self.office = office
        for number in range(messages):
            at = "2022-11-15 08:00" if number % 3 else "2022-11-16 08:00"
            office.write(f"bai-{number}", f"Bài số {number}.", at=at)
        for number in range(banners):
            office.put(f"bang-{number}", {**BANNER, "title": f"Treo băng rôn {number}"})
        office.apply()
        office.wait(DAY)
        self._carry_out()
        office.rule("required")
        office.apply()
        self.browser = office.signed_in(Role.ADMIN)
        token = Token(name="m", scopes=frozenset(Scope), made=office.now, expires=office.now + DAY)
        office.office.tokens.issue(token, SECRET, actor="admin")

    def _carry_out(self) -> None:
        queue, now = self.office.queue, self.office.now
        claims = queue.exchange([], dict.fromkeys(self.office.office.adapters, 999), now).claims
        ends = cycle(ENDS)
        queue.exchange([self._ended(claim, next(ends)) for claim in claims], {}, now)
        counts = CountSeries(self.office.desk.engine)
        for delivery in queue.list(state=State.PUBLISHED):
            counts.keep(delivery.id, now, {Metric.VIEWS: 10, Metric.SHARES: 1})

    def _ended(self, claim: Claim, state: State) -> Finish:
        at, number = self.office.now, claim.delivery.id
        link = f"https://so.example/{number}/"
        receipt = Receipt(remote_id=f"{number}", permalink=link, at=at)
        public = state is State.PUBLISHED
        return Finish(
            claim=claim,
            state=state,
            at=at,
            reason=None if public else Text("{why}", why="Máy chủ trả lời 503."),
            receipt=receipt if public else None,
            ready_at=at,
        )

    def statements(self, path: str) -> Counter[str]:
        """What the page asks the database, each statement as often as it is asked."""
        with noted(self.office.desk.engine) as asked:
            answer = self.browser.get(path, authorization=f"Bearer {SECRET}")
        assert answer.status_code == 200, path
        return asked


@contextmanager
def noted(engine: Any) -> Iterator[Counter[str]]:
    asked: Counter[str] = Counter()

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked[re.sub(r"\((\?(, )?)+\)", "(…)", " ".join(statement.split()))] += 1

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    with house(tmp_path_factory.mktemp("few"), "optional", empty=True) as office:
        yield Filled(office, messages=3, banners=2)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    with house(tmp_path_factory.mktemp("many"), "optional", empty=True) as office:
        yield Filled(office, messages=60, banners=40)


def test_the_offices_are_of_different_sizes(few: Filled, many: Filled) -> None:
    assert [len(each.office.queue.list()) for each in (few, many)] == [10, 200]
    assert {state for _, state in few.office.queue.counts()} >= {State.PUBLISHED, State.SCHEDULED}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_no_more_where_there_is_more(few: Filled, many: Filled, name: str) -> None:
    for look in ("first", "second"):
        here, there = few.statements(PAGES[name]), many.statements(PAGES[name])
        more = {said: (here[said], count) for said, count in there.items() if count > here[said]}
        assert there.total() <= here.total(), f"{look} look: {more}"


def test_every_page_is_looked_at(few: Filled) -> None:
    looked_at = {name.partition(",")[0] for name in PAGES}
    assert {path for path, taken in every(few.office.app.routes) if "GET" in taken} == (
        looked_at | ELSEWHERE
    )
