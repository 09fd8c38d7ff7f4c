"""A small office for tests of planning: one campaign, its channels, and words to write messages with."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from outreach.domain.campaign import Campaign, Holidays, Posting, Window
from outreach.domain.capabilities import Capabilities, ChannelProfile
from outreach.domain.delivery import Action, Delivery, Identity, State
from outreach.domain.message import Kind, Lateness, LatePolicy, Message
from outreach.domain.plan import Plan, make_plan
from outreach.domain.problem import Place, Problem
from outreach.domain.schedule import Once
from outreach.domain.text import Text

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
LATE = Lateness(policy=LatePolicy.WITHIN, limit=timedelta(hours=6))
SLOTS = (time(8), time(11, 30), time(19, 30))
NOW = datetime(2022, 11, 16, 3, tzinfo=UTC)

WEBSITE = ChannelProfile(
    name="so-website", tags=frozenset({"website"}), capabilities=Capabilities(can_withdraw=True)
)
FACEBOOK = ChannelProfile(name="facebook-page", tags=frozenset({"facebook", "social"}))
PEOPLE = ChannelProfile(
    name="truc-tiep",
    tags=frozenset({"in-person"}),
    capabilities=Capabilities(carried_out_by_people=True),
)
CHANNELS = (WEBSITE, FACEBOOK, PEOPLE)


def posting(**changes: Any) -> Posting:
    return replace(
        Posting(
            slots=SLOTS,
            weekend_slots=(time(9), time(20)),
            quiet=(time(21, 30), time(6, 30)),
            minimum_gap=timedelta(minutes=30),
            holidays=Holidays.SKIP,
            late=LATE,
        ),
        **changes,
    )


def campaign(**changes: Any) -> Campaign:
    return replace(
        Campaign(
            id="2022",
            name="Tháng hành động",
            short_name="Tháng hành động",
            theme="Bình đẳng giới",
            office="Sở Công Thương",
            zone=HANOI,
            language="vi",
            units=("Văn phòng Sở", "Thanh tra"),
            topics=("phát động", "tổng kết"),
            window=Window(start=date(2022, 11, 15), end=date(2022, 12, 15)),
            posting=posting(),
        ),
        **changes,
    )


def at(text: str, zone: ZoneInfo = HANOI) -> datetime:
    """A local `MM-DD HH:MM` of 2022, or with its year, as aware UTC."""
    text = text if text.count("-") == 2 else f"2022-{text}"
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=zone).astimezone(UTC)


def once(*times: str) -> Once:
    return Once(at=tuple(at(one) for one in times))


def message(name: str, schedule: Any, *channels: str, **changes: Any) -> Message:
    file = f"{name}.md"
    places = {key: Place(file=file, line=line) for line, key in enumerate(KEYS, 2)}
    return replace(
        Message(
            id=name,
            campaign="2022",
            kind=Kind.POST,
            title=name,
            channels=channels or ("website",),
            schedule=schedule,
            late=LATE,
            body="",
            file=file,
            places=places,
        ),
        **changes,
    )


KEYS = ("id", "channels", "at", "repeat", "spread", "from", "until", "start", "reminders")


def plan_of(*messages: Message, **changes: Any) -> Plan:
    """The plan of these messages on the office's channels."""
    channels = changes.pop("channels", CHANNELS)
    broken = changes.pop("broken", None)
    plan = make_plan(campaign(**changes), messages, channels, broken=broken)
    for problem in plan.problems:
        assert isinstance(problem.what, Text), "says what is wrong"
        assert isinstance(problem.mend, Text), "says how to mend it"
        assert problem.place.line > 1, "says in which line"
    assert all(plan.stopped.values()), "says why, of each that is stopped"
    return plan


def dues(plan: Plan, name: str = "", channel: str = "so-website") -> list[str]:
    """Local times of a message's publications on a channel, in order."""
    return [
        f"{one.due.astimezone(plan.zone):%m-%d %H:%M}"
        for one in plan.planned
        if one.identity.channel == channel
        and one.identity.action is Action.PUBLISH
        and name in {"", one.identity.message}
    ]


def codes(plan: Plan) -> list[str]:
    return [problem.code for problem in plan.problems]


def only(plan: Plan) -> Problem:
    (problem,) = plan.problems
    return problem


def identity(name: str, ordinal: int = 1, action: Action = Action.PUBLISH) -> Identity:
    return Identity(
        campaign="2022", message=name, channel="so-website", ordinal=ordinal, action=action
    )


def row(name: str, due: str, state: State = State.SCHEDULED, **changes: Any) -> Delivery:
    """A row of the queue whose identity is the message's first publication on the website."""
    return replace(
        Delivery(
            id=1,
            identity=identity(name),
            state=state,
            due=at(due),
            ready_at=at(due),
            expires=campaign().closes,
            late=LATE,
            digest="text",
        ),
        **changes,
    )
