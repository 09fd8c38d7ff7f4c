"""Every row of Zalo's error table, from the platform's answer to what the dispatcher is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from outreach.channel import (
    Absent,
    CannotTell,
    Found,
    PauseChannel,
    Receipt,
    Reject,
    RetryAt,
    UnknownOutcome,
)
from outreach.channels.zalo_oa.errors import ROWS, next_morning
from outreach.testing import SAMPLE_KEY, MemorySteps, sample_rendition
from tests.channels.zalo_office import Office, is_for_people
from tests.sandbox.zalo_server import ZaloServer

MINUTE = timedelta(minutes=1)
TOMORROW = datetime(2022, 11, 15, 23, 5, tzinfo=UTC)
"""06:05 in Viet Nam on the day after the platform's first one."""

REACTIONS: list[tuple[str, type, Any]] = [
    ("-32", RetryAt, MINUTE),
    ("-214", RetryAt, None),
    ("-1:Media is being processed", RetryAt, None),
    ("-14014", PauseChannel, None),
    ("-14020", PauseChannel, None),
    ("-234", RetryAt, TOMORROW),
    ("-211", PauseChannel, TOMORROW),
    ("-218", PauseChannel, TOMORROW),
    ("-223:Article quota is used up", PauseChannel, TOMORROW),
    ("-223:OA has not granted this API", PauseChannel, None),
    ("-221", PauseChannel, None),
    ("-224", PauseChannel, None),
    *((str(code), PauseChannel, None) for code in (-204, -205, -209, -212, -219, -235)),
    ("-242", PauseChannel, None),
    ("-320", PauseChannel, None),
    ("-321", PauseChannel, None),
    ("-100", RetryAt, MINUTE),
    *((str(code), Reject, None) for code in (-201, -210, -233)),
    ("-200", Reject, None),
    ("-248", Reject, None),
    *((str(code), Reject, None) for code in (-213, -217, -227, -230, -232, -244)),
    *((str(code), PauseChannel, None) for code in (-237, -238, -241, -403)),
    ("-240", PauseChannel, None),
    ("-999", UnknownOutcome, None),
    ("7", UnknownOutcome, None),
]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("zalo")
    with ZaloServer(folder / "platform") as server:
        yield Office(server, folder / "state")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with ZaloServer(tmp_path / "platform") as server:
        yield Office(server, tmp_path / "state", broadcast=True)


def when(outcome: Any) -> Any:
    return getattr(outcome, "at", getattr(outcome, "until", None))


@pytest.mark.parametrize(("answer", "kind", "until"), REACTIONS, ids=str)
@pytest.mark.fault(30, "every row of Zalo's table")
def test_a_refused_create_is_told_as_the_table_says(
    shared: Office, answer: str, kind: type, until: Any
) -> None:
    shared.server.faults.add("create", f"error:{answer}")
    outcome = shared.publish()
    assert isinstance(outcome, kind)
    expected = shared.server.now + until if isinstance(until, timedelta) else until
    assert when(outcome) == expected
    assert str(answer.partition(":")[0]) in str(getattr(outcome, "reason", ""))
    assert shared.server.platform.public == []


def test_every_row_of_the_table_is_tried() -> None:
    tried = [(int(code), said) for code, _, said in (one[0].partition(":") for one in REACTIONS)]
    tried += [(-216, ""), (-220, "")]
    reached = {
        next(i for i, row in enumerate(ROWS) if row.fits(code, said))
        for code, said in tried
        if any(row.fits(code, said) for row in ROWS)
    }
    assert reached == set(range(len(ROWS)))


@pytest.mark.parametrize("fault", ["dead-token", "401-before", "error:-216", "error:-220"])
@pytest.mark.fault(31, "the sandbox kills the token")
def test_a_dead_token_is_renewed_once_and_the_call_repeated(office: Office, fault: str) -> None:
    office.server.faults.add("create", fault)
    assert isinstance(office.publish(), Receipt)
    assert len(office.server.platform.articles) == 1


