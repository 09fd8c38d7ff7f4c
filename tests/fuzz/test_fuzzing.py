"""The fuzzer looks for what our own generators do not think of; it is stopped by a number of inputs, not by a clock."""

from __future__ import annotations

import pytest

from outreach.content import markdown
from tests.fuzz.fuzzing import hunt
from tests.fuzz.promises import Broken, markdown_becomes_harmless

pytestmark = pytest.mark.slow
RUNS = {"front_matter": 40_000, "markdown": 20_000, "replies": 5_000}
pytest.importorskip("atheris", reason="the fuzzer exists for Linux on x86-64 only")


@pytest.mark.parametrize("name", sorted(RUNS))
def test_no_promise_breaks(name: str) -> None:
    found = hunt(name, RUNS[name])
    assert not found.broken, found.said
    assert found.runs == RUNS[name]


def test_the_check_finds_a_broken_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markdown, "to_html", lambda _: '<p onclick="x">')
    with pytest.raises(Broken):
        markdown_becomes_harmless("x")


@pytest.mark.parametrize(("name", "what"), [("broken", "Broken"), ("hungry", "MemoryError")])
def test_the_fuzzer_tells_what_it_found(name: str, what: str) -> None:
    found = hunt(name, 1_000)
    assert found.broken
    assert what in found.said
