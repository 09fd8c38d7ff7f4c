"""The local Zalo account of a rehearsal. Its articles carry their delivery's mark, so they can be counted by it."""

from __future__ import annotations

import base64
import json
import random
import socket
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
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
from outreach.sandbox.zalo import Faults, Pair, Platform, zalo_app, zalo_pages

ADDRESS = "https://zalo.invalid"
"""Nobody can have this name."""

SHARE = 0.2
"""Of the calls, so many meet a fault."""

EITHER_WAY = (
    Mishap(fault=Fault.OUTAGE_PAGE, forms=("502-before", "html-after")),
    Mishap(fault=Fault.REFUSED, forms=("503-before",)),
    Mishap(fault=Fault.FAILURE, forms=("500-after",)),
    Mishap(fault=Fault.ERROR_AS_SUCCESS, forms=("error:-1:Unknown error",)),
    Mishap(fault=Fault.LOST_REQUEST, forms=("reset-before",)),
    Mishap(fault=Fault.LOST_REPLY, forms=("reset-after",)),
    Mishap(fault=Fault.DEAD_TOKEN, forms=("dead-token", "401-before")),
    Mishap(fault=Fault.THROTTLED, forms=("error:-32:Out of quota of calls in this minute",)),
)
DELAYS_OF_A_GOOD_DAY = {"verify_delay": 20.0, "visibility_lag": 60.0}
"""Seconds."""

DELAYS = (
    Mishap(fault=Fault.VISIBILITY_LAG, forms=("240",), weight=12),
    Mishap(fault=Fault.VERIFY_DELAY, forms=("60", "300"), weight=12),
)
"""Seconds; an adapter does not ask for longer than two minutes whether an article is ready."""

TOKENS = Mishap(
    fault=Fault.LOST_TOKENS, forms=("reset-before", "reset-after", "500-after", "html-after")
)
CHANGE = Luck(share=SHARE, mishaps=(*EITHER_WAY, Mishap(fault=Fault.SLOW_DRIP)))
LUCK: Mapping[str, Luck] = {
    "getslice": Luck(share=SHARE, mishaps=EITHER_WAY),
    "getdetail": Luck(share=SHARE, mishaps=EITHER_WAY),
    "create": Luck(share=3 * SHARE, mishaps=(*CHANGE.mishaps, *DELAYS)),
    **dict.fromkeys(("update", "verify", "remove", "broadcast"), CHANGE),
    "token": Luck(share=SHARE, mishaps=(TOKENS,)),
}
"""What happens to calls, by the sandbox's names for them."""

NAMES = {"message": "broadcast", "access_token": "token"}
"""Calls that the sandbox names otherwise than their paths end."""

KEY = base64.b64encode(b"only for the tokens of a sandbox").decode()
"""Keeps the tokens of an account that exists in this rehearsal only."""

COVER = b"\xff\xd8\xff\xe0 the cover that cover_url names"


