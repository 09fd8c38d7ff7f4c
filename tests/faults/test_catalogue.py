"""docs/reliability.md is what the tests say, and no fault goes without a test or a reason."""

from __future__ import annotations

from pathlib import Path

from tests.faults.catalogue import FAULTS, REASONS, document, shown

DOCUMENT = Path(__file__).parents[2] / "docs" / "reliability.md"


def test_every_fault_has_a_test_or_a_reason() -> None:
    numbers = set(range(1, len(FAULTS) + 1))
    marked = {mark.fault for mark in shown()}
    assert marked <= numbers
    assert set(REASONS) <= numbers
    assert numbers - marked - set(REASONS) == set()


def test_the_document_is_what_the_tests_say() -> None:
    """Mend with `python -m tests.faults.catalogue > docs/reliability.md`."""
    assert DOCUMENT.read_text("utf-8") == document()
