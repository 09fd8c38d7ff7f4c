"""The channels: whether they go, how fast they may, how much of their quota is used; pausing and letting go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from starlette.responses import Response

from outreach.channel import Capabilities, Per, Quota
from outreach.domain import viet_nam
from outreach.domain.alert import Cause
from outreach.domain.delivery import Delivery, State
from outreach.domain.health import ChannelHealth, Trial
from outreach.domain.role import Deed
from outreach.domain.text import Text
from outreach.review.office import Office, Reading
from outreach.review.today import WENT_OUT
from outreach.review.visit import Visit, go
from outreach.store.records import ChannelState

ONLY_ADMINS = Text("Only an administrator may do this.")
NO_SUCH = Text("There is no such channel.")
WHY = Text("Say why; everyone who looks will read it.")
SPANS = {"1": 1, "4": 4, "24": 24, "": 0}
"""Hours for which a channel may be paused; 0 until a person lets it go on."""


@dataclass(frozen=True, kw_only=True)
class Used:
    """A quota, and how much of it went out in the present span of local time."""

    quota: Quota
    used: int

    @property
    def is_month(self) -> bool:
        """Whether it counts per month, not per day."""
        return self.quota.per is Per.MONTH


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One channel as it stands; instants are local."""

    name: str
    adapter: str
    capabilities: Capabilities | None
    state: ChannelState
    until: datetime | None
    counts: Mapping[State, int]
    quotas: Sequence[Used]
    next: datetime | None
    last: datetime | None
    causes: Sequence[Cause]
    said: Said | None
    tried: Attempted | None


@dataclass(frozen=True, kw_only=True)
class Said:
    """What the service said when a person had it asked; instants are local, `days` how long its permission still holds."""

    health: ChannelHealth
    at: datetime
    expires: datetime | None
    days: int


@dataclass(frozen=True, kw_only=True)
class Attempted:
    """How the last test post went; the instant is local."""

    trial: Trial
    at: datetime
    actor: str


def channels(visit: Visit) -> Response:
    """Every channel."""
    return _show(visit)


def channel(visit: Visit) -> Response:
    """Pause it, let it go on, have its service asked, or try it with a test post."""
    name, office = str(visit.request.path_params["name"]), visit.office
    if not visit.who.may(Deed.DECIDE):
        return visit.forbidden(ONLY_ADMINS)
    if name not in office.reading().channels():
        return visit.sorry(NO_SUCH, 404)
    match visit.form.get("do"):
        case "pause":
            return _pause(visit, name)
        case "ask" if office.asking:
            office.asking(name)
            return go(f"/channels#{name}")
        case "try" if office.asking and _safe_place(office, name):
            office.asking.try_out(name, actor=visit.who.name)
            return go(f"/channels#{name}")
        case "resume":
            why = Text("{name} let it go on.", name=visit.who.name)
            office.queue.resume(name, why, actor=visit.who.name, now=office.now())
            return go("/channels")
        case _:
            return go("/channels")


def asks_service(visit: Visit) -> bool:
    """Whether the form has a service asked or tried."""
    return visit.form.get("do") in ("ask", "try")


def _pause(visit: Visit, name: str) -> Response:
    reason = visit.form.get("reason", "").strip()[:2000]
    if not reason:
        return _show(visit, WHY)
    hours, now = SPANS.get(visit.form.get("hours", ""), 0), visit.office.now()
    until = now + timedelta(hours=hours) if hours else None
    why = Text("{reason}", reason=reason)
    visit.office.queue.pause(name, why, until, actor=visit.who.name, now=now)
    return go("/channels")


def _show(visit: Visit, refused: Text | None = None) -> Response:
    office, reading = visit.office, visit.office.reading()
    counts = office.queue.counts()
    return visit.page(
        "channels",
        status=409 if refused else 200,
        found=[
            standing(office, reading, name, state, counts)
            for name, state in sorted(reading.channels().items())
        ],
        refused=refused,
        decides=visit.who.may(Deed.DECIDE),
        spans=SPANS,
        asks=office.asking is not None,
        days_left=lambda days: Text("{days} days left", days=max(0, days)),
    )


def standing(
    office: Office,
    reading: Reading,
    name: str,
    state: ChannelState,
    counts: Mapping[tuple[str, State], int],
) -> Standing:
    """How a channel stands; `counts` are those of the queue."""
    zone, glances = reading.zone(""), office.glances
    coming = glances.first([State.SCHEDULED], 1, channel=name)
    gone = glances.first(WENT_OUT, 1, latest=True, channel=name)
    capabilities = office.capabilities.get(name)
    quotas = capabilities.quotas if capabilities else ()
    return Standing(
        name=name,
        adapter=office.adapters.get(name, ""),
        capabilities=capabilities,
        state=state,
        until=state.until.astimezone(zone) if state.until else None,
        counts={s: counts[name, s] for s in State if (name, s) in counts},
        quotas=[Used(quota=q, used=_used(office, name, q)) for q in quotas],
        next=_time(coming, reading),
        last=_time(gone, reading),
        said=_said(office, name, zone),
        tried=_tried(office, name, zone),
        causes=[cause for cause in office.causes() if f":{name}" in f":{cause.key}:"],
    )


def _said(office: Office, name: str, zone: tzinfo) -> Said | None:
    answer = office.asking.seen.get(name) if office.asking else None
    if answer is None:
        return None
    expires = answer.health.expires
    return Said(
        health=answer.health,
        at=answer.at.astimezone(zone),
        expires=expires.astimezone(zone) if expires else None,
        days=(expires - office.now()).days if expires else 0,
    )


def _tried(office: Office, name: str, zone: tzinfo) -> Attempted | None:
    last = office.asking.tried.get(name) if office.asking else None
    if last is None:
        return None
    return Attempted(trial=last.trial, at=last.at.astimezone(zone), actor=last.actor)


def _safe_place(office: Office, name: str) -> Text | None:
    capabilities = office.capabilities.get(name)
    return capabilities.safe_place if capabilities else None


def _time(found: Sequence[Delivery], reading: Reading) -> datetime | None:
    return found[0].due.astimezone(reading.zone(found[0].identity.campaign)) if found else None


def _used(office: Office, name: str, quota: Quota) -> int:
    """How many publications went out in the span of local time that is now."""
    local = office.now().astimezone(ZoneInfo(viet_nam.ZONE))
    begin = local.replace(hour=0, minute=0, second=0, microsecond=0)
    if quota.per is Per.MONTH:
        begin = begin.replace(day=1)
    return office.glances.gone_out(name, begin)
