"""A login under way, and a browser that does what a person would do with it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx

from outreach.cli.screen import Screen
from outreach.cli.session import Session
from outreach.cli.stop import Stop

Browse = Callable[["Desk", httpx.AsyncClient], Awaitable[None]]


class Desk(Screen):
    """A screen whose lines can be waited for."""

    def __init__(self) -> None:
        super().__init__("en")
        self.lines: asyncio.Queue[str] = asyncio.Queue()
        self.seen: list[str] = []

    def raw(self, words: str) -> None:
        self.seen.append(words)
        self.lines.put_nowait(words.strip())

    async def address(self) -> str:
        """The address that a person is told to open."""
        return await asyncio.wait_for(self.lines.get(), 10)


def log_in(
    config: Path, command: Callable[[Session], Awaitable[None]], browse: Browse
) -> tuple[Desk, Stop | None]:
    """Run a login to its end while somebody uses a browser; gives the screen, and what stopped it."""

    async def both() -> tuple[Desk, Stop | None]:
        desk = Desk()
        login = asyncio.ensure_future(command(Session(config=config, screen=desk)))
        async with httpx.AsyncClient(follow_redirects=True, trust_env=False) as browser:
            browsing = asyncio.ensure_future(browse(desk, browser))
            try:
                await asyncio.wait_for(login, 20)
            except Stop as stop:
                browsing.cancel()
                return desk, stop
            await browsing
        return desk, None

    return asyncio.run(both())


async def click(browser: httpx.AsyncClient, page: httpx.Response, words: str) -> httpx.Response:
    """Follow the link of a page that says so."""
    found = re.search(rf'<a href="([^"]+)">{words}', page.text)
    assert found, page.text
    return await browser.get(page.url.join(found[1].replace("&amp;", "&")))


def said(capsys: Any) -> str:
    """What was printed until now, results and remarks."""
    printed = capsys.readouterr()
    return str(printed.out + printed.err)
