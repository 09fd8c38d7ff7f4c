"""Posts that Facebook holds and releases itself, through the whole dispatcher: once each, as last asked for, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from outreach.channel import Kind, Text
from outreach.channels.facebook_page.native import EARLIEST, LATEST
from outreach.domain.delivery import Identity, State
from outreach.domain.difference import ChangeKind
from outreach.domain.message import Lateness, LatePolicy
from outreach.store import delivery_log
from tests.channels.facebook_stage import NOON, PLACE, picture
from tests.channels.page_world import PageWorld, world

DUE = NOON + timedelta(hours=5)
HANDED = DUE - EARLIEST + timedelta(minutes=10)
DAY_AFTER = DUE + timedelta(days=1)
WORDS = "Mời toàn thể cán bộ tham gia.\n\n#BinhDangGioi"


def settings() -> dict[str, Any]:
    return {"strategy": "native-schedule"}


@pytest.fixture
def lives(tmp_path: Path) -> Iterator[PageWorld]:
    with world(tmp_path, **settings()) as opened:
        yield opened


def waiting(lives: PageWorld) -> list[dict[str, Any]]:
    return lives.stage.sandbox.graph.scheduled()


def happened(lives: PageWorld, identity: Identity) -> list[str]:
    found = lives.delivery(identity)
    lines = delivery_log.read(lives.engine, delivery_id=found.id)
    return [line.event.what for line in lines]


def once(lives: PageWorld, identity: Identity, message: str = WORDS) -> dict[str, Any]:
    """The one post that there ever was, and its proof."""
    lives.run_until(max(DAY_AFTER, lives.now()))
    (post,) = lives.stage.sandbox.posts
    delivery = lives.delivery(identity)
    assert delivery.state is State.PUBLISHED
    assert delivery.receipt
    assert delivery.receipt.remote_id == post["id"]
    assert post["message"] == message
    assert waiting(lives) == []
    graph = lives.stage.sandbox.graph
    assert not any(graph.is_public(one) for one in graph.ledger.gone("post"))
    return post


def nothing(lives: PageWorld, identity: Identity, state: State) -> None:
    lives.run_until(DAY_AFTER)
    assert lives.stage.sandbox.posts == []
    assert waiting(lives) == []
    assert lives.delivery(identity).state is state


def test_it_waits_at_facebook_and_counts_when_it_is_released(lives: PageWorld) -> None:
    identity = lives.ask("m", due=DUE)
    lives.run_until(DUE - EARLIEST - timedelta(minutes=1))
    assert waiting(lives) == []
    lives.run_until(DUE - LATEST)
    (post,) = waiting(lives)
    assert post["planned"] == DUE.timestamp()
    assert lives.stage.sandbox.posts == []
    assert lives.delivery(identity).state is State.SCHEDULED
    assert once(lives, identity)["id"] == post["id"]
    receipt = lives.delivery(identity).receipt
    assert receipt
    assert receipt.at == DUE
    assert happened(lives, identity).count("handed_over") == 1


@pytest.mark.slow
def test_the_first_comment_comes_after_the_release(tmp_path: Path) -> None:
    with world(tmp_path, **settings(), first_comment=("hashtags",)) as lives:
        identity = lives.ask("m", due=DUE, media=(picture(tmp_path),))
        lives.run_until(DUE - LATEST)
        comments = lives.stage.sandbox.graph.ledger.of
        assert comments("comment") == []
        lives.run_until(DAY_AFTER)
        (post,), (comment,) = lives.stage.sandbox.posts, comments("comment")
        assert comment["on"] == post["id"]
        assert len(post["photos"]) == 1
        found = lives.delivery(identity).receipt
        assert found
        assert found.details["first_comment"] == {"id": comment["id"]}


@pytest.mark.slow
@pytest.mark.parametrize(
    "fault",
    [
        "created-then-500",
        "created-then-reset",
        "created-then-500-lag",
        "created-then-502",
        "visibility-lag",
        "refused-500",
        "reset",
        "too-fast",
        "throttled",
    ],
)
def test_a_failed_handover_ends_in_one_post(lives: PageWorld, fault: str) -> None:
    lives.stage.sandbox.faults.arm(fault, on="POST feed")
    once(lives, lives.ask("m", due=DUE))


def test_a_handover_in_doubt_is_found_again_though_our_clock_was_a_day_ahead(
    lives: PageWorld,
) -> None:
    """By Facebook's clock the post was made a day before the earliest time at which ours hands over."""
    lives.offset = timedelta(days=1)
    due = DUE + lives.offset
    lives.stage.sandbox.faults.arm("created-then-500", on="POST feed")
    identity = lives.ask("m", due=due)
    lives.run_until(due - LATEST)
    (post,) = waiting(lives)
    lives.offset = timedelta(0)
    lives.run_until(due + timedelta(hours=1))
    (shown,) = lives.stage.sandbox.posts
    receipt = lives.delivery(identity).receipt
    assert receipt
    assert receipt.remote_id == post["id"] == shown["id"]


