"""What python-docx has no words for: faces, rules below words, tables without lines, page numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from docx.document import Document as WordDocument
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT as MIDDLE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.enum.text import WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from outreach.reports.cells import harmless
from outreach.reports.official.document import Grid
from outreach.reports.official.speech import Speaker
from outreach.typesetting.fonts import face

FACE = "Times New Roman"
WHOLE = 11
"""A table of at most so many rows, its head included, is not broken over two pages."""

POINTS_PER_MM = 72 / 25.4


def element(name: str, **attributes: str) -> Any:
    """An element of the namespace `w`."""
    made = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


def write(
    paragraph: Paragraph, words: str, size: float = 14, *, bold: bool = False, italic: bool = False
) -> Run:
    """The words in our face; `size` in points."""
    run = paragraph.add_run(harmless(words))
    run.font.size, run.font.name, run.bold, run.italic = Pt(size), FACE, bold, italic
    fonts = run._element.get_or_add_rPr().get_or_add_rFonts()  # noqa: SLF001 - python-docx sets only one of the four
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{script}"), FACE)
    return run


def shape(
    paragraph: Paragraph,
    align: ALIGN = ALIGN.LEFT,
    *,
    before: float = 0,
    after: float = 0,
    line: float = 1.0,
    keep: bool = False,
) -> Paragraph:
    """The paragraph aligned, with space in points around it; `keep` holds it together with the next one."""
    form = paragraph.paragraph_format
    form.alignment, form.line_spacing, form.keep_with_next = align, line, keep
    form.space_before, form.space_after = Pt(before), Pt(after)
    return paragraph


def width_of(words: str, size: float, *, bold: bool = False) -> float:
    """How wide the words are, in points."""
    return face("Tinos-700Bold" if bold else "Tinos-400Regular").width(words) * size


def rule(container: WordDocument | _Cell, space: float, width: float) -> None:
    """A solid line `width` points long in the middle of `space` points: the lower edge of an empty, indented paragraph."""
    paragraph = shape(container.add_paragraph(), ALIGN.CENTER)
    form = paragraph.paragraph_format
    form.left_indent = form.right_indent = Pt(max(0.0, (space - width) / 2))
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(3)
    edges = element("pBdr")
    edges.append(element("bottom", val="single", sz="6", space="0", color="000000"))
    paragraph._p.get_or_add_pPr().insert_element_before(  # noqa: SLF001 - python-docx draws no borders
        edges, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def side_by_side(document: WordDocument, left: float, right: float, rows: int = 1) -> Table:
    """A table of two columns (widths in millimetres) whose lines do not show."""
    table: Table = document.add_table(rows=rows, cols=2)
    properties = table._tbl.tblPr  # noqa: SLF001 - as above
    edges, margins = element("tblBorders"), element("tblCellMar")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        edges.append(element(side, val="nil"))
    for side in ("left", "right"):
        margins.append(element(side, w="0", type="dxa"))
    after = ("w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")
    properties.insert_element_before(edges, *after)
    properties.insert_element_before(margins, *after[3:])
    _set_widths(table, (left, right))
    return table


def _set_widths(table: Table, widths: Sequence[float]) -> None:
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(width)


def grid_table(document: WordDocument, grid: Grid, say: Speaker, size: float) -> None:
    """The table with its head repeated on every page and no row cut in two."""
    content = [say.heads(grid), *say.rows(grid)]
    table = document.add_table(rows=len(content), cols=len(grid.widths))
    table.style, table.alignment = "Table Grid", WD_TABLE_ALIGNMENT.CENTER
    aligns = [ALIGN.LEFT if c.key in grid.left else ALIGN.CENTER for c in grid.columns]
    for number, (row, words) in enumerate(zip(table.rows, content, strict=True)):
        last = grid.total and number == len(content) - 1
        head = [ALIGN.CENTER] * len(aligns) if number == 0 else aligns
        _fill(row, words, head, size, bold=last or number == 0)
        if len(content) <= WHOLE and number < len(content) - 1:
            _keep(row)
    table.rows[0]._tr.get_or_add_trPr().append(element("tblHeader", val="true"))  # noqa: SLF001 - as above
    _set_widths(table, grid.widths)


def _fill(
    row: _Row, words: Sequence[str], aligns: Sequence[ALIGN], size: float, *, bold: bool
) -> None:
    unbroken(row)
    for cell, said, align in zip(row.cells, words, aligns, strict=True):
        paragraph = shape(cell.paragraphs[0], align, before=1.5, after=1.5)
        write(paragraph, said, size, bold=bold)
        cell.vertical_alignment = MIDDLE.CENTER


def unbroken(row: _Row) -> None:
    """Let the row stand on one page."""
    row._tr.get_or_add_trPr().append(element("cantSplit"))  # noqa: SLF001 - as above


def _keep(row: _Row) -> None:
    """Hold the row on the page of the next one."""
    for cell in row.cells:
        cell.paragraphs[0].paragraph_format.keep_with_next = True


def page_numbers(section: Section) -> None:
    """Numbers in the middle of the top margin, from the section's second page on; each section counts from 1."""
    section.different_first_page_header_footer = True
    section.header.is_linked_to_previous = False
    paragraph = shape(section.header.paragraphs[0], ALIGN.CENTER)
    for kind in ("begin", None, "end"):
        run = write(paragraph, "")
        run._element.append(element("fldChar", fldCharType=kind) if kind else _page_field())  # noqa: SLF001 - as above
    numbering = element("pgNumType", start="1")
    properties = section._sectPr  # noqa: SLF001 - as above
    for old in properties.findall(numbering.tag):
        properties.remove(old)
    properties.insert_element_before(numbering, "w:cols", "w:titlePg", "w:docGrid")


def _page_field() -> Any:
    field = element("instrText")
    field.set(qn("xml:space"), "preserve")
    field.text = " PAGE "
    return field
