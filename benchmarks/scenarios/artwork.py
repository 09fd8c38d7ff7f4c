"""What artwork costs: the cards of a whole campaign, and how much later deliveries are while they are drawn beside."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median, quantiles

from benchmarks.process import output_of, running
from benchmarks.scenarios.spread import lateness
from benchmarks.sink import Sink
from benchmarks.table import Row

DRAWING = "benchmarks.contestants.drawing"


def measure(count: int, rounds: int, progress: Callable[[str], None]) -> list[Row]:
    """Several rounds, each of all cards in a fresh process, and of a stream without and with a process that draws."""
    return [_cards(rounds, progress), _beside(count, rounds, progress)]


def _cards(rounds: int, progress: Callable[[str], None]) -> Row:
    took, made = [], "0"
    for _ in range(rounds):
        seconds, made = output_of(DRAWING)
        took.append(float(seconds))
        progress(f"artwork: {made} cards in {took[-1]:.1f} s")
    return Row(
        scenario=f"{made} cards drawn",
        ours=f"{median(took):.1f} s",
        target="at most 30 s",
        met=median(took) <= 30,
    )


def _beside(count: int, rounds: int, progress: Callable[[str], None]) -> Row:
    """The difference of the 99th percentiles within each round."""
    more = []
    with Sink() as sink:
        for _ in range(rounds):
            alone = _p99(lateness(sink, count))
            with running(DRAWING, "on") as drawing:
                drawing.wait_ready()
                beside = _p99(lateness(sink, count))
            more.append(beside - alone)
            progress(f"artwork: p99 {alone:.1f} ms alone, {beside:.1f} ms beside the drawing")
    return Row(
        scenario=f"{count} due one every 10 ms while cards are drawn: lateness",
        ours=f"p99 {median(more):+.1f} ms",
        target="p99 at most +50 ms",
        met=median(more) <= 50,
    )


def _p99(late: list[float]) -> float:
    """In milliseconds."""
    return quantiles(late, n=100, method="inclusive")[98] * 1000
