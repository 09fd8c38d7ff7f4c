"""What an administrator of the site arranges once, explained and looked at."""

from __future__ import annotations

from collections.abc import Awaitable

from outreach.channel import NotPublished, SetupPoint, Text
from outreach.channels.wordpress.banners import Banners
from outreach.channels.wordpress.preflight import account, no_block, shown, usable_block
from outreach.channels.wordpress.settings import WordPressSettings
from outreach.channels.wordpress.site import Site

ACCOUNT = Text(
    "An account of its own with the role Editor, and an application password for it: Users → Profile →"
    " Application Passwords. Name and password belong into `user` and `password`."
)
BLOCK = Text(
    "A synced block for banners, empty: in the editor “Create pattern”, synced (“Create Reusable block” before"
    " WordPress 6.3). Its number, which its address shows as post=…, belongs into `banner_block`."
)
PLACED = Text(
    'The block on every page: Appearance → Editor → the header, in the code editor <!-- wp:block {{"ref":{block}}} /-->;'
    " in a classic theme a widget “Block” that holds the same line.",
    block="…",
)
ON_TOP = Text(
    "Banners need nothing: each is a post that stays on top of the list. For a strip on every page make a"
    " synced block, place it in the theme's header, and write its number into `banner_block`."
)


async def setup(
    site: Site, settings: WordPressSettings, banners: Banners
) -> tuple[SetupPoint, ...]:
    """Every point; a block that was never used gets a mark that readers do not see, so that pages tell whether they show it."""
    site.forget_root()
    points = [await _point(ACCOUNT, account(site, settings))]
    if not settings.banner_block:
        return (*points, SetupPoint(what=ON_TOP, found=True))
    points.append(await _point(BLOCK, _block(site, banners)))
    placed = Text(PLACED.msgid, block=settings.banner_block)
    points.append(await _point(placed, shown(site, settings.banner_block)))
    return tuple(points)


async def _block(site: Site, banners: Banners) -> Text | None:
    if await usable_block(site, banners.block) is None:
        return no_block(banners.block)
    await banners.prepare()
    return None


async def _point(what: Text, look: Awaitable[Text | None]) -> SetupPoint:
    try:
        wrong = await look
    except NotPublished as outcome:
        wrong = outcome.reason
    return SetupPoint(what=what, found=wrong is None, mend=wrong)
