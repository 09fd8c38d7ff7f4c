"""Gives memory back to the machine after a big piece of work, so that an idle service stays small."""

from __future__ import annotations

import ctypes
import gc


def give_back() -> None:
    """Collect what nobody uses and return free pages to the system, where the C library can (glibc's malloc_trim(3))."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def keep_one_heap() -> None:
    """Let all threads share one heap (glibc's mallopt(3)): ours wait for input and output, and many heaps only lie idle."""
    limit = getattr(ctypes.CDLL(None), "mallopt", None)
    if limit is not None:
        limit(_M_ARENA_MAX, 1)


_M_ARENA_MAX = -8
