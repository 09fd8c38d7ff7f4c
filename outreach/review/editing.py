"""A message's file, changed on a page: looked over as on disk, saved whole, and never over what somebody else wrote meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from starlette.responses import Response

from outreach.content.arrivals import taken_in
from outreach.content.findings import Refused
from outreach.content.saving import (
    Changed,
    add_beneath,
    as_before,
    fingerprint,
    is_writable,
    not_allowed,
    replace_file,
)
from outreach.content.source_text import decode
from outreach.domain.problem import Place, Problem, Severity
from outreach.domain.role import Deed
from outreach.domain.text import Text
from outreach.review import texts
from outreach.review.differing import Piece, differing
from outreach.review.messages import NO_SUCH
from outreach.review.office import Draft
from outreach.review.visit import Visit, go
from outreach.store.edits import FileChange, FileDeed

MEDIA = "media"
NOT_YOURS = Text("Only an author may change messages.")
ONLY_LOOKING = Text("These pages show a rehearsal; they change no file.")
NOTHING_SENT = Text("No text was sent. Go back and try again.")
CLASH = Text("The file was changed while you wrote. Nothing of yours is saved yet.")
GONE = Text("The file was deleted while you wrote. Copy your text, and make a new message of it.")
MISTAKES = Text("Nothing is saved yet: the text has mistakes.")
HIDDEN = Text("The file holds a secret of the configuration, so it is not shown here.")


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What the page with the text shows. `began` is the fingerprint of the file that the text began from.

    `refused` says why nothing was saved, `mend` what helps, `added` the picture that is new in media/; `clash` is what differs
    between the file, which was changed meanwhile, and the text; `draft` is what the text would be, once somebody asked.
    """

    campaign: str
    name: str
    text: str
    began: str
    refused: Text | None = None
    mend: Text | None = None
    added: str = ""
    clash: Sequence[Piece] = ()
    draft: Draft | None = None
    problems: Sequence[Problem] = ()


def edit(visit: Visit) -> Response:
    """One message's file: its text to be changed; checked, saved, and pictures for it."""
    if (folder := may_change(visit)) is None:
        return sorry(visit)
    campaign, message = (str(visit.request.path_params[key]) for key in ("campaign", "message"))
    reading = visit.office.reading()
    sheet = Sheet(campaign=campaign, name=reading.file_name(campaign, message), text="", began="")
    try:
        before = reading.source(campaign, message)
        sheet = replace(sheet, text=_readable(visit, before), began=fingerprint(before))
    except Refused as refused:
        return _cannot_open(visit, sheet, refused)
    if visit.request.method == "GET":
        return show(visit, sheet)
    if (sent := sent_text(visit)) is None:
        return visit.sorry(NOTHING_SENT, 400)
    sheet = replace(sheet, text=sent, began=visit.form.get("began", ""))
    if visit.file:
        return show(visit, with_picture(visit, folder / campaign, sheet))
    if as_before(sent, before) == before:  # as after a second click: what is wanted is there
        sheet = replace(sheet, began=fingerprint(before))
    if sheet.began != fingerprint(before):
        return show(visit, _clashing(sheet, before))
    return _check_and_save(visit, folder / campaign, sheet, before)


def _check_and_save(visit: Visit, folder: Path, sheet: Sheet, before: bytes) -> Response:
    message = str(visit.request.path_params["message"])
    content = as_before(sheet.text, before)
    draft = visit.office.reading().draft(sheet.campaign, sheet.name, content)
    problems = [*draft.problems, *_renamed(visit, sheet, message, draft)]
    checked = replace(sheet, draft=draft, problems=problems)
    if visit.form.get("do") != "save":
        return show(visit, checked)
    if has_errors(problems):
        return show(visit, replace(checked, refused=MISTAKES))
    if content != before:
        try:
            record(visit, partial(_save, folder, sheet, content))
        except Changed as changed:
            return show(visit, _clashing(sheet, changed.now))
        except Refused as refused:
            return show(visit, replace(checked, refused=refused.what, mend=refused.mend))
    return go(f"/messages/{sheet.campaign}/{draft.message or message}?saved=yes")


def _save(folder: Path, sheet: Sheet, content: bytes) -> FileChange:
    replace_file(folder, sheet.name, content, began=sheet.began)
    file, after = f"{sheet.campaign}/{sheet.name}", fingerprint(content)
    return FileChange(deed=FileDeed.SAVED, file=file, before=sheet.began, after=after)


