"""A page as a strict reader sees it: every element closed in order, and what it links to."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser

VOID = {"meta", "link", "img", "br", "hr", "path", "circle"}

Attributes = dict[str, str]


class Page(HTMLParser):
    """`elements` in document order; `faults` names what is not well-formed."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, Attributes]] = []
        self.faults: list[str] = []
        self.text: list[str] = []
        self._open: list[str] = []
        self.feed(source)
        self.close()
        self.faults += [f"<{tag}> is never closed" for tag in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        self.faults += [f"{n} twice in <{tag}>" for n, c in Counter(names).items() if c > 1]
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1] == tag:
            self._open.pop()
        else:
            self.faults.append(f"</{tag}> does not close <{self._open[-1:]}>")

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def all(self, tag: str) -> list[Attributes]:
        """The attributes of every element of that name."""
        return [attributes for name, attributes in self.elements if name == tag]

    def meta(self, name: str) -> str:
        """The content of the meta element with that name, property or http-equiv; empty if there is none."""
        keys = ("name", "property", "http-equiv")
        found = (m["content"] for m in self.all("meta") if name in (m.get(k) for k in keys))
        return next(found, "")

    def links(self) -> set[str]:
        """Every address that the page names."""
        return {a[key] for _, a in self.elements for key in ("href", "src") if key in a}
