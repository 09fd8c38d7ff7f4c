"""A sentence keeps its values through storage, and fills them in."""

from __future__ import annotations

import json
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.text import Text

VALUES = st.dictionaries(
    st.from_regex(r"[a-z]{1,6}", fullmatch=True), st.text() | st.integers() | st.booleans()
)


def test_values_are_filled_in_nested_sentences_included() -> None:
    inner = Text("It is {what}.", what="broken")
    assert str(Text("{place}: {why}", place="a.md:1", why=inner)) == "a.md:1: It is broken."


def test_the_same_values_in_another_order_are_the_same_sentence() -> None:
    assert Text("{a}{b}", a=1, b=2) == Text("{a}{b}", b=2, a=1)
    assert len({Text("{a}{b}", a=1, b=2), Text("{a}{b}", b=2, a=1)}) == 1


@given(st.text(), VALUES)
def test_a_sentence_survives_being_stored(msgid: str, values: dict[str, str | int]) -> None:
    text = Text(
        msgid, why=Text("inner", **values), **{k: v for k, v in values.items() if k != "why"}
    )
    assert Text.from_json(json.loads(json.dumps(text.to_json()))) == text


def test_what_json_does_not_know_is_stored_as_a_string() -> None:
    assert Text("{day}", day=date(2022, 11, 15)).to_json()["values"] == {"day": "2022-11-15"}
