"""Markdown's tokens as plain text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it.token import Token

_TOO_MANY_BREAKS = re.compile(r"\n{3,}")


class PlainText:
    """Walks a document's tokens once; `text()` gives what a reader sees."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._parts: list[str] = []
        self._lists: list[int | None] = []
        self._cells: list[str] | None = None

    def text(self) -> str:
        """The whole text, paragraphs parted by one empty line."""
        for token in self._tokens:
            self._take(token)
        return _TOO_MANY_BREAKS.sub("\n\n", "".join(self._parts)).strip()

    def _take(self, token: Token) -> None:
        match token.type:
            case "bullet_list_open":
                self._lists.append(None)
            case "ordered_list_open":
                self._lists.append(int(token.attrs.get("start", 1)))
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
                self._parts.append("" if self._lists else "\n")
            case "list_item_open":
                self._parts.append(self._bullet())
            case "inline":
                self._inline(token)
            case "paragraph_close" | "heading_close":
                self._parts.append("\n" if token.hidden or self._lists else "\n\n")
            case "code_block" | "fence":
                self._parts.append(token.content.rstrip("\n") + "\n\n")
            case "hr":
                self._parts.append("———\n\n")
            case _:
                self._take_table(token)

    def _take_table(self, token: Token) -> None:
        match token.type:
            case "tr_open":
                self._cells = []
            case "tr_close":
                self._parts.append(" | ".join(self._cells or []) + "\n")
                self._cells = None
            case "table_close":
                self._parts.append("\n")

    def _bullet(self) -> str:
        number = self._lists[-1]
        indent = "  " * (len(self._lists) - 1)
        if number is None:
            return f"{indent}• "
        self._lists[-1] = number + 1
        return f"{indent}{number}. "

    def _inline(self, token: Token) -> None:
        text = inline_text(token.children or [])
        if self._cells is None:
            self._parts.append(text)
        else:
            self._cells.append(text)


def inline_text(tokens: Sequence[Token]) -> str:
    """A paragraph's tokens as text; a link is its words followed by its address."""
    parts: list[str] = []
    opened: list[tuple[int, str]] = []
    for token in tokens:
        match token.type:
            case "text" | "code_inline":
                parts.append(token.content)
            case "image":
                parts.append(token.content)
            case "softbreak":
                parts.append(" ")
            case "hardbreak":
                parts.append("\n")
            case "link_open":
                opened.append((len(parts), str(token.attrs.get("href", ""))))
            case "link_close":
                start, address = opened.pop()
                parts[start:] = [_link("".join(parts[start:]), address)]
    return "".join(parts)


def _link(words: str, address: str) -> str:
    bare = address.removeprefix("mailto:").removeprefix("tel:")
    return words if words in (address, bare) or not bare else f"{words}: {bare}" if words else bare
