"""Tells our text on the site from one that staff changed there: what we write carries a seal of itself.

The seal stands for what readers see: words, links and pictures. What WordPress strips from the markup does not break it.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Mapping
from typing import Any

from outreach.channel import Steps, Text, UnknownOutcome

_SEAL = re.compile(r"<!-- outreach-seal:([0-9a-f]{16}) -->")
_TAG = re.compile(r"<!--.*?-->|<[^>]*>", re.DOTALL)
_TARGET = re.compile(r'(?:href|src)="([^"]*)"')


def sealed(title: str, content: str, mark: str) -> str:
    """The content with its seal behind our mark."""
    return content.replace(mark, f"{mark}<!-- outreach-seal:{fingerprint(title, content)} -->")


def is_touched(post: Mapping[str, Any], mark: str) -> bool:
    """Whether someone else changed the title or the content; false where an older version of ours left no seal."""
    content = raw(post, "content")
    seal = _SEAL.search(content)
    if seal is None:
        return mark not in content
    return seal[1] != fingerprint(raw(post, "title"), content)


async def ask_about(post: Mapping[str, Any], mark: str, steps: Steps) -> None:
    """Where someone changed the post, a person decides whose text stays; their word holds for what stands there now."""
    if not is_touched(post, mark):
        return
    theirs = fingerprint(raw(post, "title"), raw(post, "content"))

    async def ask() -> None:
        raise UnknownOutcome(
            Text(
                "Staff changed the post {number} on the site. `outreach retry` replaces it by our text, `outreach cancel` leaves it.",
                number=post["id"],
            ),
            ask_person=True,
            evidence={"id": post["id"], "theirs": theirs},
        )

    await steps.once(f"ask: {theirs}", ask, repeatable=True)


def fingerprint(title: str, content: str) -> str:
    """16 hexadecimal digits for what readers see."""
    targets = " ".join(_TARGET.findall(content))
    seen = html.unescape(" ".join((title, _TAG.sub(" ", content), targets)))
    return hashlib.sha256(" ".join(seen.split()).encode()).hexdigest()[:16]


def raw(post: Mapping[str, Any], name: str) -> str:
    """A text of the post as it is stored."""
    return str((post.get(name) or {}).get("raw") or "")
