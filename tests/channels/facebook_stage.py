"""The sandbox behind a real server, a clock of its own, and the adapter that speaks to it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from starlette.applications import Starlette

from outreach.channel import AdapterPlace, Media, Network
from outreach.channels.facebook_page import FacebookPage, FacebookPageSettings
from outreach.sandbox.facebook import Place, Sandbox
from tests.web.served import served

NOON = datetime(2022, 11, 16, 5, 0, tzinfo=UTC)
TOKEN, SECRET = "EAAtokenCANARY0001", "appsecretCANARY0002"
PLACE = Place(token=TOKEN, secret=SECRET)


def picture(folder: Path, name: str = "phat-dong.png", *, alt: str = "Hội trường") -> Media:
    """A small PNG on disk, as the content store keeps it."""
    content = b"\x89PNG\r\n\x1a\n" + name.encode() * 20 + b"\r\n\0--\n"
    digest = hashlib.sha256(content).hexdigest()
    file = folder / digest
    file.write_bytes(content)
    size = len(content)
    return Media(
        sha256=digest,
        mime="image/png",
        width=10,
        height=10,
        size=size,
        alt=alt,
        name=name,
        file=file,
    )


@dataclass
class Stage:
    """One Page for one test; without `url` the adapter reaches it in this process."""

    url: str
    folder: Path
    sandbox: Sandbox
    time: datetime = NOON
    network: Network | None = None

    def now(self) -> datetime:
        return self.time

    async def doze(self, seconds: float) -> None:
        """Waiting takes no time, and the clock goes on."""
        self.later(seconds=seconds)

    def later(self, **span: float) -> None:
        self.time += timedelta(**span)

    def channel(self, **settings: Any) -> FacebookPage:
        """The adapter as a configuration would build it."""
        given = {
            "page_id": PLACE.page,
            "token": SecretStr(TOKEN),
            "app_id": PLACE.app,
            "app_secret": SecretStr(SECRET),
            "app_is_live": True,
            "base_url": self.url or "https://facebook.invalid",
            **settings,
        }
        place = AdapterPlace(
            state=self.folder / "state",
            clock=self.now,
            sleep=self.doze,
            network=None if self.url else self.network or self.sandbox.app,
        )
        return FacebookPage("facebook-page", FacebookPageSettings(**given), place)

    @property
    def messages(self) -> list[str]:
        """What a follower reads, the newest first."""
        return [post["message"] for post in self.sandbox.posts]


class Door:
    """An application that is exchanged while its server goes on: starting one for every test takes longer than the test."""

    url = ""

    def __init__(self) -> None:
        self.app: Any = Starlette()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)


@contextmanager
def door() -> Iterator[Door]:
    """A server for many tests."""
    opened = Door()
    with served(opened) as client:
        opened.url = client.url
        yield opened


def stage_behind(door: Door, folder: Path, place: Place = PLACE) -> Stage:
    """A Page for one test, behind a server."""
    stage = _stage(door.url, folder, place)
    door.app = stage.sandbox.app
    return stage


def stage_without_server(folder: Path, place: Place = PLACE) -> Stage:
    """A Page for one test, reached in this process."""
    return _stage("", folder, place)


def _stage(url: str, folder: Path, place: Place) -> Stage:
    stages: list[Stage] = []

    def unix() -> float:
        return stages[0].time.timestamp()

    sandbox = Sandbox(place, folder=folder / "facebook", now=unix)
    stages.append(Stage(url=url, folder=folder, sandbox=sandbox))
    return stages[0]
