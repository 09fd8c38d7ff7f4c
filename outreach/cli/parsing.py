"""What people type into arguments, understood: deliveries, times, states, names."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING

from outreach.cli.stop import Stop
from outreach.domain.delivery import Delivery, State
from outreach.domain.text import Text

if TYPE_CHECKING:
    from outreach.bootstrap import Desk

LARGEST_NUMBER = 2**63 - 1
_SPANS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def find_delivery(desk: Desk, word: str) -> Delivery:
    """The delivery of that number, key, or unique beginning of a key; raises `Stop`."""
    found = _by_number(desk, word) or _by_key(desk, word.lower())
    if found is None:
        raise Stop(
            Text("There is no delivery “{word}”.", word=word),
            Text("`outreach queue` lists all of them with their numbers."),
        )
    return found


def _by_number(desk: Desk, word: str) -> Delivery | None:
    if not (word.isascii() and word.isdigit()) or len(word) > 19 or int(word) > LARGEST_NUMBER:
        return None
    return desk.queue.get(int(word))


def _by_key(desk: Desk, word: str) -> Delivery | None:
    if not re.fullmatch(r"[a-z2-7]{1,16}", word):
        return None
    fitting = [d for d in desk.queue.list() if d.identity.key.startswith(word)]
    if len(fitting) > 1:
        raise Stop(
            Text("{count} keys begin with “{word}”.", count=len(fitting), word=word),
            Text("Type more of the key, or the number."),
        )
    return fitting[0] if fitting else None


def parse_instant(word: str, zone: tzinfo, now: datetime, *, future: bool = False) -> datetime:
    """`2022-11-15`, `2022-11-15 08:00`, `15/11/2022 08:00`, `08:00` or a span such as `2h` before (or after) now; raises `Stop`."""
    span = re.fullmatch(r"(\d{1,5}) ?([mhdw])", word.strip())
    try:
        if span:
            length = timedelta(**{_SPANS[span[2]]: int(span[1])})
            return now + length if future else now - length
        return _parse_local(word.strip(), zone, now)
    except (ValueError, OverflowError):
        raise Stop(
            Text("“{word}” is not a time.", word=word),
            Text("Write 2022-11-15 08:00, 08:00, or a span such as 2h."),
        ) from None


def _parse_local(word: str, zone: tzinfo, now: datetime) -> datetime:
    day = re.sub(r"^(\d{1,2})/(\d{1,2})/(\d{4})", lambda m: f"{m[3]}-{m[2]:0>2}-{m[1]:0>2}", word)
    if re.fullmatch(r"\d{1,2}:\d{2}", day):
        clock = time.fromisoformat(day.zfill(5))
        return datetime.combine(now.astimezone(zone).date(), clock, tzinfo=zone)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", day):
        return datetime.combine(date.fromisoformat(day), time.min, tzinfo=zone)
    instant = datetime.fromisoformat(day)
    return instant if instant.tzinfo else instant.replace(tzinfo=zone)


def parse_state(word: str | None) -> State | None:
    """The state of that name; raises `Stop`."""
    if word is None:
        return None
    try:
        return State(word.strip().lower().replace("-", "_"))
    except ValueError:
        names = ", ".join(state.value for state in State)
        raise Stop(
            Text("There is no state “{word}”.", word=word), Text("There are: {names}", names=names)
        ) from None


def known_channel(desk: Desk, name: str | None) -> str | None:
    """The channel that was named, if the configuration or the queue knows it; raises `Stop`."""
    if name is None:
        return None
    known = {*desk.settings.channels, *desk.queue.channel_states()}
    known |= {channel for channel, _ in desk.queue.counts()}
    if name not in known:
        raise Stop(
            Text("There is no channel “{name}”.", name=name),
            Text("There are: {names}", names=", ".join(sorted(known))),
        )
    return name


def person(name: str) -> str:
    """The name of whoever decides, as the log will keep it; raises `Stop`."""
    cleaned = " ".join("".join(c for c in name if c.isprintable()).split())
    if not cleaned or len(cleaned) > 200:
        raise Stop(Text("The name of whoever decides is missing."), Text("Write --by and a name."))
    return cleaned
