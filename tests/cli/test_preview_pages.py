"""The sample campaign's previews on a channel of every adapter, in both languages, as they were looked at and kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from outreach.channel import Severity
from outreach.channels.registry import ADAPTERS
from outreach.cli import preview_page
from outreach.cli.screen import Screen
from tests.cli.sample_office import (
    ONE_OF_EACH,
    Previews,
    kept,
    printed,
    sample_desk,
    sample_previews,
)

pytestmark = pytest.mark.slow

CHANNELS = [adapter.replace("_", "-") for adapter in ADAPTERS]


@pytest.fixture(scope="module")
def previews(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Previews]:
    with sample_desk(tmp_path_factory.mktemp("office")) as desk:
        yield sample_previews(desk)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("channel", CHANNELS)
def test_previews_are_what_was_kept(previews: Previews, channel: str, language: str) -> None:
    """Mend with `python -m tests.cli.sample_office`, after a look at what it changes."""
    assert printed(previews, channel, language) == kept(channel, language).read_text("utf-8")


def test_what_is_kept_shows_every_kind_of_message(previews: Previews) -> None:
    shown = {
        r.kind for (_, name), found in previews.items() for r, _ in found if name in ONE_OF_EACH
    }
    assert shown == {r.kind for found in previews.values() for r, _ in found}
    assert {channel for (channel, _), found in previews.items() if found} == set(CHANNELS)


def test_every_preview_of_the_campaign_is_consistent(previews: Previews) -> None:
    for found in previews.values():
        for rendition, seen in found:
            assert all(0 < fold.at < len(seen.text) for fold in seen.folds)
            assert all(one.limit is None or one.used <= one.limit for one in seen.gauges)
            assert {one.media for one in seen.media or ()} <= set(rendition.media)
            assert {tag.sent for tag in seen.hashtags} <= set(rendition.hashtags)
            assert preview_page.record(rendition, seen)["folds"] == [vars(f) for f in seen.folds]
            assert Severity.ERROR not in [problem.severity for problem in seen.problems]


def test_json_holds_nothing_that_json_does_not_know(
    previews: Previews, capsys: pytest.CaptureFixture[str]
) -> None:
    screen = Screen("vi")
    screen.json([preview_page.record(*each) for found in previews.values() for each in found])
    said = capsys.readouterr().out
    assert "Hashtag(" not in said
    assert "Text(" not in said