@pytest.mark.slow
def test_facebook_is_away_until_it_is_too_late_to_hand_over(lives: PageWorld) -> None:
    lives.stage.sandbox.faults.arm("502-html", times=10**6)
    identity = lives.ask("m", due=DUE)
    lives.run_until(DUE - timedelta(minutes=5))
    assert lives.stage.sandbox.graph.ledger.of("post") == []
    lives.stage.sandbox.heal()
    once(lives, identity)


@pytest.mark.parametrize("doubles", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_doubles_are_gone_before_anybody_sees_them(lives: PageWorld, doubles: int) -> None:
    identity = lives.ask("m", due=DUE)
    lives.run_until(HANDED)
    (first,) = waiting(lives)
    for _ in range(doubles):
        lives.pass_time(timedelta(minutes=1))
        facts = {"message": WORDS, "link": first["link"], "app": PLACE.app}
        lives.stage.sandbox.graph.add_post(
            **facts, published=False, planned=int(DUE.timestamp()), created=lives.now().timestamp()
        )
    assert once(lives, identity)["id"] == first["id"]


@pytest.mark.slow
def test_what_others_have_scheduled_is_left_alone(lives: PageWorld) -> None:
    planned = {"published": False, "planned": int(DUE.timestamp()) + 7200, "app": PLACE.app}
    graph = lives.stage.sandbox.graph
    kept = [
        graph.add_post(message=WORDS, **planned),
        graph.add_post(message=WORDS, **{**planned, "planned": int(DUE.timestamp()), "app": "x"}),
    ]
    lives.ask("m", due=DUE)
    lives.run_until(DUE - timedelta(minutes=1))
    assert {post["id"] for post in kept} < {post["id"] for post in waiting(lives)}


@pytest.mark.parametrize(
    "minutes", [100, *(pytest.param(late, marks=pytest.mark.slow) for late in (25, 15, 3))]
)
def test_an_edit_reaches_the_scheduled_post(lives: PageWorld, minutes: int) -> None:
    identity = lives.ask("m", due=DUE)
    lives.run_until(DUE - timedelta(minutes=minutes))
    assert len(waiting(lives)) == 1
    lives.change(identity, ChangeKind.CHANGED, due=DUE, text="Đã sửa.")
    lives.run_until(lives.now() + timedelta(minutes=1))
    assert [post["message"][:7] for post in waiting(lives)] == ["Đã sửa."] * (minutes > 20)
    once(lives, identity, "Đã sửa.\n\n#BinhDangGioi")
    assert "taken_back" in happened(lives, identity)


@pytest.mark.slow
@pytest.mark.parametrize("hours", [-2, 4, 30])
def test_a_moved_date_moves_the_scheduled_post(lives: PageWorld, hours: int) -> None:
    identity = lives.ask("m", due=DUE)
    lives.run_until(HANDED)
    lives.change(identity, ChangeKind.MOVED, due=DUE + timedelta(hours=hours))
    lives.run_until(DUE + timedelta(hours=hours, minutes=5))
    assert once(lives, identity)["planned"] == (DUE + timedelta(hours=hours)).timestamp()


@pytest.mark.parametrize("what", [ChangeKind.CANCELLED, ChangeKind.HELD])
@pytest.mark.parametrize(
    "fault",
    [
        "",
        *(pytest.param(one, marks=pytest.mark.slow) for one in ("created-then-reset", "throttled")),
    ],
)
def test_what_is_not_wanted_any_more_is_taken_back(
    lives: PageWorld, what: ChangeKind, fault: str
) -> None:
    identity = lives.ask("m", due=DUE)
    lives.run_until(HANDED)
    assert len(waiting(lives)) == 1
    if fault:
        lives.stage.sandbox.faults.arm(fault, on="DELETE")
    lives.change(identity, what, due=DUE)
    nothing(lives, identity, State.CANCELLED if what is ChangeKind.CANCELLED else State.HELD)


@pytest.mark.slow
def test_what_is_wanted_again_is_handed_over_again(lives: PageWorld) -> None:
    identity = lives.ask("m", due=DUE)
    lives.run_until(HANDED)
    lives.change(identity, ChangeKind.HELD, due=DUE)
    lives.run_until(HANDED + timedelta(minutes=30))
    assert waiting(lives) == []
    lives.change(identity, ChangeKind.RELEASED, due=DUE)
    lives.run_until(DUE - LATEST)
    assert len(waiting(lives)) == 1
    once(lives, identity)


def test_a_pause_past_its_time_takes_it_back(lives: PageWorld) -> None:
    identity = lives.ask("m", due=DUE)
    lives.run_until(HANDED)
    lives.queue.pause("facebook-page", Text("Stop."), None, actor="Lan", now=lives.now())
    lives.run_until(DUE + timedelta(hours=1))
    assert lives.stage.sandbox.graph.ledger.of("post") == []
    lives.queue.resume("facebook-page", actor="Lan", now=lives.now())
    once(lives, identity)


def test_the_program_is_off_when_it_is_released(lives: PageWorld) -> None:
    skip = Lateness(policy=LatePolicy.SKIP)
    identity = lives.ask("m", due=DUE, late=skip)
    lives.run_until(HANDED)
    lives.kill()
    lives.pass_time(timedelta(hours=9))
    lives.start()
    once(lives, identity)


def test_what_somebody_deleted_on_the_page_is_for_people(lives: PageWorld) -> None:
    identity = lives.ask("m", due=DUE)
    lives.run_until(HANDED)
    (post,) = waiting(lives)
    lives.stage.sandbox.graph.ledger.drop(post["id"])
    nothing(lives, identity, State.NEEDS_PERSON)


@pytest.mark.slow
def test_what_appeared_before_it_could_be_taken_back_counts(lives: PageWorld) -> None:
    identity = lives.ask("m", due=DUE)
    lives.run_until(HANDED)
    lives.stage.sandbox.faults.arm("502-html", times=10**6)
    later = DUE + timedelta(hours=3)
    lives.change(identity, ChangeKind.CHANGED, due=later, text="Đã sửa.")
    lives.run_until(DUE + timedelta(minutes=30))
    lives.stage.sandbox.heal()
    once(lives, identity)


@pytest.mark.slow
def test_a_cancelled_one_that_appeared_is_taken_down(lives: PageWorld) -> None:
    identity = lives.ask("m", due=DUE)
    lives.run_until(HANDED)
    lives.stage.sandbox.faults.arm("502-html", times=10**6)
    lives.change(identity, ChangeKind.CANCELLED, due=DUE)
    lives.run_until(DUE + timedelta(minutes=30))
    lives.stage.sandbox.heal()
    nothing(lives, identity, State.CANCELLED)


@pytest.mark.slow
def test_too_close_or_a_cover_it_is_published_as_ever(lives: PageWorld) -> None:
    near = lives.ask("near", due=NOON + LATEST - timedelta(minutes=1), text="Sắp đến")
    banner: dict[str, Any] = {"kind": Kind.BANNER, "media": (picture(lives.folder),)}
    cover = lives.ask("cover", due=DUE, **banner)
    lives.run_until(DAY_AFTER)
    assert len(lives.stage.sandbox.posts) == 1
    assert lives.delivery(near).state is State.PUBLISHED
    assert lives.delivery(cover).state is State.PUBLISHED
    assert waiting(lives) == []


CALLS = 12
"""The photo, looks and the post before it is due, looks at its release, its comment: each may kill before and after."""


@pytest.mark.slow
@pytest.mark.parametrize("boundary", range(CALLS + 1))
def test_a_death_around_every_call(tmp_path: Path, boundary: int) -> None:
    given = {**settings(), "first_comment": ("hashtags",)}
    with world(tmp_path, boundary, deadly_line=True, **given) as lives:
        identity = lives.ask("m", due=DUE, media=(picture(tmp_path),))
        lives.run_until(DAY_AFTER)
        assert lives.death.struck is (boundary < CALLS)
        (post,) = lives.stage.sandbox.posts
        delivery = lives.delivery(identity)
        assert (delivery.state, waiting(lives)) == (State.PUBLISHED, [])
        assert delivery.receipt
        assert delivery.receipt.remote_id == post["id"]
        assert len(lives.stage.sandbox.graph.ledger.of("comment")) <= 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("what", "boundary"),
    [
        *((ChangeKind.CHANGED, boundary) for boundary in range(14)),
        *((ChangeKind.CANCELLED, boundary) for boundary in range(6)),
    ],
)
def test_a_death_while_it_is_changed(tmp_path: Path, what: ChangeKind, boundary: int) -> None:
    with world(tmp_path, -1, deadly_line=True, **settings()) as lives:
        identity = lives.ask("m", due=DUE)
        lives.run_until(HANDED)
        lives.death.strike_after(boundary)
        lives.change(identity, what, due=DUE, text="Đã sửa.")
        if what is ChangeKind.CANCELLED:
            nothing(lives, identity, State.CANCELLED)
        else:
            once(lives, identity, "Đã sửa.\n\n#BinhDangGioi")
        assert lives.death.struck


@pytest.mark.slow
def test_a_bad_month_on_schedule(tmp_path: Path) -> None:
    with world(tmp_path, **settings()) as lives:
        lives.stage.sandbox.faults.by_chance(seed=91, share=0.4, reads=0.1)
        asked = [
            lives.ask(f"m{n}", text=f"Tin {n}", due=NOON + timedelta(hours=4, minutes=7 * n))
            for n in range(30)
        ]
        lives.run_until(DAY_AFTER)
        assert sorted(lives.stage.messages) == sorted(
            f"Tin {n}\n\n#BinhDangGioi" for n in range(30)
        )
        assert {lives.delivery(one).state for one in asked} == {State.PUBLISHED}
