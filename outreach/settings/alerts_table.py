"""The tables [alerts] and [metrics] of config.toml."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from outreach.domain.text import Text
from outreach.settings import values
from outreach.settings.model import Alerts, Web
from outreach.settings.secrets import AbsentSecret, resolve_if_there
from outreach.settings.section import Section, Wrong

PUBLIC = frozenset({"facebook_page", "in_person", "micropub", "website", "wordpress", "zalo_oa"})
"""Adapters whose channels everybody reads, or that ask people for work: what is wrong with us is not told there."""

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def read_alerts(section: Section, channels: object, folder: Path) -> Alerts:
    """Who is told, and when; `channels` is the table of all channels, paths start from `folder`. Mistakes are reported to the section."""
    alerts = Alerts(
        channels=section.take("channels", _ways(channels), ()),
        zone=section.take("zone", _zone, Alerts.zone),
        digest=section.take("digest", _time_of_day, Alerts.digest),
        silence=section.take("silence", values.positive_duration, Alerts.silence),
        gather=section.take("gather", values.duration, Alerts.gather),
        free_disk_mb=section.take("free_disk_mb", values.count, Alerts.free_disk_mb),
        ping=section.take("ping", lambda value: _address(value, folder), Alerts.ping),
        ping_every=section.take("ping_every", values.positive_duration, Alerts.ping_every),
    )
    section.close()
    return alerts


def read_loopback(section: Section) -> Web | None:
    """Where something is shown to this machine only; None for nowhere. Mistakes are reported to the section."""
    listen = section.take("listen", values.loopback, None)
    section.close()
    return listen


def _ways(channels: object) -> Callable[[Any], tuple[str, ...]]:
    known: Mapping[str, Any] = channels if isinstance(channels, Mapping) else {}

    def read(value: Any) -> tuple[str, ...]:
        names = tuple(sorted(values.words(value)))
        for name in names:
            table = known.get(name)
            if not isinstance(table, Mapping):
                raise Wrong(
                    Text("There is no channel “{name}”.", name=name),
                    Text("Write the name of a table [channels.name] of this file."),
                )
            if table.get("adapter") in PUBLIC:
                raise Wrong(
                    Text("Alerts on the channel “{name}” would be read by everybody.", name=name),
                    Text("Name a channel that only staff read, such as an e-mail of their own."),
                )
        return names

    return read


def _address(value: Any, folder: Path) -> SecretStr | None:
    """An address, or where it is kept; None while nobody has put it there."""
    found = resolve_if_there(value, folder)
    if isinstance(found, AbsentSecret):
        return None
    url = found.get_secret_value() if isinstance(found, SecretStr) else values.text(found)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Wrong(
            Text("This is no address that can be called."),
            Text("It begins with https:// and names a host."),
        )
    return SecretStr(url)


def _zone(value: Any) -> str:
    try:
        return ZoneInfo(values.text(value)).key
    except (OSError, ValueError, KeyError) as error:
        raise Wrong(
            Text("There is no time zone “{text}”.", text=value),
            Text('Write a name such as "Asia/Ho_Chi_Minh".'),
        ) from error


def _time_of_day(value: Any) -> time | None:
    if value == "off":
        return None
    match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if match:
        return time(int(match[1]), int(match[2]))
    raise Wrong(
        Text("“{text}” is not a time of day.", text=value),
        Text('Write it like "17:00", or "off" for none.'),
    )
