"""The one thread in which this process talks to the database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Writer:
    """Runs store calls one after another off the event loop; a call that was begun always ends, even when its caller is cancelled."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")

    async def __call__(self, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `call` in the store's thread and return its result."""
        loop = asyncio.get_running_loop()
        return await asyncio.shield(
            loop.run_in_executor(self._thread, lambda: call(*args, **kwargs))
        )

    def close(self) -> None:
        """Wait for what was begun, then end the thread."""
        self._thread.shutdown(wait=True)


class SameThread(Writer):
    """Runs store calls where they are asked for: on virtual time nothing else could go on meanwhile, and no thread need be woken."""

    async def __call__(self, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `call` and return its result; others have their turn before."""
        await asyncio.sleep(0)
        return call(*args, **kwargs)
