"""docs/security.md is what the tests say, and no requirement goes without a test or a reason."""

from __future__ import annotations

from collections import Counter

import pytest

from outreach.channels.registry import ADAPTERS
from tests.house.source import ROOT
from tests.security.catalogue import REASONS, TEST, document, requirements, shown
from tests.security.figures import SPEAKS_WITH

DOCUMENT = ROOT / "docs" / "security.md"


def test_all_requirements_of_both_levels_are_there() -> None:
    asked = requirements()
    assert Counter(one.level for one in asked) == {1: 70, 2: 183}
    assert len({one.number for one in asked}) == len(asked)
    assert {one.standing for one in asked} == {TEST, *REASONS}


def test_each_has_a_test_or_a_reason() -> None:
    standing = {one.number: one.standing for one in requirements()}
    marked = {mark.number for mark in shown()}
    assert marked <= set(standing)
    assert {number for number, how in standing.items() if how == TEST} <= marked
    assert not {number for number in marked if standing[number] in REASONS}


@pytest.mark.asvs("2.1.1", "docs/security.md says what may come in")
@pytest.mark.asvs("2.1.2", "docs/security.md says what must fit together")
@pytest.mark.asvs("2.1.3", "docs/security.md names the limits of the code itself")
@pytest.mark.asvs("5.1.1", "docs/security.md names types and sizes of the code itself")
@pytest.mark.asvs("6.1.1", "docs/security.md, with the figures of the code itself")
@pytest.mark.asvs("6.1.3", "docs/security.md lists the ways and how strong each is")
@pytest.mark.asvs("7.1.1", "docs/security.md, with the figures of the code itself")
@pytest.mark.asvs("7.1.2", "docs/security.md: as many as browsers, each listed")
@pytest.mark.asvs("7.1.3", "docs/security.md says when sessions of proxy and provider end")
@pytest.mark.asvs("8.1.1", "docs/security.md, with the table of the code itself")
@pytest.mark.asvs("8.1.2", "docs/security.md says what only administrators see and set")
@pytest.mark.asvs("11.1.1", "docs/security.md says how keys are made, kept and exchanged")
@pytest.mark.asvs("11.1.2", "docs/security.md lists keys and algorithms")
@pytest.mark.asvs("14.1.1", "docs/security.md lists what needs protection")
@pytest.mark.asvs("14.1.2", "docs/security.md says how each is protected")
@pytest.mark.asvs("15.1.1", "docs/security.md sets the times for updates")
@pytest.mark.asvs("15.1.3", "docs/security.md says what takes long and what bounds it")
@pytest.mark.asvs("16.1.1", "docs/security.md lists the logs")
def test_the_document_is_what_code_and_tests_say() -> None:
    """Mend with `python -m tests.security.catalogue > docs/security.md`."""
    assert DOCUMENT.read_text("utf-8") == document()


@pytest.mark.asvs("13.1.1", "docs/security.md names whom each adapter calls")
def test_every_adapter_says_with_whom_it_speaks() -> None:
    assert set(SPEAKS_WITH) == set(ADAPTERS)
