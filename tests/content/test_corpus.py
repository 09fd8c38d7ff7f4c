"""Every broken file of the corpus: each mistake named at its place, with its mend, in both languages, and nothing else."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from outreach.content.template import TemplateProcess
from outreach.locale import LANGUAGES, catalogue, translate
from tests.content.corpus import CORPUS, EXPECTED, lay_out, problems_of, written


def test_the_corpus_is_large_and_its_table_complete() -> None:
    assert {folder.name for folder in (CORPUS / "broken").iterdir()} == set(EXPECTED)
    assert len(EXPECTED) >= 64


def test_the_ground_that_cases_are_laid_on_has_no_mistake(
    tmp_path: Path, templates: TemplateProcess
) -> None:
    assert problems_of(lay_out(tmp_path), templates) == ()


@pytest.mark.asvs("2.2.1", "Every broken file of a corpus is refused at its place")
@pytest.mark.asvs("2.2.3", "So is what does not fit together")
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_each_mistake_is_named_at_its_place(
    name: str, tmp_path: Path, templates: TemplateProcess
) -> None:
    folder = lay_out(tmp_path, name)
    started = time.monotonic()
    problems = problems_of(folder, templates)
    assert time.monotonic() - started < 10
    assert written(problems) == EXPECTED[name]
    for problem in problems:
        assert problem.what.msgid in catalogue("vi")
        assert problem.mend.msgid in catalogue("vi")
        for language in LANGUAGES:
            assert translate(problem.what, language)
            assert translate(problem.mend, language)
