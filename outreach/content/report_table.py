"""The table `[report]` of campaign.toml: what the office's documents say about the office itself."""

from __future__ import annotations

from outreach.content.fields import Fields
from outreach.domain.paperwork import Paperwork
from outreach.domain.schedule_words import parse_day

KEYS = (
    *("parent", "symbol", "place", "signed", "to", "recipients", "authority", "signer"),
    *("directing", "difficulties", "proposals", "channels"),
)


def paperwork(top: Fields) -> Paperwork:
    """What `[report]` says; without the table a head without parent body, recipients and signer."""
    section = top.section("report", KEYS)
    if section is None:
        return Paperwork()
    return Paperwork(
        parent=section.text("parent"),
        symbol=section.text("symbol"),
        place=section.text("place"),
        signed=section.parsed("signed", parse_day, "date-unreadable"),
        to=section.texts("to"),
        recipients=section.texts("recipients"),
        authority=section.texts("authority"),
        signer=section.text("signer"),
        directing=section.texts("directing"),
        difficulties=section.texts("difficulties"),
        proposals=section.texts("proposals"),
        channels=section.named_texts("channels"),
    )
