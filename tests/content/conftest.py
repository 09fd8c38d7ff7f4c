"""One process for templates serves all tests of a worker; a test that stops it makes the next one start it anew."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from outreach.content.template import TemplateProcess


@pytest.fixture(scope="session")
def templates() -> Iterator[TemplateProcess]:
    with TemplateProcess() as process:
        yield process
