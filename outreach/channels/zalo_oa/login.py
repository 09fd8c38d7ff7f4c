"""How an administrator lets us into the account: permission in a browser, or a pair of tokens from the console."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import urlencode

from outreach import channel as c
from outreach.channels._http import HttpClient
from outreach.channels.zalo_oa.adapter import ZaloOA
from outreach.channels.zalo_oa.settings import ZaloSettings
from outreach.channels.zalo_oa.tokens import Tokens


class ZaloLogin:
    """One application's way to an account's tokens, which go into the channel's own journal."""

    Settings = ZaloSettings

    def __init__(self, name: str, settings: ZaloSettings, place: c.AdapterPlace) -> None:
        self.name = name
        self._settings = settings
        self._http = HttpClient(secrets=[settings.app_secret.get_secret_value()])
        self.folder = settings.tokens or place.state
        self._tokens = Tokens(settings, self.folder, http=self._http, now=place.clock)
        self._channel = ZaloOA(name, settings, place)

    def dialog(self, redirect: str, state: str, verifier: str) -> str:
        """The address where an administrator gives permission; the browser then comes back to `redirect`."""
        asked = {
            "app_id": self._settings.app_id,
            "redirect_uri": redirect,
            "code_challenge": challenge(verifier),
            "state": state,
        }
        return f"{self._settings.oauth_url.rstrip('/')}/v4/oa/permission?{urlencode(asked)}"

    async def redeem(self, code: str, verifier: str) -> None:
        """Buy the first pair with the code that the browser brought, and keep it. Raises one of the four."""
        await self._tokens.redeem(code, verifier)

    async def adopt(self, access: str, refresh: str) -> None:
        """Keep a pair that came from the console. Raises one of the four."""
        await self._tokens.adopt(access, refresh)

    async def seal_anew(self) -> None:
        """Seal what is kept with the newest key. Raises one of the four."""
        await self._tokens.seal_anew()

    async def check(self) -> c.ChannelHealth:
        """Whether the account answers with what was kept."""
        return await self._channel.check()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()
        await self._channel.aclose()


def challenge(verifier: str) -> str:
    """PKCE's S256: base64url of the SHA-256, without padding."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
