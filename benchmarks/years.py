"""An invented office after years of work: its files, and a database filled as the service would have left it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from benchmarks.office import ZONE
from outreach.bootstrap import Desk
from outreach.domain.delivery import Action, Identity, State
from outreach.domain.message import Kind
from outreach.domain.rendition import Rendition
from outreach.domain.text import Text
from outreach.store.delivery_log import Event, append
from outreach.store.engine import writing
from outreach.store.renditions import Shelf
from outreach.store.tables import ATTEMPT, DELIVERY, DELIVERY_COUNT
from outreach.testing import sample_rendition

CHANNELS = ("so-website", "phong-a", "phong-b", "doi-tac", "truc-tiep")
"""The last one is work that people carry out."""

COUNTED = CHANNELS[:3]
"""Those whose readers are counted."""

TIMES = 2
"""Every message goes out so often on each of its channels."""

CONFIG = """
language = "vi"

[channels.so-website]
adapter = "website"
tags = ["all"]
folder = "state/site"
base_url = "https://so.example/"
site_title = "Trang thông tin"
office = "Sở Công Thương"

[channels.truc-tiep]
adapter = "in_person"
tags = ["all"]
folder = "state/phieu"
contact = "Văn phòng Sở"
"""
HOOK = """
[channels.{name}]
adapter = "outbox"
tags = ["all"]
folder = "state/{name}"
"""
RULES = """\
name = "Tháng hành động {first}"
short_name = "Tháng hành động"
theme = "Đảm bảo an sinh xã hội"
office = "Sở Công Thương"
units = {units}
topics = {topics}
approval = "required"

[window]
from = {first}
until = {last}
"""
MESSAGE = """\
---
title: Thông điệp số {number} của Tháng hành động
channels: [all]
at: {at}
topic: {topic}
unit: {unit}
---
{body}
"""

UNITS = tuple(f"Phòng số {number}" for number in range(1, 9))
TOPICS = ("phát động", "an sinh xã hội", "bình đẳng giới", "phòng chống bạo lực", "tổng kết")
EVENTS = 10
"""Lines of the log that each delivery has."""

READINGS = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=3))
NOW = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
"""When the pages are asked: in the middle of the newest campaign."""

_MONTH = timedelta(days=30)
UNTIL = NOW + _MONTH
_WHY = Text("A measurement asks for it.").to_json()
_SAMPLE = sample_rendition(text="Mời toàn thể cán bộ tham gia hưởng ứng. " * 12, media=())


@dataclass(frozen=True, kw_only=True)
class Campaign:
    """One campaign of the archive: its name, its first day, and how many messages it has."""

    name: str
    first: date
    messages: int


def campaigns(count: int, messages: int) -> list[Campaign]:
    """So many campaigns, the newest one around `NOW`, each a month before the next."""
    newest = NOW.date() - timedelta(days=15)
    firsts = [newest - number * _MONTH for number in reversed(range(count))]
    return [Campaign(name=f"{day:%Y-%m-%d}-thang", first=day, messages=messages) for day in firsts]


def write_files(folder: Path, found: Sequence[Campaign]) -> Path:
    """The office's configuration and message files; returns the configuration."""
    (folder / "state").mkdir(parents=True)
    (folder / "messages").mkdir()
    hooks = "".join(HOOK.format(name=name) for name in CHANNELS[1:-1])
    (folder / "config.toml").write_text(CONFIG + hooks, "utf-8")
    for campaign in found:
        place = folder / "messages" / campaign.name
        place.mkdir()
        facts = {"first": campaign.first, "last": campaign.first + _MONTH}
        rules = RULES.format(**facts, units=json.dumps(UNITS), topics=json.dumps(TOPICS))
        (place / "campaign.toml").write_text(rules, "utf-8")
        for number in range(campaign.messages):
            (place / f"{_name(number)}.md").write_text(_file(campaign, number), "utf-8")
    return folder / "config.toml"


def _file(campaign: Campaign, number: int) -> str:
    times = [_due(campaign, number, ordinal) for ordinal in range(1, TIMES + 1)]
    return MESSAGE.format(
        number=number,
        at=f"[{', '.join(f'{each.astimezone(ZONE):%Y-%m-%d %H:%M}' for each in times)}]",
        topic=TOPICS[number % len(TOPICS)],
        unit=UNITS[number % len(UNITS)],
        body=_SAMPLE.text,
    )


def _name(number: int) -> str:
    return f"tin-{number:05}"


