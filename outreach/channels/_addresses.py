"""Keeps requests out of our own network: every answer of the resolver is checked, and the checked one is connected to."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence

_NOT_OUTSIDE = tuple(
    ipaddress.ip_network(block)
    for block in (
        *("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96", "192.88.99.0/24"),
        *("fec0::/10", "3fff::/20"),
    )
)
"""What leads on to some other address, and what Python takes for public though it is site-local or only for documents."""

_FRESH = 30.0

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class Private(Exception):
    """The host's address lies inside a private network, or may lead into one."""


def is_public(address: str) -> bool:
    """Whether an IP address lies in the public Internet; multicast and addresses that wrap IPv4 ones do not."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        return is_public(str(ip.ipv4_mapped))
    if any(ip in block for block in _NOT_OUTSIDE):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


async def resolve(host: str, port: int) -> Sequence[str]:
    """All addresses of a host, as the system's resolver gives them. Raises `socket.gaierror`."""
    loop = asyncio.get_running_loop()
    answers = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(answer[4][0]) for answer in answers]


class PublicOnly:
    """Gives the address to connect to, if all of a host's addresses are public; asks again after 30 s."""

    def __init__(self, ask: Resolve = resolve) -> None:
        self._ask = ask
        self._known: dict[tuple[str, int], tuple[float, str]] = {}

    async def address(self, host: str, port: int) -> str:
        """A checked address of the host. Raises `Private`, `socket.gaierror`."""
        now = asyncio.get_running_loop().time()
        known = self._known.get((host, port))
        if known and now < known[0]:
            return known[1]
        addresses = await self._ask(host, port)
        inside = [address for address in addresses if not is_public(address)]
        if inside or not addresses:
            raise Private(", ".join(inside))
        self._known[host, port] = now + _FRESH, addresses[0]
        return addresses[0]
