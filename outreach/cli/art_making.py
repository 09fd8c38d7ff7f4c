"""Makes what `outreach art` was asked for, and tells what is hard to read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from outreach.cli.exit_codes import ExitCode
from outreach.cli.session import Session
from outreach.cli.stop import Stop
from outreach.domain.artwork import Unusable, spoken
from outreach.domain.campaign import Campaign
from outreach.domain.message import Kind, Message
from outreach.domain.text import Text
from outreach.locale import translate

if TYPE_CHECKING:
    from outreach.art.piece import Piece
    from outreach.art.portfolio import Portfolio
    from outreach.art.sheet import Group, Shown
    from outreach.art.studio import Form

SHEET = "contact-sheet"


class PrintAs(StrEnum):
    """What the printer gets: the colours of screens, four inks, or PDF/A to be kept."""

    COLOURS = "rgb"
    INKS = "cmyk"
    ARCHIVE = "pdfa"


@dataclass(frozen=True, kw_only=True)
class _Job:
    """One message's pieces, and the folder that they go to."""

    name: str
    title: str
    pieces: tuple[Piece, ...]


@dataclass(kw_only=True)
class Making:
    """One run of the command; `formats` and `themes` are what was asked for, empty for all."""

    session: Session
    campaign: Campaign
    folder: Path
    formats: tuple[str, ...]
    themes: tuple[str, ...]
    print_as: PrintAs
    _found: dict[str, tuple[Text, Text]] = field(default_factory=dict)
    _portfolio: Portfolio = field(init=False)

    def one(self, message: Message) -> bool:
        """Every format of one message, in the campaign's theme if none was named; whether something is wrong."""
        return self._run(lambda: [self._job(message, self.themes or (self.campaign.art.theme,))])

    def slogan(self, text: str) -> bool:
        """The same of a text that is no message's."""

        def jobs() -> list[_Job]:
            pieces = tuple(
                self._portfolio.piece(text, form, theme)
                for theme in self.themes or (self.campaign.art.theme,)
                for form in self._portfolio.formats(None, self.formats)
            )
            return [_Job(name="slogan", title=spoken(text), pieces=pieces)]

        return self._run(jobs)

    def everything(self, messages: Sequence[Message]) -> bool:
        """Every banner in every format and theme, every card where the campaign wants cards; and the sheet of all."""
        return self._run(lambda: list(self._all(messages)), sheet=True)

    def _all(self, messages: Sequence[Message]) -> Iterator[_Job]:
        from outreach.art.formats import CARDS  # noqa: PLC0415 - help pages need no artwork

        art = self.campaign.art
        for message in messages:
            if message.kind is Kind.BANNER:
                yield self._job(message, self.themes or self._portfolio.wardrobe.names())
        for message in messages:
            if art.cards and message.kind is not Kind.BANNER and not message.pictures:
                yield self._job(message, self.themes or (art.theme,), self.formats or CARDS)

    def _job(self, message: Message, themes: Sequence[str], formats: Sequence[str] = ()) -> _Job:
        forms = self._portfolio.formats(message, formats or self.formats)
        pieces = [self._portfolio.of(message, form, theme) for theme in themes for form in forms]
        return _Job(name=message.id, title=message.title, pieces=tuple(pieces))

    def _run(self, jobs: Callable[[], list[_Job]], *, sheet: bool = False) -> bool:
        from outreach.art.portfolio import Portfolio  # noqa: PLC0415 - as above

        settings = self.session.settings
        source = settings.messages / self.campaign.id
        try:
            with Portfolio(self.campaign, source, settings.state / "drawings") as self._portfolio:
                self._make(jobs(), sheet=sheet)
        except Unusable as unusable:
            raise Stop(unusable.what, unusable.mend, code=ExitCode.BAD_INPUT) from unusable
        return self._tell()

    def _make(self, jobs: list[_Job], *, sheet: bool) -> None:
        screen = self.session.screen
        total = sum(len(job.pieces) for job in jobs)
        with screen.progress(Text("Making artwork"), total) as progress:
            one = progress.task_ids[0]
            groups = [self._group(job, lambda: progress.advance(one)) for job in jobs]
        screen.say(
            Text("{count} pieces of artwork: {folder}", count=total, folder=str(self.folder))
        )
        if sheet:
            self._sheet(groups)

    def _group(self, job: _Job, made: Callable[[], None]) -> Group:
        from outreach.art.sheet import Group  # noqa: PLC0415 - as above

        shown = []
        for piece in job.pieces:
            if one := self._piece(job, piece):
                shown.append(one)
            made()
        return Group(title=job.title, pieces=tuple(shown))

    def _piece(self, job: _Job, piece: Piece) -> Shown | None:
        """Write one piece; None when only this one cannot be made."""
        from outreach.art.sheet import Shown  # noqa: PLC0415 - as above
        from outreach.art.studio import Form  # noqa: PLC0415 - as above

        try:
            picture = self._portfolio.make(piece, Form.PICTURE)
            if piece.format.printed:
                self._write(job, f"{piece.name}.pdf", self._portfolio.make(piece, self._form()))
            else:
                self._write(job, f"{piece.name}.png", picture)
            remarks = self._portfolio.remarks(piece)
        except Unusable as unusable:
            if unusable.everywhere:
                raise
            self._note(job, unusable.what, unusable.mend)
            return None
        for remark in remarks:
            self._note(job, remark.what, remark.mend)
        said = tuple(translate(r.what, self.campaign.language) for r in remarks)
        return Shown(picture=picture, name=piece.name, remarks=said)

    def _form(self) -> Form:
        from outreach.art.studio import Form  # noqa: PLC0415 - as above

        return {
            PrintAs.COLOURS: Form.PRINT,
            PrintAs.INKS: Form.INKS,
            PrintAs.ARCHIVE: Form.ARCHIVE,
        }[self.print_as]

    def _write(self, job: _Job, name: str, content: bytes) -> None:
        file = self.folder / job.name / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)

    def _sheet(self, groups: Sequence[Group]) -> None:
        from outreach.art.sheet import contact_sheet  # noqa: PLC0415 - as above
        from outreach.art.wording import span  # noqa: PLC0415 - as above

        campaign = self.campaign
        about = f"{campaign.office} · {span(campaign.window)}"
        made = contact_sheet(campaign.name, about, groups, campaign.language)
        self.folder.mkdir(parents=True, exist_ok=True)
        for ending, content in (("pdf", made.pdf), ("png", made.png)):
            (self.folder / f"{SHEET}.{ending}").write_bytes(content)
        file = str(self.folder / f"{SHEET}.pdf")
        self.session.screen.say(Text("All of it on one sheet: {file}", file=file))

    def _note(self, job: _Job, what: Text, mend: Text) -> None:
        self._found[f"{job.name}: {what}"] = (
            Text("{message}: {what}", message=job.name, what=what),
            mend,
        )

    def _tell(self) -> bool:
        for what, mend in self._found.values():
            self.session.screen.note(what, style="yellow")
            self.session.screen.note(Text("    → {mend}", mend=mend))
        return bool(self._found)
