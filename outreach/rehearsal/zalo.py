"""The local Zalo account of a rehearsal. Its articles carry their delivery's mark, so they can be counted by it."""

from __future__ import annotations

import base64
import json
import socket
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from outreach.channel import Network
from outreach.rehearsal.audience import received
from outreach.rehearsal.memory import Asked
from outreach.sandbox.zalo import Faults, Platform, zalo_app, zalo_pages

ADDRESS = "https://zalo.invalid"
"""Nobody can have this name."""

SHARE = 0.2
"""Of the calls, so many meet a fault."""

KEY = base64.b64encode(b"only for the tokens of a sandbox").decode()
"""Keeps the tokens of an account that exists in this rehearsal only."""

COVER = b"\xff\xd8\xff\xe0 the cover that cover_url names"


class ZaloEnd:
    """One account below `folder`, which finds covers among the rehearsal's `pictures`, by the beginning of their SHA-256."""

    def __init__(
        self,
        folder: Path,
        *,
        now: Callable[[], datetime],
        faults: int | None,
        pictures: Path,
        cover_url: str = "",
        broadcast: bool = False,
    ) -> None:
        self._pictures, self._cover_url, self._broadcast = pictures, cover_url, broadcast
        wrong = Faults() if faults is None else mishaps(faults)
        self.platform = Platform(folder, clock=now, faults=wrong, fetch=self._picture)
        self._app = zalo_app(self.platform, in_thread=False)

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

        async def answer(scope: Any, receive: Any, send: Any) -> None:
            if scope["server"][0] == urlsplit(ADDRESS).hostname:
                await self._app(scope, receive, send)
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
        verify_delay=20.0,
        verify_polls=1,
        visibility_lag=60.0,
        strict_lengths=True,
    )


def _carries(article: Mapping[str, Any], key: str) -> bool:
    return key in json.dumps(article["content"], ensure_ascii=False)
