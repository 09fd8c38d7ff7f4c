"""Two who do something at the same moment: what one of them was shown or checked may not hold any more when it is written."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any, cast

import anyio
import httpx
import pytest
from starlette.requests import Request
from starlette.responses import StreamingResponse

from outreach.domain.role import Role
from outreach.reports.statistics import By
from outreach.reports.table import Table
from outreach.review import elsewhere, passwords, tail, wire
from outreach.review.api.endpoints import ROOT
from outreach.review.pace import TooOften
from outreach.review.pages import review_pages
from outreach.review.passwords import Passwords
from outreach.review.receptions import Figures
from outreach.review.signing import FIRST
from outreach.review.visit import Visit
from outreach.review.wire import Wire
from outreach.store.receptions import Group, Part, Receptions, Stand
from outreach.store.subjects import Subject, Subjects
from tests.review.house import House
from tests.review.stage import HERE, PASSWORD, QUICK, Browser, Stage
from tests.review.test_account import OTHER, code_at, enrol, enter
from tests.review.test_api import SECRET, issue, waiting
from tests.store.blank import blank
from tests.store.office import DUE, unknown


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    engine = blank(tmp_path / "outreach.db")
    yield Stage(engine, tmp_path)
    engine.dispose()


class Slow(Passwords):
    """While the first password is compared, something else happens."""

    def __init__(self, other: Callable[[], object]) -> None:
        super().__init__(memory=64, iterations=1, lanes=1)
        self._others = [other]

    def fit(self, password: str, kept: str) -> bool:
        fits = super().fit(password, kept)
        if self._others:
            self._others.pop()()
        return fits


def compare_with(office: House, passwords: Passwords) -> None:
    office.office = replace(office.office, passwords=passwords)
    office.app = review_pages(office.office)


def while_comparing(office: House, other: Callable[[], object]) -> None:
    compare_with(office, Slow(other))


def sessions(office: House) -> int:
    return len(office.office.people.sessions(FIRST, office.now))


@pytest.mark.asvs("6.5.1", "Two who give the same code at the same moment: one comes in.")
def test_a_code_of_the_second_factor_that_two_give_at_once_lets_one_in(office: House) -> None:
    secret = enrol(office, office.signed_in())
    office.wait(timedelta(minutes=2))
    before, code, hers = sessions(office), code_at(secret, office.now), list[int]()
    while_comparing(office, lambda: hers.append(enter(office, code=code)))
    assert (enter(office, code=code), hers) == (403, [303])
    assert sessions(office) == before + 1


@pytest.mark.asvs("7.4.3", "A sign-in with the old password that is under way meanwhile fails.")
def test_a_password_that_is_changed_while_it_is_compared_lets_nobody_in(office: House) -> None:
    office.signed_in()
    people = office.office.people

    def change() -> None:
        found = people.find(FIRST)
        assert found
        people.change_password(
            FIRST, QUICK.hash(OTHER), before=found.password, keep="", now=office.now
        )

    while_comparing(office, change)
    assert enter(office) == 403
    assert sessions(office) == 0
    assert enter(office, OTHER) == 303


def test_who_is_removed_while_the_password_is_compared_does_not_come_in(office: House) -> None:
    office.signed_in()
    office.signed_in(Role.AUTHOR)
    people = office.office.people
    while_comparing(office, lambda: people.remove("lan", actor=FIRST, now=office.now))
    form = {"name": "lan", "password": PASSWORD}
    assert office.browser().post("/sign-in", form).status_code == 403


def test_of_two_new_passwords_at_once_the_second_is_refused(office: House) -> None:
    mine, hers = office.signed_in(), office.browser()
    assert hers.post("/sign-in", {"name": FIRST, "password": PASSWORD}).status_code == 303
    for browser in (mine, hers):
        browser.get("/account")

    def change(browser: Browser, new: str) -> int:
        form = {"do": "password", "password": PASSWORD, "new": new}
        return browser.post("/account", form).status_code

    while_comparing(office, lambda: change(hers, OTHER))
    assert change(mine, f"{OTHER} nữa") == 403
    assert enter(office, f"{OTHER} nữa") == 403
    assert enter(office, OTHER) == 303


def test_who_comes_from_a_provider_in_two_tabs_comes_in_with_both(office: House) -> None:
    subject = Subject(id="i 1", word="minh", name="Minh", mail="", role=Role.AUTHOR)

    class Quicker(Subjects):
        """The other tab is quicker."""

        def admit(self, subject: Subject, role: Role, now: Any) -> bool:
            assert super().admit(subject, role, now)
            return super().admit(subject, role, now)

    office.let_in_by(subjects=Quicker(office.desk.engine))
    provider = cast("Any", SimpleNamespace(gives_roles=False))
    assert elsewhere._name(office.office, provider, subject) == "Minh"


def test_what_somebody_saw_of_an_earlier_attempt_decides_nothing(stage: Stage) -> None:
    browser, one = stage.signed_in(), stage.unknown()
    hidden = re.search(r'name="seen" value="([^"]+)"', browser.get(f"/deliveries/{one.id}").text)
    assert hidden
    form = {"choice": "absent", "seen": hidden[1]}
    assert browser.post(f"/deliveries/{one.id}", form).status_code == 303
    stage.queue.resume("website", actor="lan", now=stage.now)
    stage.now += timedelta(minutes=1)
    claim = next(c for c in stage.queue.exchange((), {"website": 2}, stage.now).claims)
    stage.queue.exchange([unknown(claim)], {}, stage.now)
    assert browser.post(f"/deliveries/{one.id}", form).status_code == 409
    assert stage.unknown().id == one.id


def watching(office: House, beyond: int = 0) -> Visit:
    """Somebody who is signed in watches the log, and has seen so many lines more than there are."""
    session = f"session={office.signed_in().cookies['session']}"
    after = office.office.checked_end() + beyond
    request = Request(
        {
            "type": "http",
            "method": "GET",
            "path": "/log/live",
            "query_string": f"after={after}".encode(),
            "headers": [(b"cookie", session.encode())],
        }
    )
    return Visit(office=office.office, request=request, form={}, language="vi")


def test_who_has_seen_more_than_a_backup_that_was_put_back_is_told_what_follows_it(
    office: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "EVERY", 0.05)
    monkeypatch.setattr(tail, "BREATH", 0.05)
    visit = watching(office, beyond=1)
    ends = Wire(office.office)

    async def come() -> str:
        stream = tail._events(ends, visit)
        async with asyncio.timeout(20):
            said = [await anext(stream), await anext(stream)]
            await asyncio.to_thread(office.queue.resume, "so-website", actor="lan", now=office.now)
            while "id:" not in said[-1]:
                said.append(await anext(stream))
        await cast("Any", stream).aclose()
        return said[-1]

    assert "so-website" in asyncio.run(come())


def test_no_more_watch_than_may_however_many_come_at_once(
    office: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "MOST", 2)
    ends, visit = Wire(office.office), watching(office)

    async def come() -> list[bool]:
        visits = [tail.tail(ends, visit) for _ in range(5)]
        streams = [cast("StreamingResponse", each).body_iterator for each in visits]
        told = [await anext(stream, None) is not None for stream in map(aiter, streams)]
        for stream in streams:
            await cast("Any", stream).aclose()
        return told

    assert anyio.run(come) == [True, True, False, False, False]
    assert ends.watchers == 0


@pytest.mark.asvs("2.3.4", "What was revoked while a request arrived counts no more.")
def test_a_token_that_is_revoked_while_its_word_arrives_says_nothing(office: House) -> None:
    issue(office)
    digest = waiting(office)["so-website"]

    async def body() -> AsyncIterator[bytes]:
        yield b'{"verdict": "approved", '
        office.office.tokens.revoke("báo cáo", actor=FIRST, now=office.now)
        yield f'"digest": "{digest}"}}'.encode()

    async def say() -> int:
        transport = httpx.ASGITransport(app=office.app)
        async with httpx.AsyncClient(transport=transport, base_url=HERE) as client:
            headers = {"authorization": f"Bearer {SECRET}"}
            answer = await client.post(f"{ROOT}/approvals", content=body(), headers=headers)
        return answer.status_code

    assert anyio.run(say) == 401
    assert office.office.approvals.words([digest]) == {}


def test_statistics_of_one_part_do_not_wait_for_those_of_another() -> None:
    go_on, begun = Event(), Event()
    asked = list[Part]()

    class Slow(Receptions):
        def __init__(self) -> None:
            pass

        def stand(self) -> Stand:
            return Stand(log=1, readings=1)

        def groups(self, part: Part, by: str) -> list[Group]:
            asked.append(part)
            if part.campaign == "chậm":
                begun.set()
                assert go_on.wait(20)
            return []

    figures = Figures(Slow())

    def table(campaign: str) -> Table:
        return figures.table(Part(campaign=campaign, channel=None), By.CHANNEL, DUE.tzinfo or UTC)

    with ThreadPoolExecutor(4) as pool:
        slow = [pool.submit(table, "chậm") for _ in range(3)]
        assert begun.wait(20)
        assert pool.submit(table, "nhanh").result(20).rows == ()
        assert not any(one.done() for one in slow)
        go_on.set()
    assert [part.campaign for part in asked] == ["chậm", "nhanh"]


def test_no_more_wait_for_a_password_than_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "WAITING", 1)
    busy = Passwords(memory=64, iterations=1, lanes=1)
    kept = busy.hash(PASSWORD)
    with ThreadPoolExecutor(3) as pool:
        for _ in range(passwords.AT_ONCE):
            busy._turn.acquire()
        waiting = [pool.submit(busy.fit, PASSWORD, kept) for _ in range(passwords.AT_ONCE + 1)]
        while busy._room._value:
            time.sleep(0.005)
        with pytest.raises(TooOften):
            busy.fit(PASSWORD, kept)
        busy._turn.release(passwords.AT_ONCE)
    assert [one.result() for one in waiting] == [True] * 3
    assert busy.fit(PASSWORD, kept)


class Full(Passwords):
    """Too many try already."""

    def __init__(self) -> None:
        super().__init__(memory=64, iterations=1, lanes=1)

    def fit(self, password: str, kept: str) -> bool:
        raise TooOften(1)

    def hash(self, password: str) -> str:
        raise TooOften(1)


def test_who_comes_when_too_many_try_is_told_so_and_it_counts_as_no_try(office: House) -> None:
    browser, ours = office.signed_in(), office.office.passwords
    browser.get("/account")
    office.office.people.invite("Lan", Role.AUTHOR, "mã", actor=FIRST, now=office.now)
    invited = {"name": "Lan", "code": "mã", "password": PASSWORD}
    mine = {"do": "password", "password": PASSWORD, "new": OTHER}

    def come() -> list[int]:
        welcome = office.browser().post("/welcome", invited, sealed=False).status_code
        return [enter(office), welcome, browser.post("/account", mine).status_code]

    compare_with(office, Full())
    assert [come() for _ in range(5)] == [[429] * 3] * 5
    compare_with(office, ours)
    assert come() == [303] * 3
