"""What the rows of each report say, from fakes of queue, log and files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from outreach.domain.campaign import Campaign, Posting, Window
from outreach.domain.delivery import Action, Delivery, Identity, Receipt, State
from outreach.domain.difference import Change, ChangeKind, Difference
from outreach.domain.message import Kind, Lateness, LatePolicy, Message
from outreach.domain.plan import Plan, Planned
from outreach.domain.schedule import Once
from outreach.domain.text import Text
from outreach.reports import calendar, coverage, delivery_log, plan_difference, queue, status
from outreach.reports.source import Files, Question
from outreach.store.counts import Received
from outreach.store.delivery_log import Event, Line
from outreach.store.records import ChannelState

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
DUE = datetime(2022, 11, 15, 1, 0, tzinfo=UTC)
LATE = Lateness(policy=LatePolicy.WITHIN, limit=timedelta(hours=6))


def identity(message: str = "tin", channel: str = "so-website", **more: Any) -> Identity:
    values: dict[str, Any] = {"ordinal": 1, "action": Action.PUBLISH} | more
    return Identity(campaign="thang", message=message, channel=channel, **values)


def delivery(state: State = State.SCHEDULED, of: Identity | None = None, **more: Any) -> Delivery:
    values: dict[str, Any] = {
        "id": 1,
        "due": DUE,
        "ready_at": DUE,
        "expires": DUE + timedelta(days=30),
        "late": LATE,
        "digest": "d" * 64,
    }
    return Delivery(identity=of or identity(), state=state, **(values | more))


def planned(of: Identity | None = None, due: datetime = DUE) -> Planned:
    return Planned(identity=of or identity(), due=due, expires=due + timedelta(days=30), late=LATE)


CAMPAIGN = Campaign(
    id="thang",
    name="Tháng hành động",
    short_name="Tháng",
    theme="x",
    office="Sở",
    zone=ZONE,
    language="vi",
    units=("Văn phòng",),
    topics=("phát động", "tổng kết"),
    window=Window(start=date(2022, 11, 15), end=date(2022, 12, 4)),
    posting=Posting(slots=(time(8),), weekend_slots=(time(8),), late=LATE),
)
MESSAGE = Message(
    id="tin",
    campaign="thang",
    kind=Kind.POST,
    title="Tin; một, hai",
    channels=("so-website",),
    schedule=Once(at=(DUE,)),
    late=LATE,
    body="x",
    topic="phát động",
    unit="Văn phòng",
    file="tin.md",
)


@dataclass
class FakeSource:
    """Answers from lists."""

    queued: Sequence[Delivery] = ()
    log: Sequence[Line] = ()
    states: dict[str, ChannelState] = field(default_factory=dict)
    plan: Sequence[Planned] = ()
    changes: Sequence[Change] = ()
    counted: Sequence[Received] = ()
    now: datetime = DUE
    messages: Sequence[Message] = (MESSAGE,)

    def zone(self, campaign: str) -> ZoneInfo:
        return ZONE

    def deliveries(self, question: Question) -> Sequence[Delivery]:
        return self.queued

    def lines(self, question: Question) -> Sequence[Line]:
        return self.log

    def delivery(self, delivery_id: int) -> Delivery | None:
        return next((d for d in self.queued if d.id == delivery_id), None)

    def rendition(self, delivery: Delivery) -> None:
        return None

    def by_people(self) -> frozenset[str]:
        return frozenset({"truc-tiep"})

    def channels(self) -> dict[str, ChannelState]:
        return self.states

    def received(self, question: Question) -> Sequence[Received]:
        return self.counted

    def files(self, question: Question) -> Sequence[Files]:
        plan = Plan(
            campaign="thang",
            planned=tuple(self.plan),
            channels=frozenset({"so-website"}),
            zone=ZONE,
        )
        difference = Difference(campaign="thang", changes=tuple(self.changes))
        return [
            Files(
                campaign=CAMPAIGN, messages=tuple(self.messages), plan=plan, difference=difference
            )
        ]


def test_the_queue_speaks_local_time() -> None:
    [row] = queue.build(FakeSource(queued=[delivery()]), Question()).rows
    assert row["due"].isoformat() == "2022-11-15T08:00:00+07:00"
    assert row["key"] == identity().key


def test_a_taking_down_is_named() -> None:
    third = delivery(of=identity(ordinal=3))
    down = delivery(of=identity(action=Action.WITHDRAW))
    rows = queue.build(FakeSource(queued=[third, down]), Question()).rows
    assert [str(row["what"]) for row in rows] == ["tin", "tin (take down)"]


def test_status_counts_by_what_people_must_do() -> None:
    states = [State.SCHEDULED, State.PUBLISHED, State.UNKNOWN, State.NEEDS_PERSON, State.MISSED]
    running = ChannelState(paused=False, until=None, reason=None)
    source = FakeSource(
        queued=[delivery(state) for state in states], states={"so-website": running}
    )
    [row] = status.build(source, Question()).rows
    assert [row[key] for key in ("to_come", "done", "needs_someone", "missed")] == [1, 1, 2, 1]
    assert row["next"] == DUE


def test_status_tells_why_and_until_when_a_channel_waits() -> None:
    paused = ChannelState(paused=True, until=DUE, reason=Text("quota"))
    for_ever = ChannelState(paused=True, until=None, reason=None)
    rows = status.build(FakeSource(states={"a": paused, "b": for_ever}), Question()).rows
    assert [str(row["standing"]) for row in rows] == [
        "paused until 15/11/2022 08:00: quota",
        "paused: no reason given",
    ]


def test_the_difference_leaves_out_what_is_kept_and_tells_where_it_was() -> None:
    why = Text("moved")
    moved = Change(
        what=ChangeKind.MOVED,
        identity=identity(),
        planned=planned(due=DUE + timedelta(hours=1)),
        delivery=delivery(),
        digest="d",
        why=why,
    )
    kept = Change(
        what=ChangeKind.KEPT,
        identity=identity(),
        planned=planned(),
        delivery=delivery(),
        digest="d",
        why=why,
    )
    gone = Change(
        what=ChangeKind.CANCELLED,
        identity=identity(),
        planned=None,
        delivery=delivery(),
        digest="d",
        why=why,
    )
    rows = plan_difference.build(FakeSource(changes=[moved, kept, gone]), Question()).rows
    assert [row["sign"] for row in rows] == ["→", "-"]
    assert (rows[0]["due"] - rows[0]["was"], rows[1]["was"]) == (timedelta(hours=1), None)
    assert plan_difference.build(FakeSource(changes=[moved]), Question(channel="x")).rows == ()


def test_coverage_comes_in_parts_for_narrow_screens() -> None:
    parts = coverage.parts(FakeSource(plan=[planned()]), Question())
    assert [str(part.title) for part in parts] == [
        "Coverage per topic",
        "Coverage per unit",
        "Coverage per week",
    ]
    assert sum(len(part.rows) for part in parts) == 2 + 1 + 3


def test_coverage_marks_the_gaps() -> None:
    table = coverage.build(FakeSource(plan=[planned()]), Question())
    rows = {(row["by"], row["name"]): row for row in table.rows}
    assert rows["topic", "phát động"]["on so-website"] == 1
    assert rows["topic", "tổng kết"]["gap"] is True
    assert rows["week", "2022-W46"]["shown_name"] == "14/11 – 20/11/2022"
    assert rows["week", "2022-W48"]["gap"] is True


def test_collisions_name_both_messages() -> None:
    both = [planned(), planned(identity(ordinal=2))]
    assert coverage.collisions(FakeSource(plan=both), Question()).rows == ()


def test_the_calendar_keeps_its_ids_and_its_commas() -> None:
    down = planned(identity(action=Action.WITHDRAW), DUE + timedelta(days=1))
    written = calendar.to_ics(FakeSource(plan=[planned(), down]), Question())
    assert written == calendar.to_ics(FakeSource(plan=[planned(), down]), Question())
    first, second = Calendar.from_ical(written).walk("VEVENT")
    assert first["SUMMARY"] == "so-website: Tin; một, hai"
    assert first.decoded("DTSTART") == DUE
    assert first["UID"] == f"{identity().key}@thang"
    assert str(second["SUMMARY"]).startswith("↓ ")


@pytest.mark.asvs("1.3.3", "Line breaks make no entry of a calendar")
@pytest.mark.parametrize("sign", ["\n", "\r\n", "\r", "\u2028", "\x85"])
def test_words_make_no_entry_of_the_calendar(sign: str) -> None:
    words = sign.join(("Tin", "END:VEVENT", "BEGIN:VEVENT", "SUMMARY:giả", "UID:1"))
    source = FakeSource(plan=[planned()], messages=[replace(MESSAGE, title=words, summary=words)])
    written = calendar.to_ics(source, Question())
    assert len(Calendar.from_ical(written).walk("VEVENT")) == 1
    assert not [line for line in written.splitlines() if line.startswith(b"SUMMARY:gi")]


def line(seq: int, what: str, **more: Any) -> Line:
    values: dict[str, Any] = {"at": DUE, "actor": "outreach", "delivery_id": 1, "data": {}} | more
    return Line(seq=seq, event=Event(what=what, **values), previous="", hash="h" * 64)


@pytest.mark.asvs("16.2.1", "Each line has its time, its person, its reason or proof")
def test_the_log_shows_the_link_or_the_reason_and_who() -> None:
    receipt = {"permalink": "https://x.vn/1"}
    reason = Text("{name} cancelled it.", name="Lan").to_json()
    source = FakeSource(
        queued=[delivery()],
        log=[
            line(1, "published", data={"receipt": receipt}),
            line(2, "cancelled", actor="Lan", data={"reason": reason}),
            line(3, "paused", delivery_id=None, data={"channel": "zalo-oa", "reason": None}),
            line(4, "something new"),
        ],
    )
    rows = delivery_log.build(source, Question()).rows
    assert [str(row["detail"]) for row in rows] == [
        "https://x.vn/1",
        "Lan cancelled it. (by Lan)",
        "",
        "",
    ]
    assert [str(row["where"]) for row in rows][2:] == ["zalo-oa", "so-website: tin"]
    assert str(rows[3]["happened"]) == "something new"


def test_the_log_is_filtered_by_channel_and_state() -> None:
    source = FakeSource(
        queued=[delivery(receipt=Receipt(remote_id="1", at=DUE))],
        log=[
            line(1, "published"),
            line(2, "paused", delivery_id=None, data={"channel": "zalo-oa"}),
        ],
    )
    of_zalo = delivery_log.build(source, Question(channel="zalo-oa")).rows
    published = delivery_log.build(source, Question(state=State.PUBLISHED)).rows
    assert [row["seq"] for row in of_zalo] == [2]
    assert [row["seq"] for row in published] == [1]
