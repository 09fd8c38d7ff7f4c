"""The adapter keeps every channel's promise on a real WordPress, as a post and as a banner in a block."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from outreach.channel import Channel, Kind, Rendition
from outreach.testing import SAMPLE_KEY, ChannelContract, sample_rendition
from tests.servers.wordpress import Site
from tests.wordpress.conftest import Office

pytestmark = pytest.mark.slow


class TestWordPress(ChannelContract):
    @pytest.fixture
    def channel(self, office: Office) -> Iterator[Channel]:
        self.site = office.site
        yield office.channel()
        for number, _ in self.site.posts(SAMPLE_KEY):
            self.site.as_admin("DELETE", f"posts/{number}?force=true")

    def count(self, channel: Channel, key: str) -> int:
        return self.site.public(key)

    def shown(self, channel: Channel) -> list[list[str]]:
        return self.site.sql("SELECT ID, post_status FROM wp_posts ORDER BY ID")


class TestBlock(ChannelContract):
    @pytest.fixture
    def channel(self, office: Office, block: int) -> Channel:
        self.site, self.block = office.site, block
        return office.channel(banner_block=block)

    def rendition(self, channel: Channel) -> Rendition:
        return sample_rendition(channel=channel.name, kind=Kind.BANNER)

    def count(self, channel: Channel, key: str) -> int:
        block = self.site.as_admin("GET", f"blocks/{self.block}?context=edit")
        content: str = block["content"]["raw"]
        return content.count(f"<!-- outreach:{key} -->")


class TestDraft(TestWordPress):
    """Withdrawn posts become drafts."""

    @pytest.fixture
    def channel(self, office: Office) -> Iterator[Channel]:
        self.site: Site = office.site
        yield office.channel(withdraw_to="draft")
        for number, _ in self.site.posts(SAMPLE_KEY):
            self.site.as_admin("DELETE", f"posts/{number}?force=true")
