"""Photos on their way to a post: uploaded unpublished, which nobody sees and which may be repeated."""

from __future__ import annotations

import asyncio
from typing import Any

from outreach import channel as c
from outreach.channels.facebook_page.graph import GraphClient


async def upload(graph: GraphClient, page: str, medium: c.Media, **more: Any) -> str:
    """The id of the uploaded photo. Raises `RetryAt` where the outcome is unknown: nothing became public."""
    try:
        content = await asyncio.to_thread(medium.file.read_bytes)
    except OSError as error:
        reason = c.Text(
            "The picture “{name}” cannot be read: {error}", name=medium.name, error=error
        )
        raise c.RetryAt(reason) from error
    file = (medium.sha256 + _ending(medium.mime), medium.mime, content)
    try:
        made = await graph.post(
            f"{page}/photos", file=file, published=False, alt_text_custom=medium.alt, **more
        )
    except c.UnknownOutcome as doubt:
        raise c.RetryAt(doubt.reason, evidence=doubt.evidence) from doubt
    if not made.get("id"):
        raise c.RetryAt(c.Text("Facebook's answer does not name the photo."))
    return str(made["id"])


def _ending(mime: str) -> str:
    return ".png" if mime == "image/png" else ".jpg"
