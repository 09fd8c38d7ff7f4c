"""Makes artwork, each piece once: what was made lies in a folder under the hash of all that went into it."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from pathlib import Path
from typing import Any

from outreach.art.piece import Piece, document
from outreach.art.themes import Wardrobe
from outreach.domain.closing import Closing
from outreach.typesetting.fonts import fingerprint
from outreach.typesetting.press import Press

RECIPE = 1
"""Changes when the same values would become another picture."""


class Form(StrEnum):
    """What a piece becomes: a picture, or a file for the printer, in the colours of screens, in inks, or to be kept."""

    PICTURE = "png"
    PRINT = "pdf"
    INKS = "cmyk"
    ARCHIVE = "pdfa"


@dataclass(frozen=True, kw_only=True)
class Type:
    """How large something is set, in the format's pixels or millimetres."""

    slogan: float
    small: float
    smallest: str


class Studio(Closing):
    """The templates at work. `shown` are pictures that they show, such as the logo. Use it in a `with`, from any thread."""

    def __init__(self, wardrobe: Wardrobe, cache: Path, shown: Mapping[str, bytes] = {}) -> None:
        self._files = wardrobe.templates() | dict(shown)
        self._cache = cache
        self._stack = ExitStack()
        self._press: Press | None = None
        self._source = _digest(
            RECIPE,
            fingerprint(),
            {n: hashlib.sha256(c).hexdigest() for n, c in self._files.items()},
        )

    def close(self) -> None:
        """Give back what Typst takes."""
        self._stack.close()

    def key(self, piece: Piece, form: Form) -> str:
        """The hash (hex) of all that makes the piece what it is."""
        return _digest(
            self._source, piece.theme.template, form, _values(piece, form), _density(piece)
        )

    def make(self, piece: Piece, form: Form) -> bytes:
        """The finished file; raises `NotSet`."""
        kept = self._cache / self.key(piece, form)
        if not kept.is_file():
            _keep(kept, self._made(piece, form))
        return kept.read_bytes()

    def type_of(self, piece: Piece) -> Type:
        """How large the words of a piece came out; raises `NotSet`."""
        kept = self._cache / f"{self.key(piece, Form.PRINT)}.type"
        if not kept.is_file():
            _keep(kept, json.dumps(self._measured(piece)).encode())
        return Type(**json.loads(kept.read_bytes()))

    def _measured(self, piece: Piece) -> dict[str, Any]:
        values, main, points = document([piece]), piece.theme.template, piece.format.points
        found = self._open().metadata(main, values, ("fit", "small"))
        small = ((line["size"], line["text"]) for line in found["small"])
        least, words = min(small, default=(inf, ""))
        return {
            "slogan": found["fit"][0]["size"] / points,
            "small": least / points,
            "smallest": words,
        }

    def _made(self, piece: Piece, form: Form) -> bytes:
        values, main = _values(piece, form), piece.theme.template
        if form is Form.PICTURE:
            return self._open().png(main, values, ppi=_density(piece))[0]
        if form is Form.ARCHIVE:
            return self._open().pdf(main, values, standards=["a-2b"])
        return self._open().pdf(main, values)

    def _open(self) -> Press:
        if self._press is None:
            self._press = self._stack.enter_context(Press(self._files))
        return self._press


def _values(piece: Piece, form: Form) -> dict[str, Any]:
    return document([piece], for_print=form is not Form.PICTURE, cmyk=form is Form.INKS)


def _density(piece: Piece) -> float:
    return piece.format.density_of_preview


def _digest(*parts: Any) -> str:
    canonical = json.dumps(parts, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _keep(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".", delete=False) as file:
        file.write(content)
    Path(file.name).replace(target)
