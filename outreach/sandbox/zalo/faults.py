"""What may go wrong on the platform: switches, scripted faults, and seeded ones."""

from __future__ import annotations

import random
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

BEFORE = frozenset({"502-before", "503-before", "reset-before", "401-before", "dead-token"})
"""Faults after which nothing has happened; so does `error:<code>[:<text>]`, an answer of the platform with HTTP 200."""

AFTER = frozenset({"500-after", "reset-after", "html-after", "slow-after"})
"""Faults after which everything has happened, but the caller does not learn it."""

DRIP = "drip-after"
"""The answer comes byte by byte, `slow` seconds apart; chance never picks this."""

OPERATIONS = frozenset(
    {
        "create",
        "update",
        "verify",
        "remove",
        "getslice",
        "getdetail",
        "broadcast",
        "getoa",
        "quota",
        "token",
    }
)
"""What faults are aimed at."""


@dataclass(kw_only=True)
class Faults:
    """The platform's bad days; a fresh one has none, but keeps the platform's ordinary rules.

    `rate` (0 to 1) of the calls, but those for tokens, meet a fault chosen by `seed`; `token_rate` does the same to tokens. Waits
    are seconds. `longest` title and description must be shorter than 150 and 300 when `strict_lengths`. Quotas are
    per follower; `articles_per_day` None is no limit.
    """

    seed: int = 0
    rate: float = 0.0
    token_rate: float = 0.0
    verify_delay: float = 0.0
    verify_polls: int = 0
    visibility_lag: float = 0.0
    appears_unverified: bool = True
    slow: float = 1.0
    strict_lengths: bool = False
    cover_limit: int = 1_000_000
    night_hours: bool = True
    broadcasts_per_day: int = 1
    broadcasts_per_month: int = 4
    articles_per_day: int | None = None
    verified: bool = True
    script: defaultdict[str, deque[str]] = field(default_factory=lambda: defaultdict(deque))

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 - repeatable bad luck, not secrecy

    def add(self, operation: str, *faults: str) -> None:
        """The next calls of `operation` meet these, one each; "" lets one call pass. Raises ValueError for unknown words."""
        for fault in faults:
            if operation not in OPERATIONS or not _is_known(fault):
                raise ValueError(f"{operation}: {fault}")
            self.script[operation].append(fault)

    def next(self, operation: str) -> str:
        """The fault that this call of `operation` meets; empty when none."""
        if self.script[operation]:
            return self.script[operation].popleft()
        rate = self.token_rate if operation == "token" else self.rate
        if rate and self._random.random() < rate:
            return self._random.choice(sorted(BEFORE | AFTER))
        return ""

    def switch(self, changes: Mapping[str, Any]) -> None:
        """Set switches by name; `script` maps operations to lists of faults. Raises ValueError for unknown words."""
        known = {one.name for one in fields(self)} - {"script", "seed"}
        for name, value in changes.items():
            if name == "script":
                for operation, faults in value.items():
                    self.add(operation, *faults)
            elif name in known:
                setattr(self, name, value)
            else:
                raise ValueError(name)


def _is_known(fault: str) -> bool:
    return fault in BEFORE | AFTER | {"", DRIP} or fault.startswith("error:")
