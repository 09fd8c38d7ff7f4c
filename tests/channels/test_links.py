"""A link is followed as a reader would: outside our network only, one step, without anything of ours."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from outreach.channels._http import HttpClient
from outreach.channels._links import Links
from tests.channels.fault_server import FaultServer

LINK = "https://trang.example/bai?a=1"


def follow(links: Links, url: str = LINK) -> bool | None:
    async def scenario() -> bool | None:
        try:
            return await links(url)
        finally:
            await links.aclose()

    return asyncio.run(scenario())


@pytest.mark.parametrize(
    ("status", "leads"),
    [(200, True), (302, True), (404, False), (410, False), (403, None), (429, None), (500, None)],
)
def test_only_what_is_certainly_gone_leads_nowhere(status: int, leads: bool | None) -> None:
    async def far_end(scope: Any, receive: Any, send: Any) -> None:
        assert (scope["method"], scope["path"], scope["query_string"]) == ("GET", "/bai", b"a=1")
        names = {name for name, _ in scope["headers"]}
        assert not {b"authorization", b"cookie", b"referer"} & names
        headers = [(b"location", b"http://127.0.0.1:9/")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    assert follow(Links(HttpClient(network=far_end))) is leads


def test_our_own_network_is_never_called() -> None:
    with FaultServer() as server:
        assert follow(Links(), server.url) is None
    assert server.requests == []
