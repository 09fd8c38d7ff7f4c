"""What the service does not need while it waits is not in its memory."""

from __future__ import annotations

import base64
import subprocess
import sys
from pathlib import Path

import pytest

from outreach.bootstrap import load_settings, open_desk

PLANNING_AND_DESK = {
    "PIL", "alembic", "dateutil", "holidays", "jinja2", "markdown_it", "nh3", "regex", "starlette", "uvicorn", "yaml",
    "outreach.content", "outreach.dispatch.sync", "outreach.sandbox", "outreach.testing", "outreach.web",
}  # fmt: skip
"""What only reading, planning, previews, rehearsals and our own site need."""

SERVE = """
import asyncio, sys
from pathlib import Path
from outreach.cli.app import build_app
from outreach.bootstrap import open_service
import outreach.daemon.main
from outreach.daemon.serving import Serving

async def serve(build):
    async with Serving(build()) as serving:
        while serving._files._known is None:
            await asyncio.sleep(0.05)

build_app()
with open_service(Path(sys.argv[1])) as service:
    asyncio.run(serve(service.build))
print(*sys.modules)
"""

CONFIG = """
messages = "messages"
state = "state"
[channels.bao]
adapter = "webhook"
url = "http://127.0.0.1:9/"
secret = { file = "secret" }
allow_private = true
"""


@pytest.mark.slow
def test_planning_and_the_desk_are_not_in_the_memory_of_the_service(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(CONFIG, "utf-8")
    secret = tmp_path / "secret"
    secret.write_text("whsec_" + base64.b64encode(b"invented" * 4).decode(), "utf-8")
    secret.chmod(0o600)
    (tmp_path / "messages").mkdir()
    with open_desk(load_settings(config)):  # the database is made by an earlier command
        pass
    command = [sys.executable, "-c", SERVE, str(config)]
    served = subprocess.run(command, capture_output=True, text=True, check=False)
    assert served.returncode == 0, served.stderr
    loaded = set(served.stdout.split())
    assert "outreach.channels.webhook.adapter" in loaded
    assert sorted(PLANNING_AND_DESK & loaded) == []
