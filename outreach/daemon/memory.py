"""How the service uses memory: as little as it can while it waits."""

from __future__ import annotations

import ctypes


def keep_one_heap() -> None:
    """Let all threads share one heap (glibc's mallopt(3)): ours wait for input and output, and many heaps only lie idle."""
    limit = getattr(ctypes.CDLL(None), "mallopt", None)
    if limit is not None:
        limit(_M_ARENA_MAX, 1)


_M_ARENA_MAX = -8
