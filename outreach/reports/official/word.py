"""A document as a Word file, which the clerk numbers, edits and has signed. Import it only where python-docx is installed."""

from __future__ import annotations

import io

import docx
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt
from docx.table import _Cell

from outreach.reports.cells import harmless
from outreach.reports.official.document import (
    Annex,
    Block,
    Chart,
    Document,
    Foot,
    Grid,
    Head,
    Heading,
    Paragraph,
)
from outreach.reports.official.speech import Speaker
from outreach.reports.official.typeset import to_picture
from outreach.reports.official.word_parts import (
    FACE,
    POINTS_PER_MM,
    grid_table,
    page_numbers,
    rule,
    shape,
    side_by_side,
    unbroken,
    width_of,
    write,
)
from outreach.reports.packed import repacked

LEFT, RIGHT = 70.0, 95.0
"""Widths of the head's two columns in millimetres."""

LOCALES = {"vi": "vi-VN", "en": "en-GB"}
PORTRAIT, LANDSCAPE = (210.0, 297.0), (297.0, 210.0)


def to_docx(document: Document) -> bytes:
    """The document as .docx; the same document gives the same bytes."""
    word, say = docx.Document(), Speaker(document.language)
    _set_face(word)
    _set_language(word, document.language)
    if document.head:
        _page(word.sections[0], PORTRAIT)
        _text(word, document, document.head, say)
    for number, annex in enumerate(document.annexes):
        first = number == 0 and document.head is None
        section = word.sections[0] if first else word.add_section(WD_SECTION.NEW_PAGE)
        _page(section, LANDSCAPE)
        _annex(word, annex, say)
    return _saved(word, document)


def _text(word: WordDocument, document: Document, head: Head, say: Speaker) -> None:
    _head(word, head)
    for block in document.blocks:
        _block(word, block, say)
    if document.foot:
        word.paragraphs[-1].paragraph_format.keep_with_next = True
        _foot(word, document.foot)


def _set_face(word: WordDocument) -> None:
    normal = word.styles["Normal"]
    normal.font.name, normal.font.size = FACE, Pt(14)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), FACE)


def _set_language(word: WordDocument, language: str) -> None:
    """Word checks the spelling of this language; without a percentage its settings would break the rules of the format."""
    for element in word.styles.element.iter(qn("w:lang")):
        element.set(qn("w:val"), LOCALES[language])
    word.settings.element.find(qn("w:zoom")).set(qn("w:percent"), "100")


def _page(section: Section, size: tuple[float, float]) -> None:
    """A4 with the margins that the decree allows."""
    section.page_width, section.page_height = Mm(size[0]), Mm(size[1])
    section.orientation = WD_ORIENT.LANDSCAPE if size == LANDSCAPE else WD_ORIENT.PORTRAIT
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin, section.header_distance = Mm(30), Mm(15), Mm(10)
    page_numbers(section)


def _head(word: WordDocument, head: Head) -> None:
    table = side_by_side(word, LEFT, RIGHT, rows=2)
    office, nation = table.rows[0].cells
    parent = [(head.parent.upper(), 12.5, False)] if head.parent else []
    _lines(office, [*parent, (head.office.upper(), 12.5, True)])
    rule(office, LEFT * POINTS_PER_MM, width_of(head.office.upper(), 12.5, bold=True) * 0.45)
    _lines(nation, [(head.nation, 12.5, True), (head.motto, 13.5, True)])
    rule(nation, RIGHT * POINTS_PER_MM, width_of(head.motto, 13.5, bold=True))
    number, day = table.rows[1].cells
    write(shape(number.paragraphs[0], ALIGN.CENTER, before=4), head.number, 13)
    write(shape(day.paragraphs[0], ALIGN.CENTER, before=4), head.place_date, 13.5, italic=True)
    write(shape(word.add_paragraph(), ALIGN.CENTER, before=14), head.kind.upper(), bold=True)
    for words in head.subject:
        write(shape(word.add_paragraph(), ALIGN.CENTER), words, bold=True)
    rule(word, 165 * POINTS_PER_MM, width_of(head.subject[-1], 14, bold=True) * 0.4)
    after = shape(word.add_paragraph(), ALIGN.CENTER, before=10 if head.to else 0, after=8)
    write(after, head.to)


