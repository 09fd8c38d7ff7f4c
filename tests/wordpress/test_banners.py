"""Banners in a synced block, which an administrator has placed once and the program fills and empties."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from outreach.channel import (
    Absent,
    CannotTell,
    Found,
    Kind,
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
from tests.servers.wordpress import Site
from tests.wordpress.conftest import Office

pytestmark = pytest.mark.slow

HEADER = "template-parts/twentytwentythree//header"
FIRST = sample_rendition(kind=Kind.BANNER, title="16 ngày hành động", message="m1")
SECOND = sample_rendition(kind=Kind.BANNER, title="Chung tay xóa bỏ bạo lực", message="m2")


@pytest.fixture
def placed(site: Site, block: int) -> Iterator[int]:
    """The block, placed in the theme's header by an administrator."""
    header = site.as_admin("GET", f"{HEADER}?context=edit")["content"]["raw"]
    ours = f'<!-- wp:block {{"ref":{block}}} /-->{header}'
    site.as_admin("POST", HEADER, {"content": ours})
    yield block
    site.as_admin("DELETE", f"{HEADER}?force=true")


def changes_block(request: Request) -> bool:
    return request.method == "POST" and "/wp/v2/blocks/" in request.path


def test_banners_come_and_go_on_every_page(office: Office, placed: int, key: str) -> None:
    other = key[::-1]

    async def act(channel: WordPress) -> None:
        first, second = await asyncio.gather(
            channel.publish(FIRST, key=key, steps=MemorySteps()),
            channel.publish(SECOND, key=other, steps=MemorySteps()),
        )
        assert first.permalink == office.site.url
        for address in ("", "?p=1"):
            page = office.site.read(office.site.url + address)
            assert page.count(FIRST.title) == page.count(SECOND.title) == 1
        await channel.withdraw(first, key="w" * 16, steps=MemorySteps())
        page = office.site.read(office.site.url)
        assert (page.count(FIRST.title), page.count(SECOND.title)) == (0, 1)
        assert isinstance(await channel.find(FIRST, key=key, since=FIRST.due), Absent)
        assert isinstance(await channel.find(SECOND, key=other, since=FIRST.due), Found)
        await channel.withdraw(second, key="w" * 16, steps=MemorySteps())
        assert SECOND.title not in office.site.read(office.site.url)
        assert (await channel.check()).ok

    office.run(act, banner_block=placed)


def test_a_block_that_no_page_shows_is_noticed(office: Office, block: int, key: str) -> None:
    async def act(channel: WordPress) -> None:
        assert (await channel.check()).ok, "nothing is known of a block never used"
        await channel.publish(FIRST, key=key, steps=MemorySteps())
        health = await channel.check()
        assert not health.ok
        assert f'<!-- wp:block {{"ref":{block}}} /-->' in str(health.summary)

    office.run(act, banner_block=block)


def test_a_missing_block_is_noticed(office: Office, key: str) -> None:
    async def act(channel: WordPress) -> None:
        health = await channel.check()
        assert not health.ok
        assert "987654" in str(health.summary)
        outcome = await outcome_of(channel.publish(FIRST, key=key, steps=MemorySteps()))
        assert isinstance(outcome, Reject)
        assert isinstance(await channel.find(FIRST, key=key, since=FIRST.due), CannotTell)

    office.run(act, banner_block=987654)


def test_a_block_in_the_trash_is_not_brought_back(office: Office, block: int, key: str) -> None:
    office.site.as_admin("DELETE", f"blocks/{block}")

    async def act(channel: WordPress) -> Any:
        return await outcome_of(channel.publish(FIRST, key=key, steps=MemorySteps()))

    assert isinstance(office.run(act, banner_block=block), Reject)


def test_an_author_may_not_change_the_block(office: Office, block: int, key: str) -> None:
    async def act(channel: WordPress) -> Any:
        assert not (await channel.check()).ok
        return await outcome_of(channel.publish(FIRST, key=key, steps=MemorySteps()))

    assert isinstance(office.run(act, banner_block=block, role="author"), PauseChannel)


def test_after_a_lost_reply_no_other_change_may_cross_it(
    office: Office, way: Way, block: int, key: str
) -> None:
    way.losing("reply", changes_block)

    async def act(channel: WordPress) -> None:
        first = await outcome_of(channel.publish(FIRST, key=key, steps=MemorySteps()))
        assert isinstance(first, UnknownOutcome)
        look = await channel.find(FIRST, key=key, since=FIRST.due)
        assert isinstance(look, Found)
        second = await outcome_of(channel.publish(SECOND, key=key[::-1], steps=MemorySteps()))
        assert isinstance(second, RetryAt)
        assert second.at is not None

    office.run(act, banner_block=block, api=f"{way.url}wp-json/")


def test_a_proof_of_something_else_takes_nothing_down(office: Office, block: int) -> None:
    async def act(channel: WordPress) -> Any:
        receipt = Receipt(remote_id="block-x", at=FIRST.due)
        return await outcome_of(channel.withdraw(receipt, key="w" * 16, steps=MemorySteps()))

    assert isinstance(office.run(act, banner_block=block), Reject)
