"""A test post: a draft, which only those see who write for the site."""

from __future__ import annotations

from outreach.channel import Text, Trial
from outreach.channels._trials import tried
from outreach.channels.wordpress import writing
from outreach.channels.wordpress.refusals import code_of, refused
from outreach.channels.wordpress.site import Site

SAFE_PLACE = Text(
    "A draft, which only those see who write for the site; it is deleted at once, not kept in the trash."
)


async def try_out(site: Site, text: str) -> Trial:
    """Make the draft, read it back, delete it. Raises like `Site`."""
    title = writing.plain(text)

    async def make() -> str:
        return str((await site.write("posts", {"title": title, "status": "draft"}))["id"])

    async def look(number: str) -> bool:
        post = await site.read(f"posts/{number}", context="edit")
        return bool(post["status"] == "draft" and post["title"]["raw"] == title)

    async def remove(number: str) -> None:
        reply = await site.ask("DELETE", f"posts/{number}", query={"force": "true"})
        gone = code_of(reply) == "rest_post_invalid_id"
        if not gone and (outcome := refused(reply, now=site.now())):
            raise outcome

    return await tried(make, look, remove)
