"""One real WordPress for all tests of this folder; each test has keys of its own."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import itertools
import os
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from outreach.channel import AdapterPlace
from outreach.channels.wordpress import WordPress, WordPressSettings
from tests.servers.lossy import Way, way_to
from tests.servers.wordpress import Site, wordpress

_numbers = itertools.count()


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    with wordpress() as running:
        yield running


@pytest.fixture
def way(site: Site) -> Iterator[Way]:
    with way_to(site.url) as way:
        yield way


@pytest.fixture
def key() -> str:
    """A marker that no other test uses."""
    name = f"{os.getpid()} {next(_numbers)}"
    return base64.b32encode(hashlib.sha256(name.encode()).digest()[:10]).decode().lower()


class Office:
    """Makes channels for the site and runs what they do."""

    def __init__(self, site: Site, state: Path) -> None:
        self.site = site
        self._state = state

    def channel(
        self,
        *,
        role: str = "editor",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        **settings: Any,
    ) -> WordPress:
        user, password = self.site.accounts[role]
        given = {"url": self.site.url, "user": user, "password": SecretStr(password), **settings}
        place = AdapterPlace(state=self._state, clock=clock)
        return WordPress("site", WordPressSettings(**given), place)

    def run(self, act: Callable[[WordPress], Awaitable[Any]], **settings: Any) -> Any:
        """What `act` gives with a channel of its own."""

        async def scenario() -> Any:
            channel = self.channel(**settings)
            try:
                return await act(channel)
            finally:
                await channel.aclose()

        return asyncio.run(scenario())


@pytest.fixture
def office(site: Site, tmp_path: Path) -> Office:
    return Office(site, tmp_path)


@pytest.fixture
def block(site: Site) -> Iterator[int]:
    """A synced block that an administrator has just made."""
    made = site.as_admin("POST", "blocks", {"title": "Banners", "status": "publish", "content": ""})
    yield made["id"]
    site.as_admin("DELETE", f"blocks/{made['id']}?force=true")
