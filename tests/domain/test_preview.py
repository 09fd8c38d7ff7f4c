"""What a preview tells of what never gets to the adapter."""

from __future__ import annotations

from dataclasses import replace

from outreach.domain.preview import Dropped, Preview, whole
from outreach.domain.text import Text
from tests.domain.test_rendition import PLAIN

PICTURE = Dropped(what=Text("the picture"), why=Text("It is too large."))
SEEN = Preview(text="Chào", comment="Xem thêm", dropped=(PICTURE,))


def test_a_video_that_the_channel_does_not_take_is_told_after_the_rest() -> None:
    video = Dropped(what=Text("the video"), why=Text("The channel takes no videos."))
    seen = whole(SEEN, replace(PLAIN, without_video=True))
    assert seen == replace(SEEN, dropped=(PICTURE, video))


def test_otherwise_the_adapter_has_told_all() -> None:
    assert whole(SEEN, PLAIN) is SEEN
