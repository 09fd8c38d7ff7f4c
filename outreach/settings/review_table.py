"""The tables [review] and [review.oidc] of config.toml: where the pages are, and how people get in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import time
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import SecretStr

from outreach.domain.role import Role
from outreach.domain.text import Text
from outreach.settings import values
from outreach.settings.model import OpenId, Review
from outreach.settings.seal import keys_of
from outreach.settings.secrets import AbsentSecret, resolve_if_there
from outreach.settings.section import Section, Wrong

_HERE = ("127.0.0.1", "localhost", "::1")
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
SecondFactor = Literal["optional", "required"]


def read_review(section: Section, channels: object, folder: Path) -> Review:
    """What [review] asks for; `channels` is the table of all channels, paths start from `folder`. Mistakes are reported to the section."""
    review = Review(
        listen=section.take("listen", values.loopback, None),
        address=section.take("address", web_address, ""),
        proxies=section.take("proxies", _networks, ()),
        user_header=section.take("user_header", _header, ""),
        second_factor=section.take(
            "second_factor", values.one_of(SecondFactor), Review.second_factor
        ),
        key=section.take("key", lambda value: _key(value, folder), None),
        letters=section.take("letters", _letters(channels), ""),
        letters_at=section.take("letters_at", _time, Review.letters_at),
        oidc=_oidc(section.section("oidc"), folder) if "oidc" in section.table else None,
    )
    _together(section, review)
    section.close()
    return review


def web_address(value: Any) -> str:
    """An https address without a path; http only on this machine."""
    parts = urlsplit(values.text(value))
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE)
    if safe and parts.hostname and not (parts.query or parts.fragment or "@" in parts.netloc):
        return str(value).rstrip("/")
    raise Wrong(
        Text("“{value}” is no safe address.", value=value),
        Text('Write it like "https://duyet.example.gov.vn"; http only on this machine.'),
    )


def _together(section: Section, review: Review) -> None:
    """What only makes sense with something else."""
    if review.user_header and not review.proxies:
        what = Text("No proxy is named that may say who signed in.")
        mend = Text('Name the addresses of your reverse proxy: proxies = ["127.0.0.1"].')
        section.report("user_header", Wrong(what, mend))
    if review.letters and not review.address:
        what = Text("The letters would link to no address that approvers can reach.")
        section.report("letters", Wrong(what, Text("Write the pages' address: address = …")))
    if review.letters and "key" not in section.table:
        what = Text("The links in the letters need a key to be signed with.")
        mend = Text('Make one with `openssl rand -base64 32`: key = {{ env = "REVIEW_KEY" }}')
        section.report("letters", Wrong(what, mend))
    if review.oidc and not review.address:
        what = Text("The provider must know the address to come back to.")
        section.report("oidc", Wrong(what, Text("Write the pages' address: address = …")))


def _oidc(section: Section, folder: Path) -> OpenId:
    for needed in ("issuer", "client_id"):
        if needed not in section.table:
            what = Text("“{key}” is missing.", key=needed)
            mend = Text("Your provider tells it when the pages are registered there.")
            section.report("", Wrong(what, mend, code="settings.missing"))
    nobody: Mapping[str, str] = {}
    oidc = OpenId(
        issuer=section.take("issuer", web_address, ""),
        client_id=section.take("client_id", values.text, ""),
        client_secret=section.take("client_secret", lambda value: _secret(value, folder), None),
        claim=section.take("claim", values.text, OpenId.claim),
        roles_claim=section.take("roles_claim", values.text, OpenId.roles_claim),
        roles=section.take("roles", _roles, nobody),
        strength=section.take("strength", values.text, ""),
    )
    section.close()
    return oidc


def _networks(value: Any) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(one) for one in values.texts(value))
    except ValueError as error:
        raise Wrong(
            Text("This is no address of a proxy: {error}", error=error),
            Text('Write addresses or networks: ["127.0.0.1", "10.0.0.0/28"].'),
        ) from error


def _header(value: Any) -> str:
    if isinstance(value, str) and _HEADER.fullmatch(value):
        return value.lower()
    raise Wrong(
        Text("“{value}” is no name of a header.", value=value),
        Text('Write it like "X-Remote-User".'),
    )


def _secret(value: Any, folder: Path) -> SecretStr | None:
    """A secret by reference; None while nobody has put it there."""
    found = resolve_if_there(value, folder)
    if isinstance(found, SecretStr):
        return None if isinstance(found, AbsentSecret) else found
    raise Wrong(
        Text("A secret must not stand in config.toml."),
        Text('Say where it is: {{ env = "NAME" }}, {{ file = … }} or {{ credential = … }}.'),
    )


def _key(value: Any, folder: Path) -> SecretStr | None:
    secret = _secret(value, folder)
    try:
        if secret:
            keys_of(secret.get_secret_value())
    except ValueError as error:
        raise Wrong(
            Text("This is no key: it must be 32 bytes in base64."),
            Text("Make one with `openssl rand -base64 32`."),
        ) from error
    return secret


def _letters(channels: object) -> Callable[[Any], str]:
    known: Mapping[str, Any] = channels if isinstance(channels, Mapping) else {}

    def read(value: Any) -> str:
        table = known.get(values.name(value))
        if isinstance(table, Mapping) and table.get("adapter") == "email":
            return str(value)
        raise Wrong(
            Text("“{value}” is no channel for e-mail.", value=value),
            Text('Name a channel with adapter = "email", whose mail server is used.'),
        )

    return read


def _time(value: Any) -> time:
    found = values.daily(value)
    if found is not None:
        return found
    raise Wrong(
        Text("“{value}” is no time of the day.", value=value),
        Text("Take `letters` out if nobody is to get any."),
    )


def _roles(value: Any) -> Mapping[str, str]:
    known = [role.value for role in Role]
    if isinstance(value, Mapping) and value and all(one in known for one in value.values()):
        return {str(word): str(role) for word, role in value.items()}
    raise Wrong(
        Text("This must give a role to each word."),
        Text(
            'Write it like {{ "truyen-thong" = "author" }}; roles: {roles}.', roles=", ".join(known)
        ),
    )
