"""A test post at a service: made where no reader sees it, looked at, and removed whatever the look said."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from outreach.channel import NotPublished, Text, Trial

DONE = Text("A test post was made where no reader sees it, read back and removed.")


async def tried(
    make: Callable[[], Awaitable[str]],
    look: Callable[[str], Awaitable[bool]],
    remove: Callable[[str], Awaitable[object]],
) -> Trial:
    """Make it (the service's name for it comes back), see whether it is as it should be, remove it. Raises what `make` raises."""
    name = await make()
    wrong = await _wrong(look, name)
    try:
        await remove(name)
    except NotPublished as refused:
        said = Text("The test post could not be removed: {why}", why=refused.reason)
        left = Text("The test post {name}; remove it by hand at the service.", name=name)
        return Trial(ok=False, said=said, left=left)
    return Trial(ok=wrong is None, said=wrong or DONE)


async def _wrong(look: Callable[[str], Awaitable[bool]], name: str) -> Text | None:
    try:
        seen = await look(name)
    except NotPublished as refused:
        return Text(
            "The test post was made and removed again, but could not be read back: {why}",
            why=refused.reason,
        )
    if seen:
        return None
    return Text("The test post was not as it should be when it was read back; it was removed.")
