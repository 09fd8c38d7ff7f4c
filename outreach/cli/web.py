"""`outreach web`: the reviewers' pages."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import typer

from outreach.cli.command import add as add_command
from outreach.cli.marks import _
from outreach.cli.session import Session, session_of
from outreach.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from outreach.bootstrap import Desk
    from outreach.cli.file_watch import FileWatch
    from outreach.review.office import Office
    from outreach.settings import Settings

PORT = 8090
"""Where the pages are without a setting of their own."""


def add(app: typer.Typer) -> None:
    """Add the command."""
    add_command(app, "web", web, says=_("Show the reviewers' pages on this machine until Ctrl-C."))


def web(context: typer.Context) -> None:
    """Serve beside a running service, or alone; a first start prints a one-time code."""
    from outreach.cli import site_server  # noqa: PLC0415 - help pages need no web server
    from outreach.review.pages import review_pages  # noqa: PLC0415 - as above

    session = session_of(context)
    wanted = port(session.settings)
    site_server.give_way()
    with office(session) as ours, site_server.listen(wanted) as listening:
        say_where(session, ours, site_server.address(listening))
        say_how_secrets_lie(session, ours)
        site_server.run((review_pages(ours), listening))


def port(settings: Settings) -> int:
    """Where the pages are wanted."""
    return settings.review.listen.port if settings.review.listen else PORT


def say_where(session: Session, ours: Office, here: str) -> None:
    """Tell where the pages are, and to a new office how to sign in first."""
    from outreach.review.signing import FIRST, first_code  # noqa: PLC0415 - as above

    session.screen.note(Text("The reviewers' pages: {address} (Ctrl-C ends it)", address=here))
    if code := first_code(ours):
        session.screen.note(
            Text(
                "First sign-in, within a day: {address}, name {name}, one-time code {code}",
                address=f"{here}/welcome",
                name=FIRST,
                code=code,
            )
        )


def say_how_secrets_lie(session: Session, ours: Office) -> None:
    """Seal second factors with the newest key, and tell how many; or tell what it means that there is no key."""
    if not ours.ways.factors.seals:
        session.screen.note(
            Text(
                "[review] has no key: second factors lie readable in the database, and approvers get no links."
            )
        )
    elif count := ours.ways.factors.seal_anew(ours.people, ours.now()):
        session.screen.note(
            Text("Second factors that were sealed with the newest key: {count}", count=count)
        )


@contextmanager
def office(session: Session, rehearsal: Path | None = None) -> Iterator[Office]:
    """What the pages work with; of the rehearsal in that folder, whose clock then goes on, if one is named."""
    from outreach.bootstrap.rehearsals import going_on  # noqa: PLC0415 - help pages need no store
    from outreach.cli.file_watch import FileWatch  # noqa: PLC0415 - as above

    with (
        session.desk(rehearsal=rehearsal) as desk,
        FileWatch(desk.settings.messages) as watch,
    ):
        now = going_on(desk.engine) if rehearsal else session.now
        made = office_of(desk, now=now, language=session.screen.language, watch=watch)
        yield replace(made, asking=None, messages=None) if rehearsal else made


def office_of(
    desk: Desk, *, now: Callable[[], datetime], language: str, watch: FileWatch | None = None
) -> Office:
    """What the pages work with, on an open desk; `now` gives aware UTC. With a `watch` files are looked at when they changed."""
    from outreach.bootstrap.asking import Asking  # noqa: PLC0415 - as above
    from outreach.bootstrap.providing import provider_of  # noqa: PLC0415 - as above
    from outreach.cli.kept_files import KeptFiles  # noqa: PLC0415 - as above
    from outreach.cli.review_desk import ReviewDesk, preview  # noqa: PLC0415 - as above
    from outreach.review.office import Office  # noqa: PLC0415 - as above
    from outreach.review.passwords import Passwords  # noqa: PLC0415 - as above
    from outreach.review.receptions import Figures  # noqa: PLC0415 - as above
    from outreach.review.ways_in import ways_in  # noqa: PLC0415 - as above
    from outreach.store import evidence  # noqa: PLC0415 - as above
    from outreach.store.alerts import open_causes  # noqa: PLC0415 - as above
    from outreach.store.approvals import Approvals  # noqa: PLC0415 - as above
    from outreach.store.counts import CountSeries  # noqa: PLC0415 - as above
    from outreach.store.delivery_log import head  # noqa: PLC0415 - as above
    from outreach.store.edits import Edits  # noqa: PLC0415 - as above
    from outreach.store.glances import Glances  # noqa: PLC0415 - as above
    from outreach.store.leafing import Leafing  # noqa: PLC0415 - as above
    from outreach.store.people import People  # noqa: PLC0415 - as above
    from outreach.store.receptions import Receptions  # noqa: PLC0415 - as above
    from outreach.store.seals import Seals  # noqa: PLC0415 - as above
    from outreach.store.tokens import Tokens  # noqa: PLC0415 - as above
    from outreach.store.trials import Trials  # noqa: PLC0415 - as above

    files, engine, photos = KeptFiles(desk, watch), desk.engine, desk.settings.state / "evidence"
    return Office(
        people=People(engine),
        tokens=Tokens(engine),
        approvals=Approvals(engine),
        edits=Edits(engine),
        messages=desk.settings.messages,
        capabilities={name: channel.capabilities for name, channel in desk.channels.items()},
        keep_photo=partial(evidence.keep, folder=photos),
        evidence_folder=photos,
        glances=Glances(engine),
        causes=lambda: open_causes(engine),
        asking=Asking(settings=desk.settings, now=now, trials=Trials(engine)),
        counts=CountSeries(engine),
        queue=desk.queue,
        reading=lambda: ReviewDesk(desk, now(), files),
        preview=partial(preview, desk),
        adapters={name: channel.adapter for name, channel in desk.settings.channels.items()},
        media_folder=desk.media_folder,
        now=now,
        leafing=Leafing(engine),
        checked_end=lambda: head(engine).seq,
        seals=Seals(engine, now=now),
        figures=Figures(Receptions(engine)),
        passwords=Passwords(),
        ways=ways_in(
            engine,
            desk.settings.review,
            words=own_words(desk.settings),
            provider=provider_of(desk.settings, now),
        ),
        language=language,
        hide=desk.settings.veil.text,
    )


def own_words(settings: Settings) -> tuple[str, ...]:
    """The office's own words in config.toml: the names of its channels and of its site."""
    told = [
        str(value)
        for channel in settings.channels.values()
        for key, value in channel.settings.items()
        if key in ("office", "site_title", "author")
    ]
    return (*settings.channels, *told)
