"""What stands above and below an office's document, as `[report]` of campaign.toml has it."""

from __future__ import annotations

from datetime import date

from outreach.domain.campaign import Campaign
from outreach.domain.text import Text
from outreach.reports.official.document import Foot, Head
from outreach.reports.official.speech import Speaker
from outreach.typesetting.breaking import MOST_LINES, in_lines
from outreach.typesetting.fonts import face

TITLE = "Tinos-700Bold"
TITLE_SIZE = 14
PORTRAIT_LINE, LANDSCAPE_LINE = 435.0, 670.0
"""The longest line of a title, in points."""


def head(campaign: Campaign, say: Speaker, subject: str, signed: date | None = None) -> Head:
    """The head of a report about `subject`; its number, and its day unless `signed` says it, are left to the clerk."""
    paper = campaign.paperwork
    return Head(
        parent=paper.parent,
        office=campaign.office,
        nation=say(Text("SOCIALIST REPUBLIC OF VIET NAM")),
        motto=say(Text("Independence - Freedom - Happiness")),
        number=say(Text("No.:          /{symbol}", symbol=paper.symbol or say(Text("BC")))),
        place_date=f"{paper.place or '…'}, {_day(campaign, say, signed)}",
        kind=say(Text("REPORT")),
        subject=title_lines(subject, PORTRAIT_LINE),
        to=say(Text("To: {whom}", whom="; ".join(paper.to))) if paper.to else "",
    )


def _day(campaign: Campaign, say: Speaker, signed: date | None) -> str:
    if signed:
        return say.day(signed)
    return say(Text("      /      /{year}", year=campaign.window.end.year))


def foot(campaign: Campaign, say: Speaker) -> Foot:
    """Recipients and signature, with room for the seal."""
    paper = campaign.paperwork
    return Foot(
        title=say(Text("Recipients:")) if paper.recipients else "",
        recipients=paper.recipients,
        authority=paper.authority,
        signer=paper.signer,
    )


def annexed_to(campaign: Campaign, say: Speaker) -> str:
    """The line under an annex's title that says which report it goes with."""
    paper = campaign.paperwork
    return say(
        Text(
            "(With Report No.          /{symbol}, {day}, of {office})",
            symbol=paper.symbol or say(Text("BC")),
            day=_day(campaign, say, paper.signed),
            office=campaign.office,
        )
    )


def title_lines(words: str, longest: float) -> tuple[str, ...]:
    """A title in as few lines of at most `longest` points as possible; none ends inside a compound or with a word that leads on."""
    bold = face(TITLE)
    for count in range(1, MOST_LINES):
        lines = in_lines(words, count, bold)
        if all(bold.width(line) * TITLE_SIZE <= longest for line in lines):
            return lines
    return in_lines(words, MOST_LINES, bold)
