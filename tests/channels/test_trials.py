"""A test post that goes wrong half-way: what was made is removed, and what could not be removed is named."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from outreach.channel import NotPublished, PauseChannel, Reject, RetryAt, Text, Trial
from outreach.channels._trials import tried
from outreach.channels.website import Settings, Website
from outreach.channels.website.cards import Frame
from outreach.channels.website.pages import Edition
from tests.channels.zalo_office import Office
from tests.contracts.test_channel_contract import place
from tests.sandbox.zalo_server import ZaloServer


class Service:
    """Makes post 7; a look and a removal go wrong as they are told to."""

    def __init__(self, *, look: bool | NotPublished = True, stays: bool = False) -> None:
        self.seen, self.stays = look, stays
        self.posts: set[str] = set()

    def tried(self) -> Trial:
        return asyncio.run(tried(self._make, self._look, self._remove))

    async def _make(self) -> str:
        self.posts.add("7")
        return "7"

    async def _look(self, name: str) -> bool:
        assert name in self.posts
        if isinstance(self.seen, NotPublished):
            raise self.seen
        return self.seen

    async def _remove(self, name: str) -> None:
        if self.stays:
            raise RetryAt(Text("Busy."))
        self.posts.remove(name)


@pytest.mark.parametrize("look", [False, RetryAt(Text("Busy."))])
def test_what_a_look_does_not_confirm_is_removed_all_the_same(look: bool | NotPublished) -> None:
    service = Service(look=look)
    trial = service.tried()
    assert (trial.ok, trial.left, service.posts) == (False, None, set())


def test_what_stays_is_named() -> None:
    trial = Service(stays=True).tried()
    assert not trial.ok
    assert "7" in str(trial.left)
    assert "Busy." in str(trial.said)


def test_zalo_is_not_tried_without_a_cover(tmp_path: Path) -> None:
    with ZaloServer(tmp_path / "platform") as server:
        office = Office(server, tmp_path / "state", cover_url="")
        with pytest.raises(Reject, match="cover_url"):
            office.run(lambda channel: channel.try_out("Bài thử"))
        assert server.platform.articles == []


def test_a_site_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("a file")
    settings = Settings(folder=tmp_path / "site", base_url="https://so.example/", site_title="x")
    site = Website("website", settings, place(tmp_path))
    with pytest.raises(PauseChannel):
        asyncio.run(site.try_out("Bài thử"))


def test_a_test_page_asks_search_engines_to_stay_away(tmp_path: Path) -> None:
    settings = Settings(folder=tmp_path, base_url="https://so.example/", site_title="x")
    edition = Edition(Frame(settings=settings, language="vi"), ())
    page = edition.render("trial.html", "thu-x/", said="Bài thử <b>").decode()
    assert '<meta name="robots" content="noindex">' in page
    assert "Bài thử &lt;b&gt;" in page
