"""A notice: what the program has to say, as content that any channel can take."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from outreach.domain.alert import NOTICES, Cause
from outreach.domain.message import Kind
from outreach.domain.rendition import Rendition
from outreach.domain.text import Text
from outreach.locale import translate

BLANK = Text("{nothing}", nothing="")
"""A line with nothing on it."""

MOST = 10
"""So many causes are told in full; the others are counted."""


@dataclass(frozen=True, kw_only=True)
class Readers:
    """Whom notices go to: the names of their channels, the language, and the zone of the times."""

    ways: tuple[str, ...]
    language: str
    zone: tzinfo

    def when(self, instant: datetime) -> str:
        """An instant as these people write it."""
        return f"{instant.astimezone(self.zone):%d/%m/%Y %H:%M}"

    def renditions(
        self, name: str, title: Text, lines: Iterable[Text], now: datetime
    ) -> tuple[Rendition, ...]:
        """The notice `name` for each of the ways."""
        text = "\n".join(translate(line, self.language) for line in lines)
        shown = translate(title, self.language)
        return tuple(self._rendition(way, name, shown, text, now) for way in self.ways)

    def _rendition(self, way: str, name: str, title: str, text: str, now: datetime) -> Rendition:
        return Rendition(
            campaign=NOTICES,
            campaign_name=translate(Text("Watch over the campaign"), self.language),
            office="",
            message=name,
            channel=way,
            kind=Kind.POST,
            title=title,
            summary="",
            markdown=text,
            text=text,
            html="".join(f"<p>{html.escape(line)}</p>\n" for line in text.splitlines() if line),
            language=self.language,
            zone=str(self.zone),
            due=now,
        )


def alert(causes: Sequence[Cause], readers: Readers, now: datetime) -> tuple[Rendition, ...]:
    """One notice of all the causes for each of the ways."""
    first = causes[0]
    more = len(causes) - 1
    title = Text("Alert: {where}", where=first.where)
    if more:
        title = Text("{count} alerts: {where} and more", count=len(causes), where=first.where)
    lines = [line for cause in causes[:MOST] for line in _lines(cause)]
    if len(causes) > MOST:
        count = len(causes) - MOST
        lines.append(Text("… and {count} more; outreach status lists them.", count=count))
    return readers.renditions(f"alert-{now:%Y%m%dT%H%M%S%f}", title, lines, now)


def _lines(cause: Cause) -> tuple[Text, ...]:
    return (
        Text("• {what}", what=cause.what),
        Text("  Where: {where}", where=cause.where),
        Text("  To mend it: {mend}", mend=cause.mend),
        BLANK,
    )
