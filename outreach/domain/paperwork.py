"""What an office's documents say about the office itself: head, recipients, signer, and its own paragraphs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, kw_only=True)
class Paperwork:
    """The table `[report]` of campaign.toml.

    `parent` is the body above the office, `symbol` what follows the number that the clerk adds (BC-SCT), `signed` the day of
    the document (None: the clerk writes it), `to` whom it addresses, `recipients` its distribution, `authority` the lines above
    the signature. `directing`, `difficulties` and `proposals` are paragraphs in the office's own words; `channels` gives
    channels the names that readers know.
    """

    parent: str = ""
    symbol: str = ""
    place: str = ""
    signed: date | None = None
    to: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    authority: tuple[str, ...] = ()
    signer: str = ""
    directing: tuple[str, ...] = ()
    difficulties: tuple[str, ...] = ()
    proposals: tuple[str, ...] = ()
    channels: Mapping[str, str] = field(default_factory=dict)
