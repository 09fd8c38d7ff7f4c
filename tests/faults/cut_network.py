"""Calls a service over a link that is cut, in a network of its own (`unshare --net`): prints what each call came to."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import threading

from outreach.channel import NotPublished
from outreach.channels._http import HttpClient

PATIENCE = 2.0
"""Seconds for a whole request; the service allows sixty."""


def link(state: str) -> None:
    """Plug the only cable of this network in, or pull it."""
    subprocess.run(["ip", "link", "set", "lo", state], check=True)


async def outcome(url: str) -> str:
    """What a call came to, and whether bytes may have left."""
    client = HttpClient(deadline=PATIENCE)
    try:
        reply = await client.send("POST", url, content=b"x")
    except NotPublished as failure:
        return type(failure).__name__
    finally:
        await client.aclose()
    return str(reply.status)


def cut_when_heard(listening: socket.socket, heard: list[bytes]) -> None:
    """Take a request, and pull the cable before it is answered."""
    caller, _ = listening.accept()
    with caller:
        heard.append(caller.recv(4_096))
        link("down")
        caller.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")


def main() -> None:
    """The cable is out before the call; then it is pulled in the middle of one."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        before = asyncio.run(outcome(url))
        link("up")
        heard: list[bytes] = []
        thread = threading.Thread(target=cut_when_heard, args=(listening, heard))
        thread.start()
        after = asyncio.run(outcome(url))
        thread.join()
    print(before, after, len(heard))  # noqa: T201 - the test reads it


if __name__ == "__main__":
    main()
