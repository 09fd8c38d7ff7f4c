"""The endpoints: who may ask each, what, and how the answer is described (OpenAPI 3.1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from outreach import __version__
from outreach.review.api import answers, asked, views
from outreach.review.api.answers import Call
from outreach.store.tokens import Scope

ROOT = "/api/v1"

NAME = "^[a-z0-9][a-z0-9-]*$"
"""What a campaign or a message can be called in a path."""

SAY = "/approvals"
"""Where a word about a text is given, by POST."""

_NUMBER = {
    "name": "id",
    "in": "path",
    "required": True,
    "schema": {"type": "integer", "minimum": 0, "maximum": 2**53},
}
_NAMES = [
    {
        "name": name,
        "in": "path",
        "required": True,
        "schema": {"type": "string", "pattern": NAME, "maxLength": 100},
    }
    for name in ("campaign", "message")
]
_REFUSAL = {
    "type": "object",
    "required": ["error"],
    "properties": {"error": {"type": "string"}},
}


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One path below `ROOT`: the scope that a token needs, its parameters, its answer, and the keys that the answer has.

    `dear` marks what costs much: no token may have it many times in a short time.
    """

    path: str
    scope: Scope
    asked: type[asked.Asked]
    answer: Callable[[Call], Any]
    keys: Mapping[str, Mapping[str, Any]]
    dear: bool = False

    @property
    def names_one(self) -> bool:
        """Whether the path names one thing, which there may not be."""
        return "{" in self.path


_LIST = {"type": "array", "items": {"type": "object"}}
_TOO_OFTEN = {
    "429": {
        "description": "asked too often in a short time",
        "headers": {
            "Retry-After": {
                "description": "Seconds until it is given again.",
                "schema": {"type": "integer", "minimum": 1},
            }
        },
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}},
    }
}
ENDPOINTS: Sequence[Endpoint] = (
    Endpoint(
        path="/deliveries",
        scope=Scope.READ_QUEUE,
        asked=asked.Deliveries,
        answer=answers.deliveries,
        keys={"deliveries": _LIST},
    ),
    Endpoint(
        path="/deliveries/{id}",
        scope=Scope.READ_QUEUE,
        asked=asked.Nothing,
        answer=answers.delivery,
        keys={"id": {"type": "integer"}, "events": _LIST, "tries": _LIST},
    ),
    Endpoint(
        path="/log",
        scope=Scope.READ_LOG,
        asked=asked.Lines,
        answer=answers.log,
        keys={"lines": _LIST, "after": {"type": "integer"}},
        dear=True,
    ),
    Endpoint(
        path="/channels",
        scope=Scope.READ_QUEUE,
        asked=asked.Nothing,
        answer=views.channels,
        keys={"channels": _LIST},
    ),
    Endpoint(
        path="/today",
        scope=Scope.READ_QUEUE,
        asked=asked.Nothing,
        answer=views.today,
        keys={"hands": _LIST, "next": _LIST, "out": _LIST},
    ),
    Endpoint(
        path="/calendar",
        scope=Scope.READ_MESSAGES,
        asked=asked.Month,
        answer=views.calendar,
        keys={"month": {"type": "string"}, "deliveries": _LIST, "campaigns": _LIST},
    ),
    Endpoint(
        path="/messages",
        scope=Scope.READ_MESSAGES,
        asked=asked.Messages,
        answer=views.messages,
        keys={"messages": _LIST, "more": {"type": "boolean"}},
    ),
    Endpoint(
        path="/messages/{campaign}/{message}",
        scope=Scope.READ_MESSAGES,
        asked=asked.Nothing,
        answer=views.message,
        keys={"texts": _LIST, "problems": _LIST, "deliveries": _LIST},
        dear=True,
    ),
    Endpoint(
        path=SAY,
        scope=Scope.READ_MESSAGES,
        asked=asked.Waiting,
        answer=views.waiting,
        keys={"waiting": _LIST},
    ),
    Endpoint(
        path="/banners",
        scope=Scope.READ_MESSAGES,
        asked=asked.Nothing,
        answer=views.banners,
        keys={"banners": _LIST},
    ),
    Endpoint(
        path="/people",
        scope=Scope.READ_PEOPLE,
        asked=asked.Nothing,
        answer=views.people,
        keys={"people": _LIST},
    ),
    Endpoint(
        path="/statistics",
        scope=Scope.READ_STATISTICS,
        asked=asked.Statistics,
        answer=answers.counted,
        keys={"rows": _LIST},
        dear=True,
    ),
)


