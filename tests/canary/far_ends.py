"""Far ends that answer wrongly in every way and repeat whatever they were told in confidence."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import ssl
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Self

from tests.channels.fault_server import Handler, Request, answer, reset
from tests.channels.mail_server import certificate


def misbehaviours(told: Iterable[str]) -> Mapping[str, Handler]:
    """Every way to answer wrongly; each holds all of `told`, which are secrets, and the whole request."""
    secrets = list(told)
    line = " ".join(secrets)
    safe = line.encode("ascii", "ignore").decode()

    def page(request: Request) -> str:
        signed = request.headers.get("authorization", "").rpartition(" ")[2]
        opened = _decoded(signed)
        return f"{request.path} {request.headers} {request.body!r} {line} {signed} {opened}"

    def html_page(status: int) -> Handler:
        return _made(lambda r: answer(status, f"<h1>{page(r)}</h1>".encode()))

    def said(status: int, headers: Mapping[str, str] | None = None, **more: Any) -> Handler:
        def make(request: Request) -> Handler:
            everything = {"message": page(request), "error_name": line, "error_user_msg": line}
            body = json.dumps({**everything, "status": "publish", **more}).encode()
            return answer(status, body, {"x-echo": safe, **(headers or {})})

        return _made(make)

    def raw(text: str) -> Handler:
        async def handle(request: Request, writer: asyncio.StreamWriter) -> None:
            writer.write(text.encode())
            await writer.drain()
            writer.close()

        return handle

    link = f"http://127.0.0.1:9/{secrets[0]}?token={safe.replace(' ', '+')}"
    location = {"location": link.encode("ascii", "ignore").decode()}
    error: dict[str, Any] = {"message": line, "error_user_msg": line, "fbtrace_id": secrets[0]}
    created: dict[str, Any] = {"id": secrets[0], "url": link, "permalink_url": link, "link": link}
    account: dict[str, Any] = {"name": line, "is_verified": True, "capabilities": {line: True}}
    issued: dict[str, Any] = {
        "access_token": "CnryNwAcc9e7",
        "refresh_token": "CnryNwRef9f8",
        "expires_in": "9",
    }
    data: dict[str, Any] = {
        "token": secrets[0],
        "id": line,
        "link_view": link,
        "is_valid": False,
        **account,
    }
    return {
        "500 page": html_page(500),
        "503 page": html_page(503),
        "404 page": html_page(404),
        "200 page": html_page(200),
        "302": said(302, location),
        "201 elsewhere": said(201, location, **created),
        "401": said(
            401, {"www-authenticate": f'Basic realm="{safe}"'}, code=secrets[0], error=-216
        ),
        "403": said(403, code=f"rest_{secrets[0]}", error=-14010),
        "400": said(400, code=line, error={**error, "code": 100}),
        "429": said(429, {"retry-after": safe}),
        "expired": said(400, error={**error, "code": 190, "error_subcode": 463}),
        "failed": said(500, error={**error, "code": 2}),
        "unknown error": said(200, error={**error, "code": 987}),
        "zalo refused": said(200, error=-201),
        "zalo unknown": said(200, error=-9999),
        "taken": said(200, error=0, data=data, **created, **account),
        "issued": said(200, **issued),
        "spoken": said(200, {"facebook-api-version": safe}, data=data, **account),
        "packed": said(200, {"content-encoding": safe}),
        "reset": reset,
        "no HTTP": raw(f"{safe}\r\n\r\n"),
        "no header": raw(f"HTTP/1.1 200 {safe}\r\n{safe}\r\n\r\n"),
        "cut off": raw(f"HTTP/1.1 200 OK\r\nx: {safe}\r\ncontent-length: 9999\r\n\r\n{safe}"),
    }


def in_turn(handlers: Iterable[Handler]) -> Handler:
    """One after the other, again and again."""
    turns = itertools.cycle(handlers)

    async def handle(request: Request, writer: asyncio.StreamWriter) -> None:
        await next(turns)(request, writer)

    return handle


def _made(make: Callable[[Request], Handler]) -> Handler:
    async def handle(request: Request, writer: asyncio.StreamWriter) -> None:
        await make(request)(request, writer)

    return handle


def _decoded(word: str) -> str:
    try:
        return base64.b64decode(word).decode(errors="replace")
    except ValueError:
        return ""


class TellTale:
    """A mail server that repeats the password to whoever asks it; TLS with a certificate of its own, port 0."""

    def __init__(self, folder: Path, replies: Iterable[str]) -> None:
        self.certificate = certificate(folder)
        self._replies = itertools.cycle(replies)
        self.told = 0
        self.port = 0

    def __enter__(self) -> Self:
        ready = threading.Event()
        self._thread = threading.Thread(target=asyncio.run, args=(self._serve(ready),), daemon=True)
        self._thread.start()
        assert ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    async def _serve(self, ready: threading.Event) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*self.certificate)
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0, ssl=context)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await self._stop.wait()
        server.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail\r\n")
        try:
            while line := (await reader.readline()).decode():
                reply = "250-mail\r\n250 AUTH PLAIN"
                if not line.startswith("EHLO"):
                    self.told += line.startswith("AUTH")
                    sent = line.split()[-1]
                    reply = f"{next(self._replies)} {line.strip()} {_decoded(sent)}".replace(
                        "\0", " "
                    )
                writer.write(f"{reply}\r\n".encode())
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()
