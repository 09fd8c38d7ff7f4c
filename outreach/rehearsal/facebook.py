"""The local Facebook of a rehearsal, and how its posts are counted: they carry no mark, so their words tell whose they are."""

from __future__ import annotations

import base64
import random
import socket
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from outreach.channel import Network
from outreach.rehearsal.audience import received
from outreach.rehearsal.clock import VirtualClock
from outreach.rehearsal.faults import Fault
from outreach.rehearsal.line import Line, Luck, Mishap, Strike, nobody
from outreach.rehearsal.memory import Asked
from outreach.sandbox.facebook import Made, Place, Sandbox, made

ADDRESS = "https://facebook.invalid"
"""Nobody can have this name."""

COVER = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
"""The Page's own cover before anyone hangs a banner: one grey pixel."""

CHANGES = ("POST", "POST feed", "POST photos", "POST comments")
LOOK = "GET published_posts"

LUCK_OF_CHANGES = Luck(
    share=0.3,
    mishaps=(
        Mishap(
            fault=Fault.FAILURE,
            forms=("created-then-500", "created-then-1-99", "created-then-500-lag", "refused-500"),
            weight=12,
        ),
        Mishap(fault=Fault.OUTAGE_PAGE, forms=("created-then-502", "502-html")),
        Mishap(
            fault=Fault.ERROR_AS_SUCCESS, forms=("created-then-200-with-error", "200-with-error")
        ),
        Mishap(fault=Fault.LOST_REPLY, forms=("created-then-reset",)),
        Mishap(fault=Fault.LOST_REQUEST, forms=("reset",)),
        Mishap(fault=Fault.VISIBILITY_LAG, forms=("visibility-lag",)),
        Mishap(fault=Fault.SLOW_DRIP),
        Mishap(fault=Fault.THROTTLED, forms=("throttled",), weight=3),
        Mishap(fault=Fault.TOO_FAST, forms=("too-fast",), weight=2),
        Mishap(fault=Fault.DEAD_TOKEN, forms=("token-dead",), weight=2),
    ),
)
"""What happens to calls that create or change something."""

LUCK_OF_LOOKS = Luck(
    share=0.2,
    mishaps=(
        Mishap(
            fault=Fault.NO_READ_BACK, forms=("refused-500", "502-html", "reset", "200-with-error")
        ),
    ),
)
"""What happens to looks through the Page's posts."""

MOST_BLIND = 4
"""So many looks in a row may fail."""


class FacebookEnd:
    """One Page below `folder`. `faults` is the seed of what goes wrong (None: nothing); `strike` hears of it."""

    def __init__(
        self, folder: Path, *, now: VirtualClock, faults: int | None, strike: Strike = nobody
    ) -> None:
        self._place = Place()
        self.sandbox = Sandbox(self._place, folder=folder, now=lambda: now().timestamp())
        graph = self.sandbox.graph
        if not graph.ledger.get("page"):
            graph.hang(graph.photos.put(COVER, graph.now()))
        self._line = Line(
            seed=faults,
            luck=dict.fromkeys(CHANGES, LUCK_OF_CHANGES) | {LOOK: LUCK_OF_LOOKS},
            name=_call,
            arm=self._arm,
            strike=strike,
            sleep=now.sleep,
        )

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
        facebook = self._line.before(self.sandbox.app)

        async def answer(scope: Any, receive: Any, send: Any) -> None:
            if scope["server"][0] != urlsplit(ADDRESS).hostname:
                raise socket.gaierror(f"no {scope['server'][0]} in a rehearsal")
            await facebook(scope, receive, send)

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

    def permit(self) -> None:
        """The Page's token is good again."""
        self.sandbox.dead = False

    def _arm(self, call: str, fault: Fault, form: str, dice: random.Random) -> None:
        times = dice.randint(2, MOST_BLIND) if fault is Fault.NO_READ_BACK else 1
        self.sandbox.faults.arm(form, on=call, times=times)

    def be_read(self) -> None:
        """Let followers see the posts."""
        graph = self.sandbox.graph
        for post in graph.feed():
            graph.receive(post["id"], **received(post["id"], graph.now() - post["created"]))


def _call(scope: Any) -> str:
    """Method and edge, as the sandbox's faults name a call."""
    _, _, edge = scope["path"].lstrip("/").partition("/")[2].partition("/")
    return f"{scope['method']} {edge}".strip()


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
    said = [_plain(words) for words in thing.words if words]
    return any(_plain(one.words).startswith(words) for words in said)


def _plain(words: str) -> str:
    return " ".join(words.split())


def _apart(one: Asked, thing: Made) -> float:
    return abs(one.delivery.due.timestamp() - thing.at)
