"""A provider that signs whatever a test wants, and looks at what we send it."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

ISSUER = "https://idp.example"
CLIENT = "outreach-pages"


class Hostile:
    """`claims` change the ID token, None takes one away; `sign` makes the token; `document` changes what it says about itself."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now, self.key = now, RSAKey.generate_key(2048, {"kid": "one"})
        self.claims: dict[str, Any] = {}
        self.document: dict[str, Any] = {}
        self.sign: Callable[[dict[str, Any]], str] = self.signed
        self.asked: list[tuple[str, str]] = []
        self.challenge = self.nonce = ""

    def visited(self, address: str) -> str:
        """Somebody comes with our address; the state that goes back."""
        given = {key: value[0] for key, value in parse_qs(urlsplit(address).query).items()}
        assert (given["response_type"], given["code_challenge_method"]) == ("code", "S256")
        self.challenge, self.nonce = given["code_challenge"], given["nonce"]
        return given["state"]

    def fetch(
        self, method: str, address: str, content: bytes, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        self.asked.append((method, address))
        if address.endswith("/.well-known/openid-configuration"):
            return 200, json.dumps(self._document() | self.document).encode()
        if address.endswith("/keys"):
            return 200, json.dumps(KeySet([self.key]).as_dict(private=False)).encode()
        asked = {key: value[0] for key, value in parse_qs(content.decode()).items()}
        if create_s256_code_challenge(asked["code_verifier"]) != self.challenge:
            return 400, b'{"error": "invalid_grant"}'
        token = self.sign(self._claims())
        return 200, json.dumps({"id_token": token, "access_token": "never kept"}).encode()

    def signed(self, claims: dict[str, Any], algorithm: str = "RS256") -> str:
        header = {"alg": algorithm, "kid": self.key.kid}
        return jwt.encode(header, claims, self.key, algorithms=[algorithm])

    def with_a_shared_secret(self, claims: dict[str, Any]) -> str:
        """Signed with our public key taken for a secret."""
        content = b".".join(map(_encoded, ({"alg": "HS256", "kid": "one"}, claims)))
        mac = hmac.digest(self.key.as_pem(private=False), content, "sha256")
        return b".".join((content, base64.urlsafe_b64encode(mac).rstrip(b"="))).decode()

    def unsigned(self, claims: dict[str, Any]) -> str:
        return b".".join((*map(_encoded, ({"alg": "none"}, claims)), b"")).decode()

    def by_somebody_else(self, claims: dict[str, Any]) -> str:
        key = RSAKey.generate_key(2048, {"kid": "one"})
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)

    def by_nobody(self, claims: dict[str, Any]) -> str:
        key = RSAKey.generate_key(2048, {"kid": "three"})
        return jwt.encode({"alg": "RS256", "kid": "three"}, claims, key)

    def with_its_own_key(self, claims: dict[str, Any]) -> str:
        """The header brings along the key that it is to be checked with."""
        key = RSAKey.generate_key(2048, {"kid": "one"})
        header = {"alg": "RS256", "jwk": key.as_dict(private=False)}
        return jwt.encode(header, claims, key)

    def _claims(self) -> dict[str, Any]:
        now = int(self.now().timestamp())
        claims = {
            "iss": ISSUER,
            "aud": CLIENT,
            "sub": "248289761001",
            "iat": now,
            "exp": now + 300,
            "nonce": self.nonce,
            "email": "lan@so.example",
            "email_verified": True,
        } | self.claims
        return {key: value for key, value in claims.items() if value is not None}

    def _document(self) -> dict[str, Any]:
        return {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
        }


def _encoded(part: Mapping[str, Any]) -> bytes:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
