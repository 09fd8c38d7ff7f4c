"""One post by a process that is killed at every single write, sync, unlink and send, or whose disk fails there."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from outreach.domain.delivery import State
from outreach.store.delivery_log import verify
from outreach.store.engine import open_engine
from outreach.store.queue import Queue
from tests.channels.fault_server import FaultServer, Request, answer
from tests.daemon.office import wait_for
from tests.dispatch.claims import NOON
from tests.dispatch.world import World
from tests.faults.one_post import CHANNEL, GO, settle

pytestmark = pytest.mark.slow

DISK = "pwrite64,fsync,fdatasync,unlink"
NETWORK = "sendto,sendmsg,write"
MOST = 400
"""More calls than one post needs."""


@dataclass
class Platform:
    """Takes whatever it is sent, as often as it is sent, and says what it has."""

    taken: list[str] = field(default_factory=list)

    async def __call__(self, request: Request, writer: asyncio.StreamWriter) -> None:
        if request.method == "POST":
            self.taken.append(request.headers["webhook-id"])
        known = request.method == "POST" or bool(self.taken)
        await answer(200 if known else 404)(request, writer)


@dataclass(frozen=True)
class Post:
    """One post that is due, in a database of its own for each run."""

    template: Path
    folder: Path
    processes: subprocess.Popen[str]

    def prepare(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.template, self.folder)
        os.mkfifo(self.folder / GO)

    def struck(self, url: str, calls: str, fault: str) -> bool:
        """Run a process to which `fault` happens; whether it got so far."""
        assert self.processes.stdin
        assert self.processes.stdout
        self.processes.stdin.write(f"{self.folder} {url} {NOON.isoformat()}\n")
        self.processes.stdin.flush()
        child = int(self.processes.stdout.readline())
        seen = self.folder / "calls"
        options = ["-o", str(seen), "-e", f"trace={calls}", "-e", f"inject={calls}:{fault}"]
        command = ["strace", "-f", "-qq", *options, "-p", str(child)]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as tracer:
            status = Path(f"/proc/{child}/status")
            wait_for(lambda: f"TracerPid:\t{tracer.pid}\n" in status.read_text("ascii"), "a hold")
            (self.folder / GO).write_bytes(b"")
            ended_badly = int(self.processes.stdout.readline()) != 0
        return ended_badly or "INJECTED" in seen.read_text("ascii", "replace")

    def recover(self, url: str) -> State:
        """A new process a day later; gives what became of the post."""
        settle(self.folder, url, NOON + timedelta(hours=2))
        engine = open_engine(f"sqlite:///{self.folder / 'outreach.db'}")
        try:
            (delivery,) = Queue(engine, media_folder=self.folder).list()
            assert verify(engine).damage is None
        finally:
            engine.dispose()
        with closing(sqlite3.connect(self.folder / "outreach.db")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return delivery.state


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    if shutil.which("strace") is None:
        pytest.skip("no strace on this machine: install Debian's package `strace`")
    template = tmp_path / "template"
    template.mkdir()
    world = World(template)
    world.plan("m", CHANNEL, NOON)
    world.close()
    command = [sys.executable, "-m", "tests.faults.one_post"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as processes:
        yield Post(template, tmp_path / "office", processes)


@pytest.mark.parametrize(
    ("calls", "fault"),
    [(DISK, "signal=KILL"), (NETWORK, "signal=KILL"), (DISK, "error=EIO")],
)
@pytest.mark.fault(2, "strace kills it at the k-th call, for every k")
@pytest.mark.fault(11, "strace answers the k-th write or sync with EIO")
def test_whatever_fails_at_whatever_call_the_post_is_public_once(
    post: Post, calls: str, fault: str
) -> None:
    for number in range(1, MOST):
        post.prepare()
        with FaultServer(platform := Platform()) as server:
            struck = post.struck(server.url, calls, f"{fault}:when={number}")
            assert post.recover(server.url) is State.PUBLISHED, f"call {number}"
            assert len(platform.taken) == 1, f"call {number}"
        if not struck:
            assert number > 2
            return
    pytest.fail("the process never came to its end")
