"""Typed values out of what staff wrote, each mistake noted with its place, what was expected, and how to write it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from outreach.content.findings import Findings, did_you_mean
from outreach.content.front_matter import Node
from outreach.domain.problem import Place
from outreach.domain.schedule import NotASchedule
from outreach.domain.text import Text

T = TypeVar("T")
LONGEST_VALUE = 500


class Fields:
    """One mapping, of which only the keys in `known` may be present; `start` is the place of a key that is missing."""

    def __init__(
        self, nodes: Mapping[str, Node], known: Collection[str], *, start: Place, findings: Findings
    ) -> None:
        self._nodes = {name: node for name, node in nodes.items() if node.value != ""}
        self._start, self._findings = start, findings
        self._all = nodes
        for name, node in nodes.items():
            self._check_name(name, node, known)

    def _check_name(self, name: str, node: Node, known: Collection[str]) -> None:
        if name not in known:
            otherwise = Text("Known here are: {known}.", known=", ".join(known))
            mend = did_you_mean(name, known, otherwise)
            self._findings.error(
                node.key, "unknown-key", Text("“{key}” is not known here.", key=name[:60]), mend
            )
        elif node.value == "":
            what = Text("“{key}” has no value.", key=name)
            self._findings.error(
                node.key, "empty-value", what, Text("Write its value, or delete the line.")
            )

    def __contains__(self, name: str) -> bool:
        return name in self._nodes

    def place(self, name: str) -> Place:
        """Where the value of `name` stands; the mapping's own place when it is absent."""
        return self._nodes[name].place if name in self._nodes else self._start

    def key_place(self, name: str) -> Place:
        """Where the key `name` stands; the mapping's own place when it is absent."""
        return self._nodes[name].key if name in self._nodes else self._start

    def places(self) -> dict[str, Place]:
        """Where each value stands."""
        return {name: node.place for name, node in self._nodes.items()}

    def require(self, *names: str) -> None:
        """Note each key that is missing (one without a value was noted already)."""
        for name in names:
            if name not in self._all:
                what = Text("“{key}” is missing.", key=name)
                self._findings.error(
                    self._start, "missing-key", what, Text("Add a line “{key}: …”.", key=name)
                )

    def text(self, name: str, default: str = "") -> str:
        """A string without spaces around it, its lines joined."""
        node = self._nodes.get(name)
        return default if node is None else self._one(name, node)

    def text_or_nothing(self, name: str) -> str:
        """The string as written, empty when it is something else; another reader notes what is wrong."""
        node = self._nodes.get(name)
        return node.value.strip() if node is not None and isinstance(node.value, str) else ""

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings; a single string counts as a list of one."""
        return tuple(text for text, _ in self.placed_texts(name))

    def placed_texts(self, name: str) -> tuple[tuple[str, Place], ...]:
        """A list of strings, each with its place; empty items are noted and left out."""
        node = self._nodes.get(name)
        if node is None:
            return ()
        items = node.value if isinstance(node.value, tuple) else (node,)
        read = tuple((self._one(name, item), item.place) for item in items)
        return tuple((text, place) for text, place in read if text)

    def named_texts(self, name: str) -> dict[str, str]:
        """A mapping whose keys staff choose, each with a string; empty when it is absent."""
        node = self._nodes.get(name)
        keys = node.value if node is not None and isinstance(node.value, dict) else {}
        section = self.section(name, keys)
        return {key: section.text(key) for key in keys} if section else {}

    def switch(self, name: str) -> bool | None:
        """Whether something is switched on or off; None when it is absent or something else."""
        node = self._nodes.get(name)
        return node.value if node is not None and isinstance(node.value, bool) else None

    def sections(self, name: str, known: Collection[str]) -> tuple[Fields, ...]:
        """A list of mappings."""
        node = self._nodes.get(name)
        items = node.value if node is not None and isinstance(node.value, tuple) else ()
        if node is not None and not isinstance(node.value, tuple):
            self._wrong_type(name, node, Text("a list of entries, each begun with a hyphen"))
        sections = []
        for item in items:
            if isinstance(item.value, dict):
                sections.append(
                    Fields(item.value, known, start=item.place, findings=self._findings)
                )
            else:
                self._wrong_type(
                    name,
                    item,
                    Text("an entry with {known}", known=", ".join(f"{k}:" for k in known)),
                )
        return tuple(sections)

    def section(self, name: str, known: Collection[str]) -> Fields | None:
        """A mapping, None when absent or something else."""
        node = self._nodes.get(name)
        if node is None:
            return None
        if not isinstance(node.value, dict):
            self._wrong_type(name, node, Text("a section [{key}]", key=name))
            return None
        return Fields(node.value, known, start=node.place, findings=self._findings)

    def empty(self, known: Collection[str]) -> Fields:
        """A mapping without keys, for a section that is absent."""
        return Fields({}, known, start=self._start, findings=self._findings)

    def parsed(self, name: str, parse: Callable[[str], T], code: str) -> T | None:
        """One value through `parse`, whose refusal (`Mistake` or `NotASchedule`) is noted under `code`."""
        return next(iter(self.all_parsed(name, parse, code)), None)

    def all_parsed(self, name: str, parse: Callable[[str], T], code: str) -> tuple[T, ...]:
        """A list of values through `parse`; those that cannot be read are noted and left out."""
        values = []
        for text, place in self.placed_texts(name):
            try:
                values.append(parse(_of_sensible_length(text)))
            except (Mistake, NotASchedule) as mistake:
                self._findings.error(place, code, mistake.what, mistake.mend)
        return tuple(values)

    def parsed_quietly(self, name: str, parse: Callable[[str], T]) -> T | None:
        """One value through `parse`, None when absent or unreadable; another reader notes what is wrong."""
        node = self._nodes.get(name)
        try:
            return parse(node.value) if node is not None and isinstance(node.value, str) else None
        except (Mistake, NotASchedule):
            return None

    def require_one(self, names: Collection[str], mend: Text) -> None:
        """Note that none of `names` is there (one without a value was noted already)."""
        if not any(name in self._all for name in names):
            what = Text("One of these is missing: {names}.", names=", ".join(names))
            self._findings.error(self._start, "missing-key", what, mend)

    def choice(self, name: str, allowed: Collection[str], default: str) -> str:
        """One of the allowed words."""
        word = self.text(name, default)
        if word not in allowed and name in self._nodes and word:
            otherwise = Text("Known here are: {known}.", known=", ".join(allowed))
            what = Text("“{word}” is not a value of “{key}”.", word=word, key=name)
            self._findings.error(
                self.place(name), "unknown-value", what, did_you_mean(word, allowed, otherwise)
            )
        return word if word in allowed else default

    def error(self, name: str, code: str, what: Text, mend: Text) -> None:
        """Note a problem at the value of `name`."""
        self._findings.error(self.place(name), code, what, mend)

    def warning(self, name: str, code: str, what: Text, mend: Text) -> None:
        """Note at the value of `name` what holds nothing."""
        self._findings.warning(self.place(name), code, what, mend)

    def error_at_key(self, name: str, code: str, what: Text, mend: Text) -> None:
        """Note a problem at the key `name`."""
        self._findings.error(self.key_place(name), code, what, mend)

    def error_here(self, place: Place, code: str, what: Text, mend: Text) -> None:
        """Note a problem elsewhere in the same file."""
        self._findings.error(place, code, what, mend)

    def _one(self, name: str, node: Node) -> str:
        if not isinstance(node.value, str):
            self._wrong_type(name, node, Text("one text"))
            return ""
        text = " ".join(node.value.split())
        if not text:
            what = Text("An item of “{key}” is empty.", key=name)
            self._findings.error(
                node.place, "empty-value", what, Text("Write its value, or delete the line.")
            )
        return text

    def _wrong_type(self, name: str, node: Node, expected: Text) -> None:
        what = Text(
            "“{key}” must be {expected}, but it is {found}.",
            key=name,
            expected=expected,
            found=_kind(node.value),
        )
        self._findings.error(
            node.place, "wrong-type", what, Text("Write “{key}” as the guide shows it.", key=name)
        )


class Mistake(ValueError):
    """A text that does not say what it should: what is wrong, and how to write it."""

    def __init__(self, what: Text, mend: Text) -> None:
        super().__init__(str(what))
        self.what, self.mend = what, mend


def _kind(value: object) -> Text:
    if isinstance(value, dict):
        return Text("a group of keys")
    if isinstance(value, tuple):
        return Text("a list")
    return (
        Text("a text")
        if isinstance(value, str)
        else Text("a number or another value without quotes")
    )


def _of_sensible_length(text: str) -> str:
    if len(text) <= LONGEST_VALUE:
        return text
    what = Text("The value “{text}…” is far too long.", text=text[:40])
    raise Mistake(what, Text("Write it as the guide shows it."))


def whole_number(lowest: int, highest: int) -> Callable[[str], int]:
    """A reader of whole numbers between `lowest` and `highest`; it raises `Mistake`."""

    def read(text: str) -> int:
        number = int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else lowest - 1
        if lowest <= number <= highest:
            return number
        what = Text(
            "“{text}” is not a whole number from {lowest} to {highest}.",
            text=text,
            lowest=lowest,
            highest=highest,
        )
        raise Mistake(what, Text("Write the number in digits."))

    return read
