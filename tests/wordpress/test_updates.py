"""What is public gets other content: the same post, the same address, nothing new, nothing brought back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from outreach.channel import Found, Kind, PauseChannel, Receipt, Reject, UnknownOutcome
from outreach.channels.wordpress import WordPress
from outreach.testing import MemorySteps, outcome_of, sample_rendition
from tests.channels.fault_server import Request
from tests.servers.lossy import Way
from tests.wordpress.conftest import Office

pytestmark = pytest.mark.slow

BEFORE = sample_rendition(title="Lễ phát động lúc 8 giờ")
AFTER = replace(
    BEFORE, title="Lễ phát động lúc 9 giờ", html="<p>Dời đến 9 giờ.</p>", hashtags=("#DoiGio",)
)


async def published(channel: WordPress, key: str) -> Receipt:
    return await channel.publish(BEFORE, key=key, steps=MemorySteps())


def changes(request: Request) -> bool:
    return request.method == "POST" and "/wp/v2/posts/" in request.path


def post(office: Office, receipt: Receipt) -> Any:
    return office.site.as_admin("GET", f"posts/{receipt.remote_id}?context=edit")


def test_an_edit_reaches_the_readers_at_the_same_address(office: Office, key: str) -> None:
    async def act(channel: WordPress) -> tuple[Receipt, Receipt]:
        first = await published(channel, key)
        return first, await channel.update(first, AFTER, key=key, steps=MemorySteps())

    first, second = office.run(act)
    assert (second.remote_id, second.permalink) == (first.remote_id, first.permalink)
    page = office.site.read(first.permalink)
    assert "9 giờ" in page
    assert "8 giờ" not in page
    assert office.site.posts(key) == [(int(first.remote_id), "publish")]
    assert post(office, first)["date_gmt"][:16] == f"{first.at:%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize("what", ["request", "reply", "early"])
def test_whatever_is_lost_the_same_edit_again_is_harmless(
    office: Office, way: Way, key: str, what: str
) -> None:
    steps = MemorySteps()

    async def act(channel: WordPress) -> None:
        first = await published(channel, key)
        way.losing(what, changes)
        lost = await outcome_of(channel.update(first, AFTER, key=key, steps=steps))
        assert isinstance(lost, UnknownOutcome)
        again = await outcome_of(channel.update(first, AFTER, key=key, steps=steps))
        assert isinstance(again, Receipt)
        found = await channel.find(AFTER, key=key, since=AFTER.due)
        assert isinstance(found, Found)
        assert "9 giờ" in post(office, first)["title"]["raw"]

    office.run(act, api=f"{way.url}wp-json/")
    way.arrived()
    assert [status for _, status in office.site.posts(key)] == ["publish"]


@pytest.mark.parametrize("status", ["draft", "private", "trash", "gone"])
def test_what_staff_took_away_is_not_brought_back(office: Office, key: str, status: str) -> None:
    async def act(channel: WordPress) -> Any:
        first = await published(channel, key)
        take_away(office, first.remote_id, status)
        return await outcome_of(channel.update(first, AFTER, key=key, steps=MemorySteps()))

    assert isinstance(office.run(act), Reject)
    assert office.site.public(key) == 0


def take_away(office: Office, number: str, status: str) -> None:
    if status in ("trash", "gone"):
        force = "?force=true" if status == "gone" else ""
        office.site.as_admin("DELETE", f"posts/{number}{force}")
    else:
        office.site.as_admin("POST", f"posts/{number}", {"status": status})


def test_a_lost_permission_pauses(office: Office, key: str) -> None:
    first = office.run(lambda channel: published(channel, key))

    async def act(channel: WordPress) -> Any:
        return await outcome_of(channel.update(first, AFTER, key=key, steps=MemorySteps()))

    assert isinstance(office.run(act, role="contributor"), PauseChannel)
    assert "8 giờ" in office.site.read(first.permalink)


def test_a_banner_changes_where_it_stands_beside_the_others(
    office: Office, block: int, key: str
) -> None:
    banner, other = (sample_rendition(kind=Kind.BANNER, title=word) for word in ("Một", "Hai"))

    async def act(channel: WordPress) -> str:
        first = await channel.publish(banner, key=key, steps=MemorySteps())
        await channel.publish(other, key=key[::-1], steps=MemorySteps())
        edited = replace(banner, title="Ba")
        await channel.update(first, edited, key=key, steps=MemorySteps())
        found = office.site.as_admin("GET", f"blocks/{block}?context=edit")
        return str(found["content"]["raw"])

    shown = office.run(act, banner_block=block)
    assert [shown.count(word) for word in ("Một", "Ba", "Hai")] == [0, 1, 1]
    assert shown.index("Ba") < shown.index("Hai")


@pytest.mark.parametrize("role", ["editor", "author"])
def test_what_we_wrote_is_known_as_ours_and_what_staff_wrote_as_theirs(
    office: Office, key: str, role: str
) -> None:
    plain = replace(
        BEFORE,
        title="Lễ & hội <8 giờ>",
        html='<p>“Một” &amp; <a href="https://a.vn/?b=1&amp;c=2">hai</a></p>',
    )

    async def act(channel: WordPress) -> None:
        made = await channel.publish(plain, key=key, steps=MemorySteps())
        for rendition in (AFTER, plain):
            done = channel.update(made, rendition, key=key, steps=MemorySteps())
            assert isinstance(await outcome_of(done), Receipt)
        theirs = post(office, made)["content"]["raw"].replace("Một", "Hai")
        office.site.as_admin("POST", f"posts/{made.remote_id}", {"content": theirs})
        steps = MemorySteps()
        asked = await outcome_of(channel.update(made, AFTER, key=key, steps=steps))
        assert isinstance(asked, UnknownOutcome)
        assert asked.ask_person
        assert "Hai" in post(office, made)["content"]["raw"]
        steps.done |= dict.fromkeys(steps.begun, "null")
        let = await outcome_of(channel.update(made, AFTER, key=key, steps=steps))
        assert isinstance(let, Receipt)

    office.run(act, role=role, hashtags_as_tags=False)
