"""All occurrences that files and campaign ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from outreach.domain.delivery import Identity
from outreach.domain.message import Lateness
from outreach.domain.problem import Problem


@dataclass(frozen=True, kw_only=True)
class Planned:
    """One delivery that the files ask for. `expires`: never publish at or after it; `days_left` is set on a contest's reminders."""

    identity: Identity
    due: datetime
    expires: datetime
    late: Lateness
    days_left: int | None = None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The whole plan of one campaign, ordered by due time; `held` names messages whose file cannot be trusted now, and why."""

    campaign: str
    planned: tuple[Planned, ...]
    problems: tuple[Problem, ...] = ()
    held: Mapping[str, Problem] = field(default_factory=dict)
