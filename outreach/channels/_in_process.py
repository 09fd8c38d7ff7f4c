"""Calls to an application in this process instead of the network, with a network's way of breaking off."""

from __future__ import annotations

from typing import Any

from outreach.channel import Network


class CutShort(Exception):
    """The answer ended before it was whole."""


def whole(network: Network) -> Network:
    """The same application, but an answer that it leaves unfinished raises `CutShort`, as a closed connection would."""

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        finished = False

        async def watched(message: Any) -> None:
            nonlocal finished
            finished = message["type"] == "http.response.body" and not message.get("more_body")
            await send(message)

        await network(scope, receive, watched)
        if not finished:
            raise CutShort("the answer broke off")

    return answer