@cache
def description() -> dict[str, Any]:
    """The whole API as OpenAPI 3.1."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "outreach", "version": __version__},
        "security": [{"token": []}],
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Refusal": _REFUSAL},
        },
        "paths": {f"{ROOT}{each.path}": _operations(each) for each in ENDPOINTS},
    }


def _operations(endpoint: Endpoint) -> dict[str, Any]:
    told = {"get": _operation(endpoint)}
    return {**told, "post": _saying()} if endpoint.path == SAY else told


def _saying() -> dict[str, Any]:
    schema = asked.Said.model_json_schema(ref_template="#/components/schemas/{model}")
    verdicts = schema.pop("$defs")["Verdict"]
    schema["properties"]["verdict"] = verdicts
    why = {"note": {"type": "string", "pattern": r"[A-Za-z0-9]"}}
    schema["anyOf"] = [
        {"properties": {"verdict": {"const": "approved"}}},
        {"properties": {"verdict": {"const": "sent_back"}, **why}, "required": ["note"]},
    ]
    answered = {"type": "object", "required": ["deliveries"]}
    refusals = {
        400: "the body is no JSON",
        401: "no good token",
        403: "the token's scopes do not permit it, or two people must approve",
        404: "no delivery waits for this very text",
        413: "the body is too long",
        422: "something is unknown or wrong",
    }
    return {
        "operationId": "say",
        "summary": (views.say.__doc__ or "").strip(),
        "description": f"Scope: {Scope.APPROVE}",
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {"200": _response("the answer", answered), **_refusals(refusals)},
    }


def _refusals(refusals: Mapping[int, str]) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Refusal"}
    return {str(status): _response(why, schema) for status, why in refusals.items()}


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    refusals = {401: "no good token", 403: "the token's scopes do not permit it"}
    refusals |= {404: "there is none"} if endpoint.names_one else {}
    refusals |= {422: "a parameter is unknown or wrong"}
    refused = _refusals(refusals) | (_TOO_OFTEN if endpoint.dear else {})
    return {
        "operationId": endpoint.answer.__name__,
        "summary": (endpoint.answer.__doc__ or "").strip(),
        "description": f"Scope: {endpoint.scope}",
        "parameters": [*_in_path(endpoint), *_parameters(endpoint.asked)],
        "responses": {
            "200": _response("the answer", _answer(endpoint)),
            **refused,
        },
    }


def _in_path(endpoint: Endpoint) -> list[dict[str, Any]]:
    if not endpoint.names_one:
        return []
    return [_NUMBER] if "{id}" in endpoint.path else _NAMES


def _answer(endpoint: Endpoint) -> dict[str, Any]:
    keys = dict(endpoint.keys)
    return {"type": "object", "required": list(keys), "properties": keys}


def _response(why: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": why, "content": {"application/json": {"schema": schema}}}


def _parameters(model: type[asked.Asked]) -> list[dict[str, Any]]:
    schema = model.model_json_schema()
    defined = schema.get("$defs", {})
    return [
        {"name": name, "in": "query", "required": False, "schema": _flat(one, defined)}
        for name, one in schema["properties"].items()
    ]


def _flat(schema: Mapping[str, Any], defined: Mapping[str, Any]) -> dict[str, Any]:
    """A parameter is absent rather than null; names of shared parts are written out."""
    options = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    found = {**(options[0] if options else schema)}
    if "$ref" in found:
        found = {**defined[found["$ref"].rpartition("/")[2]]}
    return {key: value for key, value in found.items() if key not in ("title", "default")}
