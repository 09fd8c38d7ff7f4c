"""A test post: an article that is hidden from the beginning."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from outreach.channel import Reject, Text, Trial, UnknownOutcome
from outreach.channels._trials import tried
from outreach.channels.zalo_oa.api import Api
from outreach.channels.zalo_oa.article import AUTHOR, DESCRIPTION, TITLE, cut
from outreach.channels.zalo_oa.listing import Listing
from outreach.channels.zalo_oa.settings import ZaloSettings

SAFE_PLACE = Text(
    "A hidden article, which only those see who administer the account; no follower is told, and it is removed at once."
    " Zalo takes up to two minutes for that."
)


@dataclass(frozen=True)
class Hiding:
    """Articles of one account that nobody is shown."""

    settings: ZaloSettings
    api: Api
    listing: Listing

    async def try_out(
        self,
        text: str,
        *,
        verified: Callable[[dict[str, str]], Awaitable[str]],
        remove: Callable[[str], Awaitable[object]],
    ) -> Trial:
        """Create, read back, remove. Raises `Reject` where the configuration names no cover, without which Zalo takes nothing."""
        body = self._body(text)

        async def make() -> str:
            created = await self.api.post("/v2.0/article/create", body)
            token = created.get("token") if isinstance(created, dict) else None
            if not token:
                raise UnknownOutcome(Text("Zalo's answer cannot be understood."))
            return await verified({"token": str(token)})

        async def look(article_id: str) -> bool:
            return await self.listing.status(article_id) == "hide"

        return await tried(make, look, remove)

    def _body(self, text: str) -> dict[str, Any]:
        cover = self.settings.cover_url
        if not cover:
            raise Reject(
                Text(
                    "Zalo takes no article without a cover: set cover_url for this channel to try it."
                )
            )
        return {
            "type": "normal",
            "title": cut(text, TITLE),
            "author": cut(self.settings.author or "outreach", AUTHOR),
            "description": cut(text, DESCRIPTION),
            "cover": {"cover_type": "photo", "photo_url": cover, "status": "show"},
            "body": [{"type": "text", "content": text}],
            "status": "hide",
            "comment": "hide",
        }
