"""An office whose service really runs, and a supervisor that hears what the service tells it."""

from __future__ import annotations

import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from outreach.bootstrap import load_settings, open_desk
from outreach.domain.delivery import Delivery

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
CAMPAIGN = "thang-hanh-dong"
PATIENCE = 60.0

CONFIG = """
messages = "messages"
state = "state"
language = "{language}"
[web]
listen = "127.0.0.1:{port}"
[log]
format = "{form}"
[channels.so-website]
adapter = "website"
tags = ["website"]
folder = "site"
base_url = "http://127.0.0.1:8080/"
site_title = "Sở Công Thương"
[channels.hop-thu]
adapter = "outbox"
tags = ["social"]
folder = "outbox"
"""

MONTH = """
name = "Tháng hành động"
short_name = "Tháng hành động"
theme = "Chủ đề"
office = "Sở Công Thương"
time_zone = "Asia/Ho_Chi_Minh"
language = "vi"
hashtags = ["#ThangHanhDong"]
units = ["Văn phòng"]
topics = ["phát động"]
[window]
from = {start}
until = {end}
[posting]
slots = ["08:00"]
holidays = "post"
late = "6h"
"""


def wait_for(fact: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    """Return as soon as the fact holds."""
    end = time.monotonic() + patience
    while not fact():
        assert time.monotonic() < end, f"never happened: {what}"
        time.sleep(0.01)


@dataclass(frozen=True)
class Office:
    """Files of a campaign that is under way in real time."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    @property
    def messages(self) -> Path:
        return self.folder / "messages" / CAMPAIGN

    def set_up(self, *, language: str = "en", form: str = "text", port: int = 0) -> None:
        """Write the configuration and the campaign."""
        text = CONFIG.format(language=language, form=form, port=port)
        self.config.write_text(text, "utf-8")
        self.messages.mkdir(parents=True, exist_ok=True)
        today = datetime.now(ZONE).date()
        start, end = today - timedelta(days=2), today + timedelta(days=28)
        (self.messages / "campaign.toml").write_text(MONTH.format(start=start, end=end), "utf-8")

    def write(self, name: str, at: datetime, *, channels: str = "website, social") -> None:
        """Ask for one more post."""
        when = at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")
        head = f"title: Tin {name}\nchannels: [{channels}]\nat: {when}\ntopic: phát động\n"
        (self.messages / f"{name}.md").write_text(f"---\n{head}---\nXin chào {name}.\n", "utf-8")

    def page(self, name: str) -> Path:
        return self.folder / "site" / CAMPAIGN / name / "index.html"

    def deliveries(self) -> list[Delivery]:
        with open_desk(load_settings(self.config), channels=False) as desk:
            return desk.queue.list()

    @contextmanager
    def service(self, program: Sequence[str] = ("-m", "outreach")) -> Iterator[Running]:
        """The service as a process of its own, killed at the end whatever happens."""
        address = str(self.folder / "notify")
        Path(address).unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
            supervisor.bind(address)
            errors = self.folder / "stderr"
            with errors.open("wb") as stderr:
                command = [sys.executable, *program, "run", "--config", str(self.config)]
                process = subprocess.Popen(
                    command,
                    stderr=stderr,
                    env={**os.environ, "NOTIFY_SOCKET": address, "WATCHDOG_USEC": "2000000"},
                )
            try:
                running = Running(process=process, errors=errors)
                threading.Thread(target=running.listen, args=[supervisor], daemon=True).start()
                yield running
            finally:
                process.kill()
                process.wait()
                supervisor.shutdown(socket.SHUT_RDWR)


@dataclass
class Running:
    """One service process."""

    process: subprocess.Popen[bytes]
    errors: Path
    words: queue.SimpleQueue[str] = field(default_factory=queue.SimpleQueue)

    def listen(self, supervisor: socket.socket) -> None:
        """Hear what it tells its supervisor, until that one goes away."""
        while word := supervisor.recv(4096):
            self.words.put(word.decode())

    @property
    def said(self) -> str:
        """What it logged so far."""
        return self.errors.read_text("utf-8")

    def await_word(self, word: str) -> None:
        """Wait until the service tells its supervisor `word` once more."""
        while self.words.get(timeout=PATIENCE) != word:
            pass

    def tell(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def end(self) -> int:
        """How it ended, once it did."""
        return self.process.wait(PATIENCE)
