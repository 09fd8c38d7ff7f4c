"""The table `[database]` of config.toml: where the queue is, never with a password in the open or over an open line."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pydantic import SecretStr

from outreach.domain.text import Text
from outreach.settings import values
from outreach.settings.secrets import is_reference, resolve
from outreach.settings.section import Section, Wrong

_SQLITE = "sqlite:///"
_ENCRYPTED = frozenset({"require", "verify-ca", "verify-full"})


def read_database(section: Section, state: Path, folder: Path) -> SecretStr:
    """The database's address; relative SQLite files start from `folder`. Raises `Problems` at the end, as the section does."""

    def read(value: Any) -> SecretStr:
        if is_reference(value):
            url = resolve(value, folder).get_secret_value()
        else:
            url = _without_password(values.text(value))
        return SecretStr(_address(url, folder))

    url = section.take("url", read, SecretStr(f"{_SQLITE}{state / 'outreach.db'}"))
    section.close()
    return url


def _without_password(url: str) -> str:
    try:
        parts = urlsplit(url)
        open_secret = parts.password is not None or "password=" in parts.query
    except ValueError:
        open_secret = False
    if open_secret:
        raise Wrong(
            Text("A password stands in the open here."),
            Text('Keep the whole address elsewhere and write url = {{ env = "DATABASE_URL" }}.'),
            code="settings.secret",
        )
    return url


def _address(url: str, folder: Path) -> str:
    """The address of the database, with the path of an SQLite file made absolute."""
    if re.match(r"postgresql(\+\w+)?://", url):
        return _over_tls(url)
    if url.startswith(_SQLITE) and len(url) > len(_SQLITE):
        return f"{_SQLITE}{folder / url.removeprefix(_SQLITE)}"
    raise Wrong(
        Text("This is no address of a database."),
        Text('Write "sqlite:///state/outreach.db" or "postgresql://host/name".'),
    )


def _over_tls(url: str) -> str:
    """The address, if its server is on this machine or called over TLS; libpq alone would do without when the server does."""
    try:
        parts = urlsplit(url)
        query = parse_qs(parts.query)
        hosts = [parts.hostname or "", *query.get("host", ())]
    except ValueError:
        return url  # whoever opens it says what is wrong
    if all(_is_here(host) for host in hosts) or query.get("sslmode", [""])[-1] in _ENCRYPTED:
        return url
    raise Wrong(
        Text("The database is on another machine, and the connection to it may be open to others."),
        Text(
            "Add ?sslmode=verify-full to the address (require encrypts without asking who it is)."
        ),
    )


def _is_here(host: str) -> bool:
    if host in ("", "localhost") or host.startswith(("/", "@")):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
