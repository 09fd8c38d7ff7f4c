"""The words around a slogan: who invites, to what, when, and whom to call."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

from outreach.domain.campaign import Campaign, Window
from outreach.domain.text import Text
from outreach.locale import translate
from outreach.typesetting.breaking import in_lines
from outreach.typesetting.fonts import DISPLAY, face


@dataclass(frozen=True, kw_only=True)
class Wording:
    """What a campaign puts on every piece of artwork; `logo` is the name of its file beside the templates."""

    campaign: str
    office: str
    dates: str
    kicker: str
    hotlines: str
    label: str
    language: str
    logo: str = ""
    page: str = ""

    @classmethod
    def of(cls, campaign: Campaign, *, logo: str = "") -> Wording:
        """What campaign.toml says."""
        art, dates = campaign.art, span(campaign.window)
        return cls(
            campaign=campaign.name,
            office=art.office or campaign.office,
            dates=dates,
            kicker=art.kicker or dates,
            hotlines="  ·  ".join(line.number for line in campaign.hotlines),
            label=translate(Text("Need help? Call"), campaign.language),
            language=campaign.language,
            logo=logo,
            page=art.page,
        )

    def values(self, slogan: str) -> dict[str, Any]:
        """For the templates, beside that slogan: what it says itself is not said again."""
        return {
            "office": self.office,
            "office-lines": [part.strip() for part in self.office.split(" – ")],
            "kicker": self.kicker,
            "hotlines": self.hotlines,
            "label": self.label,
            "foot": self._foot(repeated=_folded(self.campaign) in _folded(slogan)),
        }

    def _foot(self, *, repeated: bool) -> dict[str, Any]:
        """The same in one line, in two, and so on: a layout takes what it has room for."""
        call = f"{self.label} {self.hotlines}" if self.hotlines else ""
        name = "" if repeated else self.campaign
        whole = f"{name} ({self.dates})" if name else self.dates
        pair = in_lines(name, 2, face(DISPLAY)) if name else ()
        dated = [*pair[:-1], f"{pair[-1]} ({self.dates})"] if pair else [self.dates]
        return {
            "name": name,
            "pair": list(pair),
            "line": "  ·  ".join(_said(whole, call)),
            "three": _said(*dated, call),
            "many": _said(*(in_lines(name, 3, face(DISPLAY)) if name else ()), self.dates, call),
        }


def span(window: Window) -> str:
    """The days of a campaign as `15/11 – 15/12/2022`."""
    start, end = window.start, window.end
    first = f"{start:%d/%m}" if start.year == end.year else f"{start:%d/%m/%Y}"
    return f"{first} – {end:%d/%m/%Y}"


def _said(*parts: str) -> list[str]:
    return [part for part in parts if part]


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())
