"""What costs much is not given to one person or one token again and again; ordinary pages always are."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from outreach.domain.role import Role
from outreach.review.api.endpoints import ENDPOINTS, ROOT, description
from outreach.review.pace import MOST, PERSON, TOKEN, Pace, Rate, TooOften
from outreach.review.pages import review_pages
from outreach.store.tokens import Scope, Token
from tests.review.house import CAMPAIGN, House
from tests.review.stage import Browser

RATE = Rate(at_once=3, rest=2.0)
EDIT = f"/messages/{CAMPAIGN}/mot/edit"
ORDINARY = ("/", "/calendar", "/messages", f"/messages/{CAMPAIGN}/mot", EDIT, "/log", "/channels")


class Clock:
    """Seconds that go on only when told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def given(pace: Pace, who: str, times: int) -> list[int]:
    """The seconds to wait that each of so many acts is told; 0 for one that is given."""

    def one() -> int:
        try:
            pace.spend(who, RATE)
        except TooOften as refused:
            return refused.seconds
        return 0

    return [one() for _ in range(times)]


def test_a_few_at_once_and_then_one_after_each_rest() -> None:
    clock = Clock()
    pace = Pace(clock)
    assert given(pace, "lan", 5) == [0, 0, 0, 2, 2]
    assert given(pace, "minh", 1) == [0]
    clock.now += 1.5
    assert given(pace, "lan", 1) == [1]
    clock.now += 0.5
    assert given(pace, "lan", 2) == [0, 2]
    clock.now += 100
    assert given(pace, "lan", 4) == [0, 0, 0, 2]


def test_it_remembers_no_more_than_it_may() -> None:
    clock = Clock()
    pace = Pace(clock)
    given(pace, "lan", 3)
    for number in range(3 * MOST):
        pace.spend(number, RATE)
    assert len(pace._buckets) <= MOST
    assert given(pace, "lan", 1) == [2]


def test_it_tells_how_many_were_refused_since() -> None:
    clock = Clock()
    pace = Pace(clock)
    given(pace, "lan", 3 + 4)
    clock.now += RATE.rest
    assert [pace.spend("lan", RATE), pace.spend("minh", RATE)] == [4, 0]
    clock.now += RATE.rest
    assert pace.spend("lan", RATE) == 0


def spent(office: House) -> tuple[Clock, Browser]:
    """An administrator who has had all that may be had at once."""
    clock = Clock()
    office.office = replace(office.office, pace=Pace(clock))
    office.app = review_pages(office.office)
    admin = office.signed_in()
    admin.get("/channels")
    for _ in range(PERSON.at_once):
        office.office.pace.spend(admin_name(office), PERSON)
    return clock, admin


def admin_name(office: House) -> str:
    (admin,) = (p.name for p in office.office.people.all() if p.role is Role.ADMIN)
    return admin


@pytest.mark.asvs(
    "2.4.1", "Files, proofs, statistics, uploads and questions to services are few in a short time."
)
def test_what_costs_much_is_refused_for_a_while_and_ordinary_pages_never(office: House) -> None:
    clock, admin = spent(office)
    number = office.deliveries("mot")["so-website"].id
    text = {"text": "x", "began": "", "do": "check"}

    def dear() -> list[httpx.Response]:
        return [
            admin.get("/log?as=csv"),
            admin.get("/log?as=json"),
            admin.get("/log?as=xlsx"),
            admin.get("/calendar?as=ics"),
            admin.get("/statistics"),
            admin.get(f"/deliveries/{number}/proof"),
            admin.post("/channels/so-website", {"do": "ask"}),
            admin.post("/channels/so-website", {"do": "try"}),
            admin.post(EDIT, text),
            admin.upload(EDIT, text, "a.png", b"x"),
        ]

    refused = dear()
    assert [answer.status_code for answer in refused] == [429] * len(refused)
    assert {answer.headers["retry-after"] for answer in refused} == {"2"}
    assert "quá nhiều lần" in refused[0].text
    assert "too often in a short time" in admin.get("/log?as=csv&lang=en").text
    assert [admin.get(path).status_code for path in ORDINARY] == [200] * len(ORDINARY)
    assert admin.post("/channels/so-website", {"do": "pause", "reason": "x"}).status_code == 303
    clock.now += len(refused) * PERSON.rest
    assert 429 not in {answer.status_code for answer in dear()}


def test_others_do_not_wait_for_one(office: House) -> None:
    _, admin = spent(office)
    assert admin.get("/statistics").status_code == 429
    assert office.signed_in(Role.REVIEWER).get("/statistics").status_code == 200


@pytest.mark.asvs("2.4.1", "So are the answers of the interface that cost much, by token.")
def test_a_token_has_a_pace_of_its_own(office: House) -> None:
    clock, admin = spent(office)
    expires = office.now + timedelta(days=1)
    for name in ("mot", "hai"):
        token = Token(name=name, scopes=frozenset(Scope), made=office.now, expires=expires)
        office.office.tokens.issue(token, f"secret-{name}", actor="admin")
    for _ in range(TOKEN.at_once):
        office.office.pace.spend(("token", "mot"), TOKEN)

    def ask(path: str, name: str) -> httpx.Response:
        return admin.get(f"{ROOT}{path}", authorization=f"Bearer secret-{name}")

    refused = ask("/statistics", "mot")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    assert "too often" in refused.json()["error"]
    assert ask("/deliveries", "mot").status_code == 200
    assert ask("/statistics", "hai").status_code == 200
    clock.now += TOKEN.rest
    assert ask("/statistics", "mot").status_code == 200


def test_the_description_names_the_refusal_where_it_can_come() -> None:
    for endpoint in ENDPOINTS:
        responses = description()["paths"][f"{ROOT}{endpoint.path}"]["get"]["responses"]
        assert ("429" in responses) is endpoint.dear
