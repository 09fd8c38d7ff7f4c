"""The real service, killed with -9 at random moments, against a platform that keeps every call and shows it late."""

from __future__ import annotations

import asyncio
import json
import math
import multiprocessing
import os
import random
import signal
import sqlite3
import threading
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from outreach.bootstrap import load_settings, open_desk, open_service
from outreach.daemon.main import Daemon
from outreach.domain.delivery import Delivery
from outreach.store.delivery_log import Verdict, verify
from outreach.store.engine import open_engine
from tests.crash.killed_months import switch_read_back_off
from tests.daemon.office import CAMPAIGN, MONTH, ZONE

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(
    [
        "pytest",
        "outreach.bootstrap.rehearsals",
        "outreach.channels.facebook_page.adapter",
        "outreach.channels.in_person",
        "outreach.channels.outbox",
        "outreach.channels.webhook.adapter",
        "outreach.channels.website.adapter",
        "outreach.channels.zalo_oa.adapter",
        "outreach.daemon.main",
        "tests.crash.killed_service",
    ]
)

CONFIG = """
messages = "messages"
language = "en"
[backup]
at = "never"
[channels.cong]
adapter = "webhook"
tags = ["social"]
url = "http://127.0.0.1:{port}/calls"
find_url = "http://127.0.0.1:{port}/looks"
secret = {{ env = "KILLED_SERVICE_SECRET" }}
allow_private = true
withdraws = false
slots = 2
"""
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
POST = "---\ntitle: Tin {name}\nchannels: [social]\nat:\n{times}\nlate: 480h\ntopic: phát động\n---\nTin {name}.\n"
TIMES = 25
"""How many posts one file asks for."""

APART = timedelta(minutes=30)

SETTLE = timedelta(seconds=0.1)
LOOK_FOR = timedelta(seconds=0.3)
"""The service's own waiting times, in the scale of a life that lasts a tenth of a second."""

LAG = 0.05
"""Seconds for which no look at all sees what was taken; shorter than `SETTLE`, as a channel promises."""


@dataclass
class Platform:
    """Takes every call for a publication of its own, even a repeated one.

    No look sees it within `LAG`, and the first one after that does not see it either.
    """

    seed: int
    calls: list[str] = field(default_factory=list)
    port: int = 0

    def __enter__(self) -> Self:
        self.dice = random.Random(self.seed)
        self.asked, self._shown_from = threading.Event(), dict[str, float]()
        self._looked_for = set[str]()
        ready = threading.Event()
        self._thread = threading.Thread(target=asyncio.run, args=(self._serve(ready),), daemon=True)
        self._thread.start()
        assert ready.wait(60)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(60)

    async def _serve(self, ready: threading.Event) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await self._stop.wait()
        server.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while not self._stop.is_set():
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = [
                    line[15:]
                    for line in head.lower().split("\r\n")
                    if line[:15] == "content-length:"
                ]
                body = await reader.readexactly(int(length[0])) if length else b""
                status, answer = self._answer(head.split()[1], body)
                self.asked.set()
                await asyncio.sleep(self.dice.random() * 0.01)
                content = json.dumps(answer).encode()
                lines = f"HTTP/1.1 {status} -\r\ncontent-length: {len(content)}\r\n\r\n"
                writer.write(lines.encode() + content)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _answer(self, target: str, body: bytes) -> tuple[int, dict[str, str]]:
        if body:
            key = json.loads(body)["data"]["key"]
            self.calls.append(key)
            self._shown_from[key] = time.monotonic() + LAG
            self._looked_for.discard(key)
            return 200, {"id": f"{len(self.calls)}"}
        key = parse_qs(urlsplit(target).query).get("key", [""])[0]
        if time.monotonic() < self._shown_from.get(key, math.inf):
            return 404, {}
        if key not in self._looked_for:
            self._looked_for.add(key)
            return 404, {}
        return 200, {"id": key}


