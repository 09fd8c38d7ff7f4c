"""The local Facebook of a rehearsal, and how its posts are counted: they carry no mark, so their words tell whose they are."""

from __future__ import annotations

import base64
import socket
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from outreach.channel import Network
from outreach.rehearsal.audience import received
from outreach.rehearsal.memory import Asked
from outreach.sandbox.facebook import Made, Place, Sandbox, made

ADDRESS = "https://facebook.invalid"
"""Nobody can have this name."""

COVER = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
"""The Page's own cover before anyone hangs a banner: one grey pixel."""

SHARE = 0.3
"""Of the calls that create or change something, so many meet a fault."""

MISHAPS = (
    "created-then-500",
    "created-then-1-99",
    "created-then-reset",
    "created-then-502",
    "created-then-200-with-error",
    "created-then-500-lag",
    "refused-500",
    "reset",
    "502-html",
    "200-with-error",
    "visibility-lag",
    "throttled",
)
"""What a rehearsal lets go wrong: everything that ends without a person's help."""


class FacebookEnd:
    """One Page below `folder`. `faults` is the seed of what goes wrong (None: nothing)."""

    def __init__(self, folder: Path, *, now: Callable[[], datetime], faults: int | None) -> None:
        self._place = Place()
        self.sandbox = Sandbox(self._place, folder=folder, now=lambda: now().timestamp())
        graph = self.sandbox.graph
        if not graph.ledger.get("page"):
            graph.hang(graph.photos.put(COVER, graph.now()))
        if faults is not None:
            let_go_wrong(self.sandbox, faults)

    @property
    def account(self) -> Mapping[str, Any]:
        """The sandbox's Page and app."""
        return {
            "page_id": self._place.page,
            "token": SecretStr(self._place.token),
            "app_id": self._place.app,
            "app_secret": SecretStr(self._place.secret),
            "app_is_live": True,
            "version": self._place.version,
            "base_url": ADDRESS,
            "proxy": None,
        }

    @property
    def pages(self) -> Network:
        """The Page as its followers see it."""
        return self.sandbox.pages

    @property
    def network(self) -> Network:
        """A network with Facebook in it and nothing else."""

        async def answer(scope: Any, receive: Any, send: Any) -> None:
            if scope["server"][0] != urlsplit(ADDRESS).hostname:
                raise socket.gaierror(f"no {scope['server'][0]} in a rehearsal")
            await self.sandbox.app(scope, receive, send)

        return answer

    def counts(self, asked: Sequence[Asked]) -> Counter[str]:
        """How often each delivery took place, as the Page remembers."""
        publications = [one for one in asked if one.is_publication]
        owned = shared_out(publications, made(self.sandbox.graph))
        counted = Counter({key: len(several) for key, several in owned.items()})
        for one in asked:
            if not one.is_publication and any(thing.gone for thing in owned[one.published]):
                counted[one.key] = 1
        return counted

    def be_read(self) -> None:
        """Let followers see the posts."""
        graph = self.sandbox.graph
        for post in graph.feed():
            graph.receive(post["id"], **received(post["id"], graph.now() - post["created"]))


def let_go_wrong(sandbox: Sandbox, seed: int) -> None:
    """Let a share of what is asked of the Page meet a mishap."""
    sandbox.faults.by_chance(seed=seed, share=SHARE, names=MISHAPS)


def shared_out(asked: Sequence[Asked], things: Sequence[Made]) -> dict[str, list[Made]]:
    """What the Page made, by the key of the publication that it belongs to.

    A receipt's id decides first. What no receipt names goes to the nearest publication with the same words that has none yet,
    then to any with the same words: so one thing too many makes a second, and a missing one leaves none.
    """
    owned: dict[str, list[Made]] = defaultdict(list)
    named = {one.delivery.receipt.remote_id: one for one in asked if one.delivery.receipt}
    left = []
    for thing in things:
        owner = named.get(thing.id)
        if owner and _same(owner, thing):
            owned[owner.key].append(thing)
        else:
            left.append(thing)
    for thing in left:
        alike = [one for one in asked if _same(one, thing)]
        if alike:
            nearest = min(alike, key=lambda one: (bool(owned[one.key]), _apart(one, thing)))
            owned[nearest.key].append(thing)
        elif not thing.cover:  # another cover is the Page's own, before and after a banner
            owned[thing.id] = [thing] * 2  # nobody asked for this post, so it is one too many
    return owned


def _same(one: Asked, thing: Made) -> bool:
    if thing.cover:
        return thing.cover == one.picture
    return bool(thing.words) and _plain(one.words).startswith(_plain(thing.words))


def _plain(words: str) -> str:
    return " ".join(words.split())


def _apart(one: Asked, thing: Made) -> float:
    return abs(one.delivery.due.timestamp() - thing.at)
