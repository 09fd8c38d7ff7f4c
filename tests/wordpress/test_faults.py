"""What the adapter makes of a site that loses replies, is slow, closed, locked, or edited by staff."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

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
from outreach.channels.wordpress import WordPress
from outreach.testing import MemorySteps, outcome_of, sample_rendition
from tests.channels.fault_server import Request
from tests.servers.lossy import Way
from tests.wordpress.conftest import Office

pytestmark = pytest.mark.slow

RENDITION = sample_rendition()


def creates(request: Request) -> bool:
    return request.method == "POST" and request.path.endswith("/wp/v2/posts")


def publishes(request: Request) -> bool:
    return request.method == "POST" and b'"status": "publish"' in request.body


def trashes(request: Request) -> bool:
    return request.method == "DELETE"


def once_more(key: str, steps: MemorySteps) -> Callable[[WordPress], Awaitable[Any]]:
    async def act(channel: WordPress) -> Any:
        return await outcome_of(channel.publish(RENDITION, key=key, steps=steps))

    return act


def looking(key: str) -> Callable[[WordPress], Awaitable[Any]]:
    """What a look says, or the pause that it asks for."""

    async def act(channel: WordPress) -> Any:
        try:
            return await channel.find(RENDITION, key=key, since=RENDITION.due)
        except PauseChannel as refused:
            return refused

    return act


def wait_for(fact: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not fact():
        assert time.monotonic() < end
        time.sleep(0.02)


def health(office: Office, **settings: Any) -> Any:
    async def act(channel: WordPress) -> Any:
        return await channel.check()

    return office.run(act, **settings)


@pytest.mark.parametrize("what", ["request", "reply"])
def test_a_lost_draft_is_certainly_not_public_and_made_once(
    office: Office, way: Way, key: str, what: str
) -> None:
    way.losing(what, creates)
    api, steps = f"{way.url}wp-json/", MemorySteps()
    now = datetime.now(UTC)
    outcome = office.run(once_more(key, steps), api=api)
    assert isinstance(outcome, RetryAt)
    assert outcome.at is not None
    assert outcome.at >= now + timedelta(seconds=60), "the server gets time to give up"
    assert isinstance(office.run(looking(key)), Absent)
    assert isinstance(office.run(once_more(key, steps), api=api), Receipt)
    assert [status for _, status in office.site.posts(key)] == ["publish"]


def test_a_lost_reply_to_publishing_is_found(office: Office, way: Way, key: str) -> None:
    way.losing("reply", publishes)
    api, steps = f"{way.url}wp-json/", MemorySteps()
    assert isinstance(office.run(once_more(key, steps), api=api), UnknownOutcome)
    look = office.run(looking(key))
    assert isinstance(look, Found)
    assert look.receipt.permalink.startswith(office.site.url)


def test_a_lost_request_to_publish_is_absent_and_may_be_repeated(
    office: Office, way: Way, key: str
) -> None:
    way.losing("request", publishes)
    api, steps = f"{way.url}wp-json/", MemorySteps()
    assert isinstance(office.run(once_more(key, steps), api=api), UnknownOutcome)
    assert isinstance(office.run(looking(key)), Absent)
    assert isinstance(office.run(once_more(key, MemorySteps()), api=api), Receipt)
    assert [status for _, status in office.site.posts(key)] == ["publish"]


def test_the_time_out_hole_leaves_one_public_post(office: Office, way: Way, key: str) -> None:
    """The server makes the draft long after we gave up and looked; a hasty second try adds another draft, never a post."""
    way.losing("early", creates)
    with office.site.failing(held=True):
        outcome = office.run(once_more(key, MemorySteps()), api=f"{way.url}wp-json/")
        assert isinstance(outcome, RetryAt)
        wait_for(office.site.held.exists)
    assert isinstance(office.run(looking(key)), Absent)
    assert office.site.posts(key) == [], "it has not arrived yet"
    assert isinstance(office.run(once_more(key, MemorySteps())), Receipt)
    office.site.held.unlink()
    way.arrived()
    assert isinstance(office.run(looking(key)), Found)
    assert [status for _, status in office.site.posts(key)] == ["publish", "draft"], (
        "the late one stays invisible"
    )


def test_leftovers_are_cleared_and_the_lowest_is_kept(office: Office, key: str) -> None:
    slug = f"phat-dong-{key}"
    draft = {"status": "draft", "slug": slug, "content": f"<!-- outreach:{key} -->", "title": "x"}
    first, *_ = [office.site.as_admin("POST", "posts", draft)["id"] for _ in range(3)]
    receipt = office.run(once_more(key, MemorySteps()))
    assert receipt.remote_id == str(first)
    assert [status for _, status in office.site.posts(key)] == ["publish", "trash", "trash"]


def test_a_fatal_error_after_publishing_is_in_doubt(office: Office, key: str) -> None:
    steps = MemorySteps()
    assert isinstance(office.run(once_more(key, steps)), Receipt)
    again = MemorySteps(done={"create": steps.done["create"]})
    with office.site.failing(breaks=True):
        assert isinstance(office.run(once_more(key, again)), UnknownOutcome)
    assert isinstance(office.run(looking(key)), Found)


def test_a_fatal_error_after_the_draft_is_not(office: Office, key: str) -> None:
    with office.site.failing(breaks=True):
        assert isinstance(office.run(once_more(key, MemorySteps())), RetryAt)
    assert [status for _, status in office.site.posts(key)] == ["draft"]
    assert isinstance(office.run(once_more(key, MemorySteps())), Receipt)
    assert [status for _, status in office.site.posts(key)] == ["publish"]


def test_maintenance_is_waited_for(office: Office, key: str) -> None:
    before = datetime.now(UTC)
    with office.site.maintenance():
        outcome = office.run(once_more(key, MemorySteps()))
        look = office.run(looking(key))
        assert not health(office).ok
    assert isinstance(outcome, RetryAt)
    assert outcome.at is not None
    assert outcome.at >= before + timedelta(seconds=590)
    assert isinstance(look, CannotTell)
    assert look.passing


FAULTS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "wrong password": ({}, {"password": SecretStr("abcd efgh ijkl")}, "does not accept"),
    "unknown user": ({}, {"user": "nobody"}, "does not accept"),
    "switched off": ({"passwords_off": True}, {}, "switched off"),
    "header dropped": ({"no_header": True}, {}, "drops the Authorization header"),
    "closed by a plugin": ({"closed": 403}, {}, "closes its REST API"),
    "closed, said as 401": ({"closed": 401}, {}, "closes its REST API"),
}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.fault(34, "a real WordPress account loses its role")
def test_lost_permission_pauses_and_never_says_absent(office: Office, key: str, name: str) -> None:
    faults, settings, says = FAULTS[name]
    assert isinstance(office.run(once_more(key, MemorySteps())), Receipt)
    with office.site.failing(**faults):
        outcome = office.run(once_more(key, MemorySteps()), **settings)
        look = office.run(looking(key), **settings)
        found = health(office, **settings)
    assert isinstance(outcome, PauseChannel)
    assert isinstance(look, PauseChannel)
    assert not found.ok
    assert says in str(found.summary)


def test_a_role_too_low_pauses(office: Office, key: str) -> None:
    outcome = office.run(once_more(key, MemorySteps()), role="contributor")
    assert isinstance(outcome, PauseChannel)
    found = health(office, role="contributor")
    assert not found.ok
    assert "publish_posts" in str(found.summary)
    assert office.site.public(key) == 0


def test_an_editor_is_good_enough(office: Office) -> None:
    assert health(office).ok


@pytest.mark.parametrize("route", ["posts/{}", "posts/{}?force=true"])
def test_what_staff_take_away_before_it_is_public_is_not_made_again(
    office: Office, way: Way, key: str, route: str
) -> None:
    way.losing("request", publishes)
    steps = MemorySteps()
    assert isinstance(office.run(once_more(key, steps), api=f"{way.url}wp-json/"), UnknownOutcome)
    ((number, _),) = office.site.posts(key)
    office.site.as_admin("DELETE", route.format(number))
    assert isinstance(office.run(once_more(key, steps)), Reject)
    assert office.site.public(key) == 0


def test_what_staff_trash_afterwards_is_absent_and_withdrawing_is_harmless(
    office: Office, key: str
) -> None:
    receipt = office.run(once_more(key, MemorySteps()))
    office.site.as_admin("DELETE", f"posts/{receipt.remote_id}")
    assert isinstance(office.run(looking(key)), Absent)
    assert isinstance(office.run(once_more(key, MemorySteps())), Reject)
    for route in ("posts/{}", "posts/{}?force=true"):

        async def act(channel: WordPress) -> Any:
            return await channel.withdraw(receipt, key="w" * 16, steps=MemorySteps())

        assert isinstance(office.run(act), Receipt)
        if "force" not in route:
            office.site.as_admin("DELETE", f"posts/{receipt.remote_id}?force=true")


def test_a_renamed_post_is_found_by_its_mark(office: Office, key: str) -> None:
    receipt = office.run(once_more(key, MemorySteps()))
    office.site.as_admin("POST", f"posts/{receipt.remote_id}", {"slug": f"ten-khac-{key[:4]}"})
    look = office.run(looking(key))
    assert isinstance(look, Found)
    assert look.receipt.remote_id == receipt.remote_id


def test_a_lost_reply_to_withdrawing_may_be_repeated(office: Office, way: Way, key: str) -> None:
    receipt = office.run(once_more(key, MemorySteps()))
    way.losing("reply", trashes)

    async def act(channel: WordPress) -> Any:
        return await outcome_of(channel.withdraw(receipt, key="w" * 16, steps=MemorySteps()))

    assert isinstance(office.run(act, api=f"{way.url}wp-json/"), UnknownOutcome)
    assert isinstance(office.run(act), Receipt)
    assert office.site.public(key) == 0


def test_a_slow_clock_on_the_server_delays_nothing(office: Office, key: str) -> None:
    with office.site.failing(behind=30):
        receipt = office.run(once_more(key, MemorySteps()))
    assert isinstance(receipt, Receipt)
    assert office.site.public(key) == 1


def test_a_dropped_category_is_seen_before_and_told_after(office: Office, key: str) -> None:
    rendition = sample_rendition(topic="Phát động")

    async def act(channel: WordPress) -> Any:
        return await outcome_of(channel.publish(rendition, key=key, steps=MemorySteps()))

    with office.site.failing(drops=True):
        first, second = office.run(act), office.run(act)
    assert isinstance(first, RetryAt)
    assert "categories" in str(first.reason)
    assert second.details == {"dropped": ["categories"]}
    assert office.site.public(key) == 1


def test_another_address_is_named_instead_of_followed(office: Office, key: str) -> None:
    """WordPress sends readers of an old address on; a password is not taken along."""
    receipt = office.run(once_more(key, MemorySteps()))
    old = receipt.permalink.rstrip("/")
    outcome = office.run(
        once_more(key, MemorySteps()), url=old[: old.rindex("/")] + f"/?p={receipt.remote_id}"
    )
    assert isinstance(outcome, PauseChannel)
    assert receipt.permalink in str(outcome.reason)
