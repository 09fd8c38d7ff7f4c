"""A problem says where; several are raised together."""

from __future__ import annotations

from outreach.domain.problem import Place, Problem, Problems, Severity
from outreach.domain.text import Text


def test_problems_show_every_place_and_sentence() -> None:
    found = tuple(
        Problem(
            place=Place(file="a.md", line=line), code="x", what=Text("Wrong."), mend=Text("Mend.")
        )
        for line in (2, 5)
    )
    assert str(Problems(found)) == "a.md:2:1: Wrong.; a.md:5:1: Wrong."
    assert Problems(found).problems == found
    assert found[0].severity is Severity.ERROR


def test_a_place_is_a_line_and_a_column_or_a_cell() -> None:
    assert str(Place(file="a.md", line=2, column=3)) == "a.md:2:3"
    assert str(Place(file="a.xlsx", cell="Sheet1!C7")) == "a.xlsx:Sheet1!C7"
