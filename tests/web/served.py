"""An application behind a real uvicorn on a free port, and a client that sends paths as they are."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.quick_server import QuickServer


@dataclass(frozen=True)
class Answer:
    """What came back; header names in lower case."""

    status_code: int
    headers: dict[str, str]
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()


@dataclass
class Client:
    """One connection per request; `headers` go with each."""

    port: int
    headers: dict[str, str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, headers=self.headers | (headers or {}))
            answer = connection.getresponse()
            names = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, names, answer.read())
        finally:
            connection.close()

    def get(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        return self.ask("GET", path, headers)


@contextmanager
def served(app: Any, headers: dict[str, str] | None = None) -> Iterator[Client]:
    """The application runs until the block ends; its own ending is awaited."""
    with QuickServer(app, log_level="warning", lifespan="on") as server:
        yield Client(server.port, headers or {})
