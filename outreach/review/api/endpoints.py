"""The endpoints: who may ask each, what, and how the answer is described (OpenAPI 3.1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from outreach import __version__
from outreach.review.api import answers, asked
from outreach.review.api.answers import Call
from outreach.store.tokens import Scope

ROOT = "/api/v1"

_NUMBER = {
    "name": "id",
    "in": "path",
    "required": True,
    "schema": {"type": "integer", "minimum": 0, "maximum": 2**53},
}
_REFUSAL = {
    "type": "object",
    "required": ["error"],
    "properties": {"error": {"type": "string"}},
}


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One path below `ROOT`: the scope that a token needs, its parameters, its answer, and the keys that the answer has."""

    path: str
    scope: Scope
    asked: type[asked.Asked]
    answer: Callable[[Call], Any]
    keys: Mapping[str, Mapping[str, Any]]

    @property
    def has_number(self) -> bool:
        """Whether the path names one delivery."""
        return "{id}" in self.path


_LIST = {"type": "array", "items": {"type": "object"}}
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
    ),
    Endpoint(
        path="/channels",
        scope=Scope.READ_QUEUE,
        asked=asked.Nothing,
        answer=answers.channels,
        keys={"channels": _LIST},
    ),
    Endpoint(
        path="/statistics",
        scope=Scope.READ_STATISTICS,
        asked=asked.Statistics,
        answer=answers.counted,
        keys={"rows": _LIST},
    ),
)


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
        "paths": {f"{ROOT}{each.path}": {"get": _operation(each)} for each in ENDPOINTS},
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    refusals = {401: "no good token", 403: "the token's scopes do not permit it"}
    refusals |= {404: "there is no such delivery"} if endpoint.has_number else {}
    refusals |= {422: "a parameter is unknown or wrong"}
    return {
        "operationId": endpoint.answer.__name__,
        "summary": (endpoint.answer.__doc__ or "").strip(),
        "description": f"Scope: {endpoint.scope}",
        "parameters": [*([_NUMBER] if endpoint.has_number else []), *_parameters(endpoint.asked)],
        "responses": {
            "200": _response("the answer", _answer(endpoint)),
            **{
                str(status): _response(why, {"$ref": "#/components/schemas/Refusal"})
                for status, why in refusals.items()
            },
        },
    }


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
