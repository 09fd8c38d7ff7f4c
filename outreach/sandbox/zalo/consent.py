"""The page on which an administrator lets an application into the account."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

if TYPE_CHECKING:
    from outreach.sandbox.zalo.platform import Platform

OA_ID = "4318657068771012646"


def permission(platform: Platform) -> Callable[[Request], Response]:
    """`/v4/oa/permission`: shows a link to agree; the way back brings `code`, `oa_id` and the state, if there was one."""

    def answer(request: Request) -> Response:
        asked = dict(request.query_params)
        target = asked.get("redirect_uri", "")
        if asked.get("app_id") != platform.app_id or not target.startswith("http"):
            return HTMLResponse("<h1>-14003: Invalid redirect uri</h1>", status_code=200)
        if asked.pop("answer", "") != "agree":
            link = html.escape(urlencode({**asked, "answer": "agree"}))
            return HTMLResponse(f'<!DOCTYPE html><title>Zalo</title><a href="?{link}">Đồng ý</a>')
        with platform.lock:
            code = platform.grants.consent(asked.get("code_challenge", ""))
            platform.save()
        given = {"oa_id": OA_ID, "code": code}
        given |= {"state": asked["state"]} if "state" in asked else {}
        return RedirectResponse(f"{target}?{urlencode(given)}", 302)

    return answer
