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


@dataclass(frozen=True, kw_only=True)
class Module:
    """The mutants of one module: how many, and the names of those that no test killed."""

    name: str
    total: int
    alive: tuple[str, ...]

    @property
    def row(self) -> str:
        """The module's line of the table."""
        killed = self.total - len(self.alive)
        percent = 100 * killed / self.total
        return f"| {self.name} | {killed} | {len(self.alive)} | {self.total} | {percent:.1f} % |"


def modules() -> Iterator[Module]:
    """Every module that has mutants, as mutmut's last run left them."""
    for meta in sorted(MUTANTS.rglob("*.py.meta")):
        codes = json.loads(meta.read_text("utf-8"))["exit_code_by_key"]
        alive = [name for name, code in codes.items() if status_by_exit_code[code] not in KILLED]
        if codes:
            name = str(meta.relative_to(MUTANTS)).removesuffix(".meta")
            yield Module(name=name, total=len(codes), alive=tuple(alive))


def main(least: float) -> int:
    """Print the table and the survivors; 1 when less than `least` per cent were killed."""
    found = tuple(modules())
    alive = tuple(name for module in found for name in module.alive)
    whole = Module(name="together", total=sum(module.total for module in found), alive=alive)
    print("| module | killed | alive | mutants | share |\n|---|---:|---:|---:|---:|")
    for module in (*found, whole):
        print(module.row)
    for name in alive:
        print(f"alive: {name} (mutmut show {name})")
    return int(len(alive) > whole.total * (1 - least / 100))


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1])))
