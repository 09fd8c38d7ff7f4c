"""Lines part where a person would part them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.artwork import spoken
from outreach.typesetting.breaking import (
    FORCED,
    NEVER,
    in_lines,
    known_compounds,
    splits,
    words,
)
from outreach.typesetting.fonts import DISPLAY, face
from tests.art.sample import real_slogans, vocabulary

FACE = face(DISPLAY)
TEXTS = st.lists(st.sampled_from(vocabulary()), min_size=1, max_size=60).map(" ".join)
WITH_COMPOUNDS = st.lists(
    st.sampled_from((*known_compounds(), *vocabulary())), min_size=1, max_size=30
).map(" ".join)


def lines_of(slogan: str, count: int) -> list[str]:
    found = words(slogan)
    cuts = next(s.cuts for s in splits(found, FACE) if len(s.cuts) == count)
    return [" ".join(word.text for word in found[a:b]) for a, b in cuts]


def broken_compounds(lines: list[str]) -> list[str]:
    """Compounds that stand in the whole text more often than in its lines: some break goes through one."""
    whole = " ".join(lines).casefold()
    return [
        compound
        for compound in known_compounds()
        if compound in whole
        and count(compound, whole) > sum(count(compound, line.casefold()) for line in lines)
    ]


def count(compound: str, text: str) -> int:
    return len(re.findall(rf"(?<![^\s“\"'(])(?={re.escape(compound)}(?:[.,;:!?”\"')]|\s|$))", text))


def test_what_is_stressed_stays_together_where_it_can() -> None:
    found = words("*Chấm dứt bạo lực,* vun đắp yêu thương")
    lines = [[" ".join(w.text for w in found[a:b]) for a, b in s.cuts] for s in splits(found, FACE)]
    assert lines[1] == ["Chấm dứt bạo lực,", "vun đắp yêu thương"]
    assert lines[2] == ["Chấm dứt bạo lực,", "vun đắp", "yêu thương"]
    assert lines[3] == ["Chấm dứt", "bạo lực,", "vun đắp", "yêu thương"]


@given(WITH_COMPOUNDS)
def test_no_listed_compound_is_broken(text: str) -> None:
    found = words(text)
    for split in splits(found, FACE):
        lines = [" ".join(word.text for word in found[a:b]) for a, b in split.cuts]
        assert not broken_compounds(lines), lines


@pytest.mark.parametrize("slogan", real_slogans())
def test_no_compound_of_a_real_slogan_is_broken(slogan: str) -> None:
    found = words(slogan)
    for split in splits(found, FACE, capitals=True):
        lines = [" ".join(word.text for word in found[a:b]) for a, b in split.cuts]
        assert not broken_compounds(lines), lines
        assert " ".join(lines) == " ".join(slogan.split())


@given(TEXTS, st.booleans())
def test_every_split_holds_every_word_once_and_in_order(text: str, capitals: bool) -> None:
    found = words(text)
    for number, split in enumerate(splits(found, FACE, capitals=capitals), 1):
        assert [at for cut in split.cuts for at in range(*cut)] == list(range(len(found)))
        assert len(split.cuts) == number or any(word.after == FORCED for word in found)


@given(TEXTS)
def test_only_marks_of_the_slogan_vanish(text: str) -> None:
    assert " ".join(word.text for word in words(text)) == spoken(text)


def test_lines_are_about_equally_long() -> None:
    slogan = "Đảm bảo an sinh xã hội, tăng quyền năng và tạo cơ hội cho phụ nữ và trẻ em gái"
    assert lines_of(slogan, 3) == [
        "Đảm bảo an sinh xã hội,",
        "tăng quyền năng và tạo cơ hội",
        "cho phụ nữ và trẻ em gái",
    ]


def test_a_little_word_ends_no_line_even_where_another_word_stands_alone() -> None:
    assert lines_of("những hoạt động chính của Tháng hành động", 3) == [
        "những hoạt động",
        "chính",
        "của Tháng hành động",
    ]


def test_a_little_word_goes_with_what_follows() -> None:
    slogan = "Đầu tư cho bình đẳng giới là đầu tư cho tương lai"
    assert lines_of(slogan, 2) == ["Đầu tư cho bình đẳng giới", "là đầu tư cho tương lai"]


@pytest.mark.parametrize(
    "slogan",
    [
        "Chấm dứt bạo lực,| vun~đắp *yêu thương*!",
        "Chấm dứt bạo lực, | vun ~ đắp *yêu thương*!",
        "| Chấm dứt bạo lực,|vun~ đắp *yêu* *thương!*",
    ],
)
def test_marks_force_and_forbid_breaks_and_stress(slogan: str) -> None:
    found = words(slogan)
    assert [w.text for w in found] == ["Chấm", "dứt", "bạo", "lực,", "vun", "đắp", "yêu", "thương!"]
    assert [w.text for w in found if w.after == FORCED] == ["lực,"]
    assert [w.text for w in found if w.stressed] == ["yêu", "thương!"]
    assert found[4].after == NEVER
    assert len(splits(found, FACE)) == 1


def test_no_word_stands_alone_where_it_can_be_helped() -> None:
    assert lines_of("Hai số điện thoại nên lưu lại", 2) == ["Hai số điện thoại", "nên lưu lại"]
    assert lines_of("Kế hoạch số 91 và những hoạt động chính", 3)[-1] == "và những hoạt động chính"


def test_a_single_star_is_a_star() -> None:
    assert [(w.text, w.stressed) for w in words("năm 5* sao")] == [
        ("năm", False),
        ("5*", False),
        ("sao", False),
    ]


@pytest.mark.parametrize("text", ["năm 2022", "16 ngày", "ngày 25/11", "lực –"])
def test_numbers_and_dashes_stay_with_their_word(text: str) -> None:
    assert words(f"Chung sức {text} hành động")[2].after == NEVER


def test_an_office_adds_compounds_of_its_own() -> None:
    assert words("Sở Khoa học", ("sở khoa học",))[0].after == NEVER
    assert words("Sở Khoa học")[0].after != NEVER


def test_a_text_is_set_in_so_many_lines_at_most() -> None:
    assert in_lines("Phụ nữ", 3, FACE) == ("Phụ nữ",)
    assert len(in_lines("Tháng hành động vì bình đẳng giới và phòng ngừa", 2, FACE)) == 2


def test_the_list_of_compounds_is_sorted_out() -> None:
    listed = known_compounds()
    assert len(set(listed)) == len(listed) > 150
    assert not [c for c in listed if len(c.split()) < 2 or c != c.casefold().strip()]
