"""Staff's templates, run in a process of their own and bounded in time and memory; nothing of ours is within their reach."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import threading
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from outreach.content.template_mends import explain
from outreach.domain.closing import Closing
from outreach.domain.problem import Place, Problem, Problems

_WORKER = Path(__file__).with_name("template_worker.py")
START_SECONDS = 30.0
WALL_SECONDS = 5.0
"""Real time after which a template is stopped when the machine gives it no processor; its own limit is a tenth of a second."""


def has_marks(text: str) -> bool:
    """Whether a text holds template marks at all; others need no process."""
    return any(mark in text for mark in ("{{", "{%", "{#"))


class TemplateProcess(Closing):
    """One limited process for any number of templates, started when first needed and again after it had to be stopped."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: _Running | None = None

    def render(self, source: str, context: Mapping[str, Any], place: Place) -> str:
        """The text of a template whose first line stands at `place`; raises `Problems` with the line of the mistake."""
        if not has_marks(source):
            return source
        with self._lock:
            reply = self._ask(json.dumps({"source": source, "context": context}))
        if "error" in reply:
            raise Problems((_problem(reply, source, context, place),))
        return str(reply["text"])

    def close(self) -> None:
        """End the process, if it runs."""
        running, self._running = self._running, None
        if running is not None:
            running.stop()

    def _ask(self, job: str) -> dict[str, Any]:
        if self._running is None:
            self._running = _Running()
            weakref.finalize(self, self._running.stop)
        reply = self._running.ask(job)
        if reply is None or reply.get("error") == "template-memory":
            self.close()
        return reply or {"error": "template-time", "line": 1, "detail": ""}


class _Running:
    def __init__(self) -> None:
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        self._process = subprocess.Popen(  # noqa: S603 - our own file, by this very interpreter
            [sys.executable, "-P", "-B", str(_WORKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=kept | {"PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"},
            start_new_session=True,
        )
        if self._line(START_SECONDS) is None:
            self.stop()
            raise RuntimeError("the process for templates did not start")

    def ask(self, job: str) -> dict[str, Any] | None:
        """The reply, None when the process was stopped or did not answer in time."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(job.encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return None
        line = self._line(WALL_SECONDS)
        return json.loads(line) if line else None

    def stop(self) -> None:
        """Kill the process and give its pipes back; harmless when repeated."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                _close(pipe)

    def _line(self, seconds: float) -> bytes | None:
        pipe = self._process.stdout
        assert pipe is not None
        poll = select.poll()
        poll.register(pipe, select.POLLIN | select.POLLHUP)
        if not poll.poll(seconds * 1000):
            return None
        return pipe.readline() or None


def _close(pipe: Any) -> None:
    try:
        pipe.close()
    except BrokenPipeError:
        return


def _problem(
    reply: Mapping[str, Any], source: str, context: Mapping[str, Any], place: Place
) -> Problem:
    number = max(int(reply["line"]), 1)
    lines = source.split("\n")
    line = lines[min(number, len(lines)) - 1]
    what, mend, column = explain(str(reply["error"]), str(reply["detail"]), line, context)
    first = place.column - 1 if number == 1 else 0
    at = Place(file=place.file, line=place.line + number - 1, column=column + first)
    return Problem(place=at, code=str(reply["error"]), what=what, mend=mend)
