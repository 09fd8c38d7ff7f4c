"""Which campaign a page is about when nobody says so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from outreach.domain.campaign import Campaign


def present(known: Sequence[Campaign], now: datetime) -> str:
    """The campaign whose window is open at `now` (aware), otherwise the one that is nearest; empty when there is none."""

    def away(campaign: Campaign) -> int:
        day, window = now.astimezone(campaign.zone).date(), campaign.window
        return max((window.start - day).days, (day - window.end).days, 0)

    return (
        min(known, key=lambda each: (away(each), -each.window.start.toordinal())).id
        if known
        else ""
    )
