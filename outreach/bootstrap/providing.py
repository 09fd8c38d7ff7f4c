"""Builds the provider that people sign in at, with the way it is called."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from outreach.channel import NotPublished, UnknownOutcome
from outreach.extras import needed
from outreach.settings import Settings

if TYPE_CHECKING:
    from outreach.review.provider import Provider

PATIENCE_SECONDS = 15.0
"""So long may the provider take for one answer."""


def provider_of(settings: Settings, now: Callable[[], datetime]) -> Provider | None:
    """The provider of [review.oidc]; None when there is none. Raises `NotInstalled` without the extra."""
    asked = settings.review.oidc
    if asked is None:
        return None
    needed("authlib.oidc.core", "oidc")
    from outreach.review.provider import Provider  # noqa: PLC0415 - only who signs in elsewhere needs its libraries

    secret = asked.client_secret.get_secret_value() if asked.client_secret else ""
    return Provider(asked, _fetch(secret), now)


def _fetch(secret: str) -> Callable[[str, str, bytes, Mapping[str, str]], tuple[int, bytes]]:
    def fetch(
        method: str, url: str, content: bytes, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        return asyncio.run(_ask(secret, method, url, content, headers))

    return fetch


async def _ask(
    secret: str, method: str, url: str, content: bytes, headers: Mapping[str, str]
) -> tuple[int, bytes]:
    from outreach.channels._http import HttpClient  # noqa: PLC0415 - as above
    from outreach.review.ways_in import NotSignedIn  # noqa: PLC0415 - as above

    client = HttpClient(secrets=[secret] if secret else [], deadline=PATIENCE_SECONDS)
    try:
        reply = await client.send(method, url, content=content, headers=headers)
    except (NotPublished, UnknownOutcome) as outcome:
        raise NotSignedIn(outcome.reason) from outcome
    finally:
        await client.aclose()
    return reply.status, reply.body
