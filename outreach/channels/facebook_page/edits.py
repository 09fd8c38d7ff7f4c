"""Changes to a post that is public: its words. Facebook exchanges neither pictures, video nor link, and never brings a post back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from outreach import channel as c
from outreach.channels.facebook_page.composition import Post
from outreach.channels.facebook_page.graph import GraphClient
from outreach.channels.facebook_page.readback import FIELDS, attached_photos, has_video, same_link

_NOT_PUBLIC = c.Text("The post is not public any more, and an edit does not bring it back.")
_NOT_OURS = c.Text("Another app made this post, and Facebook lets nobody else edit it.")
_ONLY_WORDS = c.Text(
    "Facebook lets only the words of a public post be changed, not its pictures or its link. "
    "Take the post down and write a new message."
)


class Edits:
    """Edits posts of one Page; `app` is who made them."""

    def __init__(self, graph: GraphClient, *, app: str) -> None:
        self._graph, self._app = graph, app

    async def check(self, receipt: c.Receipt, post: Post) -> None:
        """That the post is public and ours, and that only its words differ. Raises one of the four; never in doubt."""
        shown = await self._graph.get(receipt.remote_id, fields=f"{FIELDS},is_published")
        if shown.get("is_published") is False:
            raise c.Reject(_NOT_PUBLIC)
        if str((shown.get("application") or {}).get("id") or self._app) != self._app:
            raise c.Reject(_NOT_OURS)
        if _differs(shown, receipt, post):
            raise c.Reject(_ONLY_WORDS)

    async def change(self, receipt: c.Receipt, post: Post) -> bool:
        """Give the post these words; the same words twice are harmless. Raises one of the four."""
        await self._graph.post(receipt.remote_id, message=post.message)
        return True


def unchangeable(post: Post) -> dict[str, Any]:
    """What a receipt remembers of the pictures and the link, since no edit changes them."""
    shown = {"pictures": [medium.sha256[:16] for medium in post.photos], "link": post.link}
    return shown | ({"video": post.video.sha256[:16]} if post.video else {})


def _differs(shown: Mapping[str, Any], receipt: c.Receipt, post: Post) -> bool:
    wanted = unchangeable(post)
    if bool(post.video) is not has_video(shown):
        return True
    if wanted.keys() <= receipt.details.keys():
        return any(receipt.details[name] != value for name, value in wanted.items())
    return attached_photos(shown) != len(post.photos) or not same_link(shown, post.link)
