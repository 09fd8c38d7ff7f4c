"""Whether the account would take our articles now, until when, and how many broadcasts are left."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from outreach.channel import ChannelHealth, NotPublished, Text
from outreach.channels.zalo_oa.api import Api
from outreach.channels.zalo_oa.errors import ZONE
from outreach.channels.zalo_oa.settings import ZaloSettings
from outreach.channels.zalo_oa.tokens import LIFE, Tokens


async def health(api: Api, tokens: Tokens, settings: ZaloSettings, now: datetime) -> ChannelHealth:
    """What stands in the way first; `expires` is when the permission ends if nothing renews it, or the package if that is sooner."""
    try:
        account = await api.get("/v2.0/oa/getoa")
        grant = tokens.grant()
    except NotPublished as failure:
        return ChannelHealth(ok=False, summary=failure.reason)
    permission = grant.at + LIFE if grant else None
    package = _package_end(account)
    expires = min((end for end in (permission, package) if end), default=None)
    if package and package <= now:
        day = f"{package - timedelta(days=1):%d/%m/%Y}"
        summary = Text("The package of the Zalo account ended on {day}.", day=day)
        return ChannelHealth(ok=False, summary=summary, expires=expires)
    if settings.broadcast and not account.get("is_verified"):
        summary = Text("The Zalo account is not verified.")
        return ChannelHealth(ok=False, summary=summary, expires=expires)
    left = await _left(api, settings.follower) if settings.broadcast else None
    summary = Text(
        "{name} answers; its permission lasts {days} more days.",
        name=str(account.get("name", "")),
        days=(permission - now).days if permission else 0,
    )
    if left is not None:
        summary = Text("{summary} Broadcasts left this month: {left}.", summary=summary, left=left)
    return ChannelHealth(ok=True, summary=summary, expires=expires, quota_left=left)


async def _left(api: Api, follower: str) -> int | None:
    """How many broadcasts this follower may still get this month; None when nobody is named, or Zalo does not tell."""
    if not follower:
        return None
    try:
        answer = await api.post("/v3.0/oa/quota/message", {"user_id": follower})
    except NotPublished:
        return None
    promotion = answer.get("promotion") if isinstance(answer, dict) else None
    left = str(promotion.get("monthly_remain")) if isinstance(promotion, dict) else ""
    return int(left) if left.isdecimal() else None


def _package_end(account: Mapping[str, Any]) -> datetime | None:
    """The instant after the package's last day; None when the account names none."""
    try:
        said = str(account.get("package_valid_through_date", ""))
        last = datetime.strptime(said, "%d/%m/%Y").replace(tzinfo=ZONE)
        return last + timedelta(days=1)
    except (ValueError, OverflowError):
        return None
