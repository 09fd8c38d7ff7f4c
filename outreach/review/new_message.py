"""A new message: of which kind and campaign, then a first text to be written over."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from starlette.responses import Response

from outreach.content.findings import Refused
from outreach.content.message_file import LONGEST_ID, slug
from outreach.content.saving import add_file, as_before, fingerprint
from outreach.domain.message import Kind
from outreach.domain.text import Text
from outreach.reports.source import Question
from outreach.review.editing import (
    MISTAKES,
    NOTHING_SENT,
    Sheet,
    has_errors,
    may_change,
    record,
    sent_text,
    show,
    sorry,
    with_picture,
)
from outreach.review.visit import Visit, go
from outreach.store.edits import FileChange, FileDeed

KINDS = {
    Kind.POST: Text("post"),
    Kind.BANNER: Text("banner"),
    Kind.EVENT: Text("event"),
    Kind.CONTEST: Text("contest"),
    Kind.COMMENDATION: Text("commendation"),
}
NAME = Text("The file's name may have only a-z, 0-9 and hyphens between them.")
TAKEN = Text("There is a message of this name already.")
UNTOUCHED = Text("Write your own text over the first one; then save it.")


def new_message(visit: Visit) -> Response:
    """What kind it is, the text to be written over, and the new file."""
    if (folder := may_change(visit)) is None:
        return sorry(visit)
    asked = visit.form.get if visit.request.method == "POST" else visit.request.query_params.get
    campaigns = {
        files.campaign.id: files.campaign.name for files in visit.office.reading().files(Question())
    }
    campaign = asked("campaign", "")
    title = " ".join(visit.asked("title").split())
    if campaign not in campaigns or (visit.request.method == "GET" and not title):
        return visit.page("new_message", campaigns=campaigns, kinds=KINDS)
    if visit.request.method == "GET":
        return _begin(visit, campaign, title)
    if (sent := sent_text(visit)) is None:
        return visit.sorry(NOTHING_SENT, 400)
    sheet = Sheet(
        campaign=campaign,
        name=f"{visit.form.get('name', '').strip()[:200].removesuffix('.md')}.md",
        text=sent,
        began=visit.form.get("began", ""),
    )
    if visit.file:
        return show(visit, with_picture(visit, folder / campaign, sheet))
    return _check_and_make(visit, folder / campaign, sheet)


def _begin(visit: Visit, campaign: str, title: str) -> Response:
    kind = next((kind for kind in Kind if kind == visit.asked("kind")), Kind.POST)
    text = visit.office.reading().beginning(campaign, kind, title)
    name = slug(title)[:LONGEST_ID].strip("-") or kind
    began = fingerprint(as_before(text, b""))
    return show(visit, Sheet(campaign=campaign, name=f"{name}.md", text=text, began=began))


def _check_and_make(visit: Visit, folder: Path, sheet: Sheet) -> Response:
    content, message = as_before(sheet.text, b""), sheet.name.removesuffix(".md")
    if slug(message) != message or not 0 < len(message) <= LONGEST_ID:
        return show(visit, replace(sheet, refused=NAME))
    if visit.office.reading().source_text(sheet.campaign, message) is not None:
        return show(visit, replace(sheet, refused=TAKEN))
    draft = visit.office.reading().draft(sheet.campaign, sheet.name, content)
    checked = replace(sheet, draft=draft, problems=draft.problems)
    if visit.form.get("do") != "save":
        return show(visit, checked)
    if has_errors(draft.problems):
        return show(visit, replace(checked, refused=MISTAKES))
    if fingerprint(content) == sheet.began:
        return show(visit, replace(checked, refused=UNTOUCHED))
    try:
        record(visit, partial(_make, folder, sheet, content))
    except Refused as refused:
        return show(visit, replace(checked, refused=refused.what, mend=refused.mend))
    return go(f"/messages/{sheet.campaign}/{draft.message or message}?saved=yes")


def _make(folder: Path, sheet: Sheet, content: bytes) -> FileChange:
    add_file(folder, sheet.name, content)
    file, after = f"{sheet.campaign}/{sheet.name}", fingerprint(content)
    return FileChange(deed=FileDeed.MADE, file=file, before="", after=after)
