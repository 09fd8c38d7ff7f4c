"""One report in the format that was asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from outreach.extras import needed
from outreach.reports.formats import to_csv, to_html, to_json, to_text
from outreach.reports.source import Question, Report, Source
from outreach.reports.table import Table
from outreach.reports.workbook import to_xlsx

if TYPE_CHECKING:
    from outreach.reports.official.document import Document


class Format(StrEnum):
    """The formats of a report."""

    TEXT = "text"
    CSV = "csv"
    JSON = "json"
    HTML = "html"
    ICS = "ics"
    XLSX = "xlsx"
    DOCX = "docx"
    PDF = "pdf"


BINARY = frozenset({Format.XLSX, Format.DOCX, Format.PDF})
"""Formats that are no text."""

_TEXTS: Mapping[Format, Callable[[Table, str], str]] = {
    Format.TEXT: to_text,
    Format.CSV: to_csv,
    Format.JSON: to_json,
    Format.HTML: to_html,
}


def write(
    report: Report,
    form: Format,
    source: Source,
    question: Question,
    language: str,
    *,
    form_file: Path | None = None,
) -> bytes | None:
    """The bytes; None when a document is about no campaign. `form_file` is an office's own Word form.

    Raises `NotInstalled` when the extra is missing, `FormUnusable`, and `ValueError` for a format that the report has not.
    """
    if form in _TEXTS:
        return _TEXTS[form](report.build(source, question), language).encode()
    if form is Format.ICS and report.ics:
        return report.ics(source, question)
    if form is Format.XLSX and report.document is None:
        return to_xlsx([report.build(source, question)], language, source.now)
    if report.document is None:
        raise ValueError(form)
    found = report.document(source, question, language)
    if found and form is Format.XLSX:
        tables = [grid.table for grid in found.grids()] or [report.build(source, question)]
        drawn = [chart.table for chart in found.charts()]
        return to_xlsx(tables, language, found.moment, drawn=drawn)
    return _set(found, form, form_file) if found else None


def _set(document: Document, form: Format, form_file: Path | None) -> bytes:
    from outreach.reports.official.form import filled  # noqa: PLC0415 - documents are seldom written
    from outreach.reports.official.typeset import to_pdf  # noqa: PLC0415 - as above

    if form is Format.PDF:
        return to_pdf(document)
    if form_file:
        return filled(form_file, document)
    needed("docx")
    from outreach.reports.official.word import to_docx  # noqa: PLC0415 - needs the extra

    return to_docx(document)
