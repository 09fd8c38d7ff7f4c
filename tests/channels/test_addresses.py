"""No request reaches our own network unless the installer allows it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from outreach.channel import PauseChannel, RetryAt
from outreach.channels._addresses import Private, PublicOnly, is_public
from outreach.channels._http import HttpClient, Reply
from tests.channels.fault_server import FaultServer


@pytest.mark.asvs("1.3.6", "Every kind of inner address is refused")
@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "ff0e::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",
        "2001:0:53aa:64c::1",
        "::7f00:1",
        "192.88.99.1",
        "fec0::1",
        "3fff::1",
        "198.18.0.1",
        "2001:db8::1",
    ],
)
def test_these_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_these_are_public(address: str) -> None:
    assert is_public(address)


def answers(*rounds: Sequence[str]) -> PublicOnly:
    waiting = list(rounds)

    async def ask(host: str, port: int) -> Sequence[str]:
        return waiting.pop(0)

    return PublicOnly(ask)


@pytest.mark.fault(29, "answers of a resolver")
def test_one_private_answer_among_public_ones_is_enough() -> None:
    with pytest.raises(Private):
        asyncio.run(answers(["8.8.8.8", "10.0.0.1"]).address("x.example", 80))
    with pytest.raises(Private):
        asyncio.run(answers([]).address("x.example", 80))


@pytest.mark.fault(29, "a resolver that changes its answer")
def test_a_checked_address_is_kept_so_that_a_second_answer_cannot_swap_it() -> None:
    async def scenario() -> None:
        guard = answers(["8.8.8.8"], ["127.0.0.1"])
        assert await guard.address("x.example", 80) == "8.8.8.8"
        assert await guard.address("x.example", 80) == "8.8.8.8"

    asyncio.run(scenario())


def send(url: str, guard: PublicOnly) -> Reply:
    async def scenario() -> Reply:
        client = HttpClient(public_only=guard)
        try:
            return await client.send("POST", url, content=b"x")
        finally:
            await client.aclose()

    return asyncio.run(scenario())


@pytest.mark.asvs("13.2.4", "Nothing is sent to an address inside")
def test_a_private_address_pauses_the_channel_before_anything_is_sent() -> None:
    with FaultServer() as server:
        with pytest.raises(PauseChannel, match="private network"):
            send(server.url, PublicOnly())
        assert server.requests == []


class Pinned(PublicOnly):
    """Stands for a resolver whose answer was checked; gives the loopback server."""

    async def address(self, host: str, port: int) -> str:
        return "127.0.0.1"


@pytest.mark.asvs("1.3.6", "The checked address is the one connected to")
def test_the_checked_address_is_connected_to_under_the_hosts_own_name() -> None:
    with FaultServer() as server:
        url = f"http://bình-đẳng.example:{server.port}/hook?a=1"
        assert send(url, Pinned()).status == 200
    assert server.requests[0].headers["host"] == f"xn--bnh-ng-wva31ai86u.example:{server.port}"
    assert server.requests[0].path == "/hook?a=1"


@pytest.mark.fault(29, "a name that does not exist")
def test_a_name_that_does_not_resolve_is_not_sent() -> None:
    import socket

    async def ask(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(RetryAt, match="DNS"):
        send("http://x.example/", PublicOnly(ask))