def _due(campaign: Campaign, number: int, ordinal: int) -> datetime:
    day = campaign.first + timedelta(days=(number + 11 * (ordinal - 1)) % 30)
    local = time(8 + number % 10, 7 * (number % 8))
    return datetime.combine(day, local, ZONE).astimezone(UTC)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One delivery to be written: what is known of it, and its content."""

    id: int
    identity: Identity
    due: datetime
    state: State
    content: Rendition


def fill(desk: Desk, found: Sequence[Campaign]) -> None:
    """Write deliveries, contents, attempts, readings and the sealed log of these campaigns."""
    number, shelf = 0, Shelf(desk.media_folder)
    for campaign in found:
        rows = list(_rows(campaign, number))
        number += len(rows)
        for some in (rows[place : place + 5_000] for place in range(0, len(rows), 5_000)):
            with writing(desk.engine) as connection:
                shelf.put(connection, (row.content for row in some), NOW)
                connection.execute(insert(DELIVERY), [_delivery(row) for row in some])
                tried = [_attempt(row) for row in some if row.state is State.PUBLISHED]
                if tried:
                    connection.execute(insert(ATTEMPT), tried)
                read = [cell for row in some for cell in _readings(row)]
                if read:
                    connection.execute(insert(DELIVERY_COUNT), read)
                append(connection, sorted(_events(some), key=lambda event: event.at))


def _rows(campaign: Campaign, number: int) -> Iterator[Row]:
    everywhere = product(range(campaign.messages), range(1, TIMES + 1), CHANNELS)
    for message, ordinal, channel in everywhere:
        number += 1
        due = _due(campaign, message, ordinal)
        identity = Identity(
            campaign=campaign.name,
            message=_name(message),
            channel=channel,
            ordinal=ordinal,
            action=Action.PUBLISH,
        )
        kind = Kind.BANNER if channel == CHANNELS[-1] and message % 5 == 0 else Kind.POST
        content = replace(
            _SAMPLE,
            campaign=campaign.name,
            message=identity.message,
            channel=channel,
            occurrence=ordinal,
            title=f"Thông điệp số {message} của Tháng hành động",
            kind=kind,
            topic=TOPICS[message % len(TOPICS)],
            unit=UNITS[message % len(UNITS)],
            due=due,
        )
        yield Row(id=number, identity=identity, due=due, state=_state(number, due), content=content)


def _state(number: int, due: datetime) -> State:
    """Nearly all went well; of a thousand deliveries a few did not."""
    if due > NOW:
        return State.HELD if number % 100 == 0 else State.SCHEDULED
    rare = {0: State.REJECTED, 1: State.MISSED, 2: State.CANCELLED, 3: State.NEEDS_PERSON}
    return rare.get(number % 400, State.PUBLISHED)


def _delivery(row: Row) -> dict[str, Any]:
    public = row.state is State.PUBLISHED
    receipt = {"remote_id": str(row.id), "permalink": f"https://so.example/{row.id}", "details": {}}
    return {
        "id": row.id,
        "key": row.identity.key,
        **{name: getattr(row.identity, name) for name in ("campaign", "message", "channel")},
        "ordinal": row.identity.ordinal,
        "action": row.identity.action.value,
        "state": row.state.value,
        "due": row.due,
        "ready_at": row.due,
        "expires": row.due + _MONTH,
        "late_policy": "within",
        "late_limit": timedelta(hours=6),
        "digest": row.content.digest,
        "number": int(public),
        "attempts": int(public),
        "looks": 0,
        "since": row.due if public else None,
        "reason": None if public else _WHY,
        "receipt": {**receipt, "at": row.due.isoformat()} if public else None,
        "asked": None,
    }


def _attempt(row: Row) -> dict[str, Any]:
    return {
        "delivery_id": row.id,
        "number": 1,
        "key": row.identity.key,
        "digest": row.content.digest,
        "fence": 1,
        "claimant": "measurement",
        "started": row.due,
        "finished": row.due + timedelta(seconds=1),
        "outcome": row.state.value,
        "evidence": {"status": 201},
    }


def _readings(row: Row) -> Iterator[dict[str, Any]]:
    if row.state is not State.PUBLISHED or row.identity.channel not in COUNTED:
        return
    for number, (after, metric) in enumerate(product(READINGS, ("views", "reactions", "shares"))):
        value = (row.id % 97 + 1) * (number + 1)
        yield {"delivery_id": row.id, "at": row.due + after, "metric": metric, "value": value}


def _events(rows: Sequence[Row]) -> Iterator[Event]:
    """What the log has of each: it came, was sent, and was looked at again and again."""
    for row in rows:
        facts = {"digest": row.content.digest, "reason": _WHY}
        words = ["new", "publishing", row.state.value, *["looked"] * (EVENTS - 3)]
        for number, what in enumerate(words):
            at = row.due + timedelta(days=number - 1)
            yield Event(
                at=min(at, NOW), actor="outreach", what=what, delivery_id=row.id, data=facts
            )
