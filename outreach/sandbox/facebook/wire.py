"""What comes over the wire, taken in every form that clients use, and the errors that go back."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request

_VERSION = re.compile(r"^v\d+\.\d+$")
_INDEXED = re.compile(r"^(\w+)\[(\d*)\](?:\[(\w+)\])?$")


class GraphError(Exception):
    """A refusal in the platform's own words."""

    def __init__(
        self,
        code: int,
        message: str,
        *,
        subcode: int = 0,
        status: int = 400,
        kind: str = "OAuthException",
        transient: bool = False,
        data: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error: dict[str, Any] = {"message": message, "type": kind, "code": code}
        if data:
            self.error["error_data"] = dict(data)
        if subcode:
            self.error["error_subcode"] = subcode
        if transient:
            self.error["is_transient"] = True


def missing(name: str, verb: str = "get") -> GraphError:
    """The answer for an object that does not exist or that the token may not see."""
    message = (
        f"Unsupported {verb} request. Object with ID '{name}' does not exist, cannot be loaded due to "
        "missing permissions, or does not support this operation."
    )
    return GraphError(100, message, subcode=33, kind="GraphMethodException")


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request: `path` without the version, every parameter from query and body, and the bytes of files."""

    method: str
    version: str
    path: tuple[str, ...]
    params: Mapping[str, Any]
    files: tuple[bytes, ...] = ()
    token: str = field(default="", repr=False)
    base: str = ""

    @property
    def edge(self) -> str:
        """The last part of a path like `{id}/feed`; empty when it names an object only."""
        return self.path[1] if len(self.path) > 1 else ""

    @property
    def deed(self) -> str:
        """Its edge, and for a video that comes in pieces also the phase: `videos finish`."""
        return f"{self.edge} {self.text('upload_phase')}".strip()

    def text(self, name: str) -> str:
        """A parameter as text; empty when absent."""
        value = self.params.get(name)
        return value if isinstance(value, str) else "" if value is None else json.dumps(value)

    def flag(self, name: str, default: bool) -> bool:
        """A parameter as a truth value: true, True, 1, JSON true."""
        value = self.params.get(name)
        return default if value is None else str(value).lower() in ("true", "1", "yes")

    def listed(self, name: str) -> list[Any]:
        """A parameter as a list: JSON text, a real array, `name[0]=…`, or words between commas outside brackets."""
        value = self.params.get(name)
        if isinstance(value, str) and value[:1] in ("[", "{"):
            value = _json(value)
        if isinstance(value, Mapping):
            value = list(value.values()) if all(str(key).isdigit() for key in value) else [value]
        if isinstance(value, str):
            return re.findall(r"(?:[^,({]|\([^)]*\)|\{[^}]*\})+", value)
        return [_json(one) if isinstance(one, str) else one for one in value or ()]


async def read_call(request: Request) -> Call:
    """Take a request apart."""
    params: dict[str, Any] = {}
    for name, value in request.query_params.multi_items():
        _set(params, name, value)
    sent, files = _body(request.headers.get("content-type", ""), await request.body())
    for name, value in sent:
        _set(params, name, value)
    parts = [part for part in request.url.path.split("/") if part]
    version = parts.pop(0) if parts and _VERSION.match(parts[0]) else ""
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    token = params.pop("access_token", "") or (
        bearer if scheme.lower() in ("bearer", "oauth") else ""
    )
    method = str(params.pop("method", request.method)).upper()
    return Call(
        method=method,
        version=version,
        path=tuple(parts),
        params=params,
        files=files,
        token=str(token),
        base=str(request.base_url).rstrip("/"),
    )


def appsecret_proof(secret: str, token: str) -> str:
    """Lower-case hexadecimal HMAC-SHA256 of the token, keyed with the app's secret."""
    return hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()


def _set(params: dict[str, Any], name: str, value: Any) -> None:
    indexed = _INDEXED.match(name)
    if not indexed:
        params[name] = value
        return
    outer, index, inner = indexed.groups()
    inside = params.setdefault(outer, {})
    if isinstance(inside, dict):
        place = index or str(len(inside))
        if inner:
            inside.setdefault(place, {})[inner] = value
        else:
            inside[place] = value


def _body(kind: str, body: bytes) -> tuple[list[tuple[str, Any]], tuple[bytes, ...]]:
    if kind.startswith("multipart/"):
        return _multipart(kind, body)
    if kind.startswith("application/json") or body[:1] == b"{":
        sent = _json(body.decode())
        return (list(sent.items()) if isinstance(sent, dict) else []), ()
    return list(parse_qsl(body.decode(errors="replace"), keep_blank_values=True)), ()


def _multipart(kind: str, body: bytes) -> tuple[list[tuple[str, Any]], tuple[bytes, ...]]:
    boundary = re.search(r'boundary="?([^";]+)', kind)
    if not boundary:
        raise GraphError(100, "Invalid multipart body")
    fields: list[tuple[str, Any]] = []
    files: list[bytes] = []
    for part in body.split(b"--" + boundary[1].encode())[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        content = content.removesuffix(b"\r\n")
        name = re.search(rb'[ ;]name="([^"]*)"', head)
        if b"filename" in head:
            files.append(content)
        elif name:
            fields.append((name[1].decode(), content.decode()))
    return fields, tuple(files)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
