"""What each endpoint may be asked; an unknown or wrong parameter is refused, with its name."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from outreach.domain.approval import Verdict
from outreach.domain.delivery import State
from outreach.reports.statistics import By

Name = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f]*$")]


def _written(value: object) -> object:
    """Pydantic would also take a number of seconds."""
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise ValueError("must be a date and time with its zone, as RFC 3339 has it")
    return value


_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
Instant = Annotated[AwareDatetime, BeforeValidator(_written)]
Number = Annotated[int, Field(ge=0, le=2**53)]


class Asked(BaseModel):
    """Common ground: nothing else may be asked; sentences come in this language."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    lang: Literal["vi", "en"] = "vi"


class Nothing(Asked):
    """No parameter of its own."""


class Deliveries(Asked):
    """Deliveries by due time."""

    campaign: Name | None = None
    channel: Name | None = None
    message: Name | None = None
    state: State | None = None
    since: Instant | None = Field(None, description="Due then or later.")
    until: Instant | None = Field(None, description="Due before then.")
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class Lines(Asked):
    """Lines of the delivery log in order."""

    after: Number = Field(0, description="The last line that the caller has.")
    what: Name = ""
    channel: Name = ""
    campaign: Name = ""
    message: Name = ""
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class Statistics(Asked):
    """Counts put together."""

    by: By = By.CHANNEL
    campaign: Name | None = None
    channel: Name | None = None


class Messages(Asked):
    """The messages of one campaign by name; without one, of that which is open now."""

    campaign: Name = ""
    after: Name = Field("", description="The last message that the caller has.")
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class Month(Asked):
    """One month of the calendar; without one, the present month."""

    month: Annotated[str, Field(pattern=r"^[1-9][0-9]{3}-(0[1-9]|1[0-2])$")] | None = None
    campaign: Name | None = None
    channel: Name | None = None
    topic: Name | None = None
    unit: Name | None = None
    state: State | None = None


class Waiting(Asked):
    """Texts that lack somebody's word."""

    hours: Annotated[int, Field(ge=1, le=8784, description="Due within so many hours.")] = 48


class Said(BaseModel):
    """A word about a text, bound to the SHA-256 of that very text."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    verdict: Verdict
    note: Annotated[str, Field(max_length=2000, description="Needed to send a text back.")] = ""