def _lines(cell: _Cell, lines: list[tuple[str, float, bool]]) -> None:
    """Centred lines with their size in points, bold or not."""
    for number, (words, size, bold) in enumerate(lines):
        paragraph = cell.add_paragraph() if number else cell.paragraphs[0]
        write(shape(paragraph, ALIGN.CENTER), words, size, bold=bold)


def _block(word: WordDocument, block: Block, say: Speaker) -> None:
    match block:
        case Paragraph():
            _body(word, block.words)
        case Heading():
            _body(word, block.words.upper() if block.level == 1 else block.words, heading=True)
        case Grid():
            _caption(word, block.caption)
            grid_table(word, block, say, 12)
            _gap(word)
        case Chart():
            _caption(word, block.caption)
            _picture(word, block)


def _body(word: WordDocument, words: str, *, heading: bool = False) -> None:
    paragraph = shape(word.add_paragraph(), ALIGN.JUSTIFY, after=6, line=1.15, keep=heading)
    paragraph.paragraph_format.first_line_indent = Mm(12.7)
    write(paragraph, words, bold=heading)


def _caption(word: WordDocument, words: str) -> None:
    write(
        shape(word.add_paragraph(), ALIGN.CENTER, before=2, after=4, keep=True),
        words,
        13,
        italic=True,
    )


def _gap(word: WordDocument) -> None:
    shape(word.add_paragraph(), after=2, line=0.5)


def _picture(word: WordDocument, chart: Chart) -> None:
    run = shape(word.add_paragraph(), ALIGN.CENTER, after=6).add_run()
    drawn = run.add_picture(io.BytesIO(to_picture(chart)), width=Mm(165))
    said = "; ".join(f"{bar.label}: {bar.figure}" for bar in chart.bars)
    drawn._inline.docPr.set("descr", harmless(f"{chart.caption}. {said}"))  # noqa: SLF001 - python-docx has no words for it


def _foot(word: WordDocument, foot: Foot) -> None:
    row = side_by_side(word, 80, 85).rows[0]
    unbroken(row)
    left, right = row.cells
    if foot.recipients:
        write(shape(left.paragraphs[0]), foot.title, 12, bold=True, italic=True)
    for number, whom in enumerate(foot.recipients, start=1):
        end = ";" if number < len(foot.recipients) else "."
        write(shape(left.add_paragraph()), f"- {whom}{end}", 11)
    _lines(right, [(words.upper(), 14, True) for words in foot.authority])
    for _ in range(4):
        shape(right.add_paragraph(), ALIGN.CENTER)
    write(shape(right.add_paragraph(), ALIGN.CENTER), foot.signer, bold=True)


def _annex(word: WordDocument, annex: Annex, say: Speaker) -> None:
    write(shape(word.add_paragraph(), ALIGN.CENTER), annex.name, bold=True)
    for words in annex.title:
        write(shape(word.add_paragraph(), ALIGN.CENTER), words, bold=True)
    reference = shape(word.add_paragraph(), ALIGN.CENTER, after=8)
    write(reference, annex.reference, 13.5, italic=True)
    grid_table(word, annex.grid, say, 11)


def _saved(word: WordDocument, document: Document) -> bytes:
    about = word.core_properties
    about.title, about.author = harmless(document.title[:255]), harmless(document.author[:255])
    about.last_modified_by = ""
    about.language = LOCALES[document.language]
    about.comments = ""
    written = io.BytesIO()
    word.save(written)
    return repacked(written.getvalue(), document.moment)
