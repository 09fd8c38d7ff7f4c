"""What a careful printer would say about a piece before it is printed or published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from outreach.art.piece import Piece
from outreach.art.studio import Type
from outreach.domain.artwork import Unusable, spoken
from outreach.domain.text import Text
from outreach.typesetting.fonts import DISPLAY, face


@dataclass(frozen=True, kw_only=True)
class Remark:
    """Something that makes a piece hard to read; `code` is stable for programs."""

    code: str
    what: Text
    mend: Text


def remarks(piece: Piece, type_: Type) -> Iterator[Remark]:
    """Type that is too small for its format, and colours that are too near to each other."""
    form = piece.format
    if type_.slogan < form.least:
        yield Remark(
            code="slogan-too-small",
            what=Text(
                "{piece}: the slogan is set in {size}, but at least {least} is readable.",
                piece=piece.name,
                size=_length(type_.slogan, printed=form.printed),
                least=_length(form.least, printed=form.printed),
            ),
            mend=Text("Give the message a shorter “slogan:”, or leave this format out."),
        )
    if type_.small < form.least_small:
        yield Remark(
            code="words-too-small",
            what=Text(
                "{piece}: “{words}” is set in {size}, but at least {least} is readable.",
                piece=piece.name,
                words=type_.smallest,
                size=_length(type_.small, printed=form.printed),
                least=_length(form.least_small, printed=form.printed),
            ),
            mend=Text("Shorten these words, or leave this format out."),
        )
    for text, ground, ratio in piece.theme.faint():
        yield Remark(
            code="too-faint",
            what=Text(
                "Theme {theme}: “{text}” on “{ground}” has the contrast {ratio}; 4.5 is needed.",
                theme=piece.theme.name,
                text=text,
                ground=ground,
                ratio=f"{ratio:.1f}",
            ),
            mend=Text("Make one of the two colours darker or lighter."),
        )


def check_letters(piece: Piece) -> None:
    """Raise `Unusable` when a letter would be an empty box."""
    wording = piece.wording
    said = f"{wording.campaign}{wording.office}{wording.kicker}{wording.label}{piece.maker}"
    known = face(DISPLAY)
    unknown = dict.fromkeys(c for c in spoken(piece.slogan) + said if not known.has(c))
    if unknown:
        raise Unusable(
            Text("Our fonts have no {letters}.", letters=" ".join(unknown)),
            Text("Give the message a “slogan:” of letters, figures and ordinary signs."),
        )
    if not spoken(piece.slogan):
        raise Unusable(
            Text("The slogan has no words."), Text("Write the slogan between the marks.")
        )


def _length(size: float, *, printed: bool) -> str:
    return f"{size:.0f} mm" if printed else f"{size:.0f} px"
