"""The parts of a text for some channels only; lines keep their numbers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from outreach.content.findings import Findings
from outreach.content.preflight import graphemes
from outreach.content.variants import split_variants
from outreach.domain.problem import Place

START = Place(file="x.md", line=5)


def test_parts_are_taken_out_and_lines_kept() -> None:
    findings = Findings()
    texts = split_variants("\nMột\n\n::: facebook, zalo\n\nHai\n:::\n\nBa\n", START, findings)
    assert findings.sorted() == ()
    assert texts.body.split("\n") == ["Một", "", "", "", "", "", "", "Ba"]
    assert texts.places["body"].line == 6
    assert texts.variants == {"facebook": "Hai", "zalo": "Hai"}
    assert texts.places["::: zalo"].line == 10


def test_colons_without_a_space_and_deeper_are_fences_too() -> None:
    findings = Findings()
    texts = split_variants("  :::facebook\nx\n::::\n", START, findings)
    assert texts.variants == {"facebook": "x"}
    assert texts.body == ""


@given(st.lists(st.sampled_from(["::: a", ":::", "::: a, b", "chữ", "", "::: ,"]), max_size=12))
def test_every_line_lands_where_it_was(lines: list[str]) -> None:
    texts = split_variants("\n".join(lines), START, Findings())
    for key, text in [("body", texts.body), *((f"::: {n}", t) for n, t in texts.variants.items())]:
        for number, line in enumerate(text.split("\n")):
            if line:
                assert lines[texts.places[key].line - START.line + number] == line


def test_people_count_what_they_see() -> None:
    assert graphemes("Đảng") == 4
    assert graphemes("e\u0323\u0302") == 1
    assert graphemes("👩‍👩‍👧🇻🇳") == 2
