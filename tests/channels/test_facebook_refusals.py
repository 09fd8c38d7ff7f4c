"""Every row of the table of errors: what Facebook says, what the channel makes of it, what the queue then does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from outreach.channel import NotPublished, PauseChannel, Reject, RetryAt, UnknownOutcome
from outreach.channels.facebook_page.refusals import TABLE, row_of
from outreach.dispatch.verdict import judge
from outreach.domain.delivery import State
from outreach.sandbox.facebook import Fault
from outreach.testing import SAMPLE_KEY, MemorySteps, outcome_of, sample_rendition
from tests.channels.facebook_stage import Stage, door, stage_behind
from tests.dispatch.claims import a_claim


@dataclass(frozen=True)
class Case:
    """What Facebook says, and what must come of it; `hours` None pauses until a person acts."""

    code: int
    subcode: int = 0
    message: str = ""
    transient: bool = False
    outcome: type[NotPublished] = Reject
    state: State = State.REJECTED
    hours: float | None = None
    person: bool = False

    def __str__(self) -> str:
        said = "transient" if self.transient else self.message[:12]
        return f"{self.code}-{self.subcode}-{said}"


def unknown(code: int, subcode: int = 0, **facts: Any) -> Case:
    return Case(code, subcode, outcome=UnknownOutcome, state=State.UNKNOWN, **facts)


def pauses(code: int, subcode: int = 0, message: str = "", hours: float | None = None) -> Case:
    return Case(code, subcode, message, outcome=PauseChannel, state=State.SCHEDULED, hours=hours)


def asks(code: int, subcode: int = 0, message: str = "") -> Case:
    """A repetition of something that cannot be seen: a person is asked."""
    return Case(
        code, subcode, message, outcome=UnknownOutcome, state=State.NEEDS_PERSON, person=True
    )


CASES = [
    unknown(1),
    unknown(1, 99),
    unknown(2, transient=True),
    unknown(12345, transient=True),
    unknown(12345),
    *(pauses(code, hours=1) for code in (4, 17, 32, 80001, 341, 613)),
    pauses(613, 1996, hours=6),
    *(pauses(code) for code in (3, 10, 200, 210, 283, 299)),
    pauses(200, message="(#200) The app is in development mode"),
    pauses(1, message="Error validating client secret."),
    pauses(101, message="Error validating application. Cannot get application info."),
    Case(100),
    Case(100, 33),
    pauses(100, message="Invalid appsecret_proof provided in the API argument"),
    *(pauses(code) for code in (102, 190, 104)),
    *(pauses(190, subcode) for subcode in (458, 459, 460, 463, 464, 467, 492)),
    pauses(190, message="The user must be an administrator before impersonating a user's page"),
    Case(324, 2069019),
    pauses(368),
    pauses(368, 1390008, hours=4),
    asks(368, message="It looks like you already posted this"),
    asks(506, 1455006),
    Case(1500),
    Case(1609005),
    *(Case(code) for code in (382, 389, 6000)),
    Case(6001, outcome=RetryAt, state=State.SCHEDULED),
    Case(6001, 1363037, outcome=RetryAt, state=State.SCHEDULED),
    Case(3001, 1504028),
    Case(100, 1366046),
    asks(100, 1366051),
    *(Case(100, subcode) for subcode in (1404102, 1609008)),
    *(pauses(100, subcode) for subcode in (1346003, 1404006, 1404078, 1404112, 4854002)),
]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with door() as opened:
        yield stage_behind(opened, tmp_path_factory.mktemp("facebook"))


def refused(stage: Stage, case: Case, folder: Path) -> NotPublished:
    stage.folder = folder
    stage.sandbox.heal()
    fault = Fault(
        code=case.code, subcode=case.subcode, message=case.message, transient=case.transient
    )
    stage.sandbox.faults.arm(fault, on="POST feed", times=2)
    channel = stage.channel()

    async def scenario() -> Any:
        call = channel.publish(sample_rendition(), key=SAMPLE_KEY, steps=MemorySteps())
        outcome = await outcome_of(call)
        await channel.aclose()
        return outcome

    outcome = asyncio.run(scenario())
    assert isinstance(outcome, NotPublished)
    return outcome


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.fault(30, "every row of Facebook's table")
def test_each_error_makes_the_queue_do_the_right_thing(
    case: Case, stage: Stage, tmp_path: Path
) -> None:
    outcome = refused(stage, case, tmp_path)
    assert isinstance(outcome, case.outcome)
    channel = stage.channel()
    finish = judge(
        a_claim(due=stage.now()),
        outcome,  # type: ignore[arg-type]  # one of the four, as asserted above
        now=stage.now(),
        capabilities=channel.capabilities,
        jitter=0.5,
    )
    assert finish.state is case.state
    assert bool(finish.pause) is (case.outcome is PauseChannel)
    if finish.pause:
        until = stage.now() + timedelta(hours=case.hours) if case.hours else None
        assert finish.pause.until == until
    assert bool(getattr(outcome, "ask_person", False)) is case.person
    assert outcome.evidence["fbtrace_id"]
    assert stage.sandbox.posts == []


def test_every_row_has_its_case() -> None:
    met = [
        row_of(
            {
                "code": case.code,
                "error_subcode": case.subcode,
                "message": case.message,
                "is_transient": case.transient,
            }
        )
        for case in CASES
    ]
    assert [row for row in TABLE if row not in met] == []


def test_every_code_of_every_row_is_met_or_a_permission() -> None:
    codes = {code for row in TABLE for code in row.codes}
    assert codes - {case.code for case in CASES} <= set(range(200, 300))


def test_throttling_that_calls_itself_transient_is_still_throttling() -> None:
    error = {"code": 80001, "is_transient": True, "type": "OAuthException"}
    assert row_of(error).meaning == "throttled"
