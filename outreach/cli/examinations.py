"""The examinations of `outreach doctor`, each of one part of the installation."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from outreach.cli.desk_examinations import examine_desk
from outreach.cli.finding import Finding, Grade, well, wrong
from outreach.domain.problem import Problem
from outreach.domain.text import Text

if TYPE_CHECKING:
    from outreach.bootstrap import Desk
    from outreach.channel import Channel
    from outreach.settings import Settings


TIGHT = 1024**3
"""Free bytes on the disk below which a warning is due; a tenth of it is wrong."""

PATIENCE = 60.0
"""Seconds that a channel's check may take."""

EXPIRES_SOON = timedelta(days=14)


def configuration(settings: Settings, now: datetime) -> Iterator[Finding]:  # noqa: ARG001 - all examinations are asked alike
    """Whether there is a configuration, and whether its secrets are there."""
    if settings.file is None:
        yield Finding(
            grade=Grade.WARNING,
            what=Text("There is no config.toml here; the built-in defaults hold."),
            mend=Text("`outreach init` writes one, or name one with --config."),
        )
        return
    from outreach.settings import all_secrets_are_there  # noqa: PLC0415 - help pages read no settings

    if all_secrets_are_there(settings):
        yield well(
            Text(
                "The configuration {file} is in order, and all its secrets were found.",
                file=str(settings.file),
            )
        )
        return
    yield Finding(
        grade=Grade.WARNING,
        what=Text("The configuration {file} is in order.", file=str(settings.file)),
        mend=Text("Secrets are missing: the service needs those that its channels name below."),
    )


def folders(settings: Settings, now: datetime) -> Iterator[Finding]:  # noqa: ARG001 - as above
    """Whether messages can be read and state can be written."""
    messages = settings.messages
    if not messages.is_dir() or not os.access(messages, os.R_OK | os.X_OK):
        yield wrong(
            Text("The folder {folder} cannot be read.", folder=str(messages)),
            Text("Make it, or correct `messages` in config.toml."),
        )
    else:
        yield well(Text("Messages are read from {folder}.", folder=str(messages)))
    yield _writable(settings.state)


def _writable(folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return well(Text("State is kept in {folder}.", folder=str(folder)))
    except OSError as error:
        return wrong(
            Text(
                "The folder {folder} cannot be written: {error}.",
                folder=str(folder),
                error=error.strerror or error,
            ),
            Text("Give it to the user under whom the service runs."),
        )


def disk(settings: Settings, now: datetime) -> Iterator[Finding]:  # noqa: ARG001 - as above
    """Whether the disk has room."""
    folder = next((f for f in (settings.state, *settings.state.parents) if f.exists()), Path("/"))
    free = shutil.disk_usage(folder).free
    sentence = Text("{free} MB are free on the disk.", free=free // 1024**2)
    if free >= TIGHT:
        yield well(sentence)
        return
    grade = Grade.WRONG if free < TIGHT // 10 else Grade.WARNING
    yield Finding(
        grade=grade,
        what=sentence,
        mend=Text("Make room; without it nothing can be recorded, so nothing is sent."),
    )


def database(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Whether the database opens, who works on it, whether clock and log agree, and how the channels are."""
    from outreach.bootstrap import open_desk  # noqa: PLC0415 - help pages need no store
    from outreach.store.engine import StoreError  # noqa: PLC0415 - as above

    try:
        with open_desk(settings) as desk:
            yield well(Text("The database opens and its form is current."))
            yield _holder(desk)
            yield _clock(desk, now)
            yield from examine_desk(desk, now)
            yield from map(_unbuilt, desk.problems)
            yield from asyncio.run(_check_all(desk, now))
    except StoreError as error:
        yield wrong(error.text, Text("See `docs/` for backup and restore."))
    except OSError as error:
        yield wrong(
            Text("The database cannot be opened: {error}.", error=error.strerror or error),
            Text("Check the folder of the database."),
        )


def _holder(desk: Desk) -> Finding:
    """Who dispatches; looking takes the lease for an instant, which is why a free one is given back at once."""
    from outreach.store.lease import Held, Lease  # noqa: PLC0415 - help pages need no store

    try:
        Lease.take(desk.engine, desk.settings.state).release()
    except Held as held:
        return well(Text("The service is running: {holder}.", holder=held.holder))
    return Finding(
        grade=Grade.WARNING,
        what=Text("No service is running: nothing goes out."),
        mend=Text("Start it: `outreach run`, or `systemctl start outreach`."),
    )


def _clock(desk: Desk, now: datetime) -> Finding:
    """A clock that is behind what has already been recorded is wrong."""
    from outreach.store.delivery_log import head, read  # noqa: PLC0415 - help pages need no store

    last = next(read(desk.engine, after=max(0, head(desk.engine).seq - 1)), None)
    if last and last.event.at > now + timedelta(minutes=1):
        return wrong(
            Text(
                "The clock is behind: it is {now}, but the log's last line is of {last}.",
                now=f"{now:%Y-%m-%d %H:%M} UTC",
                last=f"{last.event.at:%Y-%m-%d %H:%M} UTC",
            ),
            Text("Set the clock; let it be kept by NTP (`timedatectl set-ntp true`)."),
        )
    local = now.astimezone()
    return well(
        Text(
            "The clock says {now} (zone of this machine: {zone}).",
            now=f"{local:%d/%m/%Y %H:%M}",
            zone=local.tzname() or "",
        )
    )


def _unbuilt(problem: Problem) -> Finding:
    return wrong(Text("{place}: {what}", place=str(problem.place), what=problem.what), problem.mend)


async def _check_all(desk: Desk, now: datetime) -> list[Finding]:
    try:
        checks = (_check(channel, now) for channel in desk.channels.values())
        return list(await asyncio.gather(*checks))
    finally:
        for channel in desk.channels.values():
            await channel.aclose()


async def _check(channel: Channel, now: datetime) -> Finding:
    look = Text("See what the service says; correct the channel in config.toml.")
    try:
        async with asyncio.timeout(PATIENCE):
            health = await channel.check()
    except Exception as error:  # noqa: BLE001 - whatever an adapter raises is a finding
        detail = f"{type(error).__name__}: {error}"[:300]
        return wrong(
            Text(
                "Channel {channel}: the check failed: {error}", channel=channel.name, error=detail
            ),
            look,
        )
    sentence = Text("Channel {channel}: {summary}", channel=channel.name, summary=health.summary)
    if not health.ok:
        return wrong(sentence, look)
    if health.expires and health.expires - now < EXPIRES_SOON:
        return Finding(
            grade=Grade.WARNING,
            what=Text(
                "Channel {channel}: its permission ends on {day}.",
                channel=channel.name,
                day=f"{health.expires:%d/%m/%Y}",
            ),
            mend=Text("Renew it before that day."),
        )
    return well(sentence)


EXAMINATIONS: tuple[Callable[[Settings, datetime], Iterator[Finding]], ...] = (
    configuration,
    folders,
    disk,
    database,
)
