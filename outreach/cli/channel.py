"""`outreach channel`: what people arrange once at a service, explained and looked at; a test post that no reader sees."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import typer

from outreach.cli.choices import AsJson, By, ChannelWord
from outreach.cli.command import add as add_command
from outreach.cli.command import group
from outreach.cli.exit_codes import ExitCode
from outreach.cli.marks import _
from outreach.cli.parsing import known_channel, person
from outreach.cli.screen import Screen
from outreach.cli.session import session_of
from outreach.cli.stop import Stop
from outreach.domain.health import SetupPoint
from outreach.domain.problem import Problems
from outreach.domain.text import Text

if TYPE_CHECKING:
    from outreach.bootstrap import Desk
    from outreach.channel import Channel


def add(app: typer.Typer) -> None:
    """Add the group."""
    channel = group(app, "channel", says=_("Single channels."))
    add_command(
        channel,
        "setup",
        setup,
        says=_("Explain what is arranged once at the service, and look whether it is so."),
    )
    add_command(
        channel,
        "try",
        try_out,
        says=_("Send a test post to a place that no reader sees, read it back and remove it."),
    )


def setup(context: typer.Context, channel: ChannelWord, as_json: AsJson = False) -> None:
    """Print every point; exit code 1 when one is missing."""
    session = session_of(context)
    with session.desk() as desk:
        points = asyncio.run(_points(_built(desk, channel)))
    if as_json:
        session.screen.json([vars(point) for point in points])
    else:
        for point in points:
            _print(session.screen, point)
    if not all(point.found for point in points):
        raise typer.Exit(ExitCode.FOUND_PROBLEMS)


def try_out(context: typer.Context, channel: ChannelWord, by: By, as_json: AsJson = False) -> None:
    """Print how it went; exit code 1 when it did not go well."""
    from outreach.bootstrap.asking import Asking  # noqa: PLC0415 - help pages need no adapters
    from outreach.store.trials import Trials  # noqa: PLC0415 - as above

    session, who = session_of(context), person(by)
    with session.desk() as desk:
        name = _built(desk, channel).name
        asking = Asking(settings=desk.settings, now=session.now, trials=Trials(desk.engine))
        trial = asking.try_out(name, actor=who)
    point = SetupPoint(what=trial.said, found=trial.ok, mend=trial.left)
    if as_json:
        session.screen.json(vars(trial))
    else:
        _print(session.screen, point)
    if not trial.ok:
        raise typer.Exit(ExitCode.FOUND_PROBLEMS)


def _built(desk: Desk, name: str) -> Channel:
    known_channel(desk, name)
    if name in desk.channels:
        return desk.channels[name]
    if desk.problems:
        raise Problems(desk.problems)
    raise Stop(Text("The channel {channel} is not configured any more.", channel=name))


async def _points(channel: Channel) -> tuple[SetupPoint, ...]:
    """What the adapter asks for; what its check says when it asks for nothing."""
    from outreach.channel import (  # noqa: PLC0415 - help pages need no adapters
        NeedsSetup,
        NotPublished,
    )

    try:
        points = await channel.setup() if isinstance(channel, NeedsSetup) else ()
        if points:
            return points
        health = await channel.check()
    except NotPublished as outcome:
        raise Stop(outcome.reason) from outcome
    finally:
        await channel.aclose()
    what = Text(
        "Nothing needs to be arranged at the service for {channel}. {summary}",
        channel=channel.name,
        summary=health.summary,
    )
    return (SetupPoint(what=what, found=health.ok),)


def _print(screen: Screen, point: SetupPoint) -> None:
    sign, style = ("✓", "") if point.found else ("✗", "red")
    screen.say(Text("{sign} {what}", sign=sign, what=point.what), style=style)
    if point.mend:
        screen.say(Text("    → {mend}", mend=point.mend))
