"""Wherever the process dies, WordPress itself counts exactly one public post, and none after its withdrawal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from outreach.domain.delivery import Action, State
from tests.dispatch.claims import NOON
from tests.servers.lossy import Matches, Way
from tests.wordpress.conftest import Office
from tests.wordpress.doomed import Doom, Moment, WordPressWorld
from tests.wordpress.test_faults import creates, publishes, trashes

pytestmark = pytest.mark.slow

LATER = NOON + timedelta(days=1)


Worlds = Callable[..., WordPressWorld]


@pytest.fixture
def world_of(office: Office, key: str, tmp_path: Path) -> Iterator[Worlds]:
    """Makes a world whose message is called after the test's key."""
    made = []

    def make(doom: Doom, **settings: Any) -> WordPressWorld:
        made.append(WordPressWorld(tmp_path, office, doom, **settings))
        made[-1].message = f"m-{key}"
        return made[-1]

    yield make
    for world in made:
        world.close()


def withdraw(world: WordPressWorld) -> None:
    world.plan(world.message, "site", LATER, action=Action.WITHDRAW)
    world.pass_time(timedelta(days=1))
    world.settle()


@pytest.mark.parametrize("moment", Moment)
@pytest.mark.parametrize("step", ["create", "publish", "withdraw"])
def test_a_crash_at_any_moment_of_a_step_doubles_and_loses_nothing(
    office: Office, world_of: Worlds, step: str, moment: Moment
) -> None:
    doom = Doom(step, moment)
    world = world_of(doom)
    published = world.plan(world.message, "site", NOON)
    world.settle()
    assert world.rows()[0].state is State.PUBLISHED
    assert [status for _, status in office.site.posts(published.key)] == ["publish"]
    withdraw(world)
    assert doom.struck
    assert {row.state for row in world.rows()} == {State.PUBLISHED, State.WITHDRAWN}
    assert [status for _, status in office.site.posts(published.key)] == ["trash"]


@pytest.mark.parametrize("what", ["request", "reply", "early"])
@pytest.mark.parametrize("call", [creates, publishes, trashes])
def test_whatever_the_network_loses_nothing_doubles(
    office: Office, world_of: Worlds, way: Way, what: str, call: Matches
) -> None:
    way.losing(what, call)
    world = world_of(Doom("never", Moment.BEFORE_INTENT), api=f"{way.url}wp-json/")
    published = world.plan(world.message, "site", NOON)
    world.settle()
    way.arrived()
    assert office.site.public(published.key) == 1
    withdraw(world)
    way.arrived()
    assert not way.lost, "the loss has happened"
    assert office.site.public(published.key) == 0
    assert {row.state for row in world.rows()} == {State.PUBLISHED, State.WITHDRAWN}


@pytest.mark.parametrize("moment", Moment)
@pytest.mark.parametrize("step", ["banner", "withdraw"])
def test_a_crash_around_a_banner_shows_it_once_and_takes_it_down(
    office: Office, world_of: Worlds, block: int, step: str, moment: Moment
) -> None:
    doom = Doom(step, moment)
    world = world_of(doom, banner_block=block)
    published = world.plan(world.message, "site", NOON)
    world.settle()
    assert shown(office, block).count(f"<!-- outreach:{published.key} -->") == 1
    withdraw(world)
    assert doom.struck
    assert {row.state for row in world.rows()} == {State.PUBLISHED, State.WITHDRAWN}
    assert published.key not in shown(office, block)


def shown(office: Office, block: int) -> str:
    """What stands in the block."""
    content: str = office.site.as_admin("GET", f"blocks/{block}?context=edit")["content"]["raw"]
    return content
