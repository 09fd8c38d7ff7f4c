"""Whatever is saved, planned or answered: a result or a placed mistake, a receipt or one of the four; never a surprise."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz import promises
from tests.fuzz.promises import Answer
from tests.fuzz.strategies import BODIES, answers, campaigns, messages


@given(saved=messages())
def test_a_message_is_read_or_its_mistakes_are_placed(saved: bytes) -> None:
    promises.a_message_is_read_or_its_mistakes_are_placed(saved)


@given(saved=campaigns())
def test_a_campaign_is_read_or_its_mistakes_are_placed(saved: bytes) -> None:
    promises.a_campaign_is_read_or_its_mistakes_are_placed(saved)


@given(text=st.one_of(st.text(), BODIES))
def test_markdown_becomes_harmless(text: str) -> None:
    promises.markdown_becomes_harmless(text)


@given(answer=answers())
def test_an_answer_is_understood_or_in_doubt(answer: Answer) -> None:
    promises.an_answer_is_understood_or_in_doubt(answer)
