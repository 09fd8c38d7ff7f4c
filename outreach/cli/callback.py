"""Where a browser comes back to after a person has given permission: an address on this machine alone."""

from __future__ import annotations

import asyncio
import hmac
import html
import secrets
from collections.abc import Callable, Mapping
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from outreach.cli.stop import Stop
from outreach.domain.text import Text

PATIENCE = 600.0
"""Seconds in which permission must be given."""

_REQUEST_SECONDS = 10.0
_PAGE = "<!DOCTYPE html><meta charset=utf-8><title>outreach</title><p>{words}</p>"


class Callback:
    """Listens from `async with` on; `state` ties the browser's answer to our question. Raises `Stop` when the port is taken."""

    def __init__(
        self, port: int, words: Callable[[Text], str], *, needs_state: bool = True
    ) -> None:
        self.state = secrets.token_urlsafe(24)
        self.url = ""
        self._port, self._words, self._needs_state = port, words, needs_state
        self._came: asyncio.Future[Mapping[str, str]] = asyncio.get_running_loop().create_future()

    async def __aenter__(self) -> Self:
        """Begin to listen on loopback."""
        try:
            self._server = await asyncio.start_server(self._talk, "127.0.0.1", self._port)
        except OSError as error:
            raise Stop(
                Text("Port {port} of this machine is taken.", port=self._port),
                Text("Name another one with --port, the same as in the app's settings."),
            ) from error
        self.url = f"http://localhost:{self._server.sockets[0].getsockname()[1]}/"
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop listening."""
        self._server.close()

    async def code(self) -> str:
        """The code that the browser brings. Raises `Stop` when permission was refused or nobody came."""
        try:
            async with asyncio.timeout(PATIENCE):
                return code_in(await self._came)
        except TimeoutError:
            raise Stop(
                Text("Nobody gave permission within ten minutes."), Text("Type the command again.")
            ) from None

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_REQUEST_SECONDS):
                line = (await reader.readline()).decode("latin-1").split(" ")
                while (await reader.readline()).strip():
                    pass
            writer.write(self._answer(line[1] if len(line) == 3 else ""))
            await writer.drain()
        except (OSError, TimeoutError, ValueError):
            pass
        finally:
            writer.close()

    def _answer(self, target: str) -> bytes:
        given = dict(parse_qsl(urlsplit(target).query))
        if not {"code", "error"} & set(given):
            return _page(404, self._words(Text("There is nothing here.")))
        if not self._is_ours(given.get("state")):
            sentence = Text("This permission was not asked for by the command that is waiting.")
            return _page(400, self._words(sentence))
        if not self._came.done():
            self._came.set_result(given)
        return _page(200, self._words(Text("You may close this page and go back to the command.")))

    def _is_ours(self, state: str | None) -> bool:
        if state is None:
            return not self._needs_state
        return hmac.compare_digest(state.encode(), self.state.encode())


def code_in(given: Mapping[str, str]) -> str:
    """The code of what a browser brought. Raises `Stop` when it brought a refusal."""
    if code := given.get("code", ""):
        return code
    said = given.get("error_description") or given.get("error_reason") or given.get("error") or ""
    raise Stop(
        Text("Permission was not given. {said}", said=said[:300]),
        Text("Type the command again and agree to everything that it asks for."),
    )


def _page(status: int, words: str) -> bytes:
    body = _PAGE.format(words=html.escape(words)).encode()
    head = (
        f"HTTP/1.1 {status} X\r\ncontent-type: text/html; charset=utf-8\r\n"
        f"content-length: {len(body)}\r\nreferrer-policy: no-referrer\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + body
