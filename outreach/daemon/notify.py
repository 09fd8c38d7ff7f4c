"""Tells systemd how the service is (sd_notify(3)); silent where nobody listens."""

from __future__ import annotations

import contextlib
import os
import socket

ALIVE = "WATCHDOG=1"
"""Said now and again while the event loop turns."""

PATIENCE = 2.0
"""How many seconds a supervisor that is busy may keep us waiting; for a sign of life it keeps us not at all."""


def notify(state: str) -> None:
    """Send one state such as `READY=1` to the supervisor, if there is one."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with (
        contextlib.suppress(OSError),  # a supervisor that is being replaced is no reason to end
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock,
    ):
        sock.settimeout(0.0 if state == ALIVE else PATIENCE)
        sock.connect(address)
        sock.sendall(state.encode())


def watchdog_interval() -> float | None:
    """Half of the seconds after which systemd takes our silence for a hang; None when it does not watch."""
    microseconds = os.environ.get("WATCHDOG_USEC", "")
    ours = os.environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    if not ours or not microseconds.isdecimal() or not int(microseconds):
        return None
    return int(microseconds) / 2_000_000
