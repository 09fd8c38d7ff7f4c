"""Wherever the process dies, WordPress itself counts exactly one public post, and none after its withdrawal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from outreach.channel import Media
from outreach.channels.wordpress.library import slug_of
from outreach.domain.delivery import Action, State
from tests.channels.fault_server import Request
from tests.dispatch.claims import NOON
from tests.servers.lossy import Matches, Way
from tests.wordpress.conftest import Office
from tests.wordpress.doomed import Doom, Moment, WordPressWorld
from tests.wordpress.test_faults import creates, publishes, trashes
from tests.wordpress.test_posts import picture

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


@pytest.fixture
def shown(tmp_path: Path, key: str) -> Media:
    """A picture that no other test uses."""
    return picture(tmp_path, 1, f"Ảnh {key}")


def withdraw(world: WordPressWorld) -> None:
    world.plan(world.message, "site", LATER, action=Action.WITHDRAW)
    world.pass_time(timedelta(days=1))
    world.settle()


@pytest.mark.parametrize("moment", Moment)
@pytest.mark.parametrize("step", ["create", "publish", "withdraw"])
def test_a_crash_at_any_moment_of_a_step_doubles_and_loses_nothing(
    office: Office, world_of: Worlds, shown: Media, step: str, moment: Moment
) -> None:
    """A picture is uploaded before the first step."""
    doom = Doom(step, moment)
    world = world_of(doom, media=(shown,))
    published = world.plan(world.message, "site", NOON)
    world.settle()
    assert world.rows()[0].state is State.PUBLISHED
    assert [status for _, status in office.site.posts(published.key)] == ["publish"]
    withdraw(world)
    assert doom.struck
    assert {row.state for row in world.rows()} == {State.PUBLISHED, State.WITHDRAWN}
    assert [status for _, status in office.site.posts(published.key)] == ["trash"]
    assert uploaded(office, shown) == 1


@pytest.mark.parametrize("what", ["request", "reply", "early"])
@pytest.mark.parametrize("call", [creates, publishes, trashes])
def test_whatever_the_network_loses_nothing_doubles(
    office: Office, world_of: Worlds, way: Way, what: str, call: Matches
) -> None:
    way.losing(what, call)
    world = world_of(
        Doom("never", Moment.BEFORE_INTENT), api=f"{way.url}wp-json/", at_work=way.arrived
    )
    published = world.plan(world.message, "site", NOON)
    world.settle()
    way.arrived()
    assert office.site.public(published.key) == 1
    withdraw(world)
    way.arrived()
    assert not way.lost, "the loss has happened"
    assert office.site.public(published.key) == 0
    assert {row.state for row in world.rows()} == {State.PUBLISHED, State.WITHDRAWN}


@pytest.mark.parametrize("what", ["request", "reply", "early"])
def test_a_picture_whose_upload_is_lost_is_there_once_and_so_is_its_post(
    office: Office, world_of: Worlds, way: Way, shown: Media, what: str
) -> None:
    way.losing(what, uploads)
    calm = Doom("never", Moment.BEFORE_INTENT)
    api = f"{way.url}wp-json/"
    world = world_of(calm, media=(shown,), api=api, at_work=way.arrived)
    published = world.plan(world.message, "site", NOON)
    world.settle()
    way.arrived()
    assert not way.lost, "the loss has happened"
    assert office.site.public(published.key) == 1
    assert uploaded(office, shown) == 1


def uploads(request: Request) -> bool:
    return request.method == "POST" and request.path.endswith("/wp/v2/media")


def uploaded(office: Office, media: Media) -> int:
    """How often WordPress holds the picture."""
    rows = office.site.sql(
        "SELECT COUNT(*) FROM wp_posts WHERE post_type = 'attachment'"
        f" AND post_name LIKE '{slug_of(media)}%'"
    )
    return int(rows[0][0])


@pytest.mark.parametrize("moment", Moment)
@pytest.mark.parametrize("step", ["banner", "withdraw"])
def test_a_crash_around_a_banner_shows_it_once_and_takes_it_down(
    office: Office, world_of: Worlds, block: int, step: str, moment: Moment
) -> None:
    doom = Doom(step, moment)
    world = world_of(doom, banner_block=block)
    published = world.plan(world.message, "site", NOON)
    world.settle()
    assert in_the_block(office, block).count(f"<!-- outreach:{published.key} -->") == 1
    withdraw(world)
    assert doom.struck
    assert {row.state for row in world.rows()} == {State.PUBLISHED, State.WITHDRAWN}
    assert published.key not in in_the_block(office, block)


def in_the_block(office: Office, block: int) -> str:
    """What stands in the block."""
    content: str = office.site.as_admin("GET", f"blocks/{block}?context=edit")["content"]["raw"]
    return content
