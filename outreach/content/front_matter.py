"""A strict reading of YAML front matter: strings, lists and mappings only, and every key and value knows its place.

Dates, `1:30`, `on` and `null` stay what was typed. Aliases, anchors, tags, repeated keys and deep nesting are refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import yaml

from outreach.content.findings import Findings, Refused
from outreach.content.yaml_mends import syntax_problem
from outreach.domain.problem import Place
from outreach.domain.text import Text

LARGEST = 64 * 1024
DEEPEST = 4
MOST_NODES = 4000
_FENCE = re.compile(r"---[ \t]*")
_ALMOST_FENCE = re.compile(r"\s*[-–—]+\s*")
_LOST = re.compile(r"[ \t]+#\S")
_REFUSED = "\0"
_LOADER: type[yaml.CSafeLoader | yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, kw_only=True)
class Node:
    """A value as written, where it stands, and where its key stands (its own place in a list)."""

    value: object
    place: Place
    key: Place


@dataclass(frozen=True, kw_only=True)
class Halves:
    """A file cut in two; both begin in column 1 of their line (counted from 1)."""

    front: str
    front_line: int
    body: str
    body_line: int


@dataclass(kw_only=True)
class _Open:
    """A list or mapping that is still being read; `name` and `name_place` are of the key that waits for its value."""

    place: Place
    key: Place
    children: dict[str, Node] | list[Node]
    name: str | None = None
    name_place: Place | None = None
    first: dict[str, Place] = field(default_factory=dict)


def split(text: str) -> Halves:
    """Cut a file at its two `---` lines; raises `Refused` when they are missing."""
    lines = text.split("\n")
    first = next((n for n, line in enumerate(lines) if line.strip()), 0)
    if not _FENCE.fullmatch(lines[first]):
        raise _no_fence(lines[first], first + 1)
    for last in range(first + 1, len(lines)):
        if _FENCE.fullmatch(lines[last]):
            front, body = "\n".join(lines[first + 1 : last]), "\n".join(lines[last + 1 :])
            return Halves(front=front, front_line=first + 2, body=body, body_line=last + 2)
    raise Refused(
        "front-matter-unclosed",
        Text("The head of the file begins here, but the line --- that ends it is missing."),
        Text("Write a line with only --- between the head and the text."),
        line=first + 1,
    )


def _no_fence(line: str, number: int) -> Refused:
    what = Text("The file does not begin with its head (title, kind, channels, time).")
    if line.strip() and _ALMOST_FENCE.fullmatch(line):
        mend = Text("The first line must be three hyphens: --- (not a dash, no spaces before it).")
    else:
        mend = Text("Begin the file with a line ---, then title: …, then a line --- and the text.")
    return Refused("front-matter-missing", what, mend, line=number)


def compose(halves: Halves, file: str, findings: Findings) -> Mapping[str, Node] | None:
    """The head as a mapping of nodes; None when it cannot be read at all. Adds what is wrong to `findings`."""
    start = Place(file=file, line=halves.front_line)
    if len(halves.front.encode()) > LARGEST:
        what = Text("The head of the file is larger than {size} kB.", size=LARGEST // 1024)
        findings.error(
            start, "front-matter-too-large", what, Text("Move the text below the second line ---.")
        )
        return None
    return _Composer(halves, start, findings).read()


class _Composer:
    def __init__(self, halves: Halves, start: Place, findings: Findings) -> None:
        self._lines = halves.front.split("\n")
        self._start, self._findings = start, findings
        self._stack: list[_Open] = []
        self._root: Node | None = None
        self._nodes = 0

    def read(self) -> Mapping[str, Node] | None:
        try:
            for event in yaml.parse("\n".join(self._lines), Loader=_LOADER):
                if not self._take(event):
                    return None
        except yaml.MarkedYAMLError as error:
            self._findings.extend([syntax_problem(error, self._lines, self._start)])
            return None
        except yaml.YAMLError:
            what = Text("The head of the file cannot be read.")
            self._findings.error(
                self._start, "yaml", what, Text("Write one “key: value” per line.")
            )
            return None
        return self._top()

    def _top(self) -> Mapping[str, Node] | None:
        if self._root is not None and isinstance(self._root.value, dict):
            return self._root.value
        place = self._root.place if self._root else self._start
        what = Text("The head of the file is not a list of “key: value” lines.")
        mend = Text("Begin the file with a line ---, then title: …, then a line --- and the text.")
        self._findings.error(place, "front-matter-missing", what, mend)
        return None

    def _take(self, event: yaml.Event) -> bool:
        """Whether reading may go on after this event."""
        if isinstance(event, yaml.NodeEvent):
            return self._node(event)
        if isinstance(event, yaml.CollectionEndEvent):
            done = self._stack.pop()
            self._put(Node(value=_frozen(done.children), place=done.place, key=done.key))
        elif isinstance(event, yaml.DocumentStartEvent) and self._root is not None:
            what = Text("A second head begins here.")
            self._findings.error(
                self._place(event), "yaml-documents", what, Text("Delete this line.")
            )
            return False
        return True

    def _node(self, event: yaml.NodeEvent) -> bool:
        self._nodes += 1
        place = self._place(event)
        self._refuse_references(event, place)
        if isinstance(event, yaml.CollectionStartEvent):
            return self._open(event, place)
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event, place)
        else:
            self._put(Node(value=f"*{event.anchor}", place=place, key=self._key_place(place)))
        return self._few_enough(place)

    def _refuse_references(self, event: yaml.NodeEvent, place: Place) -> None:
        if isinstance(event, yaml.AliasEvent):
            what = Text(
                "“*{name}” refers to another value; such references are not allowed.",
                name=event.anchor,
            )
            self._findings.error(
                place,
                "yaml-alias",
                what,
                Text("Write the value itself, or put it in double quotes."),
            )
        elif event.anchor is not None:
            what = Text(
                "“&{name}” marks a value for reuse; such marks are not allowed.", name=event.anchor
            )
            self._findings.error(
                place,
                "yaml-anchor",
                what,
                Text("Delete the mark, or put the value in double quotes."),
            )
        if getattr(event, "tag", None) is not None:
            what = Text(
                "“!” at the beginning of a value has a special meaning that is not allowed."
            )
            self._findings.error(
                place, "yaml-tag", what, Text("Put the whole value in double quotes.")
            )

    def _open(self, event: yaml.CollectionStartEvent, place: Place) -> bool:
        if len(self._stack) >= DEEPEST:
            what = Text("The head is nested deeper than {deepest} levels.", deepest=DEEPEST)
            self._findings.error(
                place, "yaml-depth", what, Text("Write simple “key: value” lines and lists.")
            )
            return False
        children: dict[str, Node] | list[Node] = (
            {} if isinstance(event, yaml.MappingStartEvent) else []
        )
        self._stack.append(_Open(place=place, key=self._key_place(place), children=children))
        return self._few_enough(place)

    def _few_enough(self, place: Place) -> bool:
        if self._nodes <= MOST_NODES:
            return True
        what = Text("The head holds more than {most} values.", most=MOST_NODES)
        self._findings.error(
            place, "yaml-many", what, Text("Move the text below the second line ---.")
        )
        return False

    def _scalar(self, event: yaml.ScalarEvent, place: Place) -> None:
        if event.style in (None, "") or event.implicit[0]:
            self._warn_of_lost_text(event)
        holder = self._stack[-1] if self._stack else None
        if holder and isinstance(holder.children, dict) and holder.name is None:
            holder.name, holder.name_place = event.value, place
            return
        self._put(Node(value=event.value, place=place, key=self._key_place(place)))

    def _warn_of_lost_text(self, event: yaml.ScalarEvent) -> None:
        assert event.end_mark is not None
        line, column = event.end_mark.line, event.end_mark.column
        rest = self._lines[line][column:] if line < len(self._lines) else ""
        if _LOST.match(rest):
            place = Place(
                file=self._start.file,
                line=self._start.line + line,
                column=column + 1 + rest.index("#"),
            )
            what = Text("Everything after # on this line is lost, because # begins a remark.")
            self._findings.error(
                place, "cut-by-hash", what, Text('Put the whole value in double quotes: "… #…"')
            )

    def _put(self, node: Node) -> None:
        if not self._stack:
            self._root = node
            return
        holder = self._stack[-1]
        if isinstance(holder.children, list):
            holder.children.append(node)
        elif holder.name is None:
            what = Text("A key must be a word, not a list.")
            self._findings.error(
                node.place, "yaml-key", what, Text("Write “key: value”; put text in double quotes.")
            )
            holder.name, holder.name_place = _REFUSED, node.place
        else:
            self._put_key(holder, holder.children, node)

    def _put_key(self, holder: _Open, children: dict[str, Node], node: Node) -> None:
        name, place = holder.name or "", holder.name_place or node.place
        holder.name = None
        if name is _REFUSED:
            return
        if name in children:
            what = Text(
                "“{key}” stands here a second time (first in line {line}).",
                key=name,
                line=children[name].key.line,
            )
            self._findings.error(place, "duplicate-key", what, Text("Delete one of the two."))
            return
        children[name] = node

    def _key_place(self, otherwise: Place) -> Place:
        holder = self._stack[-1] if self._stack else None
        return (
            holder.name_place if holder and isinstance(holder.children, dict) else None
        ) or otherwise

    def _place(self, event: yaml.Event) -> Place:
        mark = event.start_mark
        assert mark is not None
        return Place(
            file=self._start.file, line=self._start.line + mark.line, column=mark.column + 1
        )


def _frozen(children: dict[str, Node] | list[Node]) -> dict[str, Node] | tuple[Node, ...]:
    return children if isinstance(children, dict) else tuple(children)
