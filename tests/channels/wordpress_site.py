"""A WordPress in memory: as forgetful of identity as the real one, and no more of it than our adapter uses."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.channels.fault_server import Request, answer

USER, PASSWORD = "tuyen-truyen", "abcd efgh ijkl mnop"
EDITOR = {
    "edit_posts": True,
    "publish_posts": True,
    "upload_files": True,
    "manage_categories": True,
}

Override = Callable[[Request], tuple[int, Any] | None]


def error(status: int, code: str, **details: Any) -> tuple[int, Any]:
    return status, {"code": code, "message": "…", "data": {"status": status, **details}}


@dataclass
class FakeWordPress:
    """Answers as WordPress 6 does; `override` may answer first, `url` is told once the server has its port."""

    url: str = ""
    posts: dict[int, dict[str, Any]] = field(default_factory=dict)
    blocks: dict[int, dict[str, Any]] = field(default_factory=dict)
    media: dict[int, dict[str, Any]] = field(default_factory=dict)
    terms: dict[int, tuple[str, str]] = field(default_factory=dict)
    capabilities: dict[str, bool] = field(default_factory=lambda: dict(EDITOR))
    authentication: Any = field(default_factory=lambda: {"application-passwords": {}})
    link: str = ""
    override: Override = lambda request: None

    def public(self, key: str) -> int:
        shown = (p for p in self.posts.values() if p["status"] == "publish")
        return sum(f"outreach:{key} " in p["content"]["raw"] for p in shown)

    async def __call__(self, request: Request, writer: asyncio.StreamWriter) -> None:
        status, content = self.override(request) or self._answer(request)
        headers = {"content-type": "application/json", "date": "Tue, 15 Nov 2022 01:00:05 GMT"}
        if urlsplit(request.path).path == "/":
            root = self.link or f"{self.url}wp-json/"
            headers |= {"link": f'<{root}>; rel="https://api.w.org/"'}
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        await answer(status, body, headers)(request, writer)

    def _answer(self, request: Request) -> tuple[int, Any]:
        path, _, query = request.path.partition("?")
        asked = {name: values[0] for name, values in parse_qs(query).items()}
        if path == "/":
            return 200, b"<html></html>"
        if path == "/wp-json/":
            return 200, {"authentication": self.authentication}
        if not self._is_known(request):
            return self._anonymous(request, asked)
        _, _, route = path.partition("/wp-json/wp/v2/")
        kind, _, number = route.partition("/")
        stored = {"posts": self.posts, "blocks": self.blocks}.get(kind)
        if stored is not None:
            return self._post(request, kind, stored, number, asked)
        if kind in ("categories", "tags"):
            return self._term(request, kind, asked)
        if kind == "media":
            return self._media(request, asked)
        if route == "users/me":
            return 200, {"roles": ["editor"], "capabilities": self.capabilities}
        return error(404, "rest_no_route")

    def _is_known(self, request: Request) -> bool:
        sign = base64.b64encode(f"{USER}:{PASSWORD.replace(' ', '')}".encode()).decode()
        return request.headers.get("authorization") == f"Basic {sign}"

    def _anonymous(self, request: Request, asked: dict[str, str]) -> tuple[int, Any]:
        if request.method == "GET" and "status" in asked:
            details = {"status": {"code": "rest_forbidden_status"}}
            return error(400, "rest_invalid_param", details=details)
        return error(401, "rest_not_logged_in")

    def _post(
        self,
        request: Request,
        kind: str,
        stored: dict[int, dict[str, Any]],
        number: str,
        asked: dict[str, str],
    ) -> tuple[int, Any]:
        if not number:
            return self._list(asked) if request.method == "GET" else self._make(request)
        post = stored.get(int(number))
        if post is None:
            return error(404, "rest_post_invalid_id")
        if request.method == "DELETE" and asked.get("force") == "true":
            return 200, {"deleted": True, "previous": stored.pop(int(number))}
        if request.method == "DELETE":
            if post["status"] == "trash":
                return error(410, "rest_already_trashed")
            post |= {"status": "trash", "slug": f"{post['slug']}__trashed"}
        elif request.method == "POST":
            self._change(post, json.loads(request.body))
        return 200, post

    def _list(self, asked: dict[str, str]) -> tuple[int, Any]:
        slugs, text = asked.get("slug", "").split(","), asked.get("search", "\0")
        return 200, [
            p for p in self.posts.values() if p["slug"] in slugs or text in p["content"]["raw"]
        ]

    def _make(self, request: Request) -> tuple[int, Any]:
        number = len(self.posts) + 101
        post = {"id": number, "status": "draft", "slug": "", "date_gmt": "2022-11-15T01:00:00"}
        post |= {
            "link": f"{self.url}?p={number}",
            "sticky": False,
            "modified_gmt": post["date_gmt"],
            "content": {"raw": ""},
        }
        self._change(post, json.loads(request.body))
        taken = {p["slug"] for p in self.posts.values()}
        if post["slug"] in taken:
            post["slug"] = next(
                s for n in range(2, 99) if (s := f"{post['slug']}-{n}") not in taken
            )
        self.posts[number] = post
        return 201, post

    def _change(self, post: dict[str, Any], sent: dict[str, Any]) -> None:
        post |= {name: value for name, value in sent.items() if name not in ("content", "title")}
        if "content" in sent:
            post["content"] = {"raw": sent["content"]}
        if "title" in sent:
            post["title"] = {"raw": sent["title"]}
        for kind in ("categories", "tags"):
            post[kind] = [number for number in post.get(kind, []) if number in self.terms]
        if post["status"] == "publish":
            post["link"] = f"{self.url}{post.get('slug', '')}/"
            post["date_gmt"] = str(post.get("date_gmt", "")).rstrip("Z")

    def _term(self, request: Request, kind: str, asked: dict[str, str]) -> tuple[int, Any]:
        known: list[dict[str, Any]] = [
            {"id": n, "name": name} for n, (of, name) in self.terms.items() if of == kind
        ]
        if request.method == "GET":
            return 200, [t for t in known if asked["search"].lower() in t["name"].lower()]
        name = json.loads(request.body)["name"]
        if same := [t["id"] for t in known if t["name"].lower() == name.lower()]:
            return error(400, "term_exists", term_id=same[0])
        self.terms[len(self.terms) + 1] = (kind, name)
        return 201, {"id": len(self.terms), "name": name}

    def _media(self, request: Request, asked: dict[str, str]) -> tuple[int, Any]:
        if request.method == "GET":
            return 200, [m for m in self.media.values() if m["slug"] == asked["slug"]]
        slug = re.search(rb'name="slug"\r\n\r\n([^\r]+)', request.body)
        assert slug
        number = len(self.media) + 501
        self.media[number] = {
            "id": number,
            "slug": slug[1].decode(),
            "source_url": f"{self.url}p.png",
        }
        return 201, self.media[number]
