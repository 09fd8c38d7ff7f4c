"""One plan for the same files, whatever order they come in; what may not go out is named and holds nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.approval import Approval
from outreach.domain.campaign import Holidays, Window
from outreach.domain.capabilities import Capabilities, ChannelProfile, Per, Quota
from outreach.domain.delivery import Action
from outreach.domain.message import BannerDetails, ContestDetails, EventDetails, Kind, Message
from outreach.domain.plan import NEVER, Plan, make_plan
from outreach.domain.posting_days import posting_days
from outreach.domain.problem import Severity
from outreach.domain.reminders import reminder_days
from outreach.domain.schedule import Hang, Once, Rule, Spread, Weekly
from tests.domain.office import (
    CHANNELS,
    FACEBOOK,
    KEYS,
    PEOPLE,
    WEBSITE,
    at,
    campaign,
    codes,
    dues,
    message,
    once,
    only,
    plan_of,
    posting,
)


def test_a_message_goes_to_each_channel_that_its_words_mean_once() -> None:
    words = ("website", "so-website", "social", "facebook")
    plan = plan_of(message("a", once("11-16 08:00"), *words))
    assert [one.identity.channel for one in plan.planned] == ["facebook-page", "so-website"]
    assert plan.problems == ()
    assert plan.channels == {"so-website", "facebook-page", "truc-tiep"}


def test_a_publication_never_outlives_the_campaign() -> None:
    (one,) = plan_of(message("a", once("12-15 20:00"))).planned
    assert one.expires == campaign().closes == at("12-16 00:00")


@pytest.mark.parametrize(
    ("when", "code", "place"),
    [
        ("11-14 08:00", "outside-window", 4),
        ("12-16 00:00", "outside-window", 4),
        ("11-16 22:00", "quiet-hours", 4),
        ("11-16 06:29", "quiet-hours", 4),
        ("11-19 08:00", "blackout", 4),
    ],
)
def test_a_date_that_breaks_a_rule_is_stopped(when: str, code: str, place: int) -> None:
    rules = posting(blackout=frozenset({date(2022, 11, 19)}))
    plan = plan_of(message("a", once(when, "11-21 08:00")), posting=rules)
    assert only(plan).code == code
    assert only(plan).place.line == place
    assert dues(plan) == ["11-21 08:00"]
    assert {identity.ordinal for identity in plan.stopped} == {1}


def test_a_holiday_is_a_closed_day_unless_the_office_posts_on_it() -> None:
    window = Window(start=date(2027, 1, 1), end=date(2027, 1, 5))
    asked = message("a", once("2027-01-01 08:00"))
    assert codes(plan_of(asked, window=window)) == ["holiday"]
    assert codes(plan_of(asked, window=window, posting=posting(holidays=Holidays.POST))) == []


def test_recurring_ones_leave_out_closed_days_silently() -> None:
    rules = posting(blackout=frozenset({date(2022, 11, 21)}))
    weekly = Weekly(weekdays=frozenset({0}), times=(time(8),))
    plan = plan_of(message("a", weekly), posting=rules)
    assert plan.problems == ()
    assert dues(plan) == ["11-28 08:00", "12-05 08:00", "12-12 08:00"]


def test_a_recurring_mistake_is_named_once() -> None:
    daily = Weekly(weekdays=frozenset(range(7)), times=(time(22),))
    plan = plan_of(message("a", daily))
    assert codes(plan) == ["quiet-hours"]
    assert plan.planned == ()


def test_a_schedule_that_never_happens_is_pointed_out() -> None:
    plan = plan_of(message("a", Rule(rule="FREQ=DAILY;BYMONTH=2;BYHOUR=8")))
    assert codes(plan) == ["never"]
    assert only(plan).severity is Severity.WARNING


def test_a_rule_that_asks_too_much_holds_its_message_only() -> None:
    flood = message("a", Rule(rule="FREQ=HOURLY;BYMINUTE=0,30"))
    plan = plan_of(flood, message("b", once("11-16 08:00")))
    assert codes(plan) == ["repeat"]
    assert set(plan.held) == {"a"}
    assert dues(plan) == ["11-16 08:00"]


def test_an_unknown_channel_is_named_with_the_nearest_and_stops_no_other() -> None:
    plan = plan_of(message("a", once("11-16 08:00"), "facebok", "website"))
    assert str(only(plan).mend) == "Did you mean “facebook”?"
    assert set(plan.unsure) == {"a"}
    assert dues(plan) == ["11-16 08:00"]


def test_an_unknown_channel_without_a_near_one_lists_what_there_is() -> None:
    plan = plan_of(message("a", once("11-16 08:00"), "truyền hình"))
    assert str(only(plan).mend) == (
        "Channels and tags are: facebook, facebook-page, in-person, so-website, social, truc-tiep, website."
    )
    plan = plan_of(message("a", once("11-16 08:00")), channels=())
    assert str(only(plan).mend) == "Channels and tags are: -."


def test_a_channel_takes_only_its_kinds() -> None:
    posts = replace(WEBSITE, capabilities=Capabilities(kinds=frozenset({Kind.POST})))
    contest = message("a", once("11-16 08:00"), "website", "social", kind=Kind.CONTEST)
    plan = plan_of(contest, channels=(posts, FACEBOOK))
    assert codes(plan) == ["kind"]
    assert dues(plan, channel="facebook-page") == ["11-16 08:00"]


@pytest.mark.parametrize(
    ("hours", "right"),
    [
        ((time(9), time(17)), False),
        ((time(8), time(8)), True),
        ((time(22), time(7)), False),
        ((time(22), time(8)), True),
    ],
)
def test_a_channel_takes_only_within_its_hours(hours: tuple[time, time], right: bool) -> None:
    limited = replace(WEBSITE, capabilities=Capabilities(hours=hours))
    plan = plan_of(message("a", once("11-16 08:00")), channels=(limited,))
    assert codes(plan) == ([] if right else ["channel-hours"])


def test_two_posts_too_close_name_both_files_and_the_later_gives_way() -> None:
    plan = plan_of(message("b", once("11-16 08:20")), message("a", once("11-16 08:00")))
    assert only(plan).code == "too-close"
    assert only(plan).place.file == "b.md"
    assert "a.md" in str(only(plan).what)
    assert dues(plan) == ["11-16 08:00"]


def test_exactly_the_gap_is_far_enough_and_channels_do_not_disturb_each_other() -> None:
    near = message("c", once("11-16 08:10"), "facebook")
    plan = plan_of(message("a", once("11-16 08:00")), message("b", once("11-16 08:30")), near)
    assert plan.problems == ()


def test_a_date_goes_before_a_recurring_time() -> None:
    daily = Weekly(weekdays=frozenset(range(7)), times=(time(8),), until=date(2022, 11, 16))
    plan = plan_of(message("a", daily), message("b", once("11-16 08:05")))
    assert dues(plan) == ["11-15 08:00", "11-16 08:05"]
    assert only(plan).place.file == "a.md"


def test_no_gap_lets_posts_meet() -> None:
    rules = posting(minimum_gap=timedelta(0))
    asked = [message(name, once("11-16 08:00")) for name in "ab"]
    assert plan_of(*asked, posting=rules).problems == ()


def test_work_of_people_knows_no_quiet_hours_and_no_gap() -> None:
    asked = [message(name, once("11-16 22:00"), "in-person") for name in "ab"]
    assert plan_of(*asked).problems == ()


@pytest.mark.parametrize(
    ("quota", "kept"),
    [
        (Quota(count=2, per=Per.MONTH), ["11-16 08:00", "11-30 08:00", "12-01 08:00"]),
        (Quota(count=1, per=Per.DAY), ["11-16 08:00", "11-30 08:00", "12-01 08:00"]),
    ],
)
def test_what_exceeds_a_quota_is_stopped_and_told_which_are_kept(
    quota: Quota, kept: list[str]
) -> None:
    limited = replace(WEBSITE, capabilities=Capabilities(quotas=(quota,)))
    weekly = message(
        "a", Weekly(weekdays=frozenset({2}), times=(time(12),), until=date(2022, 11, 16))
    )
    dated = message("b", once("11-16 08:00", "11-30 08:00", "12-01 08:00"))
    plan = plan_of(weekly, dated, channels=(limited,))
    assert dues(plan) == kept
    assert only(plan).code == "quota"
    assert only(plan).place.file == "a.md"
    assert "b (2022-11-16 08:00)" in str(only(plan).what)


def test_of_two_quotas_both_are_kept_and_what_is_stopped_counts_in_neither() -> None:
    both = (Quota(count=3, per=Per.MONTH), Quota(count=1, per=Per.DAY))
    limited = replace(WEBSITE, capabilities=Capabilities(quotas=both))
    often = message("a", once("11-16 08:00", "11-16 10:00", "11-17 08:00", "11-18 08:00"))
    plan = plan_of(often, message("b", once("11-19 08:00")), channels=(limited,))
    assert dues(plan) == ["11-16 08:00", "11-17 08:00", "11-18 08:00"]
    assert [str(problem.what).split(";")[0] for problem in plan.problems] == [
        "so-website takes only 1 in 2022-11-16",
        "so-website takes only 3 in 2022-11",
    ]


def test_a_quota_of_nothing_keeps_nothing() -> None:
    limited = replace(WEBSITE, capabilities=Capabilities(quotas=(Quota(count=0, per=Per.DAY),)))
    plan = plan_of(message("a", once("11-16 08:00")), channels=(limited,))
    assert plan.planned == ()
    assert str(only(plan).what).endswith("those go to -.")


def test_the_same_id_twice_keeps_the_first_file() -> None:
    second = message("a", once("11-18 08:00"), file="z.md")
    plan = plan_of(second, message("a", once("11-16 08:00")))
    assert dues(plan) == ["11-16 08:00"]
    assert codes(plan) == ["id-twice"]


@pytest.mark.parametrize(
    ("approval", "people"),
    [(Approval.OPTIONAL, 0), (Approval.REQUIRED, 1), (Approval.FOUR_EYES, 2)],
)
def test_a_plan_says_how_many_must_approve(approval: Approval, people: int) -> None:
    assert plan_of(message("a", once("11-16 08:00")), approval=approval).approvals == people


def test_a_broken_file_is_passed_on() -> None:
    problem = only(plan_of(message("a", once("11-14 08:00"))))
    assert plan_of(broken={"x": problem}).held == {"x": problem}


def said(plan: Plan) -> tuple[str, int, str]:
    """The one problem: its code, its line, and what it says."""
    problem = only(plan)
    return problem.code, problem.place.line, str(problem.what)


LINE = {key: line for line, key in enumerate(KEYS, 2)}


def test_each_problem_names_its_line_and_its_figures() -> None:
    """Whoever reads it must find the line and see what collides with what."""
    taken = message("a", once("11-16 08:00"))
    assert said(plan_of(taken, message("b", once("11-16 08:20")))) == (
        "too-close",
        LINE["at"],
        "At 2022-11-16 08:20 on so-website this comes less than 30 minutes from a.md at 2022-11-16 08:00.",
    )
    assert said(plan_of(taken, message("a", once("11-18 08:00"), file="z.md"))) == (
        "id-twice",
        LINE["id"],
        "The id “a” is already used by a.md.",
    )
    assert said(plan_of(message("a", once("11-14 08:00")))) == (
        "outside-window",
        LINE["at"],
        "2022-11-14 08:00 lies outside the campaign, which runs from 2022-11-15 to 2022-12-15.",
    )
    assert said(plan_of(message("a", once("11-16 22:00")))) == (
        "quiet-hours",
        LINE["at"],
        "22:00 lies in the quiet hours from 21:30 to 06:30.",
    )
    closed = posting(blackout=frozenset({date(2022, 11, 16)}))
    assert said(plan_of(taken, posting=closed)) == (
        "blackout",
        LINE["at"],
        "2022-11-16 is a day without posts (blackout in campaign.toml).",
    )
    assert said(plan_of(message("a", once("11-16 08:00"), "tv"), channels=())) == (
        "unknown-channel",
        LINE["channels"],
        "There is no channel and no tag “tv”.",
    )
    evening = replace(WEBSITE, capabilities=Capabilities(hours=(time(18), time(21))))
    assert said(plan_of(taken, channels=(evening,))) == (
        "channel-hours",
        LINE["at"],
        "The channel so-website takes nothing at 08:00, only from 18:00 to 21:00.",
    )
    posts = replace(WEBSITE, capabilities=Capabilities(kinds=frozenset({Kind.POST})))
    assert said(plan_of(replace(taken, kind=Kind.CONTEST), channels=(posts,))) == (
        "kind",
        LINE["channels"],
        "The channel so-website does not take messages of kind “contest”.",
    )
    assert said(plan_of(event(schedule=once("11-26 08:00")))) == (
        "after-end",
        LINE["at"],
        "2022-11-26 08:00 is too late: it is over at 2022-11-25 23:00.",
    )


def test_each_problem_of_a_recurring_message_names_the_line_of_its_rule() -> None:
    daily = Weekly(weekdays=frozenset(range(7)), times=(time(22),))
    assert said(plan_of(message("a", daily)))[:2] == ("quiet-hours", LINE["repeat"])
    never = message("a", Rule(rule="FREQ=DAILY;BYMONTH=2;BYHOUR=8"))
    assert said(plan_of(never))[:2] == ("never", LINE["repeat"])
    flood = message("a", Rule(rule="FREQ=HOURLY;BYMINUTE=0,30"))
    assert said(plan_of(flood))[:2] == ("repeat", LINE["repeat"])
    window = Window(start=date(2022, 11, 15), end=date(2022, 11, 15))
    assert said(plan_of(message("a", Spread(count=4)), window=window))[:2] == (
        "no-free-slot",
        LINE["spread"],
    )
    people = event("in-person", start="11-14 10:00")
    assert said(plan_of(people))[:2] == ("outside-window", LINE["start"])


def test_a_full_quota_lists_what_is_kept_in_the_order_of_time() -> None:
    two = replace(WEBSITE, capabilities=Capabilities(quotas=(Quota(count=2, per=Per.MONTH),)))
    asked = [
        message(name, once(f"11-{day} 08:00")) for name, day in (("b", 16), ("a", 17), ("c", 18))
    ]
    assert said(plan_of(*asked, channels=(two,))) == (
        "quota",
        LINE["channels"],
        "so-website takes only 2 in 2022-11; those go to b (2022-11-16 08:00), a (2022-11-17 08:00).",
    )


def test_a_quota_goes_to_dates_then_reminders_then_rules_then_spread() -> None:
    def kept(count: int) -> set[str]:
        month = Quota(count=count, per=Per.MONTH)
        limited = replace(WEBSITE, capabilities=Capabilities(quotas=(month,)))
        weekly = Weekly(weekdays=frozenset({2}), times=(time(8),), until=date(2022, 11, 16))
        quiz = contest("11-30 17:00", reminders=(1,), schedule=once("11-20 09:00"))
        asked = (message("rule", weekly), message("spread", Spread(count=1)), quiz)
        window = Window(start=date(2022, 11, 15), end=date(2022, 11, 30))
        plan = plan_of(*asked, channels=(limited,), window=window)
        return {f"{one.identity.message} {one.identity.ordinal}" for one in plan.planned}

    order = ["quiz 1", "quiz 10001", "rule 202246001", "spread 1"]
    assert [kept(count) for count in range(5)] == [set(order[:count]) for count in range(5)]


# --- banners


def hang(start: str, end: str, *channels: str, **details: Any) -> Message:
    return message(
        "banner",
        Hang(start=at(start), end=at(end)),
        *channels,
        kind=Kind.BANNER,
        details=BannerDetails(**details),
    )


def test_a_banner_is_published_and_withdrawn_however_late() -> None:
    up, down = plan_of(hang("11-15 07:00", "12-15 17:00")).planned
    assert (up.identity.action, up.due) == (Action.PUBLISH, at("11-15 07:00"))
    assert (down.identity, down.due) == (up.identity.of(Action.WITHDRAW), at("12-15 17:00"))
    assert up.expires == at("12-15 17:00")
    assert down.expires == NEVER


def test_banners_do_not_disturb_posts() -> None:
    post = message("post", once("11-15 07:00"))
    plan = plan_of(
        hang("11-15 07:00", "11-20 17:00"),
        replace(hang("11-15 07:00", "11-20 17:00"), id="b2"),
        post,
    )
    assert plan.problems == ()
    assert len(plan.planned) == 5


@pytest.mark.parametrize(
    ("until", "channel", "details", "warned"),
    [
        ("11-30 17:00", "website", {"size": "8 x 0.8 m"}, ["banner-too-long"]),
        ("11-30 17:00", "website", {"places": ("Cổng chính",)}, ["banner-too-long"]),
        ("11-30 17:00", "in-person", {}, ["banner-too-long"]),
        ("11-30 07:00", "in-person", {"size": "8 x 0.8 m"}, []),
        ("11-30 17:00", "website", {}, []),
        ("12-16 17:00", "website", {}, ["down-after-window"]),
        ("11-30 17:00", "facebook", {}, ["stays-up"]),
    ],
)
def test_banners_are_warned_about_and_not_held(
    until: str, channel: str, details: dict[str, Any], warned: list[str]
) -> None:
    plan = plan_of(hang("11-15 07:00", until, channel, **details))
    assert codes(plan) == warned
    assert all(problem.severity is Severity.WARNING for problem in plan.problems)
    assert len(plan.planned) == (1 if warned == ["stays-up"] else 2)


@pytest.mark.parametrize(
    ("until", "first", "second"),
    [
        ("12-15 17:00", "15/11 – 29/11/2022", "01/12 – 15/12/2022"),
        ("12-04 17:00", "15/11 – 24/11/2022", "25/11 – 04/12/2022"),
    ],
)
def test_a_banner_that_hangs_too_long_is_told_its_two_periods(
    until: str, first: str, second: str
) -> None:
    plan = plan_of(hang("11-15 07:00", until, "in-person"))
    assert said(plan) == (
        "banner-too-long",
        LINE["until"],
        "A printed banner may hang at most 15 days.",
    )
    assert dict(only(plan).mend.values) == {"first": first, "second": second}


def test_a_banner_may_hang_fifteen_days_to_the_minute() -> None:
    assert plan_of(hang("11-15 07:00", "11-30 07:00", "in-person")).problems == ()
    assert codes(plan_of(hang("11-15 07:00", "11-30 07:01", "in-person"))) == ["banner-too-long"]


def test_other_warnings_of_a_banner_name_their_lines() -> None:
    late = plan_of(hang("11-15 07:00", "12-16 00:00"))
    assert said(late)[:2] == ("down-after-window", LINE["until"])
    stays = plan_of(hang("11-15 07:00", "11-20 17:00", "facebook"))
    assert said(stays) == (
        "stays-up",
        LINE["channels"],
        "The channel facebook-page cannot take the banner down again.",
    )


def test_a_banner_that_may_not_go_up_does_not_come_down_either() -> None:
    plan = plan_of(hang("11-14 07:00", "11-20 17:00"))
    assert plan.planned == ()
    assert {identity.action for identity in plan.stopped} == {Action.PUBLISH, Action.WITHDRAW}


# --- events, contests


def event(*channels: str, start: str = "11-25 22:00", schedule: Any = None) -> Message:
    details = EventDetails(start=at(start), end=at("11-25 23:00"), place="Hội trường")
    schedule = schedule or once("11-20 08:00")
    return message("talk", schedule, *channels, kind=Kind.EVENT, details=details)


def test_people_hold_an_event_when_it_starts_and_machines_announce_it() -> None:
    plan = plan_of(event("website", "in-person"))
    assert dues(plan) == ["11-20 08:00"]
    assert dues(plan, channel="truc-tiep") == ["11-25 22:00"]
    assert {one.expires for one in plan.planned} == {at("11-25 23:00")}
    assert {one.identity.ordinal for one in plan.planned} == {1}


def test_an_event_spread_over_slots_is_held_once() -> None:
    plan = plan_of(event("website", "in-person", schedule=Spread(count=2)))
    assert len(dues(plan)) == 2
    assert dues(plan, channel="truc-tiep") == ["11-25 22:00"]
    assert max(one.due for one in plan.planned) == at("11-25 22:00")


def test_an_event_is_not_announced_when_it_is_over() -> None:
    plan = plan_of(event(schedule=once("11-26 08:00")))
    assert codes(plan) == ["after-end"]


def contest(deadline: str, *channels: str, **changes: Any) -> Message:
    reminders = changes.pop("reminders", (7, 3, 1))
    details = ContestDetails(deadline=at(deadline), reminders=reminders)
    schedule = changes.pop("schedule", once("11-16 08:00"))
    return message("quiz", schedule, *channels, kind=Kind.CONTEST, details=details, **changes)


def test_a_contest_reminds_at_the_first_slot_of_the_day() -> None:
    plan = plan_of(contest("12-09 17:00", "website", "in-person"))
    assert dues(plan) == ["11-16 08:00", "12-02 08:00", "12-06 08:00", "12-08 08:00"]
    assert dues(plan, channel="truc-tiep") == ["11-16 08:00"]
    assert [one.days_left for one in plan.planned if one.days_left] == [7, 3, 1]
    assert [one.floating for one in plan.planned if one.identity.channel == "so-website"] == [
        False,
        True,
        True,
        True,
    ]


def test_reminders_keep_their_ordinals_when_dates_move() -> None:
    before = {one.identity for one in plan_of(contest("12-09 17:00")).planned}
    after = {one.identity for one in plan_of(contest("12-13 12:00")).planned}
    assert before == after


def test_reminders_are_named_earliest_first() -> None:
    quiz = contest("12-09 17:00", reminders=(1, 7, 3, 7))
    days, _ = reminder_days(quiz, campaign(), frozenset(), date(2022, 11, 16))
    assert [before for before, _ in days] == [7, 3, 1]


def test_a_reminder_takes_the_next_free_slot() -> None:
    other = message("other", once("12-08 08:00"))
    plan = plan_of(contest("12-09 17:00", reminders=(1,)), other)
    assert dues(plan, "quiz")[-1] == "12-08 11:30"


def test_a_reminder_without_a_free_slot_is_stopped() -> None:
    other = message("other", once("12-08 08:00", "12-08 11:30", "12-08 19:30"))
    plan = plan_of(contest("12-09 17:00"), other)
    assert said(plan) == (
        "no-free-slot",
        LINE["reminders"],
        "On 2022-12-08 so-website has no free posting slot for the reminder.",
    )
    assert {identity.ordinal for identity in plan.stopped} == {10_001}


def test_reminders_outside_the_window_or_on_closed_days_are_left_out_with_a_warning() -> None:
    rules = posting(blackout=frozenset({date(2022, 12, 14)}))
    plan = plan_of(contest("12-17 17:00"), posting=rules)
    assert codes(plan) == ["no-reminder", "no-reminder"]
    assert {problem.place.line for problem in plan.problems} == {LINE["reminders"]}
    assert sorted(str(problem.what).split(":")[0] for problem in plan.problems) == [
        "No reminder goes out on 2022-12-14",
        "No reminder goes out on 2022-12-16",
    ]
    assert dues(plan) == ["11-16 08:00", "12-10 09:00"]


def test_no_reminder_before_the_contest_is_announced() -> None:
    plan = plan_of(contest("11-19 17:00"))
    assert dues(plan) == ["11-16 08:00", "11-18 08:00"]
    assert plan.problems == ()


# --- spread


def test_spread_is_even_over_the_posting_slots() -> None:
    slots = posting_days(campaign()).slots
    plan = plan_of(message("a", Spread(count=4)))
    taken = [slots.index(one.due) for one in plan.planned]
    steps = [later - earlier for earlier, later in pairwise(taken)]
    assert len(taken) == 4
    assert max(steps) - min(steps) <= 1
    assert all(one.floating for one in plan.planned)
    assert [one.identity.ordinal for one in plan.planned] == [1, 2, 3, 4]


def test_spread_avoids_closed_days_quiet_hours_channel_hours_and_what_is_taken() -> None:
    rules = posting(
        slots=(time(5), time(8), time(22)),
        weekend_slots=(),
        blackout=frozenset({date(2022, 11, 16)}),
    )
    window = Window(start=date(2022, 11, 15), end=date(2022, 11, 18))
    limited = replace(WEBSITE, capabilities=Capabilities(hours=(time(7), time(20))))
    fixed = message("fixed", once("11-15 08:00"))
    plan = plan_of(
        message("a", Spread(count=2)), fixed, posting=rules, window=window, channels=(limited,)
    )
    assert dues(plan, "a") == ["11-17 08:00", "11-18 08:00"]


def test_spread_without_enough_slots_names_how_many_found_one() -> None:
    window = Window(start=date(2022, 11, 15), end=date(2022, 11, 15))
    plan = plan_of(message("a", Spread(count=5)), window=window)
    assert dues(plan) == ["11-15 08:00", "11-15 11:30", "11-15 19:30"]
    assert str(only(plan).what) == "Only 3 of 5 find a free posting slot."
    assert {identity.ordinal for identity in plan.stopped} == {4, 5}


def test_adding_a_message_moves_few_others() -> None:
    spread = [message(f"s{number}", Spread(count=3)) for number in range(5)]
    before = plan_of(*spread)
    after = plan_of(*spread, message("new", once("11-24 08:00")))
    assert len(set(before.planned) - set(after.planned)) <= 3


def test_spread_takes_every_slot_before_the_end_and_none_after_it() -> None:
    plan = plan_of(contest("11-16 12:00", schedule=Spread(count=9), reminders=()))
    slots = ["11-15 08:00", "11-15 11:30", "11-15 19:30", "11-16 08:00", "11-16 11:30"]
    assert dues(plan) == slots
    assert said(plan)[2] == "Only 5 of 9 find a free posting slot."


def test_spread_on_two_channels_takes_what_is_free_on_both() -> None:
    day = Window(start=date(2022, 11, 15), end=date(2022, 11, 15))
    plan = plan_of(
        message("a", Spread(count=3), "website", "social"),
        message("here", once("11-15 08:00"), "website"),
        message("there", once("11-15 11:30"), "social"),
        window=day,
    )
    assert dues(plan, "a") == ["11-15 19:30"]
    assert dues(plan, "a", "facebook-page") == ["11-15 19:30"]


def test_spread_keeps_its_own_distance() -> None:
    day = Window(start=date(2022, 11, 15), end=date(2022, 11, 15))
    far = posting(minimum_gap=timedelta(hours=4))
    plan = plan_of(message("a", Spread(count=3)), posting=far, window=day)
    assert len(dues(plan)) == 2
    assert dues(plan)[-1] == "11-15 19:30"
    assert codes(plan) == ["no-free-slot"]


def test_spread_keeps_the_hours_of_its_channel() -> None:
    evening = replace(WEBSITE, capabilities=Capabilities(hours=(time(18), time(21))))
    days = Window(start=date(2022, 11, 15), end=date(2022, 11, 17))
    plan = plan_of(message("a", Spread(count=3)), channels=(evening,), window=days)
    assert dues(plan) == ["11-15 19:30", "11-16 19:30", "11-17 19:30"]


def test_spread_ends_before_what_it_announces() -> None:
    plan = plan_of(contest("11-20 12:00", schedule=Spread(count=3), reminders=()))
    assert len(plan.planned) == 3
    assert max(one.due for one in plan.planned) < at("11-20 12:00")


def test_spread_on_a_channel_that_refuses_the_kind_is_stopped_there_only() -> None:
    posts = replace(FACEBOOK, capabilities=Capabilities(kinds=frozenset({Kind.POST})))
    asked = message("a", Spread(count=2), "website", "social", kind=Kind.COMMENDATION)
    plan = plan_of(asked, channels=(WEBSITE, posts))
    assert len(dues(plan)) == 2
    assert codes(plan) == ["kind"]


def test_where_a_spread_message_lands_never_changes() -> None:
    """Another formula would move everything that is already queued in a running campaign."""
    assert dues(plan_of(message("a", Spread(count=4)))) == [
        "11-21 08:00",
        "11-29 08:00",
        "12-06 19:30",
        "12-14 11:30",
    ]
    assert dues(plan_of(message("b", Spread(count=2)))) == ["11-18 11:30", "12-04 09:00"]
    crowd = plan_of(*(message(f"m{number}", Spread(count=2)) for number in range(3)))
    assert dues(crowd) == [
        "11-17 08:00",
        "11-27 09:00",
        "11-28 19:30",
        "12-02 19:30",
        "12-13 08:00",
        "12-14 11:30",
    ]


# --- properties

WHOLE_DAYS = st.integers(-2, 33).map(
    lambda days: datetime(2022, 11, 15, tzinfo=UTC) + timedelta(days=days)
)
LOCAL = st.builds(
    lambda day, minutes: day + timedelta(minutes=minutes),
    WHOLE_DAYS,
    st.integers(0, 24 * 60 - 1),
)
SCHEDULES = st.one_of(
    st.lists(LOCAL, min_size=1, max_size=3).map(lambda times: Once(at=tuple(times))),
    st.builds(Spread, count=st.integers(1, 12)),
    st.builds(
        Weekly,
        weekdays=st.frozensets(st.integers(0, 6), min_size=1),
        times=st.lists(st.sampled_from([time(7), time(8), time(23)]), min_size=1, unique=True).map(
            lambda times: tuple(sorted(times))
        ),
    ),
    st.tuples(LOCAL, st.integers(1, 40)).map(
        lambda one: Hang(start=one[0], end=one[0] + timedelta(days=one[1]))
    ),
)
CHANNEL_WORDS = st.lists(
    st.sampled_from(["website", "social", "in-person", "unknown"]), min_size=1, max_size=3
)


@st.composite
def messages(draw: st.DrawFn) -> list[Message]:
    found = []
    for number, schedule in enumerate(draw(st.lists(SCHEDULES, max_size=8))):
        kind = Kind.BANNER if isinstance(schedule, Hang) else Kind.POST
        found.append(message(f"m{number}", schedule, *draw(CHANNEL_WORDS), kind=kind))
    return found


@given(messages(), st.randoms(use_true_random=False))
def test_the_same_files_in_any_order_give_the_same_plan(asked: list[Message], luck: Any) -> None:
    shuffled, channels = list(asked), list(CHANNELS)
    luck.shuffle(shuffled)
    luck.shuffle(channels)
    first = plan_of(*asked)
    again = make_plan(campaign(), shuffled, channels)
    assert first == again
    assert first.problems == again.problems


@given(messages())
def test_every_plan_keeps_the_hard_rules(asked: list[Message]) -> None:
    office = campaign()
    plan = plan_of(*asked)
    identities = [one.identity for one in plan.planned]
    assert len(identities) == len(set(identities))
    assert not set(identities) & set(plan.stopped)
    assert [one.due for one in plan.planned] == sorted(one.due for one in plan.planned)
    for one in publications(plan):
        assert office.opens <= one.due < one.expires <= office.closes
        if one.identity.channel != PEOPLE.name:
            assert not office.posting.is_quiet(office.local(one.due).time())


@given(messages())
def test_posts_of_a_channel_keep_their_distance(asked: list[Message]) -> None:
    banners = {one.id for one in asked if one.kind is Kind.BANNER}
    plan = plan_of(*asked)
    for channel in (WEBSITE, FACEBOOK):
        times = [
            one.due
            for one in publications(plan)
            if one.identity.channel == channel.name and one.identity.message not in banners
        ]
        gaps = [later - earlier for earlier, later in pairwise(times)]
        assert all(gap >= timedelta(minutes=30) for gap in gaps)


@given(st.integers(0, 30), st.integers(0, 30))
def test_moving_a_date_keeps_the_identity(before: int, after: int) -> None:
    def planned(days: int) -> Plan:
        return plan_of(message("a", Once(at=(at("11-15 08:00") + timedelta(days=days),))))

    (first,), (moved,) = planned(before).planned, planned(after).planned
    assert first.identity == moved.identity


def publications(plan: Plan) -> list[Any]:
    return [one for one in plan.planned if one.identity.action is Action.PUBLISH]


@pytest.mark.slow
def test_planning_grows_with_the_number_of_files_and_no_faster() -> None:
    """Four times the files: four times the work, sixteen times if anything were compared with everything."""
    few, many = (timed(files) for files in (500, 2000))
    assert many < 9 * few


def timed(files: int) -> float:
    """The least processor time, in seconds, that planning so many files for five channels took."""
    channels = [ChannelProfile(name=f"c{n}", tags=frozenset({"all"})) for n in range(5)]
    slots = tuple(time(hour, minute) for hour in range(7, 21) for minute in range(0, 60, 5))
    office = campaign(posting=posting(minimum_gap=timedelta(0), slots=slots))
    days = [date(2022, 11, 15) + timedelta(days=n) for n in range(31)]
    dated = [Once(at=(office.utc(days[n % 31], time(8, n % 60)),)) for n in range(files)]
    asked = [
        message(f"m{n}", Spread(count=1) if n % 4 == 0 else dated[n], "all") for n in range(files)
    ]
    took = []
    for _ in range(3):
        began = process_time()
        plan = make_plan(office, asked, channels)
        took.append(process_time() - began)
        assert len(plan.planned) == 5 * files
    return min(took)