def test_tokens_that_stay_dead_pause_the_channel(office: Office) -> None:
    office.server.faults.add("create", "error:-216", "error:-216")
    outcome = office.publish()
    assert isinstance(outcome, PauseChannel)
    assert outcome.until is None


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("500-after", UnknownOutcome),
        ("reset-after", UnknownOutcome),
        ("html-after", UnknownOutcome),
        ("reset-before", UnknownOutcome),
        ("502-before", UnknownOutcome),
        ("503-before", RetryAt),
    ],
)
def test_a_create_in_doubt_is_looked_for(office: Office, fault: str, kind: type) -> None:
    office.server.faults.add("create", fault)
    assert type(office.publish()) is kind
    made = fault.endswith("after")
    assert len(office.server.platform.public) == made
    look = office.run(
        lambda channel: channel.find(sample_rendition(), key=SAMPLE_KEY, since=office.server.now),
        broadcast=False,
    )
    assert isinstance(look, Found if made else Absent)


@pytest.mark.parametrize("fault", ["500-after", "reset-after", "html-after", "reset-before"])
def test_a_broadcast_in_doubt_is_never_repeated(office: Office, fault: str) -> None:
    office.server.faults.add("broadcast", fault)
    steps = MemorySteps()
    outcome = office.publish(steps)
    assert is_for_people(outcome)
    assert is_for_people(office.publish(steps))
    assert len(office.server.platform.broadcasts) == fault.endswith("after")
    look = office.find()
    assert isinstance(look, CannotTell)
    assert not look.passing


def test_an_unknown_answer_to_a_broadcast_is_for_people(office: Office) -> None:
    office.server.faults.add("broadcast", "error:-999")
    assert is_for_people(office.publish())


def test_a_broadcast_refused_for_good_is_for_people_who_know_that_the_article_is_public(
    office: Office,
) -> None:
    office.server.faults.add("broadcast", "error:-248")
    outcome = office.publish()
    assert is_for_people(outcome)
    assert "is public" in str(getattr(outcome, "reason", ""))
    assert len(office.server.platform.public) == 1


@pytest.mark.parametrize(
    ("hour", "kind"), [(16, RetryAt), (22, RetryAt), (23, Receipt), (14, Receipt)]
)
def test_the_night_waits_for_the_morning_and_makes_no_second_article(
    office: Office, hour: int, kind: type
) -> None:
    office.server.now = datetime(2022, 11, 15, hour, 30, tzinfo=UTC)
    steps = MemorySteps()
    outcome = office.publish(steps)
    assert isinstance(outcome, kind)
    if isinstance(outcome, RetryAt):
        assert outcome.at == next_morning(office.server.now)
        office.server.now = outcome.at
        assert isinstance(office.publish(steps), Receipt)
    assert len(office.server.platform.articles) == len(office.server.platform.broadcasts) == 1


def test_a_used_up_quota_pauses_until_the_next_morning(office: Office) -> None:
    assert isinstance(office.publish(), Receipt)
    steps = MemorySteps()
    outcome = office.publish(steps, key="secondsecondseco")
    assert isinstance(outcome, PauseChannel)
    assert outcome.until == TOMORROW
    office.server.now = TOMORROW
    assert isinstance(office.publish(steps, key="secondsecondseco"), Receipt)
    assert len(office.server.platform.articles) == len(office.server.platform.broadcasts) == 2


def test_a_wrong_address_pauses_the_channel(office: Office) -> None:
    office.settings = office.settings.model_copy(update={"api_url": office.server.url + "/v9"})
    assert isinstance(office.publish(), PauseChannel)


@pytest.mark.parametrize(
    ("now", "morning"),
    [
        ("2022-11-15T23:00+07:00", "2022-11-16T06:05+07:00"),
        ("2022-11-16T05:00+07:00", "2022-11-16T06:05+07:00"),
        ("2022-11-16T06:05+07:00", "2022-11-17T06:05+07:00"),
    ],
)
def test_the_next_morning(now: str, morning: str) -> None:
    assert next_morning(datetime.fromisoformat(now)) == datetime.fromisoformat(morning)
