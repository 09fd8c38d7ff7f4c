"""What CONTRIBUTING shows works as it stands there."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from outreach.channel import AdapterPlace, Channel
from outreach.testing import ChannelContract

PAGE = Path(__file__).parents[2] / "CONTRIBUTING.md"


def example() -> str:
    found = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    return found[1]


def test_the_example_has_at_most_forty_lines() -> None:
    assert len(example().splitlines()) <= 40


class TestNoticeBoard(ChannelContract):
    @pytest.fixture
    def channel(self, tmp_path: Path) -> Channel:
        names: dict[str, Any] = {"__name__": "notice_board"}
        exec(compile(example(), str(PAGE), "exec", dont_inherit=True), names)
        board = names["NoticeBoard"]
        place = AdapterPlace(state=tmp_path, clock=lambda: datetime.now(UTC))
        channel: Channel = board("hall", board.Settings(folder=tmp_path / "board"), place)
        return channel

    def count(self, channel: Channel, key: str) -> int:
        return len(list(channel.folder.glob(f"{key}.txt")))  # type: ignore[attr-defined]  # the example's own folder
