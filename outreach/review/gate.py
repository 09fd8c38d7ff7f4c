"""Through which gate a request came: its true address, the name it called us by, and whom a trusted proxy says it is.

Whatever a visitor writes into the headers of a proxy is dropped before any page sees it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

OUR_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
"""Any other name in an address would be somebody else's that points here."""

PROXYS = frozenset({b"forwarded", b"x-real-ip"})
_FORWARDED, _NAMES, _USER = b"x-forwarded-", "outreach.names", "outreach.user"
Network = IPv4Network | IPv6Network
Headers = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, kw_only=True)
class Gate:
    """`address` is how people call us from elsewhere, empty for this machine only; the `proxies` are believed.

    `user_header` (small letters) is the one in which they name who signed in there, empty for none.
    """

    address: str = ""
    proxies: Sequence[Network] = ()
    user_header: str = ""

    def seen(self, scope: Scope) -> Scope:
        """The request as it was before the proxies."""
        headers: Headers = scope["headers"]
        host = (scope.get("client") or ("", 0))[0]
        trusted = self._trusts(host)
        parts = urlsplit(self.address)
        called = _values(headers, b"host")
        by_name = bool(parts.netloc) and called == [parts.netloc]
        return {
            **scope,
            "client": (self._client(headers, host) if trusted else host, 0),
            "headers": [one for one in headers if not self._is_proxys(one[0])],
            "scheme": parts.scheme if by_name else scope["scheme"],
            _NAMES: OUR_NAMES | ({parts.hostname} if by_name else set()),
            _USER: self._user(headers) if trusted else "",
        }

    def _client(self, headers: Headers, host: str) -> str:
        """The right-most address that is none of ours: what stands left of it anybody may have written."""
        named = ",".join(_values(headers, _FORWARDED + b"for")).split(",")
        for address in reversed([one.strip() for one in named if one.strip()]):
            if not self._trusts(address):
                return address if _is_address(address) else host
        return host

    def _trusts(self, address: str) -> bool:
        return _is_address(address) and any(ip_address(address) in one for one in self.proxies)

    def _user(self, headers: Headers) -> str:
        """Whom the proxy names; nobody when it is said twice, for then a visitor may have said it first."""
        named = _values(headers, self.user_header.encode()) if self.user_header else []
        return named[0].strip()[:100] if len(named) == 1 else ""

    def _is_proxys(self, name: bytes) -> bool:
        own = self.user_header.encode()
        return name in PROXYS or name.startswith(_FORWARDED) or name == own


class Arrival:
    """Stands before the application."""

    def __init__(self, app: ASGIApp, gate: Gate) -> None:
        self._app, self._gate = app, gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Show it the request as it was before the proxies."""
        seen = self._gate.seen(scope) if scope["type"] == "http" else scope
        await self._app(seen, receive, send)


def names(request: Request) -> frozenset[str]:
    """What we may be called by this request."""
    found: Iterable[str] = request.scope.get(_NAMES, OUR_NAMES)
    return frozenset(found)


def address_of(request: Request) -> str:
    """The visitor's true address."""
    return request.client.host if request.client else ""


def named_by_proxy(request: Request) -> str:
    """Whom a trusted proxy says it is; empty for nobody."""
    scope: Mapping[str, Any] = request.scope
    return str(scope.get(_USER, ""))


def _values(headers: Headers, name: bytes) -> list[str]:
    return [value.decode("utf-8", "replace") for key, value in headers if key == name]


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
