"""The process dies at every step boundary of a post of several calls, and after every fault: nothing lost, nothing twice."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from outreach.channel import Kind
from outreach.domain.delivery import Action, Identity, State
from tests.channels.facebook_stage import picture
from tests.channels.page_world import PageWorld, world

pytestmark = pytest.mark.slow


def once_published(lives: PageWorld, identity: Identity) -> None:
    (post,) = lives.stage.sandbox.posts
    delivery = lives.delivery(identity)
    assert delivery.state is State.PUBLISHED
    assert delivery.receipt
    assert delivery.receipt.remote_id == post["id"]
    comments = lives.stage.sandbox.graph.ledger.of("comment")
    assert len(comments) <= 1


BOUNDARIES = 16
"""Two photos, the post and its comment are four steps of four places each."""


@pytest.mark.parametrize("boundary", range(BOUNDARIES))
def test_a_post_of_four_calls(tmp_path: Path, boundary: int) -> None:
    with world(tmp_path, boundary, first_comment=("hashtags",)) as lives:
        media = (picture(tmp_path, "1.png"), picture(tmp_path, "2.png"))
        identity = lives.ask("m", media=media)
        lives.settle()
        assert lives.death.struck
        once_published(lives, identity)


def test_there_are_no_other_boundaries(tmp_path: Path) -> None:
    with world(tmp_path, BOUNDARIES, first_comment=("hashtags",)) as lives:
        media = (picture(tmp_path, "1.png"), picture(tmp_path, "2.png"))
        identity = lives.ask("m", media=media)
        lives.settle()
        assert not lives.death.struck
        once_published(lives, identity)


@pytest.mark.parametrize("boundary", [*range(0, BOUNDARIES, 3), BOUNDARIES])
@pytest.mark.parametrize("fault", ["created-then-500-lag", "created-then-reset", "refused-500"])
def test_a_fault_and_a_death_together(tmp_path: Path, boundary: int, fault: str) -> None:
    with world(tmp_path, boundary, first_comment=("hashtags",)) as lives:
        lives.stage.sandbox.faults.arm(fault, on="POST feed")
        media = (picture(tmp_path, "1.png"), picture(tmp_path, "2.png"))
        identity = lives.ask("m", media=media)
        lives.settle()
        once_published(lives, identity)


@pytest.mark.parametrize("boundary", range(4))
def test_taking_a_post_down(tmp_path: Path, boundary: int) -> None:
    with world(tmp_path, boundary + 4) as lives:
        lives.ask("m")
        lives.settle()
        assert len(lives.stage.sandbox.posts) == 1
        gone = lives.ask("m", action=Action.WITHDRAW)
        lives.settle()
        assert lives.death.struck
        assert lives.stage.sandbox.posts == []
        assert lives.delivery(gone).state is State.WITHDRAWN


@pytest.mark.parametrize("boundary", range(12))
def test_hanging_a_cover_and_putting_the_former_one_back(tmp_path: Path, boundary: int) -> None:
    """Two steps hang it, one takes it down."""
    with world(tmp_path, boundary) as lives:
        graph = lives.stage.sandbox.graph
        graph.ledger.put({"id": "page", "kind": "page", "cover": "77", "visible": 0})
        graph.ledger.put({"id": "77", "kind": "photo", "post": "cover", "visible": 0})
        banner: dict[str, Any] = {"kind": Kind.BANNER, "media": (picture(tmp_path),)}
        hung = lives.ask("m", **banner)
        lives.settle()
        assert lives.death.struck is (boundary < 8)
        receipt = lives.delivery(hung).receipt
        assert receipt
        assert (graph.ledger.get("page") or {})["cover"] == receipt.remote_id
        gone = lives.ask("m", action=Action.WITHDRAW, **banner)
        lives.settle()
        assert lives.death.struck
        assert lives.delivery(gone).state is State.WITHDRAWN
        assert (graph.ledger.get("page") or {})["cover"] == "77"


def test_a_bad_month(tmp_path: Path) -> None:
    with world(tmp_path, -1) as lives:
        lives.stage.sandbox.faults.by_chance(seed=91, share=0.4)
        asked = [lives.ask(f"m{n}", text=f"Tin {n}") for n in range(40)]
        lives.settle()
        counted = Counter(lives.stage.messages)
        assert set(counted.values()) == {1}
        assert len(counted) == len(asked)
        assert {lives.delivery(one).state for one in asked} == {State.PUBLISHED}
