"""Signing in at a provider: OpenID Connect, authorization code with PKCE. Nothing that it issues is kept; only its word counts.

The ID token must be signed by a key of the provider with an algorithm of ours, for us, now, and for this very sign-in.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from outreach.domain.role import Role
from outreach.domain.text import Text
from outreach.review.ways_in import NotSignedIn
from outreach.settings.model import OpenId
from outreach.store.errands import Errand
from outreach.store.subjects import Subject

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""What an ID token may be signed with: never `none`, never a shared secret."""

LEEWAY_SECONDS = 60
"""So far may the provider's clock be from ours."""

FRESH = timedelta(hours=1)
"""So long is what the provider says about itself taken as true."""

SETTLED = timedelta(minutes=1)
"""So soon after it was asked, a provider is not asked again because of a key that nobody knows."""

Fetch = Callable[[str, str, bytes, Mapping[str, str]], tuple[int, bytes]]
"""Method, address, content, headers -> status and body. Raises `NotSignedIn` when there is no answer."""


class Provider:
    """One provider, as `asked` for in the configuration; `now` gives aware UTC."""

    def __init__(self, asked: OpenId, fetch: Fetch, now: Callable[[], datetime]) -> None:
        self._asked, self._fetch, self._now = asked, fetch, now
        self._known: tuple[datetime, Mapping[str, Any], KeySet] | None = None

    @property
    def gives_roles(self) -> bool:
        """Whether it decides about the role of everyone who has no password here."""
        return bool(self._asked.roles)

    def begin(self, back: str) -> tuple[Errand, str]:
        """What must come back to the address `back`, and where the browser goes. Raises `NotSignedIn`."""
        errand = Errand(
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
        )
        there = prepare_grant_uri(
            self._document()["authorization_endpoint"],
            self._asked.client_id,
            "code",
            redirect_uri=back,
            scope="openid profile email",
            state=errand.state,
            nonce=errand.nonce,
            code_challenge=create_s256_code_challenge(errand.verifier),
            code_challenge_method="S256",
            acr_values=self._asked.strength or None,
        )
        return errand, str(there)

    def finish(self, errand: Errand, answer: Mapping[str, str], back: str) -> Subject:
        """Who it is, going by the answer's code. Raises `NotSignedIn`."""
        says_so = self._document().get("authorization_response_iss_parameter_supported")
        issuer = answer.get("iss", "" if says_so else self._asked.issuer)
        if issuer != self._asked.issuer or not answer.get("code"):
            raise NotSignedIn(_said(answer))
        return self._subject(self._claims(self._exchange(answer["code"], errand, back), errand))

    def _exchange(self, code: str, errand: Errand, back: str) -> str:
        """The ID token for a code."""
        secret, client = self._asked.client_secret, self._asked.client_id
        headers = {"content-type": "application/x-www-form-urlencoded"}
        if secret:
            pair = f"{quote(client)}:{quote(secret.get_secret_value())}".encode()
            headers["authorization"] = f"Basic {base64.b64encode(pair).decode()}"
        asked = prepare_token_request(
            "authorization_code",
            redirect_uri=back,
            code=code,
            code_verifier=errand.verifier,
            client_id="" if secret else client,
        )
        token = self._json("POST", self._document()["token_endpoint"], asked.encode(), headers)
        return str(token.get("id_token", ""))

    def _claims(self, token: str, errand: Errand) -> Mapping[str, Any]:
        """What the ID token says, once everything about it is right."""
        try:
            read = self._decoded(token)
            claims: Any = CodeIDToken(
                read.claims,
                read.header,
                {
                    "iss": {"essential": True, "value": self._asked.issuer},
                    "aud": {"essential": True, "value": self._asked.client_id},
                },
                {"nonce": errand.nonce, "client_id": self._asked.client_id},
            )
            claims.validate(now=int(self._now().timestamp()), leeway=LEEWAY_SECONDS)
        except (JoseError, ValueError, TypeError) as error:
            raise NotSignedIn(_wrong(type(error).__name__)) from error
        if self._asked.strength and claims.get("acr") != self._asked.strength:
            raise NotSignedIn(Text("The provider did not ask for a proof as strong as we want."))
        return dict(claims)

    def _decoded(self, token: str) -> jwt.Token:
        """The token by the provider's keys, which are asked for anew when it names another one than we know."""
        asked, _, keys = self._met()
        try:
            return jwt.decode(token, keys, algorithms=list(ALGORITHMS))
        except InvalidKeyIdError:
            if self._now() < asked + SETTLED:
                raise
            self._known = None
            return jwt.decode(token, self._keys(), algorithms=list(ALGORITHMS))

    def _subject(self, claims: Mapping[str, Any]) -> Subject:
        word = claims.get(self._asked.claim)
        if self._asked.claim == "email" and claims.get("email_verified") is not True:
            raise NotSignedIn(Text("The provider did not check this e-mail address."))
        if not isinstance(word, str) or not word.strip():
            raise NotSignedIn(_wrong(self._asked.claim))
        name = claims.get("preferred_username") or claims.get("name") or word
        mail = claims.get("email") if claims.get("email_verified") is True else ""
        return Subject(
            id=f"{self._asked.issuer} {claims['sub']}",
            word=word.strip(),
            name=str(name).strip(),
            mail=str(mail or ""),
            role=self._role(claims.get(self._asked.roles_claim)),
        )

    def _role(self, words: Any) -> Role | None:
        """The role of the first word that has one, in the order of the configuration."""
        given = words if isinstance(words, list) else [words]
        return next((Role(role) for word, role in self._asked.roles.items() if word in given), None)

    def _document(self) -> Mapping[str, Any]:
        return self._met()[1]

    def _keys(self) -> KeySet:
        return self._met()[2]

    def _met(self) -> tuple[datetime, Mapping[str, Any], KeySet]:
        """What the provider says about itself, asked anew once it is old."""
        known, now = self._known, self._now()
        if known is None or not known[0] <= now < known[0] + FRESH:
            document = self._json("GET", f"{self._asked.issuer}/.well-known/openid-configuration")
            wanted = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            safe = all(_is_safe(document.get(key), self._asked.issuer) for key in wanted)
            if document.get("issuer") != self._asked.issuer or not safe:
                raise NotSignedIn(_wrong("openid-configuration"))
            known = (now, document, self._key_set(document["jwks_uri"]))
            self._known = known
        return known

    def _key_set(self, address: str) -> KeySet:
        try:
            return KeySet.import_key_set(self._json("GET", address))  # type: ignore[arg-type]  # whatever it is, the library looks
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise NotSignedIn(_wrong("jwks")) from error

    def _json(
        self, method: str, address: str, content: bytes = b"", headers: Mapping[str, str] = {}
    ) -> dict[str, Any]:
        status, body = self._fetch(method, address, content, headers)
        try:
            found = json.loads(body) if status == 200 else None
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise NotSignedIn(Text("The provider answered HTTP {status}.", status=status))
        return found


def _is_safe(address: object, issuer: str) -> bool:
    """Whether an endpoint is called as safely as the issuer itself."""
    return isinstance(address, str) and urlsplit(address).scheme in {
        "https",
        urlsplit(issuer).scheme,
    }


def _said(answer: Mapping[str, str]) -> Text:
    return Text("The provider did not sign you in: {why}", why=answer.get("error", "?")[:100])


def _wrong(what: str) -> Text:
    return Text("The provider's answer is not to be trusted ({what}).", what=what)
