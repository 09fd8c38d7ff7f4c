"""A sentence for people that has not chosen its language yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, init=False)
class Text:
    """An English sentence with `{placeholders}` and their values; the catalogue turns it into the reader's language.

    Values are strings, numbers or other `Text`s, so that a sentence survives being stored as JSON.
    """

    msgid: str
    values: tuple[tuple[str, Any], ...]

    def __init__(self, msgid: str, /, **values: Any) -> None:
        object.__setattr__(self, "msgid", msgid)
        object.__setattr__(self, "values", tuple(sorted(values.items())))

    def __str__(self) -> str:
        return self.msgid.format(**dict(self.values))

    def to_json(self) -> dict[str, Any]:
        """The sentence as plain JSON; values that JSON does not know become strings."""
        return {"msgid": self.msgid, "values": {key: _plain(value) for key, value in self.values}}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Text:
        """The sentence that `to_json` stored."""
        values = {
            k: cls.from_json(v) if isinstance(v, Mapping) else v
            for k, v in stored["values"].items()
        }
        return cls(stored["msgid"], **values)


def _plain(value: Any) -> Any:
    if isinstance(value, Text):
        return value.to_json()
    return value if isinstance(value, str | int | float) else str(value)