def _readable(visit: Visit, before: bytes) -> str:
    """The text for the form. Raises `Refused` for what would not come back from a browser as it was."""
    try:
        text = before.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = decode(before)
    if "\0" in text:
        decode(before)
    if visit.office.hide(text) != text:
        raise Refused("holds-secret", HIDDEN, Text("Take the secret out of the file itself."))
    return text


def _cannot_open(visit: Visit, sheet: Sheet, refused: Refused) -> Response:
    """Why there is no form; what was typed into one is kept."""
    missing, sent = refused.code == "file-missing", sent_text(visit)
    if sheet.name and visit.request.method == "POST" and sent is not None:
        why = replace(sheet, text=sent, refused=refused.what, mend=refused.mend)
        return show(visit, replace(why, refused=GONE, mend=None) if missing else why)
    if missing:
        return visit.sorry(NO_SUCH, 404)
    return visit.sorry(Text("{what} {mend}", what=refused.what, mend=refused.mend), 409)


def _clashing(sheet: Sheet, now: bytes | None) -> Sheet:
    """The text beside the file as it is now; whoever saves again has seen it."""
    if now is None:
        return replace(sheet, refused=GONE)
    other = now.decode("utf-8-sig", "replace").replace("\r\n", "\n")
    pieces = differing(other, sheet.text.replace("\r\n", "\n"))
    return replace(sheet, refused=CLASH, clash=pieces, began=fingerprint(now))


def _renamed(visit: Visit, sheet: Sheet, message: str, draft: Draft) -> Sequence[Problem]:
    """Another id would take back what is public and publish it once more."""
    known = visit.office.queue.list(campaign=sheet.campaign, message=message)
    if draft.message in ("", message) or not known:
        return ()
    what = Text("The id would be {new} instead of {old}.", new=draft.message, old=message)
    mend = Text("Put the id back: under another one everything would be published once more.")
    return (Problem(place=Place(file=sheet.name), code="id-changed", what=what, mend=mend),)


def may_change(visit: Visit) -> Path | None:
    """The folder of the messages, for those who may change them."""
    return visit.office.messages if visit.who.may(Deed.EDIT) else None


def sorry(visit: Visit) -> Response:
    """Why `may_change` gives nothing."""
    if visit.who.may(Deed.EDIT):
        return visit.sorry(ONLY_LOOKING, 403)
    return visit.forbidden(NOT_YOURS)


def sent_text(visit: Visit) -> str | None:
    """The text that a form brought."""
    return visit.form.get("text")


def has_errors(problems: Sequence[Problem]) -> bool:
    """Whether one of them holds the message."""
    return any(problem.severity is Severity.ERROR for problem in problems)


def record(visit: Visit, change: partial[FileChange]) -> None:
    """Carry a change out, log who did it, and let the next page know of it. Raises what the change raises."""
    done = visit.office.edits.record(change, actor=visit.who.name, now=visit.office.now())
    visit.office.reading().forget(done.file.partition("/")[0])


def with_picture(visit: Visit, folder: Path, sheet: Sheet) -> Sheet:
    """The page after the picture that came along was put into media/, or refused; the text is not saved with it."""
    assert visit.file is not None
    added = []

    def add(name: str, content: bytes) -> FileChange:
        added.append(add_beneath(folder, MEDIA, name, content))
        file = f"{sheet.campaign}/{MEDIA}/{added[0]}"
        after = fingerprint(content)
        return FileChange(deed=FileDeed.PICTURE_ADDED, file=file, before="", after=after)

    try:
        record(visit, partial(add, *taken_in(*visit.file)))
    except Refused as refused:
        return replace(sheet, refused=refused.what, mend=refused.mend)
    return replace(sheet, added=f"{MEDIA}/{added[0]}")


def show(visit: Visit, sheet: Sheet) -> Response:
    """The page with the text."""
    office, lines = visit.office, sheet.text.splitlines()
    assert office.messages is not None
    folder = office.messages / sheet.campaign
    closed = None if is_writable(folder) else not_allowed(folder)
    return visit.page(
        "edit",
        status=_status(sheet),
        sheet=sheet,
        is_new=not visit.request.url.path.endswith("/edit"),
        closed=closed,
        problems=[(p, _line(lines, p)) for p in sheet.problems],
        faces=texts.unsaved(office, sheet.draft.renditions if sheet.draft else ()),
    )


def _status(sheet: Sheet) -> int:
    if sheet.refused is None:
        return 200
    return 409 if sheet.refused in (CLASH, GONE) else 422


def _line(lines: Sequence[str], problem: Problem) -> str:
    number = problem.place.line
    return lines[number - 1][:200] if 0 < number <= len(lines) else ""
