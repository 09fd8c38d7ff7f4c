"""Whether the site would take our posts, and if not, which of the many silent reasons it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from outreach.channel import ChannelHealth, NotPublished, Text
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
        wrong = await account(site, settings)
        if not wrong and settings.banner_block:
            wrong = await block(site, settings.banner_block)
    except NotPublished as outcome:
        return ChannelHealth(ok=False, summary=outcome.reason)
    if wrong:
        return ChannelHealth(ok=False, summary=wrong)
    return ChannelHealth(
        ok=True, summary=Text("WordPress lets {user} publish.", user=settings.user)
    )


async def account(site: Site, settings: WordPressSettings) -> Text | None:
    """Why the account may not publish; None when it may. Raises like `Site`."""
    reply = await site.ask("GET", "users/me", query={"context": "edit"})
    if reply.status == 401:
        return await _why_no_entry(site, settings)
    if outcome := refused(reply, now=site.now()):
        raise outcome
    found = reply.json()
    if not isinstance(found, Mapping) or "capabilities" not in found:
        return NO_ROUTE
    may = found["capabilities"]
    makes_categories = settings.categories or settings.topic_as_category
    needed = (*NEEDED, "manage_categories") if makes_categories else NEEDED
    missing = [name for name in needed if not may.get(name)]
    if not missing:
        return None
    return Text(
        "The role of {user} is too low ({roles}); the site does not allow: {missing}. Make it an Editor.",
        user=settings.user,
        roles=", ".join(found.get("roles") or ("—",)),
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


async def block(site: Site, number: int) -> Text | None:
    """What is wrong with the block for banners; None when it is shown, or was never used. Raises like `Site`."""
    found = await usable_block(site, number)
    if found is None:
        return no_block(number)
    return await shown(site, number) if banners.PLACE in banners.raw(found) else None


async def usable_block(site: Site, number: int) -> Mapping[str, Any] | None:
    """The block as the account may change it; None when it may not, or there is none. Raises like `Site`."""
    reply = await site.ask("GET", f"blocks/{number}", query={"context": "edit"})
    found: Any = reply.json()
    usable = reply.status == 200 and isinstance(found, Mapping) and found.get("status") != "trash"
    return found if usable else None


def no_block(number: int) -> Text:
    """That there is no usable block of this number."""
    return Text(
        "The synced block {block} for banners is not there, or this account may not change it."
        " An administrator makes one, places it in the theme's header, and writes its number into banner_block.",
        block=number,
    )


async def shown(site: Site, number: int) -> Text | None:
    """Why the front page does not show the block; None when it does, or cannot be read. Raises like `Site`."""
    page = await site.front_page()
    if page.status != 200 or banners.PLACE.encode() in page.body:
        return None
    return Text(
        'The front page does not show the block {block}: an administrator places <!-- wp:block {{"ref":{block}}} /-->'
        " once in the theme's header. A page cache may also hold an older page.",
        block=number,
    )
