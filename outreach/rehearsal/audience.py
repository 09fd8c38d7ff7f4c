"""The public of a rehearsed month: the older a publication is, the more people have seen it."""

from __future__ import annotations

import zlib

HALF_LIFE = 2 * 86_400
"""Seconds after which half of those who may see a publication have seen it."""

LONGEST = 21 * 86_400
"""Seconds after which nobody sees it any more."""

FEWEST, MOST = 200, 2_000
"""How many people may see a publication."""


def received(name: str, age: float) -> dict[str, int]:
    """How the publication `name` was received within `age` seconds: totals, the same for the same name and age."""
    all_of_them = FEWEST + zlib.crc32(name.encode()) % (MOST - FEWEST)
    seen = min(age, LONGEST)
    views = int(all_of_them * seen / (seen + HALF_LIFE))
    return {
        "views": views,
        "reach": views * 3 // 4,
        "clicks": views // 10,
        "reactions": views // 20,
        "shares": views // 80,
    }
