"""The listener of `tests/sentences.py` notices what a reader would stumble over."""

from __future__ import annotations

from datetime import date

import pytest

from outreach.domain.text import Text
from tests.sentences import faults

PUBLIC = "{day} is a public holiday."


@pytest.mark.parametrize(
    ("msgid", "values", "fault"),
    [
        (PUBLIC, (("day", str),), ""),
        (PUBLIC.upper(), (("day", str),), "not in the Vietnamese catalogue"),
        (PUBLIC, (), "asked ['day'], given []"),
        (PUBLIC, (("day", str), ("more", Text)), "given ['day', 'more']"),
        (PUBLIC, (("day", date),), "day is a date"),
        (PUBLIC, (("day", type(None)),), "day is a NoneType"),
    ],
)
def test_a_sentence_that_is_not_whole_is_noticed(
    msgid: str, values: tuple[tuple[str, type], ...], fault: str
) -> None:
    found = " ".join(faults(msgid, values))
    assert fault in found
    assert bool(found) is bool(fault)
