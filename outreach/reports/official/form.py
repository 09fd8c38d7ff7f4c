"""An office's own Word form, filled in: what stands in {{ }} becomes the figures and tables of a document."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from outreach.domain.text import Text
from outreach.extras import needed
from outreach.reports.cells import harmless
from outreach.reports.official.document import Document, Grid, Heading, Paragraph
from outreach.reports.official.speech import Speaker
from outreach.reports.packed import repacked


class FormUnusable(Exception):
    """A form that cannot be filled in: `text` says what is wrong, `mend` what may stand in it."""

    def __init__(self, text: Text, mend: Text) -> None:
        super().__init__(str(text))
        self.text, self.mend = text, mend


def filled(form: Path, document: Document) -> bytes:
    """The form with the document's values as .docx; raises `FormUnusable` or `NotInstalled`."""
    docxtpl, sandbox = needed("docxtpl"), needed("jinja2.sandbox")
    from jinja2 import StrictUndefined, TemplateError  # noqa: PLC0415 - only where a form is filled in

    context = values(document)
    rules = sandbox.SandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
    written = io.BytesIO()
    try:
        template = docxtpl.DocxTemplate(io.BytesIO(form.read_bytes()))
        template.render(context, rules, autoescape=True)
        template.save(written)
    except TemplateError as error:
        raise _unusable(form, str(error.message or error), context) from error
    except (KeyError, ValueError, needed("zipfile").BadZipFile) as error:
        raise _unusable(form, str(error), context) from error
    return repacked(written.getvalue(), document.moment)


def _unusable(form: Path, why: str, context: dict[str, Any]) -> FormUnusable:
    return FormUnusable(
        Text("The form {file} cannot be filled in: {why}", file=form.name, why=why),
        Text("These names may stand in its {{{{ }}}}: {names}.", names=", ".join(sorted(context))),
    )


def values(document: Document) -> dict[str, Any]:
    """Every name that a form may use: the head, the figures, the text, and each table as a list of rows."""
    say = Speaker(document.language)
    head, foot = document.head, document.foot
    tables = {grid.table.name: _rows(grid, say) for grid in document.grids()}
    found = {
        **(vars(head) if head else {}),
        **({"recipients": foot.recipients, "signer": foot.signer} if foot else {}),
        **document.figures,
        "title": document.title,
        "body": [b.words for b in document.blocks if isinstance(b, Heading | Paragraph)],
        **tables,
    }
    return {name: _harmless(value) for name, value in found.items()}


def _harmless(value: Any) -> Any:
    match value:
        case str():
            return harmless(value)
        case dict():
            return {key: _harmless(each) for key, each in value.items()}
        case _:
            return [_harmless(each) for each in value]


def _rows(grid: Grid, say: Speaker) -> list[dict[str, str]]:
    keys = [column.key for column in grid.columns]
    return [dict(zip(keys, row, strict=True)) for row in say.rows(grid)]
