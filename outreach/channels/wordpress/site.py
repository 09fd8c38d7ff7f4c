"""The REST API of one site: finds its root, signs requests, and trusts only answers that are WordPress's own."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from outreach.channel import PauseChannel, RetryAt, Text, UnknownOutcome
from outreach.channels._http import HttpClient, Reply
from outreach.channels.wordpress.refusals import refused
from outreach.channels.wordpress.settings import WordPressSettings

_ROOT = re.compile(r'<([^<>]+)>\s*;\s*rel="?https://api\.w\.org/"?')
_WP = "wp/v2/"


class Site:
    """One WordPress site. Every method raises one of the four; a write that only readers' eyes could settle raises `UnknownOutcome`."""

    def __init__(self, settings: WordPressSettings, clock: Callable[[], datetime]) -> None:
        password = settings.password.get_secret_value().replace(" ", "")
        sign = base64.b64encode(f"{settings.user}:{password}".encode()).decode()
        self.url = settings.url
        self.now = clock
        self.patience = timedelta(seconds=settings.server_time_limit)
        self._settings = settings
        self._authorization = {"authorization": f"Basic {sign}"}
        self._http = HttpClient(
            secrets=[settings.password.get_secret_value(), password, sign],
            proxy=settings.proxy.get_secret_value() if settings.proxy else None,
        )
        self._root = settings.api
        self._finding = asyncio.Lock()

    async def read(self, route: str, **query: Any) -> Any:
        """What stands at a route: a JSON object or list."""
        reply = await self.ask("GET", route, query=query)
        self._raise(reply)
        answer = reply.json()
        if not isinstance(answer, dict | list):
            raise RetryAt(_foreign(), evidence=reply.evidence)
        return answer

    async def write(self, route: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """Make or change something; gives WordPress's echo of it, and the server's time as `_now`."""
        body = json.dumps(content, ensure_ascii=False).encode()
        reply = await self.ask("POST", route, content=body, kind="application/json")
        return self._echo(reply)

    async def upload(self, content: bytes, kind: str) -> dict[str, Any]:
        """Put a picture into the library; `content` is a whole multipart body."""
        return self._echo(await self.ask("POST", "media", content=content, kind=kind))

    async def delete(self, route: str) -> Reply:
        """Put something in the trash; the answer as it is."""
        return await self.ask("DELETE", route)

    async def index(self) -> Reply:
        """What the API says about itself to anybody."""
        return await self._http.send("GET", await self._api())

    async def front_page(self) -> Reply:
        """The front page as readers get it."""
        return await self._http.send("GET", self.url)

    async def ask(
        self,
        method: str,
        route: str,
        *,
        query: Mapping[str, Any] | None = None,
        content: bytes = b"",
        kind: str = "",
    ) -> Reply:
        """One signed call; the answer as it is."""
        root = await self._api()
        joint = "&" if "?" in root else "?"
        url = root + _WP + route + (joint + urlencode(query) if query else "")
        headers = {**self._authorization, **({"content-type": kind} if kind else {})}
        return await self._http.send(method, url, content=content, headers=headers)

    def forget_root(self) -> None:
        """Look for the API anew at the next call."""
        self._root = self._settings.api

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    @contextmanager
    def unseen(self) -> Iterator[None]:
        """Around work that readers cannot see: what ends in doubt is repeated once the server has certainly given up."""
        try:
            yield
        except UnknownOutcome as doubt:
            at = self.now() + self.patience
            evidence = {**doubt.evidence, "in_doubt": True}
            raise RetryAt(doubt.reason, at=at, evidence=evidence) from doubt

    async def _api(self) -> str:
        async with self._finding:
            if not self._root:
                self._root = self._named(await self.front_page())
            return self._root

    def _named(self, reply: Reply) -> str:
        if 300 <= reply.status < 400:
            target = reply.headers.get("location", "")
            raise PauseChannel(
                Text(
                    "The site's address leads on to {target}; write that one into the configuration.",
                    target=target,
                ),
                evidence=reply.evidence,
            )
        self._raise(reply)
        found = _ROOT.search(reply.headers.get("link", ""))
        root = found.group(1) if found else f"{self.url.partition('?')[0]}wp-json/"
        if not _same_house(root, self.url):
            reason = Text("The site says that its API lies elsewhere: {root}", root=root)
            raise PauseChannel(reason, evidence=reply.evidence)
        return root if "?" in root else root.rstrip("/") + "/"

    def _raise(self, reply: Reply) -> None:
        if outcome := refused(reply, now=self.now()):
            raise outcome

    def _echo(self, reply: Reply) -> dict[str, Any]:
        self._raise(reply)
        answer = reply.json()
        if not isinstance(answer, dict) or not isinstance(answer.get("id"), int):
            raise UnknownOutcome(_foreign(), evidence=reply.evidence)
        return {**answer, "_now": reply.headers.get("date", "")}


def _foreign() -> Text:
    return Text("The answer is not one of WordPress's REST API.")


def _same_house(root: str, url: str) -> bool:
    found, known = urlsplit(root), urlsplit(url)
    return found.hostname == known.hostname and (found.scheme, known.scheme) != ("http", "https")
