"""The far ends of a simulated month: the local Facebook and Zalo behind bad lines, and three platforms of other natures.

All of them outlive every death of the service, and remember the truth.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

from outreach.channel import CannotTell, Capabilities, Look, Receipt, Rendition, Steps, Text
from outreach.rehearsal.facebook import FacebookEnd
from outreach.rehearsal.zalo import ZaloEnd
from outreach.sandbox.facebook import made
from outreach.testing import FakeChannel, Fault, lost_reply, lost_request, pause, retry_at, slow

MARK = re.compile(r"Tin (m\d+)\b")
"""Every text begins with the name of its message and keeps it through all edits."""

KEY = re.compile(r"\b[a-z2-7]{16}\b")
"""How the key of a delivery looks in an article."""

LAG = timedelta(minutes=10)
LOOKS = Capabilities(can_find=True, can_withdraw=True, can_update=True, slots=2)
CAST: Mapping[str, Capabilities] = {
    "tham": replace(LOOKS, visibility_lag=LAG, hours=(time(6), time(22))),
    "tung-buoc": replace(LOOKS, visibility_lag=timedelta(seconds=40), slots=1),
    "kin": replace(LOOKS, can_find=False, can_update=False),
}
"""Shows things late, at certain hours; takes several steps, none of which may be repeated; lets nobody look."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """Something that readers have seen on a platform: whose it is, what it says now, whether it is down, how often it reached them.

    `key` is the delivery's, where the platform shows it.
    """

    channel: str
    name: str
    message: str
    text: str
    down: bool
    times: int = 1
    key: str = ""


class Line:
    """The way from the process that lives now to the platforms; it may die before and after every call."""

    def __init__(self) -> None:
        self.passes: Callable[[str], Awaitable[None]] = _safely

    def mortal(self, network: Any) -> Any:
        """The network of an adapter in that process."""

        async def answer(scope: Any, receive: Any, send: Any) -> None:
            await self.passes("call")
            await network(scope, receive, send)
            await self.passes("reply")

        return answer


async def _safely(_: str) -> None: ...


class Actor(FakeChannel):
    """A platform of our own making. `luck` says whether its line is bad; `stepwise` whether a publication takes several calls."""

    def __init__(
        self,
        name: str,
        *,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
        dice: random.Random,
        line: Line,
        luck: bool,
    ) -> None:
        self.stepwise = name == "tung-buoc"
        super().__init__(name, clock=clock, capabilities=CAST[name], repeatable=not self.stepwise)
        self._sleep, self._dice, self._line, self._luck = sleep, dice, line, luck

    async def publish(self, rendition: Rendition, *, key: str, steps: Steps) -> Receipt:
        """Upload first, where it takes several calls."""
        if self.stepwise:
            await steps.once("upload", self._upload, repeatable=True)
        return await super().publish(rendition, key=key, steps=steps)

    async def find(self, rendition: Rendition, *, key: str, since: datetime) -> Look:
        """Look over a line that may be bad."""
        await self._line.passes("call")
        if self.capabilities.can_find and self._luck and self._dice.random() < 0.2:
            return CannotTell(why=Text("The line is bad."), passing=True)
        look = await super().find(rendition, key=key, since=since)
        await self._line.passes("reply")
        return look

    async def _upload(self) -> str:
        return await self._play(lambda _: "uploaded")

    async def _play(self, accept: Callable[[timedelta], str]) -> str:
        await self._line.passes("call")
        self.script.append(self._mishap() if self._luck else None)
        accepted = await super()._play(accept)
        await self._line.passes("reply")
        return accepted

    def _mishap(self) -> Fault | None:
        """A third of all calls go wrong, in one of many ways."""
        if self._dice.random() < 0.67:
            return None
        soon = self.clock() + timedelta(minutes=self._dice.randint(1, 300))
        late = self._dice.random() * self.capabilities.visibility_lag / 2
        unmeant = ValueError("the adapter did not expect this")
        return self._dice.choice(
            (
                lost_request(),
                lost_reply(),
                lost_reply(late=late),
                retry_at(),
                retry_at(soon),
                pause(soon),
                slow(lambda: self._sleep(self._dice.randint(1, 59))),
                Fault(error=unmeant, accepted=self._dice.random() < 0.5),
            )
        )


def shown_by(channel: str, platform: Any) -> list[Shown]:
    """Everything that readers of a platform have ever seen."""
    match platform:
        case FacebookEnd():
            return list(_posts(channel, platform))
        case ZaloEnd():
            return list(_articles(channel, platform))
        case _:
            return list(_publications(platform))


def _publications(actor: Actor) -> Iterator[Shown]:
    for one in actor.publications:
        text = one.shown(actor.clock()).text
        yield Shown(
            channel=actor.name,
            name=one.remote_id,
            message=_mark(text),
            text=text,
            down=one.withdrawn is not None,
            key=one.key,
        )


def _posts(channel: str, platform: FacebookEnd) -> Iterator[Shown]:
    for one in made(platform.sandbox.graph):
        if one.cover:
            continue
        text = one.words[-1]
        yield Shown(channel=channel, name=one.id, message=_mark(text), text=text, down=one.gone)


def _articles(channel: str, platform: ZaloEnd) -> Iterator[Shown]:
    """An article that was never sent to followers has not reached them."""
    sent = [name for one in platform.platform.broadcasts for name in one["articles"]]
    for article in platform.platform.articles:
        if article.get("shown") and (times := sent.count(article["id"])):
            text = json.dumps(article["content"], ensure_ascii=False)
            down = article["state"] == "removed"
            yield Shown(
                channel=channel,
                name=article["id"],
                message=_mark(text),
                text=text,
                down=down,
                times=times,
                key="".join(KEY.findall(text)),
            )


def _mark(text: str) -> str:
    found = MARK.search(text)
    return found[1] if found else text
