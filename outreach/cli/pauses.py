"""`outreach pause` and `resume`: hold one channel, and let it go on."""

from __future__ import annotations

from typing import Annotated

import typer

from outreach.cli.choices import By, ChannelWord
from outreach.cli.command import add as add_command
from outreach.cli.desk_source import DeskSource
from outreach.cli.marks import _
from outreach.cli.parsing import known_channel, parse_instant, person
from outreach.cli.session import session_of
from outreach.cli.stop import Stop
from outreach.domain.text import Text


def add(app: typer.Typer) -> None:
    """Add the commands."""
    add_command(app, "pause", pause, says=_("Hold one channel: nothing goes out on it."))
    add_command(app, "resume", resume, says=_("Let a held channel go on."))


def pause(
    context: typer.Context,
    channel: ChannelWord,
    by: By,
    reason: Annotated[
        str,
        typer.Option("--reason", metavar="TEXT", help=_("Why; everyone who looks will read it.")),
    ] = "",
    until: Annotated[
        str | None,
        typer.Option(
            "--until",
            metavar="TIME",
            help=_("Until then: 2022-11-15 08:00, 08:00, or 2h from now."),
        ),
    ] = None,
) -> None:
    """Pause a channel until a time, or until someone resumes it."""
    session, who = session_of(context), person(by)
    with session.desk() as desk:
        name = known_channel(desk, channel) or channel
        zone = DeskSource(desk, session.now()).zone("")
        end = parse_instant(until, zone, session.now(), future=True) if until else None
        if end and end <= session.now():
            raise Stop(Text("The end of the pause lies in the past."))
        why = (
            Text("{reason}", reason=reason[:2000])
            if reason
            else Text("{name} paused it.", name=who)
        )
        desk.queue.pause(name, why, end, actor=who, now=session.now())
    if end:
        session.screen.say(
            Text(
                "{channel} waits until {until}.",
                channel=name,
                until=f"{end.astimezone(zone):%d/%m/%Y %H:%M}",
            )
        )
    else:
        session.screen.say(Text("{channel} waits until someone resumes it.", channel=name))


def resume(context: typer.Context, channel: ChannelWord, by: By) -> None:
    """End a pause."""
    session, who = session_of(context), person(by)
    with session.desk() as desk:
        name = known_channel(desk, channel) or channel
        state = desk.queue.channel_states().get(name)
        if state is None or not state.paused:
            session.screen.say(Text("{channel} was not paused.", channel=name))
            return
        why = Text("{name} let it go on.", name=who)
        desk.queue.resume(name, why, actor=who, now=session.now())
    session.screen.say(Text("{channel} goes on.", channel=name))
