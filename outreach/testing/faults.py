"""How a call to a platform goes wrong, for the script of a `FakeChannel`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from outreach.channel import PauseChannel, Reject, RetryAt, Text, UnknownOutcome


class Crash(BaseException):
    """The process dies here; no adapter and no dispatcher may catch it."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """How one call to the platform goes wrong: wait, then accept it or not (`late` later), then raise `error` if there is one."""

    error: BaseException | None = None
    accepted: bool = False
    late: timedelta = timedelta(0)
    wait: Callable[[], Awaitable[object]] | None = None


def lost_request() -> Fault:
    """A time-out before the platform saw anything."""
    return Fault(error=UnknownOutcome(Text("The channel did not answer in time.")))


def lost_reply(*, late: timedelta = timedelta(0)) -> Fault:
    """The platform accepts (`late` after the call), but its reply never arrives."""
    return Fault(
        error=UnknownOutcome(Text("The channel did not answer in time.")), accepted=True, late=late
    )


def retry_at(at: datetime | None = None) -> Fault:
    """The platform is busy until `at` (aware UTC)."""
    return Fault(error=RetryAt(Text("The channel asks to wait."), at=at))


def pause(until: datetime | None = None) -> Fault:
    """The platform shuts the whole channel out until `until` (aware UTC; None: until a person acts)."""
    return Fault(error=PauseChannel(Text("The channel refuses everything for now."), until=until))


def reject() -> Fault:
    """The platform refuses this content for good."""
    return Fault(error=Reject(Text("The channel refuses this content.")))


def crash(*, accepted: bool = False) -> Fault:
    """The process dies, before or after the platform accepted."""
    return Fault(error=Crash("crash"), accepted=accepted)


def slow(wait: Callable[[], Awaitable[object]]) -> Fault:
    """The platform accepts after `wait()` ends."""
    return Fault(wait=wait, accepted=True)
