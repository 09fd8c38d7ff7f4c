"""How a person lets us publish on a Page: the dialog in a browser or a token from elsewhere, and what Facebook knows of it.

Code → token of an hour or two → token of two months → the Page's own token, which has no end while the person keeps the role.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from pydantic import SecretStr

from outreach import channel as c
from outreach.channels.facebook_page.graph import GraphClient
from outreach.channels.facebook_page.health import NEEDED, expires_of, wrong_with
from outreach.channels.facebook_page.settings import FacebookPageSettings

SCOPES = (
    *NEEDED,
    "pages_show_list",
    "pages_read_user_content",
    "pages_manage_engagement",
    "pages_manage_metadata",
)
"""What the dialog asks for: to publish, to read back, to comment, to change the cover."""

_TASK = "CREATE_CONTENT"


@dataclass(frozen=True, kw_only=True)
class Page:
    """A Page of the person who logged in; `may_publish` is whether the role there allows it."""

    id: str
    name: str
    token: str = field(repr=False)
    may_publish: bool


@dataclass(frozen=True, kw_only=True)
class TokenFacts:
    """What Facebook knows of a token; `wrong` is what stands in the way of publishing with it, `expires` (aware UTC) is None for never."""

    kind: str
    app: str
    scopes: tuple[str, ...]
    missing: tuple[str, ...]
    expires: datetime | None
    wrong: c.Text | None


class FacebookLogin:
    """One app's way to a Page's token. Every call raises one of the four."""

    Settings = FacebookPageSettings

    def __init__(self, name: str, settings: FacebookPageSettings, place: c.AdapterPlace) -> None:
        self.name = name
        self.page_id = settings.page_id
        self.app_is_live = settings.app_is_live
        self.has_secret = settings.app_secret is not None
        self._settings, self._now = settings, place.clock

    def dialog(self, redirect: str, state: str) -> str:
        """The address where a person gives permission; the browser then comes back to `redirect`."""
        asked = {
            "client_id": self._settings.app_id,
            "redirect_uri": redirect,
            "state": state,
            "response_type": "code",
            "scope": ",".join(SCOPES),
        }
        where = f"{self._settings.dialog_url}/{self._settings.version}/dialog/oauth"
        return f"{where}?{urlencode(asked)}"

    async def redeem(self, code: str, redirect: str) -> str:
        """The person's token of two months for the code that the browser brought."""
        short = await self._exchange(code=code, redirect_uri=redirect)
        return await self.extended(short)

    async def extended(self, token: str) -> str:
        """A person's token that lives two months for one that lives an hour."""
        return await self._exchange(grant_type="fb_exchange_token", fb_exchange_token=token)

    async def pages(self, token: str) -> tuple[Page, ...]:
        """The Pages on which a person has a role."""
        found = await self._asked(
            token, "me/accounts", fields="id,name,access_token,tasks", limit=100
        )
        return tuple(
            Page(
                id=str(one.get("id", "")),
                name=str(one.get("name", "")),
                token=str(one.get("access_token", "")),
                may_publish=_TASK in (one.get("tasks") or ()),
            )
            for one in found.get("data") or ()
        )

    async def facts(self, token: str, page_id: str) -> TokenFacts:
        """What Facebook knows of a token that is to publish on that Page."""
        graph = self._graph(token, page_id=page_id)
        try:
            known = await graph.debug_token()
        finally:
            await graph.aclose()
        settings = self._settings.model_copy(update={"page_id": page_id})
        scopes = tuple(map(str, known.get("scopes") or ()))
        return TokenFacts(
            kind=str(known.get("type", "")),
            app=str(known.get("application", "")),
            scopes=scopes,
            missing=tuple(scope for scope in SCOPES if scope not in scopes),
            expires=expires_of(known),
            wrong=wrong_with(known, settings),
        )

    async def page_token(self, token: str, page_id: str) -> str:
        """The Page's own token, asked for with that of a person or of a system user; empty when there is no role."""
        found = await self._asked(token, page_id, fields="access_token")
        return str(found.get("access_token") or "")

    async def _exchange(self, **form: str) -> str:
        app = {"client_id": self._settings.app_id}
        if self._settings.app_secret:
            app["client_secret"] = self._settings.app_secret.get_secret_value()
        graph = self._graph("")
        try:
            answer = await graph.token({**app, **form})
        finally:
            await graph.aclose()
        token = answer.get("access_token")
        if not isinstance(token, str) or not token:
            raise c.PauseChannel(c.Text("Facebook's answer cannot be read."))
        return token

    async def _asked(self, token: str, path: str, **params: Any) -> Mapping[str, Any]:
        graph = self._graph(token)
        try:
            return await graph.get(path, **params)
        finally:
            await graph.aclose()

    def _graph(self, token: str, **changes: Any) -> GraphClient:
        changed = {"token": SecretStr(token), **changes}
        return GraphClient(self._settings.model_copy(update=changed), self._now)
