"""Answers that the fuzzers found to prove too much, or to break a look."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.fuzz.promises import Answer, an_answer_is_understood_or_in_doubt


@pytest.mark.fault(30, "a good status around a list that is none, or whose entries are none")
@pytest.mark.parametrize(
    "shape",
    [
        {},
        {"data": {}},
        {"data": 5},
        {"data": [1]},
        {"data": {"a": 1}, "paging": {"next": 1}},
        {"data": [{"id": 1, "created_time": "yesterday", "attachments": 7}]},
        {"error": 0, "data": {}},
        {"error": 0, "data": {"medias": [1]}},
        {"error": 0, "data": {"medias": [{"id": 1, "create_date": "x"}]}},
        {"error": 0, "data": {"medias": [{"create_date": 1e300}]}},
    ],
)
def test_a_look_at_another_shape_proves_nothing_and_breaks_nothing(shape: Any) -> None:
    an_answer_is_understood_or_in_doubt(Answer(status=200, body=json.dumps(shape).encode()))
