"""A first text for every kind of message, to be written over."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from importlib import resources
from string import Template

from outreach.domain.campaign import Campaign
from outreach.domain.capabilities import ChannelProfile
from outreach.domain.delivery import Action
from outreach.domain.limits import LONGEST_HANGING
from outreach.domain.message import Kind
from outreach.domain.plan import Plan
from outreach.domain.posting_days import is_within, posting_days

NOTICE = timedelta(days=1)
"""So far ahead a new message is put at least, where the campaign lasts so long: others have to read it first."""

TO_COME = timedelta(days=7)
"""So long after its announcement an event begins."""


def beginning(
    kind: Kind,
    title: str,
    *,
    plan: Plan,
    campaign: Campaign,
    profiles: Sequence[ChannelProfile],
    now: datetime,
) -> str:
    """The text of a new message: on every channel that takes its kind, at the first posting slot that is free; `now` is aware."""
    chosen = _channels(kind, profiles)
    at = campaign.local(_first_free(plan, campaign, chosen, now))
    last = datetime.combine(campaign.window.end, at.time(), tzinfo=at.tzinfo)
    begins = max(min(at + TO_COME, last), at + timedelta(hours=1))
    hangs = min(max(campaign.local(now).date(), campaign.window.start), campaign.window.end)
    text = resources.files(__name__).joinpath(f"{kind}.md").read_text("utf-8")
    return Template(text).substitute(
        title=_quoted(title),
        channels=f"[{', '.join(profile.name for profile in chosen)}]",
        topic=_line("topic", campaign.topics),
        unit=_line("unit", campaign.units),
        start=hangs,
        end=min(hangs + LONGEST_HANGING - timedelta(days=1), campaign.window.end),
        at=f"{at:%Y-%m-%d %H:%M}",
        begins=f"{begins:%Y-%m-%d %H:%M}",
        ends=f"{begins + timedelta(hours=2):%Y-%m-%d %H:%M}",
        deadline=f"{last:%Y-%m-%d} 23:00",
    )


def _channels(kind: Kind, profiles: Sequence[ChannelProfile]) -> list[ChannelProfile]:
    """Where messages of the kind usually go: printed banners are people's work, as events are, too; nothing else is."""
    able = [profile for profile in profiles if kind in profile.capabilities.kinds]
    people = [profile for profile in able if profile.capabilities.carried_out_by_people]
    if kind is Kind.EVENT:
        return able
    return (people if kind is Kind.BANNER and people else []) or [
        profile for profile in able if profile not in people
    ]


def _first_free(
    plan: Plan, campaign: Campaign, profiles: Sequence[ChannelProfile], now: datetime
) -> datetime:
    """The first slot from tomorrow on at which nobody else posts; otherwise the first from now on, otherwise the last of all."""
    slots = [at for at in posting_days(campaign).slots if _is_open(campaign, profiles, at)]
    if not slots:
        return max(campaign.opens, now)
    gap = max(campaign.posting.minimum_gap, timedelta(minutes=1))
    taken = [p.due for p in plan.planned if p.identity.action is Action.PUBLISH]
    free = [at for at in slots if all(abs(at - other) >= gap for other in taken)]
    later = [at for at in free if at >= now + NOTICE] or [at for at in slots if at > now]
    return later[0] if later else slots[-1]


def _is_open(campaign: Campaign, profiles: Sequence[ChannelProfile], at: datetime) -> bool:
    hours = [p.capabilities.hours for p in profiles if p.capabilities.hours]
    return all(is_within(campaign.local(at).time(), each) for each in hours)


def _line(key: str, allowed: Sequence[str]) -> str:
    return f"{key}: {_quoted(allowed[0])}" if allowed else f"# {key}:"


def _quoted(words: str) -> str:
    """As YAML takes it, whatever it holds."""
    return json.dumps(" ".join(words.split()), ensure_ascii=False)
