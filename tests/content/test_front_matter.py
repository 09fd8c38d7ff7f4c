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
from outreach.domain.text import Text


def read(front: str) -> tuple[Mapping[str, Node] | None, list[str]]:
    findings = Findings()
    halves = Halves(front=front, front_line=2, body="", body_line=9)
    nodes = compose(halves, "x.md", findings)
    for problem in findings.sorted():
        assert isinstance(problem.what, Text), "says what is wrong"
        assert isinstance(problem.mend, Text), "says how to mend it"
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


@pytest.mark.parametrize(
    ("text", "line", "mend"),
    [
        ("title: a\n---\n", 1, "Begin the file with a line ---"),
        ("\n\ntitle: a", 3, "Begin the file with a line ---"),
        ("", 1, "Begin the file with a line ---"),
        ("  \n", 1, "Begin the file with a line ---"),
        ("\n – \ntitle: a", 2, "three hyphens"),
        (" ---\ntitle: a", 1, "three hyphens"),
        ("----\ntitle: a", 1, "three hyphens"),
    ],
)
def test_a_file_without_a_head_is_refused_with_what_to_write(
    text: str, line: int, mend: str
) -> None:
    with pytest.raises(Refused) as refusal:
        split(text)
    assert (refusal.value.code, refusal.value.line) == ("front-matter-missing", line)
    assert mend in str(refusal.value.mend)
    assert "does not begin with its head" in str(refusal.value.what)


def test_a_head_that_does_not_end_is_refused_where_it_begins() -> None:
    with pytest.raises(Refused) as refusal:
        split("\n---\na: b\n --- \n")
    assert (refusal.value.code, refusal.value.line) == ("front-matter-unclosed", 2)
    assert "that ends it is missing" in str(refusal.value.what)
    assert "only ---" in str(refusal.value.mend)


def test_an_empty_head_is_a_head() -> None:
    halves = split("--- \n---\t\nMột")
    assert (halves.front, halves.front_line) == ("", 2)
    assert (halves.body, halves.body_line) == ("Một", 3)
    whole = split("---\na: b\nc: d\n---\nMột")
    assert (whole.front, whole.front_line, whole.body_line) == ("a: b\nc: d", 2, 5)


@pytest.mark.parametrize(
    ("front", "problem"),
    [
        ("", "2:1 front-matter-missing"),
        ("\n  only words", "3:3 front-matter-missing"),
        ("- a", "2:1 front-matter-missing"),
        ("a: b\n---\nc: d", "3:1 yaml-documents"),
        ("? [a]\n: b\nc: d", "2:3 yaml-key"),
        ("a: [b", "2:4 yaml"),
        ("a: \x07", "2:1 yaml"),
    ],
)
def test_what_is_no_head_is_named_where_it_stands(front: str, problem: str) -> None:
    nodes, problems = read(front)
    assert problems == [problem]
    assert (nodes is None) is (problem != "2:3 yaml-key")


def test_a_key_that_is_a_list_costs_only_its_own_value() -> None:
    nodes, problems = read("? [a]\n: b\nc: d\n? {e: f}\n: g\nh: i")
    assert nodes is not None
    assert {name: node.value for name, node in nodes.items()} == {"c": "d", "h": "i"}
    assert problems == ["2:3 yaml-key", "5:3 yaml-key"]


def test_what_repeats_names_the_first_and_the_first_holds() -> None:
    findings = Findings()
    halves = Halves(
        front="a: 1\nb: 2\na: 3\nb: [x, {c: 4, c: 5}]", front_line=2, body="", body_line=9
    )
    nodes = compose(halves, "x.md", findings)
    assert nodes is not None
    assert [nodes[name].value for name in "ab"] == ["1", "2"]
    told = [(str(p.place), str(p.what)) for p in findings.sorted()]
    assert [place.split("x.md:")[1] for place, _ in told] == ["4:1", "5:1", "5:15"]
    assert "(first in line 2)" in told[0][1]
    assert "(first in line 3)" in told[1][1]
    assert "“c” stands here a second time (first in line 5)" in told[2][1]


