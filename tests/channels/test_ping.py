"""The sign of life calls an address outside, never one inside our network, and keeps the address to itself."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from outreach.channels._http import HttpClient
from outreach.channels._ping import Ping

ADDRESS = "https://ping.example/0a1b2c3d"


async def call(ping: Ping) -> str:
    why = await ping()
    await ping.aclose()
    return str(why or "")


@pytest.mark.parametrize(("status", "why"), [(200, ""), (204, ""), (404, "HTTP 404")])
def test_any_success_is_heard(status: int, why: str) -> None:
    async def far_end(scope: Any, receive: Any, send: Any) -> None:
        assert (scope["method"], scope["path"]) == ("GET", "/0a1b2c3d")
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    said = asyncio.run(call(Ping(ADDRESS, HttpClient(secrets=[ADDRESS], network=far_end))))
    assert why in said
    assert bool(why) == bool(said)


def test_our_own_network_is_never_called() -> None:
    said = asyncio.run(call(Ping("http://127.0.0.1:9/0a1b2c3d")))
    assert said
    assert "0a1b2c3d" not in said
