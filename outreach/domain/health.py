"""What a look at a channel says before anything is published there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from outreach.domain.text import Text


@dataclass(frozen=True, kw_only=True)
class ChannelHealth:
    """Whether the channel could publish now; `expires` (aware UTC) is when its permission ends."""

    ok: bool
    summary: Text
    expires: datetime | None = None
    quota_left: int | None = None


@dataclass(frozen=True, kw_only=True)
class Trial:
    """How a test post went: whether all went well, and what was done; `left` says what still lies at the service (None: nothing)."""

    ok: bool
    said: Text
    left: Text | None = None


@dataclass(frozen=True, kw_only=True)
class SetupPoint:
    """One thing that people arrange once at the service: what it is, whether it was `found`, and how to mend it if not."""

    what: Text
    found: bool
    mend: Text | None = None
