"""Every key and item of a TOML file is found where it stands, however it is written."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from outreach.content.toml_places import TomlPlaces

TEXT = '''# ghi chú = 1
name = "a # b"   # "ghi chú
"quoted key" = 'x'
a.b.c = 1
many = [
    "một", # hai, ba
    'bốn, năm', 6, [7, 8],
]
long = """
x = 1
[y]
"""
inline = { p = 1, q = [1, 2] }

[window]
from = 2022-11-15
  until = 2022-12-15

[[hotlines]]
number = "111"

[[hotlines]]
number = "112"
[hotlines.more]
x = 1
'''


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        (("name",), (2, 1), (2, 8)),
        (("quoted key",), (3, 1), (3, 16)),
        (("a", "b"), (4, 1), None),
        (("a", "b", "c"), (4, 1), (4, 9)),
        (("many",), (5, 1), (5, 8)),
        (("many", 0), None, (6, 5)),
        (("many", 1), None, (7, 5)),
        (("many", 2), None, (7, 17)),
        (("many", 3), None, (7, 20)),
        (("long",), (9, 1), (9, 8)),
        (("inline",), (13, 1), (13, 10)),
        (("window",), (15, 1), None),
        (("window", "from"), (16, 1), (16, 8)),
        (("window", "until"), (17, 3), (17, 11)),
        (("hotlines",), (19, 1), None),
        (("hotlines", 0, "number"), (20, 1), (20, 10)),
        (("hotlines", 1, "number"), (23, 1), (23, 10)),
        (("hotlines", 1, "more", "x"), (25, 1), (25, 5)),
    ],
)
def test_places(
    path: tuple[str | int, ...], key: tuple[int, int] | None, value: tuple[int, int] | None
) -> None:
    found = TomlPlaces(TEXT, "campaign.toml")
    keys = {p: (place.line, place.column) for p, place in found.keys.items()}
    values = {p: (place.line, place.column) for p, place in found.values.items()}
    assert keys.get(path) == key
    assert values.get(path) == value


def tables(
    values: dict[str, Any], path: tuple[str | int, ...] = ()
) -> Iterator[tuple[str | int, ...]]:
    for name, value in values.items():
        yield (*path, name)
        if isinstance(value, dict) and name != "inline":
            yield from tables(value, (*path, name))


def test_every_key_has_a_place() -> None:
    found = TomlPlaces(TEXT, "campaign.toml")
    assert {path for path in tables(tomllib.loads(TEXT)) if path not in found.keys} == set()
