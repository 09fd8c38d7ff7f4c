"""The strict YAML of the head: strings only, every place kept, nothing expanded."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from outreach.content import front_matter
from outreach.content.findings import Findings, Refused
from outreach.content.front_matter import Halves, Node, compose, split
from outreach.domain.problem import Place


def read(front: str) -> tuple[Mapping[str, Node] | None, list[str]]:
    findings = Findings()
    halves = Halves(front=front, front_line=2, body="", body_line=9)
    nodes = compose(halves, "x.md", findings)
    return nodes, [f"{p.place.line}:{p.place.column} {p.code}" for p in findings.sorted()]


@pytest.mark.asvs("15.3.5", "No value changes its type by itself")
@pytest.mark.parametrize(
    "value",
    [
        "1:30",
        "on",
        "yes",
        "null",
        "~",
        "2022-11-15",
        "2022-02-31",
        "0x1F",
        "1e3",
        ".inf",
        "0o7",
        "12_000",
        "true",
        "=",
        "9" * 300,
    ],
)
@pytest.mark.fault(40, "values that YAML would guess")
def test_every_plain_value_stays_what_was_typed(value: str) -> None:
    nodes, problems = read(f"at: {value}")
    assert nodes is not None
    assert nodes["at"].value == value
    assert problems == []


def test_places_of_keys_values_and_items() -> None:
    nodes, _ = read('title: "Tên"\nchannels:\n  - website\n  - facebook')
    assert nodes is not None
    assert nodes["title"].key == Place(file="x.md", line=2, column=1)
    assert nodes["title"].place == Place(file="x.md", line=2, column=8)
    items = nodes["channels"].value
    assert isinstance(items, tuple)
    assert [item.place.line for item in items] == [4, 5]
    assert items[1].place.column == 5


def test_a_remark_after_a_space_is_a_remark() -> None:
    nodes, problems = read("channels: [website] # tên kênh\ntitle: a # b")
    assert nodes is not None
    assert nodes["title"].value == "a"
    assert problems == []


def test_several_mistakes_are_all_named() -> None:
    _, problems = read("a: &x 1\nb: *x\na: !t 2\nc: d #e")
    assert problems == [
        "2:4 yaml-anchor",
        "3:4 yaml-alias",
        "4:1 duplicate-key",
        "4:4 yaml-tag",
        "5:6 cut-by-hash",
    ]


@pytest.mark.fault(40, "an alias bomb")
def test_a_bomb_of_aliases_is_not_expanded() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [
        f"{n}: &{n} [{', '.join(['*' + p] * 9)}]"
        for p, n in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    nodes, problems = read("\n".join(lines))
    assert nodes is not None
    assert len(problems) == 9 + 8 * 9


@pytest.mark.parametrize(
    "front", ["[" * 5000, "{" * 5000, "- " * 5000, "? " * 5000, "a: " + "[" * 5000]
)
@pytest.mark.fault(40, "thousands of levels")
def test_endless_nesting_ends_soon(front: str) -> None:
    nodes, problems = read(front)
    assert nodes is None
    assert [problem.split()[1] for problem in problems] == ["yaml-depth"]


def test_without_the_c_library_the_reading_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    front = 'title: "Tên: một"\nat: [1:30, on]\nb: *x\nc: d #e\nc: f'
    fast = read(front)
    monkeypatch.setattr(front_matter, "_LOADER", yaml.SafeLoader)
    assert read(front) == fast


def test_halves_keep_their_line_numbers() -> None:
    halves = split("\n---\na: b\n---\nMột\nHai")
    assert (halves.front, halves.front_line) == ("a: b", 3)
    assert (halves.body, halves.body_line) == ("Một\nHai", 5)


def test_a_rule_in_the_text_is_not_the_end_of_the_head() -> None:
    assert split("---\na: b\n---\nMột\n\n---\nHai").body == "Một\n\n---\nHai"


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        halves = split("---\n" + text.replace("\x00", "") + "\n---\n")
    except Refused:
        return
    findings = Findings()
    nodes = compose(halves, "x.md", findings)
    assert nodes is not None or findings.first_error is not None


@given(st.text(alphabet="ab:-[]{},&*!|>'\"%@`#? \n\t", max_size=80))
def test_any_signs_of_yaml_are_read_or_refused(text: str) -> None:
    nodes, problems = read(text)
    assert nodes is not None or problems
