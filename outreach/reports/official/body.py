"""Sections put together: numbered as an office numbers them, those without anything to say left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from outreach.domain.text import Text
from outreach.reports.official.document import Block, Chart, Grid, Heading, Paragraph
from outreach.reports.official.speech import Speaker

Section = tuple[Text, Sequence[Block]]
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")


def chapters(sections: Iterable[Section], say: Speaker) -> tuple[Block, ...]:
    """The filled sections under I, II, III; tables and charts are numbered through."""
    return tuple(_captioned(_numbered(sections, ROMAN, 1, say), say))


def parts(sections: Iterable[Section], say: Speaker) -> list[Block]:
    """The filled sections under 1, 2, 3, as the content of a chapter."""
    return list(_numbered(sections, [str(n) for n in range(1, 20)], 2, say))


def paragraphs(sentences: Iterable[str]) -> list[Block]:
    """One paragraph per sentence."""
    return [Paragraph(words=words) for words in sentences if words]


def _numbered(
    sections: Iterable[Section], numbers: Sequence[str], level: int, say: Speaker
) -> Iterator[Block]:
    filled = [(title, blocks) for title, blocks in sections if blocks]
    for number, (title, blocks) in zip(numbers, filled, strict=False):
        yield Heading(level=level, words=f"{number}. {say(title)}")
        yield from blocks


def _captioned(blocks: Iterable[Block], say: Speaker) -> Iterator[Block]:
    tables = charts = 0
    for block in blocks:
        if isinstance(block, Grid):
            tables += 1
            caption = say(Text("Table {n}. {title}", n=tables, title=block.caption))
            yield replace(block, caption=caption)
        elif isinstance(block, Chart):
            charts += 1
            caption = say(Text("Chart {n}. {title}", n=charts, title=block.caption))
            yield replace(block, caption=caption)
        else:
            yield block
