"""Whether the site would take our posts, and if not, which of the many silent reasons it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from outreach.channel import ChannelHealth, NotPublished, Text
from outreach.channels._http import Reply
from outreach.channels.wordpress import banners
from outreach.channels.wordpress.refusals import CLOSED, NO_ROUTE, refused
from outreach.channels.wordpress.settings import WordPressSettings
from outreach.channels.wordpress.site import Site

NEEDED = ("edit_posts", "publish_posts", "upload_files")
"""WordPress's names for what an author may do and we need."""


async def preflight(site: Site, settings: WordPressSettings) -> ChannelHealth:
    """The first thing that stands in the way, or none. Publishes nothing."""
    site.forget_root()
    try:
        reply = await site.ask("GET", "users/me", query={"context": "edit"})
        wrong = await _account(site, settings, reply)
        if not wrong and settings.banner_block:
            wrong = await _block(site, settings.banner_block)
    except NotPublished as outcome:
        return ChannelHealth(ok=False, summary=outcome.reason)
    if wrong:
        return ChannelHealth(ok=False, summary=wrong)
    return ChannelHealth(
        ok=True, summary=Text("WordPress lets {user} publish.", user=settings.user)
    )


async def _account(site: Site, settings: WordPressSettings, reply: Reply) -> Text | None:
    if reply.status == 401:
        return await _why_no_entry(site, settings)
    if outcome := refused(reply, now=site.now()):
        raise outcome
    account = reply.json()
    if not isinstance(account, Mapping) or "capabilities" not in account:
        return NO_ROUTE
    may = account["capabilities"]
    makes_categories = settings.categories or settings.topic_as_category
    needed = (*NEEDED, "manage_categories") if makes_categories else NEEDED
    missing = [name for name in needed if not may.get(name)]
    if not missing:
        return None
    return Text(
        "The role of {user} is too low ({roles}); the site does not allow: {missing}. Make it an Editor.",
        user=settings.user,
        roles=", ".join(account.get("roles") or ("—",)),
        missing=", ".join(missing),
    )


async def _why_no_entry(site: Site, settings: WordPressSettings) -> Text:
    index = await site.index()
    said: Any = index.json()
    if index.status in (401, 403):
        return CLOSED
    if not isinstance(said, Mapping) or "authentication" not in said:
        return NO_ROUTE
    if not said["authentication"]:
        return Text(
            "Application passwords are switched off on this site. An administrator switches them on; they need https."
        )
    return Text(
        "WordPress does not accept the application password of {user}: it is wrong or revoked,"
        " or the web server drops the Authorization header.",
        user=settings.user,
    )


async def _block(site: Site, block: int) -> Text | None:
    reply = await site.ask("GET", f"blocks/{block}", query={"context": "edit"})
    found: Any = reply.json()
    if reply.status != 200 or not isinstance(found, Mapping) or found.get("status") == "trash":
        return Text(
            "The synced block {block} for banners is not there, or this account may not change it."
            " An administrator makes one, places it in the theme's header, and writes its number into banner_block.",
            block=block,
        )
    if banners.PLACE not in banners.raw(found):
        return None
    page = await site.front_page()
    if page.status == 200 and banners.PLACE.encode() not in page.body:
        return Text(
            'The front page does not show the block {block}: an administrator places <!-- wp:block {{"ref":{block}}} /-->'
            " once in the theme's header. A page cache may also hold an older page.",
            block=block,
        )
    return None
