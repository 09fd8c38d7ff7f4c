"""An office's document before anyone has chosen Word, PDF or a spreadsheet; every sentence is in its language already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from outreach.domain.text import Text
from outreach.reports.table import Column, Table


@dataclass(frozen=True, kw_only=True)
class Heading:
    """A section's title; `level` 1 is numbered I, II, III, `level` 2 is numbered 1, 2, 3."""

    level: int
    words: str


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """One paragraph of the body."""

    words: str


@dataclass(frozen=True, kw_only=True)
class Grid:
    """A table with its caption; `widths` are millimetres, `left` names the columns that are not centred, `total` stresses the last row.

    Columns that are not `shown` are for spreadsheets only.
    """

    caption: str = ""
    table: Table
    widths: tuple[float, ...]
    left: frozenset[str] = frozenset()
    total: bool = False

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns that stand in the document."""
        return tuple(column for column in self.table.columns if column.shown)


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar of a chart: its `value`, its `share` of the longest (0 to 1), and the figure as people read it."""

    label: str
    value: int
    share: float
    figure: str


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Horizontal bars below each other; `each` says what a bar is about, `measures` what its length is."""

    caption: str
    each: Text
    measures: Text
    bars: tuple[Bar, ...]

    @property
    def table(self) -> Table:
        """The same in figures."""
        return Table(
            name="chart",
            title=Text("{caption}", caption=self.caption),
            columns=(
                Column(key="label", title=self.each),
                Column(key="value", title=self.measures, right=True),
            ),
            rows=tuple({"label": bar.label, "value": bar.value} for bar in self.bars),
            empty=Text("Nothing has been published yet."),
        )


Block = Heading | Paragraph | Grid | Chart


@dataclass(frozen=True, kw_only=True)
class Head:
    """What stands above the text. `number` and `place_date` leave room for what the clerk writes."""

    parent: str
    office: str
    nation: str
    motto: str
    number: str
    place_date: str
    kind: str
    subject: tuple[str, ...]
    to: str = ""


@dataclass(frozen=True, kw_only=True)
class Foot:
    """What stands below the text: recipients on the left, authority and name of the signer on the right."""

    title: str
    recipients: tuple[str, ...]
    authority: tuple[str, ...]
    signer: str


@dataclass(frozen=True, kw_only=True)
class Annex:
    """An annex, in landscape and with page numbers of its own; `title` is in capitals, a string for each line."""

    name: str
    title: tuple[str, ...]
    reference: str
    grid: Grid


@dataclass(frozen=True, kw_only=True)
class Document:
    """A whole document. `moment` (aware) stamps the file, so that the same log gives the same bytes; `figures` are for forms."""

    language: str
    title: str
    author: str
    moment: datetime
    head: Head | None = None
    blocks: tuple[Block, ...] = ()
    foot: Foot | None = None
    annexes: tuple[Annex, ...] = ()
    figures: Mapping[str, str] = field(default_factory=dict)

    def grids(self) -> Iterator[Grid]:
        """Every table, those of the annexes last."""
        yield from (block for block in self.blocks if isinstance(block, Grid))
        yield from (annex.grid for annex in self.annexes)

    def charts(self) -> Iterator[Chart]:
        """Every chart."""
        yield from (block for block in self.blocks if isinstance(block, Chart))
