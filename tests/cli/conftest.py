"""An office with one small campaign, its commands, and a service that can be told what time it is."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from outreach.cli.app import build_app
from outreach.cli.exit_codes import ExitCode

CAMPAIGN = "thang-hanh-dong"


@dataclass(frozen=True)
class Said:
    """What one command printed and how it ended."""

    code: ExitCode
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@cache
def whole_command() -> Any:
    """The command line; putting it together takes longer than most commands do."""
    return get_command(build_app())


def run(*words: str, language: str = "en", keys: str | None = None) -> Said:
    """Type a command."""
    with patch("typer.testing._get_command", return_value=whole_command()):
        typed = [*words, "--language", language]
        result = CliRunner().invoke(build_app(), typed, input=keys)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return Said(ExitCode(result.exit_code), result.stdout, result.stderr)


@dataclass(frozen=True)
class Office:
    """A folder with config.toml and messages/, which is the working folder."""

    folder: Path

    @property
    def messages(self) -> Path:
        return self.folder / "messages" / CAMPAIGN

    @property
    def window_start(self) -> str:
        text = (self.messages / "campaign.toml").read_text("utf-8")
        return next(line for line in text.splitlines() if line.startswith("from =")).split()[-1]

    def write(self, name: str, *, at: str, channels: str = "[website]", more: str = "") -> None:
        head = f"title: Tin {name}\nchannels: {channels}\nat: {at}\n{more}"
        (self.messages / f"{name}.md").write_text(f"---\n{head}---\nXin chào.\n", "utf-8")

    def deliveries(self, *filters: str) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = run("queue", "--json", *filters).json
        return listed

    def work(self, at: datetime) -> None:
        """Let the service carry out everything that is due at `at`."""
        from outreach.bootstrap import build_channels, load_settings, media_folder, open_store
        from outreach.dispatch.dispatcher import Dispatcher
        from outreach.dispatch.writer import Writer
        from outreach.store.lease import Lease
        from outreach.store.queue import Queue

        settings = load_settings(self.folder / "config.toml")
        engine = open_store(settings)
        lease = Lease.take(engine, settings.state)
        queue = Queue(engine, media_folder=media_folder(settings), fence=lease.fence)
        channels = build_channels(settings, lambda: at).channels

        async def go() -> None:
            write = Writer()
            worker = Dispatcher(queue=queue, channels=channels, write=write, now=lambda: at)
            await worker.work_off()
            write.close()

        try:
            asyncio.run(go())
        finally:
            lease.release()
            engine.dispose()

    def work_after(self, message: str, channel: str) -> dict[str, Any]:
        """Let the service work a minute after that delivery falls due; give the delivery as it was before."""
        wanted = [
            d for d in self.deliveries() if (d["message"], d["channel"]) == (message, channel)
        ]
        self.work(datetime.fromisoformat(wanted[0]["due"]) + timedelta(minutes=1))
        return wanted[0]


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OUTREACH_LANGUAGE", raising=False)
    monkeypatch.delenv("OUTREACH_BY", raising=False)
    assert run("init").code is ExitCode.OK
    return Office(tmp_path)