@dataclass
class Service:
    """One office whose service lives many short lives."""

    home: Path
    platform: Platform
    posts: int
    blind: bool = False
    kills: int = 0
    met: Counter[int] = field(default_factory=Counter)
    """How many deliveries were being published when a kill fell -> how often."""

    @property
    def config(self) -> Path:
        return self.home / "config.toml"

    @property
    def database(self) -> Path:
        return self.home / "state" / "outreach.db"

    def set_up(self) -> None:
        """Write the files and queue everything; all of it is due."""
        folder = self.home / "messages" / CAMPAIGN
        folder.mkdir(parents=True)
        self.config.write_text(CONFIG.format(port=self.platform.port), "utf-8")
        first = (datetime.now(UTC) - self.posts * APART - timedelta(hours=1)).astimezone(ZONE)
        start, end = first.date() - timedelta(days=1), first.date() + timedelta(days=60)
        (folder / "campaign.toml").write_text(MONTH.format(start=start, end=end), "utf-8")
        for number in range(self.posts // TIMES):
            whens = [first + (number * TIMES + n) * APART for n in range(TIMES)]
            times = "\n".join(f"  - {when:%Y-%m-%d %H:%M}" for when in whens)
            text = POST.format(name=number, times=times)
            (folder / f"tin-{number}.md").write_text(text, "utf-8")
        with open_desk(load_settings(self.config)) as desk:
            proposal = desk.sync.look(CAMPAIGN, datetime.now(UTC))
            assert not proposal.problems, proposal.problems
            desk.sync.apply(proposal, now=datetime.now(UTC), actor="test")
            assert len(desk.queue.list()) == self.posts

    def live_and_die(self, kills: int) -> None:
        """So many lives, each ended by a kill at a moment of its own; kills and publications advance together."""
        dice = random.Random(self.platform.seed)
        while self.kills < kills:
            process = self._begin()
            if len(self.platform.calls) * kills > self.posts * (self.kills + 1):
                time.sleep(dice.random() * 0.06)
            else:
                self.platform.asked.wait(20)
                time.sleep(dice.random() * 0.02)
            os.kill(process.pid, signal.SIGKILL)  # which fails if it has ended by itself
            process.join()
            self.kills += 1
            self.met[self._count("publishing")] += 1

    def live_on(self, patience: float = 120) -> None:
        """One last life, until everything has come to rest."""
        process, end = self._begin(), time.monotonic() + patience
        try:
            while self._count("scheduled", "publishing", "unknown") and time.monotonic() < end:
                assert process.is_alive(), self.said
                time.sleep(0.05)
        finally:
            process.kill()
            process.join()

    def _begin(self) -> Any:
        """Start a life while somebody saves a file, so that no life is spent on reading files."""
        (self.home / "messages" / CAMPAIGN / "tin-0.md").touch()
        self.platform.asked.clear()
        words = (self.config, self.home / "stderr", self.blind)
        process = PROCESSES.Process(target=live, args=words, daemon=True)
        process.start()
        return process

    def _count(self, *states: str) -> int:
        marks = ", ".join("?" * len(states))
        with closing(sqlite3.connect(self.database, timeout=60)) as connection:
            query = f"SELECT count(*) FROM delivery WHERE state IN ({marks})"
            return int(connection.execute(query, states).fetchone()[0])

    # --- what came of it ------------------------------------------------------------------------------

    @property
    def said(self) -> str:
        return (self.home / "stderr").read_text("utf-8")

    def deliveries(self) -> list[Delivery]:
        with open_desk(load_settings(self.config), channels=False) as desk:
            return desk.queue.list()

    def unexplained(self) -> list[int]:
        """Attempts without an outcome, or not published without a reason."""
        with closing(sqlite3.connect(self.database)) as connection:
            found = connection.execute(
                "SELECT id FROM attempt WHERE finished IS NULL OR outcome IS NULL "
                "OR (outcome <> 'published' AND reason IS NULL)"
            )
            return [row[0] for row in found]

    def integrity(self) -> str:
        with closing(sqlite3.connect(self.database)) as connection:
            return str(connection.execute("PRAGMA integrity_check").fetchone()[0])

    def log(self) -> Verdict:
        engine = open_engine(f"sqlite:///{self.database}")
        try:
            return verify(engine)
        finally:
            engine.dispose()


def live(config: Path, stderr: Path, blind: bool) -> None:
    """In a process of its own: the service as `outreach run` runs it, on a shorter time scale."""
    from outreach.dispatch import reconcile
    from outreach.store import claims

    os.environ["KILLED_SERVICE_SECRET"] = SECRET
    descriptor = os.open(stderr, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.dup2(descriptor, 2)
    vars(reconcile).update(SETTLE=SETTLE)
    vars(claims).update(LOOK_FOR=LOOK_FOR)
    if blind:
        switch_read_back_off()
    with open_service(config) as service:
        asyncio.run(Daemon(service.build).run())
