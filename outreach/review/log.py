"""The delivery log: facets, search, exactly what is shown as a file, and a tail that goes on by itself."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from outreach.extras import NotInstalled
from outreach.reports import delivery_log
from outreach.reports.cells import to_words
from outreach.reports.delivery_log import HAPPENINGS, actor_in_words, actor_of
from outreach.reports.formats import to_csv, to_json
from outreach.reports.table import Row, Table
from outreach.reports.workbook import to_xlsx
from outreach.review.office import Reading
from outreach.review.visit import Visit
from outreach.store.leafing import WINDOW, Choice, Found

LINES = 200
"""So many lines are shown at a time."""

SEARCHED = 2_000
"""So many lines are searched for words at a time; then the search goes on with the older ones."""

FACETS = ("q", "channel", "what", "campaign", "message", "by", "from", "until")
"""What the address of the page may choose."""

_MARKS = re.compile("[\u0300-\u036f]")
_SEARCHED = ("happened", "where", "detail", "by", "campaign")
_KINDS: Mapping[str, str] = {
    "csv": "text/csv",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """The rows of one page, newest first; `older` is the line from which the page before goes on, 0 when there is none."""

    rows: tuple[Row, ...]
    older: int


def log(visit: Visit) -> Response:
    """The page; `as` gives what it shows as CSV, JSON or an Excel workbook."""
    reading, end = visit.office.reading(), visit.office.checked_end()
    asked = visit.asked("before")
    start = min(end, int(asked)) if asked.isdecimal() else end
    leaf = _leaf(visit, reading, start)
    if visit.asked("as") in _KINDS:
        try:
            return _file(visit, leaf, visit.asked("as"))
        except NotInstalled as missing:
            return visit.sorry(missing.text, 501)
    chosen = {name: visit.asked(name) for name in FACETS}
    return visit.page(
        "log",
        rows=leaf.rows,
        older=leaf.older and _address(visit, before=str(leaf.older)),
        newest=asked and _address(visit, before=""),
        live="" if asked else f"/log/live?{urlencode(_given(chosen) | {'after': end})}",
        happenings=HAPPENINGS,
        channels=sorted(reading.channels()),
        chosen=chosen,
        exports={kind: _address(visit, **{"as": kind}) for kind in _KINDS},
    )


def choice(visit: Visit, reading: Reading) -> Choice:
    """What the address asks for."""
    zone = reading.zone(visit.asked("campaign"))

    def midnight(name: str, later: int) -> datetime | None:
        try:
            day = datetime.strptime(visit.asked(name), "%Y-%m-%d").replace(tzinfo=zone).date()
        except ValueError:
            return None
        return datetime.combine(day + timedelta(days=later), time(), zone)

    return Choice(
        campaign=visit.asked("campaign"),
        channel=visit.asked("channel"),
        message=visit.asked("message"),
        what=visit.asked("what") or visit.asked("state"),
        actor=actor_of(visit.asked("by")),
        since=midnight("from", 0),
        until=midnight("until", 1),
    )


def fitting(visit: Visit, reading: Reading) -> Callable[[Found], Row | None]:
    """What turns a line into its row, None when the search does not find it; with and without Vietnamese marks."""
    wanted = _plain(visit.asked("q")).split()

    def row(found: Found) -> Row | None:
        made = delivery_log.row(*found, reading)
        return made if not wanted or _holds(made, wanted, visit.language) else None

    return row


def _leaf(visit: Visit, reading: Reading, start: int) -> Leaf:
    width = SEARCHED if visit.asked("q") else WINDOW
    lines = visit.office.leafing.back(choice(visit, reading), start, width)
    rows = tuple(islice(filter(None, map(fitting(visit, reading), lines)), LINES))
    reached = rows[-1]["seq"] - 1 if len(rows) == LINES else start - width
    return Leaf(rows=rows, older=max(0, reached))


def _holds(row: Row, wanted: list[str], language: str) -> bool:
    cells = [*(row[key] for key in _SEARCHED), actor_in_words(row["by"])]
    text = _plain(" ".join(to_words(cell, language) for cell in cells))
    return all(word in text for word in wanted)


def _plain(text: str) -> str:
    """Small letters without Vietnamese marks."""
    return _MARKS.sub("", unicodedata.normalize("NFD", text.casefold().replace("đ", "d")))


def _given(chosen: Mapping[str, str]) -> dict[str, Any]:
    return {name: value for name, value in chosen.items() if value}


def _address(visit: Visit, **more: str) -> str:
    """The address of the page with the same choice, and more or less of it."""
    chosen = {name: visit.asked(name) for name in (*FACETS, "before")} | more
    return f"/log?{urlencode(_given(chosen))}"


def _file(visit: Visit, leaf: Leaf, kind: str) -> Response:
    table = Table(
        name="delivery-log",
        title=delivery_log.TITLE,
        columns=delivery_log.COLUMNS,
        rows=leaf.rows,
        empty=delivery_log.EMPTY,
    )
    headers = {"content-disposition": f'attachment; filename="nhat-ky.{kind}"'}
    content: str | bytes
    match kind:
        case "csv":
            content = visit.office.hide(to_csv(table, visit.language))
        case "json":
            content = visit.office.hide(to_json(table, visit.language))
        case _:
            content = to_xlsx([_hidden(visit, table)], visit.language, visit.office.now())
    return Response(content, media_type=_KINDS[kind], headers=headers)


def _hidden(visit: Visit, table: Table) -> Table:
    """The table with its cells in words, freed of secrets; a workbook is packed, so nothing can be hidden in it later."""

    def cell(value: Any) -> Any:
        words = to_words(value, visit.language) if not isinstance(value, int | datetime) else value
        return visit.office.hide(words) if isinstance(words, str) else words

    def rows() -> Iterator[Row]:
        for row in table.rows:
            yield {column.key: cell(row[column.key]) for column in table.columns}

    return Table(
        name=table.name,
        title=table.title,
        columns=table.columns,
        rows=tuple(rows()),
        empty=table.empty,
    )
