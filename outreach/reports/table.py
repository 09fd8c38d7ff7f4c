"""Rows with named columns, before anyone has chosen a format or a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from outreach.domain.text import Text

Cell = str | int | float | bool | datetime | Text | None
"""Instants are aware and already in the zone in which people should read them."""

Row = Mapping[str, Any]
"""Column key -> cell. Keys without a column are for programs only."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """`key` is stable for programs, `title` is for people; columns that are not `shown` stay out of text tables."""

    key: str
    title: Text
    shown: bool = True
    seconds: bool = False
    right: bool = False
    keep: bool = False


@dataclass(frozen=True, kw_only=True)
class Table:
    """One report: `empty` is what to say when there are no rows."""

    name: str
    title: Text
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    empty: Text
