"""Whether the Page could be published to now: the token, its days, the app's mode, the account's role, the permissions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from outreach import channel as c
from outreach.channels.facebook_page.graph import GraphClient
from outreach.channels.facebook_page.refusals import row_of
from outreach.channels.facebook_page.settings import FacebookPageSettings

NEEDED = ("pages_manage_posts", "pages_read_engagement")
"""Without these nothing can be published, or nothing read back."""


async def health(
    graph: GraphClient, settings: FacebookPageSettings, now: datetime
) -> c.ChannelHealth:
    """What stands in the way first; `expires` whenever Facebook says it."""
    try:
        token = await graph.debug_token()
        if wrong := wrong_with(token, settings):
            return c.ChannelHealth(ok=False, summary=wrong, expires=expires_of(token))
        page = await graph.get(settings.page_id, fields="id,name")
        await graph.get(f"{settings.page_id}/published_posts", fields="id", limit=1)
    except c.NotPublished as outcome:
        return c.ChannelHealth(ok=False, summary=outcome.reason)
    expires, name = expires_of(token), str(page.get("name", ""))
    if not settings.app_is_live:
        reason = c.Text(
            "Posts by an app in Development mode are seen by nobody else. "
            "Switch the app to Live mode, then set app_is_live in config.toml."
        )
        return c.ChannelHealth(ok=False, summary=reason, expires=expires)
    return c.ChannelHealth(
        ok=True, summary=_summary(name, expires, graph.spoken, settings, now), expires=expires
    )


def wrong_with(token: Mapping[str, Any], settings: FacebookPageSettings) -> c.Text | None:
    """What of debug_token's answer stands in the way of publishing; None when nothing does, or there is no answer."""
    if not token:
        return None
    if not token.get("is_valid"):
        error = token.get("error") or {}
        known = {"code": 190, "error_subcode": error.get("subcode"), **error}
        return row_of(known).reason
    if str(token.get("app_id")) != settings.app_id:
        return c.Text("The access token belongs to another app ({app}).", app=token.get("app_id"))
    missing = [scope for scope in NEEDED if scope not in token.get("scopes", ())]
    if missing:
        return c.Text("The access token lacks permissions: {scopes}.", scopes=", ".join(missing))
    if _elsewhere(token, settings.page_id):
        return c.Text(
            "The account has no role on this Page; an administrator of the Page must give it."
        )
    return None


def _elsewhere(token: Mapping[str, Any], page: str) -> bool:
    """Whether publishing was granted for certain Pages, and this is none of them."""
    for granted in token.get("granular_scopes") or ():
        if granted.get("scope") == "pages_manage_posts" and granted.get("target_ids"):
            return page not in map(str, granted["target_ids"])
    return False


def expires_of(token: Mapping[str, Any]) -> datetime | None:
    """The earlier of the two ends that Facebook names; 0 is never."""
    ends = [token.get(name) or 0 for name in ("expires_at", "data_access_expires_at")]
    known = [end for end in ends if end]
    return datetime.fromtimestamp(min(known), UTC) if known else None


def _summary(
    name: str,
    expires: datetime | None,
    spoken: str,
    settings: FacebookPageSettings,
    now: datetime,
) -> c.Text:
    if spoken != settings.version:
        return c.Text(
            "The Page “{page}” answers, but in Graph API {spoken} instead of {wanted}.",
            page=name,
            spoken=spoken,
            wanted=settings.version,
        )
    if expires is None:
        return c.Text("The Page “{page}” answers.", page=name)
    days = (expires - now).days
    return c.Text("The Page “{page}” answers; {days} days are left.", page=name, days=days)
