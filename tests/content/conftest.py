"""Every sentence that is said here is whole. One process for templates serves all tests of a worker.

A test that stops it makes the next one start it anew.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from outreach.content.template import TemplateProcess
from tests.sentences import every_sentence_is_whole

__all__ = ["every_sentence_is_whole", "templates"]


@pytest.fixture(scope="session")
def templates() -> Iterator[TemplateProcess]:
    with TemplateProcess() as process:
        yield process
