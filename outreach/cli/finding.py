"""What an examination finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from outreach.domain.text import Text


class Grade(StrEnum):
    """How a finding is to be taken."""

    WELL = "well"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was looked at: how it is, and how to mend it when it is not well."""

    grade: Grade
    what: Text
    mend: Text | None = None


def well(what: Text) -> Finding:
    """It is as it should be."""
    return Finding(grade=Grade.WELL, what=what)


def wrong(what: Text, mend: Text) -> Finding:
    """It keeps the service from its work."""
    return Finding(grade=Grade.WRONG, what=what, mend=mend)
