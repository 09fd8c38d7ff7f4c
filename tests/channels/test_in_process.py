"""An application in the place of the network: it answers, breaks off, or is not there, as a network would."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from outreach.channel import Network, RetryAt, UnknownOutcome
from outreach.channels._http import HttpClient, Reply

START = {"type": "http.response.start", "status": 201, "headers": [(b"x-a", b"b")]}

pytestmark = pytest.mark.usefixtures("socket_disabled")


def send(network: Network, method: str = "POST") -> Reply:
    return asyncio.run(HttpClient(network=network).send(method, "https://x.invalid/a?b=c"))


async def answering(scope: Any, _: Any, send: Any) -> None:
    await send(START)
    await send({"type": "http.response.body", "body": scope["query_string"]})


async def breaking_off(_: Any, __: Any, send: Any) -> None:
    await send(START)
    await send({"type": "http.response.body", "body": b"{", "more_body": True})


async def silent(*_: Any) -> None: ...


async def nowhere(*_: Any) -> None:
    raise socket.gaierror("no such name")


def test_it_answers() -> None:
    reply = send(answering)
    assert (reply.status, reply.body, reply.headers["x-a"]) == (201, b"b=c", "b")


@pytest.mark.parametrize("network", [breaking_off, silent])
def test_an_answer_that_breaks_off_leaves_doubt(network: Network) -> None:
    with pytest.raises(UnknownOutcome):
        send(network)
    with pytest.raises(RetryAt):
        send(network, "GET")


def test_where_nobody_is_nothing_was_sent() -> None:
    with pytest.raises(RetryAt, match="not known"):
        send(nowhere)
