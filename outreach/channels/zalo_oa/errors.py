"""What Zalo's error codes mean for a delivery: one table, read from top to bottom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import Enum, auto
from typing import Any
from zoneinfo import ZoneInfo

from outreach.channel import NotPublished, PauseChannel, Reject, RetryAt, Text, UnknownOutcome

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MORNING = time(6, 5)
"""When promotional messages are taken again, with a margin."""


class Reaction(Enum):
    """What the delivery or its channel does."""

    NEXT_MINUTE = auto()
    POLL = auto()
    RENEW = auto()
    NEXT_MORNING = auto()
    PAUSE_UNTIL_MORNING = auto()
    PAUSE = auto()
    REJECT = auto()


class Processing(RetryAt):
    """The article is not ready yet; only asking again helps."""


class DeadToken(PauseChannel):
    """The access token is not good any more."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """`codes` (none: any) lead to `reaction`, if the message holds `said`."""

    codes: tuple[int, ...]
    reaction: Reaction
    meaning: Text
    said: str = ""

    def fits(self, code: int, message: str) -> bool:
        """Whether the row speaks of this answer."""
        return (code in self.codes or not self.codes) and self.said in message.lower()


ROWS: tuple[Row, ...] = (
    Row(
        codes=(-32,),
        reaction=Reaction.NEXT_MINUTE,
        meaning=Text("Zalo takes no more calls in this minute."),
    ),
    Row(
        codes=(-214,),
        reaction=Reaction.POLL,
        meaning=Text("Zalo is still processing the article."),
    ),
    Row(
        codes=(),
        reaction=Reaction.POLL,
        said="is being processed",
        meaning=Text("Zalo is still processing the article."),
    ),
    Row(
        codes=(-216, -220),
        reaction=Reaction.RENEW,
        meaning=Text("Zalo does not accept the access token."),
    ),
    Row(
        codes=tuple(range(-14999, -13999)),
        reaction=Reaction.PAUSE,
        meaning=Text("An administrator of the Zalo account must give permission again."),
    ),
    Row(
        codes=(-234,),
        reaction=Reaction.NEXT_MORNING,
        meaning=Text("Zalo sends no broadcasts between 22:00 and 06:00."),
    ),
    Row(
        codes=(-211, -218),
        reaction=Reaction.PAUSE_UNTIL_MORNING,
        meaning=Text("The quota of broadcasts is used up."),
    ),
    Row(
        codes=(-223,),
        reaction=Reaction.PAUSE_UNTIL_MORNING,
        said="quota",
        meaning=Text("The quota of articles is used up."),
    ),
    Row(
        codes=(-223,),
        reaction=Reaction.PAUSE,
        meaning=Text("The account has not granted this permission to the application."),
    ),
    Row(
        codes=(-221,),
        reaction=Reaction.PAUSE,
        meaning=Text("The Zalo account is not verified."),
    ),
    Row(
        codes=(-224,),
        reaction=Reaction.PAUSE,
        meaning=Text("The package of the Zalo account does not include this."),
    ),
    Row(
        codes=(-204, -205, -209, -212, -219, -235),
        reaction=Reaction.PAUSE,
        meaning=Text("The Zalo account or application is switched off or missing."),
    ),
    Row(
        codes=(-242,),
        reaction=Reaction.PAUSE,
        meaning=Text("Zalo does not accept the signature; check the application's secret key."),
    ),
    Row(
        codes=(-320, -321),
        reaction=Reaction.PAUSE,
        meaning=Text("The Zalo Cloud account is missing or has no money."),
    ),
    Row(
        codes=(-100,),
        reaction=Reaction.NEXT_MINUTE,
        meaning=Text("Zalo has dropped an uploaded file."),
    ),
    Row(
        codes=(-201, -210, -233),
        reaction=Reaction.REJECT,
        meaning=Text("Zalo does not accept this content."),
    ),
    Row(
        codes=(-200,),
        reaction=Reaction.REJECT,
        meaning=Text("Zalo could not take the picture; use another one of at most 1 MB."),
    ),
    Row(
        codes=(-248,),
        reaction=Reaction.REJECT,
        meaning=Text("Zalo says that this breaks its rules."),
    ),
    Row(
        codes=(-213, -217, -227, -230, -232, -244),
        reaction=Reaction.REJECT,
        meaning=Text("Zalo cannot send this to the receiver."),
    ),
    Row(
        codes=(-237, -238, -241, -403),
        reaction=Reaction.PAUSE,
        meaning=Text("The Zalo group or its package cannot be used."),
    ),
    Row(
        codes=(-240,),
        reaction=Reaction.PAUSE,
        meaning=Text("Zalo has closed this programming interface."),
    ),
)
"""The first row that fits decides; a code that no row names has an unknown outcome."""


def outcome(code: int, message: str, *, now: datetime, evidence: Mapping[str, Any]) -> NotPublished:
    """What an answer other than success means; `now` is aware."""
    row = next((row for row in ROWS if row.fits(code, message)), None)
    meaning = row.meaning if row else Text("Zalo answered something unexpected.")
    reason = Text("{meaning} (Zalo: {code} {said})", meaning=meaning, code=code, said=message[:200])
    told = dict(evidence)
    match row.reaction if row else None:
        case Reaction.NEXT_MINUTE:
            return RetryAt(reason, at=now + timedelta(minutes=1), evidence=told)
        case Reaction.POLL:
            return Processing(reason, evidence=told)
        case Reaction.RENEW:
            return DeadToken(reason, evidence=told)
        case Reaction.NEXT_MORNING:
            return RetryAt(reason, at=next_morning(now), evidence=told)
        case Reaction.PAUSE_UNTIL_MORNING:
            return PauseChannel(reason, until=next_morning(now), evidence=told)
        case Reaction.PAUSE:
            return PauseChannel(reason, evidence=told)
        case Reaction.REJECT:
            return Reject(reason, evidence=told)
        case None:
            return UnknownOutcome(reason, evidence=told)


def next_morning(now: datetime) -> datetime:
    """The next 06:05 in Viet Nam after `now` (aware)."""
    local = now.astimezone(ZONE)
    day = local.date() if local.time() < MORNING else local.date() + timedelta(days=1)
    return datetime.combine(day, MORNING, tzinfo=ZONE)
