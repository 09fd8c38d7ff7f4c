"""What readers of a WordPress site will see, without the theme around it."""

from __future__ import annotations

from outreach.channel import Gauge, Preview, Rendition, ShownMedia, Text
from outreach.channels._previews import all_media, hashtag_forms, left_out, text_gauge
from outreach.channels.wordpress import writing
from outreach.channels.wordpress.settings import WordPressSettings


def post_preview(rendition: Rendition, settings: WordPressSettings, language: str) -> Preview:
    """A post; its first picture goes where the theme shows the featured one."""
    missing = [] if settings.hashtags_as_tags else ["hashtags"]
    return Preview(
        text=f"{rendition.title}\n\n{rendition.text}",
        html=_page(rendition, writing.post(rendition, "preview", (), language)),
        gauges=_gauges(rendition),
        media=tuple(_shown(rendition)),
        hashtags=() if missing else hashtag_forms(rendition),
        dropped=left_out(rendition, *missing),
    )


def banner_preview(rendition: Rendition, settings: WordPressSettings, language: str) -> Preview:  # noqa: ARG001 - called like `post_preview`
    """A banner in the synced block, on every page."""
    return Preview(
        text=f"{rendition.title}\n\n{rendition.text}",
        html=_page(rendition, writing.banner(rendition, (), language)),
        gauges=_gauges(rendition),
        media=all_media(rendition.media, Text("picture in the banner")),
        dropped=left_out(rendition, "summary", "hashtags", "moment", "deadline", "honours"),
    )


def _gauges(rendition: Rendition) -> tuple[Gauge, ...]:
    return (text_gauge(rendition.title, name=Text("title")), text_gauge(rendition.text))


def _shown(rendition: Rendition) -> list[ShownMedia]:
    uses = [Text("featured picture"), *[Text("picture in the post")] * len(rendition.media)]
    return [
        ShownMedia(media=medium, use=use)
        for medium, use in zip(rendition.media, uses, strict=False)
    ]


def _page(rendition: Rendition, html: str) -> str:
    title = writing.plain(rendition.title)
    return f'<!doctype html><meta charset="utf-8"><title>{title}</title>{html}'
