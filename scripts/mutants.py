"""Fails when tests let too many mutants live: `mutants.py PERCENT` after `mutmut run`; prints each module and each survivor."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mutmut.stats import status_by_exit_code

MUTANTS = Path("mutants")
KILLED = {"killed", "timeout"}
UNTRIED = "not checked"


@dataclass(frozen=True, kw_only=True)
class Module:
    """How many mutants of one module tests killed, which ones live, and how many a run that was stopped has not tried."""

    name: str
    killed: int
    alive: tuple[str, ...]
    untried: int

    @property
    def percent(self) -> float:
        """The share of those tried that were killed."""
        return 100 * self.killed / max(1, self.killed + len(self.alive))

    @property
    def row(self) -> str:
        """The module's line of the table."""
        figures = (self.killed, len(self.alive), self.untried, f"{self.percent:.1f} %")
        return f"| {self.name} | {' | '.join(map(str, figures))} |"


def modules() -> Iterator[Module]:
    """Every module that has mutants, as mutmut's last run left them."""
    for meta in sorted(MUTANTS.rglob("*.py.meta")):
        codes = json.loads(meta.read_text("utf-8"))["exit_code_by_key"]
        states = {name: status_by_exit_code[code] for name, code in codes.items()}
        if states:
            yield Module(
                name=str(meta.relative_to(MUTANTS / "outreach")).removesuffix(".py.meta"),
                killed=sum(state in KILLED for state in states.values()),
                alive=tuple(n for n, state in states.items() if state not in {*KILLED, UNTRIED}),
                untried=sum(state == UNTRIED for state in states.values()),
            )


def main(least: float) -> int:
    """Print the table and the survivors; 1 when less than `least` per cent were killed, or some were not tried."""
    found = tuple(modules())
    whole = Module(
        name="**together**",
        killed=sum(module.killed for module in found),
        alive=tuple(name for module in found for name in module.alive),
        untried=sum(module.untried for module in found),
    )
    print("| module | killed | alive | not tried | killed of those tried |")
    print("|---|---:|---:|---:|---:|")
    for module in (*found, whole):
        print(module.row)
    for name in whole.alive:
        print(f"alive: {name}")
    return int(whole.percent < least or whole.untried > 0)


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1])))