class ZaloEnd:
    """One account below `folder`, which finds covers among the rehearsal's `pictures`, by the beginning of their SHA-256."""

    def __init__(
        self,
        folder: Path,
        *,
        now: VirtualClock,
        faults: int | None,
        strike: Strike = nobody,
        pictures: Path,
        cover_url: str = "",
        broadcast: bool = False,
    ) -> None:
        self._pictures, self._cover_url, self._broadcast = pictures, cover_url, broadcast
        wrong = Faults() if faults is None else replace(mishaps(faults), rate=0.0)
        self._usual: Mapping[str, float] = {} if faults is None else DELAYS_OF_A_GOOD_DAY
        self.platform = Platform(folder, clock=now, faults=wrong, fetch=self._picture)
        self._app = zalo_app(self.platform, in_thread=False)
        self._line = Line(
            seed=faults, luck=LUCK, name=_call, arm=self._arm, strike=strike, sleep=now.sleep
        )

    @property
    def account(self) -> Mapping[str, Any]:
        """The sandbox's application, and a new pair of tokens as an administrator gives one after each restart."""
        pair = self.platform.issue()
        return {
            "app_id": self.platform.app_id,
            "app_secret": SecretStr(self.platform.app_secret),
            "token_key": SecretStr(KEY),
            "refresh_token": SecretStr(pair.refresh),
            "access_token": SecretStr(pair.access),
            "tokens": None,
            "api_url": ADDRESS,
            "oauth_url": ADDRESS,
        }

    @property
    def pages(self) -> Network:
        """The account as its followers see it."""
        return zalo_pages(self.platform)

    @property
    def network(self) -> Network:
        """A network with Zalo in it, and the rehearsal's pictures in the place of the website."""
        zalo = self._line.before(self._app)

        async def answer(scope: Any, receive: Any, send: Any) -> None:
            if scope["server"][0] == urlsplit(ADDRESS).hostname:
                self._be_usual(_call(scope))
                await zalo(scope, receive, send)
            elif scope["method"] == "HEAD":
                await self._show(scope, send)
            else:
                raise socket.gaierror(f"no {scope['server'][0]} in a rehearsal")

        return answer

    def counts(self, asked: Sequence[Asked]) -> Counter[str]:
        """How often each delivery took place: articles that were shown, or with a channel that broadcasts, what was sent of them."""
        shown = [one for one in self.platform.articles if one.get("shown")]
        counted: Counter[str] = Counter()
        for one in asked:
            own = [article for article in shown if _carries(article, one.published)]
            if one.is_publication:
                counted[one.key] = self._times(own)
            else:
                counted[one.key] = int(any(article["state"] == "removed" for article in own))
        return +counted

    def permit(self) -> Pair:
        """A new pair of tokens from the console."""
        return self.platform.issue()

    def _be_usual(self, call: str) -> None:
        """What one article had to wait for holds for no other, and for no change of it."""
        if call in ("create", "update") and self._usual:
            self.platform.faults.switch(self._usual)

    def _arm(self, call: str, fault: Fault, form: str, _: random.Random) -> None:
        match fault:
            case Fault.VISIBILITY_LAG:
                self.platform.faults.visibility_lag = float(form)
            case Fault.VERIFY_DELAY:
                self.platform.faults.verify_delay = float(form)
            case _:
                self.platform.faults.add(call, form)

    def be_read(self) -> None:
        """Let followers see the articles."""
        now = self.platform.clock().timestamp()
        for article in self.platform.public:
            found = received(article["id"], now - article["shown"])
            article.update(views=found["views"], shares=found["shares"])
        self.platform.save()

    def _times(self, own: list[dict[str, Any]]) -> int:
        if not self._broadcast or len(own) > 1:
            return len(own)
        names = {article["id"] for article in own}
        return sum(bool(names & set(sent["articles"])) for sent in self.platform.broadcasts)

    async def _show(self, scope: Any, send: Any) -> None:
        try:
            self._picture(f"{scope['scheme']}://{scope['server'][0]}{scope['path']}")
            status = 200
        except OSError:
            status = 404
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body"})

    def _picture(self, url: str) -> bytes:
        """The bytes behind a cover's address. Raises OSError."""
        if self._cover_url and urlsplit(url).path == urlsplit(self._cover_url).path:
            return COVER
        name = urlsplit(url).path.rpartition("/")[2].partition(".")[0]
        found = sorted(self._pictures.glob(f"{name}*")) if name.isalnum() else []
        if not found:
            raise FileNotFoundError(url)
        return found[0].read_bytes()


def mishaps(seed: int) -> Faults:
    """Bad luck that ends without new permission: what is lost on the way to new tokens would need it."""
    return Faults(
        seed=seed,
        rate=SHARE,
        slow=0.0,
        verify_polls=1,
        strict_lengths=True,
        verify_delay=DELAYS_OF_A_GOOD_DAY["verify_delay"],
        visibility_lag=DELAYS_OF_A_GOOD_DAY["visibility_lag"],
    )


def _call(scope: Any) -> str:
    name = str(scope["path"].rpartition("/")[2])
    return NAMES.get(name, name)


def _carries(article: Mapping[str, Any], key: str) -> bool:
    return key in json.dumps(article["content"], ensure_ascii=False)