def test_lists_and_mappings_keep_their_shape_and_their_places() -> None:
    nodes, problems = read("a: [x, [y, {b: z}]]\nc:\n  d: e\n")
    assert nodes is not None
    assert problems == []
    assert plain(nodes["a"]) == ["x", ["y", {"b": "z"}]]
    assert plain(nodes["c"]) == {"d": "e"}
    inner = nodes["c"].value
    assert isinstance(inner, dict)
    assert inner["d"].key == Place(file="x.md", line=4, column=3)
    assert inner["d"].place == Place(file="x.md", line=4, column=6)
    listed = nodes["a"].value
    assert isinstance(listed, tuple)
    assert listed[0].key == listed[0].place == Place(file="x.md", line=2, column=5)
    assert listed[1].key == listed[1].place == Place(file="x.md", line=2, column=8)
    assert nodes["a"].place == Place(file="x.md", line=2, column=4)


def plain(node: Node) -> object:
    """The value without its places."""
    if isinstance(node.value, tuple):
        return [plain(one) for one in node.value]
    if isinstance(node.value, dict):
        return {name: plain(one) for name, one in node.value.items()}
    return node.value


def test_a_reference_stands_for_itself() -> None:
    findings = Findings()
    halves = Halves(front="a: *x\nb: &y 1\nc: [*z]", front_line=2, body="", body_line=9)
    nodes = compose(halves, "x.md", findings)
    assert nodes is not None
    assert [plain(nodes[name]) for name in "abc"] == ["*x", "1", ["*z"]]
    assert nodes["a"].key == Place(file="x.md", line=2, column=1)
    assert nodes["a"].place == Place(file="x.md", line=2, column=4)
    listed = nodes["c"].value
    assert isinstance(listed, tuple)
    assert listed[0].place == listed[0].key == Place(file="x.md", line=4, column=5)
    told = [str(problem.what) for problem in findings.sorted()]
    assert [said.split()[0] for said in told] == ["“*x”", "“&y”", "“*z”"]


@pytest.mark.parametrize(("size", "right"), [(64 * 1024, True), (64 * 1024 + 1, False)])
def test_a_head_has_its_largest_size(size: int, *, right: bool) -> None:
    """In bytes as they lie in the file: ế takes three."""
    front = "a: ế"
    nodes, problems = read(front + "b" * (size - len(front.encode())))
    assert (nodes is not None) is right
    assert problems == ([] if right else ["2:1 front-matter-too-large"])


def test_what_is_too_large_is_told_in_kilobytes() -> None:
    findings = Findings()
    compose(Halves(front="a" * 70_000, front_line=2, body="", body_line=9), "x.md", findings)
    assert [str(p.what) for p in findings.sorted()] == [
        "The head of the file is larger than 64 kB."
    ]


@pytest.mark.parametrize(("levels", "right"), [(3, True), (4, False)])
def test_a_head_has_its_deepest_level(levels: int, *, right: bool) -> None:
    nodes, problems = read("a: " + "[" * levels + "x" + "]" * levels)
    assert (nodes is not None) is right
    assert problems == ([] if right else [f"2:{levels + 3} yaml-depth"])


@pytest.mark.parametrize("item", ["x", "[]"])
@pytest.mark.parametrize(("more", "right"), [(0, True), (1, False)])
def test_a_head_has_its_largest_number_of_values(item: str, more: int, *, right: bool) -> None:
    """The mapping, its key and its list are three of them."""
    count = front_matter.MOST_NODES - 3 + more
    nodes, problems = read("a: [" + ",".join([item] * count) + "]")
    assert (nodes is not None) is right
    assert [problem.split()[1] for problem in problems] == ([] if right else ["yaml-many"])


@pytest.mark.parametrize(
    ("front", "found"),
    [
        ("a: b #c", ["2:6 cut-by-hash"]),
        ("a: b\t#c", ["2:6 cut-by-hash"]),
        ("x: y\na: b  #c #d", ["3:7 cut-by-hash"]),
        ("a: 'b' #c", []),
        ('a: "b" #c', []),
        ("a: b # c", []),
        ("a: b#c", []),
    ],
)
def test_text_lost_behind_a_hash_is_shown_at_the_hash(front: str, found: list[str]) -> None:
    _, problems = read(front)
    assert problems == found


def test_a_tag_is_refused_on_any_value() -> None:
    _, problems = read("a: !x 1\nb: !y [1]\nc: !z {d: e}")
    assert problems == ["2:4 yaml-tag", "3:4 yaml-tag", "4:4 yaml-tag"]
