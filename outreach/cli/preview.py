"""`outreach preview`: what readers will see of one message, channel by channel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from outreach.channel import Channel, Preview, Severity
from outreach.cli import preview_page
from outreach.cli.choices import AsJson, OfCampaign, OnChannel
from outreach.cli.command import add as add_command
from outreach.cli.desk_source import DeskSource, known_campaign
from outreach.cli.exit_codes import ExitCode
from outreach.cli.marks import _
from outreach.cli.parsing import known_channel
from outreach.cli.screen import Screen
from outreach.cli.session import session_of
from outreach.cli.stop import Stop
from outreach.domain.delivery import Action
from outreach.domain.edit import coming
from outreach.domain.problem import Problem, Problems
from outreach.domain.rendition import Rendition
from outreach.domain.text import Text

if TYPE_CHECKING:
    from outreach.bootstrap import Desk
    from outreach.dispatch.sync import Proposal


def add(app: typer.Typer) -> None:
    """Add the command."""
    add_command(
        app,
        "preview",
        preview,
        says=_("Show what readers will see of one message, on every channel."),
    )


def preview(
    context: typer.Context,
    message: Annotated[
        str,
        typer.Argument(metavar="MESSAGE", help=_("The message's id: its file's name without .md.")),
    ],
    channel: OnChannel = None,
    campaign: OfCampaign = None,
    as_json: AsJson = False,
) -> None:
    """Print one preview per channel; exit code 1 when one has an error."""
    session = session_of(context)
    word = message.removesuffix(".md").rpartition("/")[2]
    with session.desk() as desk:
        source = DeskSource(desk, session.now())
        name = known_channel(desk, channel)
        wanted = known_campaign(desk, campaign)
        proposals = [
            source.proposal(each) for each in ([wanted] if wanted else desk.sync.campaigns())
        ]
        shown = list(_previews(desk, proposals, word, name))
        if not shown:
            raise _nothing(proposals, word, name)
    _print(session.screen, shown, as_json=as_json)
    for note in _updates(proposals, word, name):
        session.screen.note(note, style="yellow")
    if any(p.severity is Severity.ERROR for _r, seen in shown for p in seen.problems):
        raise typer.Exit(ExitCode.FOUND_PROBLEMS)


def _previews(
    desk: Desk, proposals: list[Proposal], message: str, channel: str | None
) -> Iterator[tuple[Rendition, Preview]]:
    """One preview per different text and channel; occurrences with the same text are one."""
    seen: set[tuple[str, str]] = set()
    for proposal in proposals:
        for identity, rendition in sorted(proposal.renditions.items()):
            if identity.message != message or channel not in (None, identity.channel):
                continue
            which = (identity.channel, rendition.text)
            if identity.action is Action.PUBLISH and which not in seen:
                seen.add(which)
                yield rendition, _channel(desk, identity.channel).preview(rendition)


def _updates(proposals: list[Proposal], message: str, channel: str | None) -> Iterator[Text]:
    """What becomes of older texts that are public already."""
    for proposal in proposals:
        for change in proposal.difference.changes:
            name = change.identity.channel
            asked = change.identity.message == message and channel in (None, name)
            if asked and coming(change):
                yield Text("{channel}: {what}", channel=name, what=change.why)


def _channel(desk: Desk, name: str) -> Channel:
    return desk.channels[name]


def _nothing(proposals: list[Proposal], message: str, channel: str | None) -> Exception:
    """Why there is nothing to show: a broken file, another channel, or no such message."""
    broken = [p for proposal in proposals for p in _problems(proposal, message)]
    if broken:
        return Problems(tuple(broken))
    known = sorted({i.message for proposal in proposals for i in proposal.renditions})
    if channel and message in known:
        return Stop(
            Text(
                "The message “{message}” does not go to {channel}.",
                message=message,
                channel=channel,
            )
        )
    if not known:
        return Stop(Text("There is no message “{message}”.", message=message))
    names = ", ".join(known)
    return Stop(
        Text("There is no message “{message}”.", message=message),
        Text("There are: {names}", names=names),
    )


def _problems(proposal: Proposal, message: str) -> list[Problem]:
    stem = f"/{message}.md"
    return [
        p for p in proposal.problems if p.place.file.endswith(stem) and p.severity is Severity.ERROR
    ]


def _print(screen: Screen, shown: list[tuple[Rendition, Preview]], *, as_json: bool) -> None:
    if as_json:
        screen.json([preview_page.record(rendition, seen) for rendition, seen in shown])
        return
    for rendition, seen in shown:
        title = Text("{channel}: {title}", channel=rendition.channel, title=rendition.title)
        screen.heading(title)
        preview_page.show(screen, rendition, seen)
