"""What people must be told without asking: each cause by its key, so that it is told once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from outreach.domain.delivery import Delivery, State
from outreach.domain.text import Text

NOTICES = "@alerts"
"""The campaign of what the program itself has to say; no folder of messages can have this name in the queue."""

WARN_DAYS = (14, 7, 3, 1)
"""So many days before a permission ends, somebody is told."""

LONG_PAUSE = timedelta(hours=1)
"""A pause that ends sooner by itself is nothing to tell anybody about."""

JUMP = timedelta(minutes=1)
"""The wall clock may differ so much from a clock that nobody can set before somebody is told."""

ROOM_AGAIN = 1.2
"""A full disk counts as mended when this many times the least room is free, so that nobody is told every minute."""

_NO_REASON = Text("no reason given")


@dataclass(frozen=True, kw_only=True)
class Cause:
    """One reason to tell people something: `key` (stable over restarts), what happened, where, and how to mend it."""

    key: str
    what: Text
    where: Text
    mend: Text


def of_delivery(delivery: Delivery, when: str) -> Cause:
    """A delivery that was rejected or missed, or that only a person can settle; `when` is its due time in words."""
    what, mend = _words(delivery)
    reason = delivery.reason or _NO_REASON
    return Cause(
        key=f"{delivery.state}:{delivery.id}",
        what=Text("{what}: {reason}", what=what, reason=reason),
        where=Text(
            "{channel}: “{message}”, due {when} (delivery {id})",
            channel=delivery.identity.channel,
            message=delivery.identity.message,
            when=when,
            id=delivery.id,
        ),
        mend=mend,
    )


def _words(delivery: Delivery) -> tuple[Text, Text]:
    if delivery.state is State.REJECTED:
        return Text("The channel rejected it"), Text(
            "Mend the message's file, or try again: outreach retry {id}", id=delivery.id
        )
    if delivery.state is State.MISSED:
        return Text("It was missed"), Text(
            "Publish it late with “outreach retry {id}”, or leave it.", id=delivery.id
        )
    return Text("It needs a person"), Text(
        "Look at the channel, then say what is there: outreach done {id}, or outreach resolve {id}",
        id=delivery.id,
    )


def of_notice(delivery: Delivery) -> Cause:
    """Something that could not be told to anybody by one way."""
    reason = delivery.reason or _NO_REASON
    return Cause(
        key=f"way:{delivery.identity.channel}",
        what=Text("An alert may not have arrived: {reason}", reason=reason),
        where=Text("{channel} (delivery {id})", channel=delivery.identity.channel, id=delivery.id),
        mend=Text("Look whether it is there; outreach show {id} tells all.", id=delivery.id),
    )


def of_pause(
    channel: str, reason: Text | None, until: datetime | None, now: datetime
) -> Cause | None:
    """A channel that waits until a person acts, or for long; None for a short pause."""
    if until and until - now <= LONG_PAUSE:
        return None
    return Cause(
        key=f"paused:{channel}",
        what=Text(
            "The channel is paused and nothing goes out on it: {reason}",
            reason=reason or _NO_REASON,
        ),
        where=Text("{channel}", channel=channel),
        mend=Text("Mend what it names, then: outreach resume {channel}", channel=channel),
    )


def of_permission(channel: str, expires: datetime, now: datetime) -> Cause | None:
    """A permission that ends; a new cause at each of `WARN_DAYS`, None before the first."""
    left = expires - now
    day = min((day for day in WARN_DAYS if left <= timedelta(days=day)), default=None)
    if day is None:
        return None
    return Cause(
        key=f"permission:{channel}:{day}",
        what=Text("Its permission ends in {days} days.", days=max(0, left.days)),
        where=Text("{channel}", channel=channel),
        mend=Text("Renew it before that, for example with outreach login."),
    )


def of_check(channel: str, summary: Text) -> Cause:
    """A channel on which nothing could be published now."""
    return Cause(
        key=f"check:{channel}",
        what=Text("Nothing could be published now: {summary}", summary=summary),
        where=Text("{channel}", channel=channel),
        mend=Text("outreach doctor tells more."),
    )


def of_silence(waiting: int, hours: int) -> Cause:
    """Nothing went out for too long although it was due."""
    return Cause(
        key="silence",
        what=Text(
            "Nothing went out for {hours} hours although {count} deliveries were due.",
            hours=hours,
            count=waiting,
        ),
        where=Text("the whole queue"),
        mend=Text("outreach status and outreach doctor tell why."),
    )


def of_disk(folder: str, free: int, least: int, *, known: bool) -> Cause | None:
    """A disk with too little room; `free` and `least` in bytes, `known` when that was so a moment ago."""
    if free >= least * (ROOM_AGAIN if known else 1):
        return None
    return Cause(
        key="disk",
        what=Text("Only {free} MB are free on the disk.", free=free // 1024**2),
        where=Text("{folder}", folder=folder),
        mend=Text("Make room; without it nothing can be recorded, so nothing is sent."),
    )


def of_jump(at: datetime, by: timedelta, when: str) -> Cause | None:
    """A wall clock that was set, or a machine that slept; `when` is `at` in words. None when it is small."""
    if abs(by) < JUMP:
        return None
    minutes = round(by / timedelta(minutes=1))
    return Cause(
        key=f"clock:{at.isoformat(timespec='seconds')}",
        what=Text(
            "The clock jumped by {minutes} minutes, or the machine slept.", minutes=f"{minutes:+d}"
        ),
        where=Text("this machine, {when}", when=when),
        mend=Text("Let the clock be kept by NTP: timedatectl set-ntp true"),
    )


def of_drift(delivery: Delivery, reason: Text | None) -> Cause:
    """A publication that is not as it was left."""
    return Cause(
        key=f"drift:{delivery.id}",
        what=Text("What was published has changed: {reason}", reason=reason or _NO_REASON),
        where=Text(
            "{channel}: “{message}” (delivery {id})",
            channel=delivery.identity.channel,
            message=delivery.identity.message,
            id=delivery.id,
        ),
        mend=Text(
            "Look there, and ask who changed it; outreach show {id} tells all.", id=delivery.id
        ),
    )
