"""Where the fuzzer begins, by target."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def _answer(number: int, shape: Any) -> bytes:
    """The number of the status in `targets.STATUSES`, and the body."""
    return bytes((number,)) + json.dumps(shape).encode()


_MESSAGE = """---
title: Tin
kind: banner
channels: [website, facebook]
from: 2022-11-16
---
Một hai.
"""
_REFERENCES = """---
title: &a x
link: *a
at:
  - 2022-11-16 08:00
repeat: weekly on mon at 08:00
---
::: zalo
x
:::
"""
_MARKS = """# Đề mục

- một
  1. hai

[liên kết](https://so.vn "x") **đậm** ~~bỏ~~
"""
_TRAPS = """| a | b |
|---|---|
| <b onclick=x> | `c` |

[x](javascript:alert(1)) <javascript:x> ![p](q)
"""
_POST = {"id": "1", "message": "x", "created_time": "2022-11-16T05:00:00+0000"}
_ARTICLES = {"token": "t", "id": "a", "medias": [{"id": "a", "create_date": 1_668_574_800_000}]}
_REFUSAL = {"code": 190, "error_subcode": 463, "message": "x", "is_transient": True}

SEEDS: Mapping[str, tuple[bytes, ...]] = {
    "front_matter": (_MESSAGE.encode(), _REFERENCES.encode()),
    "markdown": (_MARKS.encode(), _TRAPS.encode()),
    "replies": (
        _answer(0, {"id": "1_2", "permalink_url": "https://facebook.com/1_2"}),
        _answer(0, {"data": [_POST], "paging": {}}),
        _answer(0, {"error": 0, "data": _ARTICLES}),
        _answer(5, {"error": _REFUSAL}),
    ),
}
