"""What a look at a service says about one publication."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from outreach.domain.delivery import Receipt
from outreach.domain.text import Text


@dataclass(frozen=True, kw_only=True)
class Found:
    """It is public, and this proves it."""

    receipt: Receipt


@dataclass(frozen=True, kw_only=True)
class Absent:
    """It is certainly not public now; `proof` (JSON) says how that was seen."""

    proof: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class CannotTell:
    """Looking did not answer the question; `passing` when a later look may."""

    why: Text
    passing: bool = False


Look = Found | Absent | CannotTell
