"""Who may call: tokens, their signature, and what debug_token says of them."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from outreach.sandbox.facebook.wire import Call, GraphError, appsecret_proof

if TYPE_CHECKING:
    from outreach.sandbox.facebook.place import Place


def admit(place: Place, call: Call, *, dead: bool, now: float) -> None:
    """Let a call in, or say what is wrong with its token or its proof. Raises `GraphError`."""
    if not call.token:
        raise GraphError(104, "An access token is required to request this resource.")
    if call.token == f"{place.app}|{place.secret}":
        return
    if call.token not in _kinds(place):
        raise GraphError(190, "Invalid OAuth access token - Cannot parse access token", status=401)
    if dead or (place.expires and place.expires <= now):
        raise GraphError(
            190,
            "Error validating access token: Session has expired on Monday, 21-Nov-22 08:00:00 PST.",
            subcode=463,
        )
    _check_proof(place, call)


def _kinds(place: Place) -> dict[str, str]:
    """Every token that there is, and what debug_token calls it."""
    others = {f"{place.token}-{page}": "PAGE" for page in place.other_pages}
    people = {place.user_token: "USER", place.system_token: "SYSTEM_USER"}
    return {**others, **people, place.token: "PAGE"}


def _check_proof(place: Place, call: Call) -> None:
    given, kind = call.text("appsecret_proof"), "GraphMethodException"
    message = call.token
    if call.text("appsecret_time"):
        message = f"{call.token}|{call.text('appsecret_time')}"
    if not given and place.require_proof:
        raise GraphError(
            100, "API calls from the server require an appsecret_proof argument", kind=kind
        )
    if given and not hmac.compare_digest(given, appsecret_proof(place.secret, message)):
        raise GraphError(100, "Invalid appsecret_proof provided in the API argument", kind=kind)


def inspect_token(place: Place, token: str, now: float, *, dead: bool = False) -> dict[str, Any]:
    """What debug_token knows of a token."""
    kinds = _kinds(place)
    if token not in kinds:
        error = {"code": 190, "message": "The access token could not be decrypted", "subcode": 467}
        return {"error": error, "is_valid": False, "scopes": []}
    over = dead or bool(place.expires and place.expires <= now)
    told: dict[str, Any] = {
        "app_id": place.app,
        "type": kinds[token],
        "application": place.app_name,
        "is_valid": not over,
        "expires_at": place.expires,
        "data_access_expires_at": 0,
        "issued_at": int(now) - 3600,
        "scopes": list(place.scopes),
        "granular_scopes": [{"scope": s, "target_ids": list(place.pages)} for s in place.scopes],
        "profile_id": place.page,
        "user_id": "1000001",
    }
    if over:
        message = "Error validating access token: Session has expired"
        told["error"] = {"code": 190, "message": message, "subcode": 463}
    return told
