"""The same template and values give the same bytes, whoever asks; what does not work is told."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from outreach.typesetting import press
from outreach.typesetting.press import NotInstalled, NotSet, Press, require

PAGE = b"""
#let values = json(bytes(sys.inputs.values))
#set page(width: 40pt, height: 20pt, margin: 2pt)
#set text(font: "Be Vietnam Pro", size: 8pt, fallback: false)
#for word in values.words [#word #metadata(word)<word> #pagebreak(weak: true)]
"""


@pytest.fixture(scope="module")
def opened() -> Iterator[Press]:
    with Press({"page.typ": PAGE}) as made:
        yield made


def test_the_same_input_gives_the_same_bytes(opened: Press) -> None:
    values = {"words": ["Bình", "đẳng"]}
    with Press({"page.typ": PAGE}) as other:
        assert other.pdf("page.typ", values) == opened.pdf("page.typ", values)
        assert other.png("page.typ", values, ppi=72) == opened.png("page.typ", values, ppi=72)
    assert opened.pdf("page.typ", {"words": ["khác"]}) != opened.pdf("page.typ", values)


def test_each_page_is_a_picture_and_what_is_marked_can_be_read(opened: Press) -> None:
    values = {"words": ["Bình", "đẳng", "giới"]}
    assert len(opened.png("page.typ", values, ppi=72)) == 3
    assert opened.metadata("page.typ", values, ("word", "none")) == {
        "word": ["Bình", "đẳng", "giới"],
        "none": [],
    }


def test_a_document_has_the_date_that_it_is_given(opened: Press) -> None:
    made = opened.pdf("page.typ", {"words": ["x"]}, at=datetime(2022, 11, 15, tzinfo=UTC))
    assert b"D:20221115" in made


def test_many_threads_may_ask(opened: Press) -> None:
    words = [f"từ {number}" for number in range(8)]
    with ThreadPoolExecutor(4) as threads:
        asked = [
            threads.submit(opened.metadata, "page.typ", {"words": [w]}, ("word",)) for w in words
        ]
        assert [found.result()["word"] for found in asked] == [[word] for word in words]


def test_it_gives_way_to_everything_else(opened: Press) -> None:
    opened.pdf("page.typ", {"words": ["x"]})
    thread = next(t for t in threading.enumerate() if t.name.startswith("press"))
    assert thread.native_id is not None
    mine = os.getpriority(os.PRIO_PROCESS, 0)
    assert os.getpriority(os.PRIO_PROCESS, thread.native_id) == max(press.PRIORITY, mine)


def test_a_mistake_in_a_template_is_told_with_its_line(opened: Press) -> None:
    with pytest.raises(NotSet, match=r"page\.typ:5"):
        opened.pdf("page.typ", {"nothing": []})


@pytest.mark.parametrize("missing", press.LIBRARIES)
def test_without_a_library_one_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    require()
    monkeypatch.setattr(press, "find_spec", lambda name: None if name == missing else name)
    with pytest.raises(NotInstalled, match="pip install"):
        require()
