"""Invented channels and deliveries for the measurements, and a database that holds them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from outreach.channel import AdapterPlace, Channel
from outreach.channels.webhook import Webhook
from outreach.domain.delivery import Action, Identity
from outreach.domain.difference import Change, ChangeKind, Difference
from outreach.domain.message import Lateness, LatePolicy
from outreach.domain.plan import Planned
from outreach.domain.rendition import Rendition
from outreach.domain.text import Text
from outreach.store.engine import migrate, open_engine
from outreach.store.queue import Queue
from outreach.testing import sample_rendition

CAMPAIGN = "measurement"

CHANNELS = tuple(f"hook-{number:02}" for number in range(1, 41))
"""Forty lanes, as an office with a website, pages of its departments and partner offices would have at most."""

SECRET = "whsec_bWVhc3VyZW1lbnRtZWFzdXJlbWVudG1lYXN1cmU="

_BODY = "Mời toàn thể cán bộ, công chức, viên chức và người lao động tham gia hưởng ứng. " * 6
_SAMPLE = sample_rendition(
    campaign=CAMPAIGN, markdown=_BODY, text=_BODY, html=f"<p>{_BODY}</p>\n", summary=_BODY[:120]
)


def utc_now() -> datetime:
    """The present instant, aware UTC."""
    return datetime.now(UTC)


def hooks(sink: str, state: Path) -> dict[str, Channel]:
    """One webhook a channel, each with connections of its own."""
    settings = Webhook.Settings.model_validate(
        {"url": sink, "secret": SECRET, "allow_private": True}
    )
    place = AdapterPlace(state=state, clock=utc_now)
    return {name: Webhook(name, settings, place) for name in CHANNELS}


def spread_out(count: int, first: datetime, step: timedelta = timedelta(0)) -> list[Planned]:
    """So many deliveries over all channels in turn, the first due at `first` (aware), each next one `step` later."""
    return [_planned(number, first + number * step) for number in range(count)]


def _planned(number: int, due: datetime) -> Planned:
    identity = Identity(
        campaign=CAMPAIGN,
        message=f"m-{number // len(CHANNELS):05}",
        channel=CHANNELS[number % len(CHANNELS)],
        ordinal=1,
        action=Action.PUBLISH,
    )
    late = Lateness(policy=LatePolicy.WITHIN, limit=timedelta(hours=6))
    return Planned(identity=identity, due=due, expires=due + timedelta(days=1), late=late)


def rendition_of(planned: Planned) -> Rendition:
    """What would be sent: about two kilobytes of Vietnamese."""
    identity = planned.identity
    return replace(_SAMPLE, message=identity.message, channel=identity.channel, due=planned.due)


def queue_up(folder: Path, planned: Sequence[Planned], *, at_once: int = 10_000) -> str:
    """Make a database in `folder` that holds the deliveries; returns its address."""
    folder.mkdir(parents=True, exist_ok=True)
    url = f"sqlite:///{folder / 'outreach.db'}"
    engine = open_engine(url)
    migrate(engine)
    queue = Queue(engine, media_folder=folder / "media")
    for some in _in_lots(planned, at_once):
        renditions = {p.identity: rendition_of(p) for p in some}
        queue.apply(_all_new(some, renditions), renditions, now=utc_now(), actor="measurement")
    engine.dispose()
    return url


def _in_lots(planned: Sequence[Planned], size: int) -> Iterator[Sequence[Planned]]:
    return (planned[place : place + size] for place in range(0, len(planned), size))


def _all_new(planned: Sequence[Planned], renditions: dict[Identity, Rendition]) -> Difference:
    changes = tuple(
        Change(
            what=ChangeKind.NEW,
            identity=p.identity,
            planned=p,
            delivery=None,
            digest=renditions[p.identity].digest,
            why=Text("A measurement asks for it."),
        )
        for p in planned
    )
    return Difference(campaign=CAMPAIGN, changes=changes)
