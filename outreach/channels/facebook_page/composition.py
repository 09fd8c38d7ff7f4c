"""What of a message becomes the post, its link card, its photos and its first comment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from outreach import channel as c
from outreach.channels._previews import (
    UTF16,
    all_media,
    fold,
    hashtag_forms,
    left_out,
    picture_gauge,
    utf16,
)
from outreach.channels._text import over_limits
from outreach.channels.facebook_page.settings import FacebookPageSettings

TEXT_LIMIT = 63_206
"""Characters, counted in UTF-16 units to be on the safe side."""

ON_A_PHONE, ON_A_COMPUTER = 125, 477
"""Characters before “see more”, as users of Facebook have measured them."""

PHOTOS = 10
LARGEST_PHOTO = 4_000_000
TYPES = ("image/jpeg", "image/png")

PICTURES = c.PictureLimits(mimes=TYPES, size=LARGEST_PHOTO, side=2048, png=1_000_000)
"""To this pictures are prepared: Facebook takes no WebP and blurs large PNG files, and no screen shows more pixels of a post."""

SMALLEST_COVER = (400, 150)
"""Width and height in pixels."""


LARGEST_VIDEO = 1_000_000_000
"""Bytes; staff's files are held to less."""

_EITHER = c.Text("A post shows either a video or pictures.")


@dataclass(frozen=True, kw_only=True)
class Post:
    """What is sent: `link` only where it becomes a card, `comment` only where something goes there; photos or a video.

    `title` is that of the video.
    """

    message: str
    link: str = ""
    comment: str = ""
    photos: tuple[c.Media, ...] = ()
    video: c.Media | None = None
    title: str = ""


def compose(rendition: c.Rendition, settings: FacebookPageSettings) -> Post:
    """The post that a rendition becomes. One with photos or a video has no card, so its link stands in the text."""
    aside = settings.first_comment
    said = [rendition.title] if settings.headline else []
    said.append(rendition.text.strip())
    tags = " ".join(tag for tag in rendition.hashtags if tag not in rendition.text)
    link = rendition.link
    shows = bool(rendition.files)
    in_text = bool(link) and "link" not in aside and shows
    if in_text and link not in rendition.text:
        said.append(link)
    if tags and "hashtags" not in aside:
        said.append(tags)
    beside = [link if "link" in aside else "", tags if "hashtags" in aside else ""]
    return Post(
        message="\n\n".join(part for part in said if part),
        link="" if shows or "link" in aside else link,
        comment="\n\n".join(part for part in beside if part),
        photos=() if rendition.video else rendition.media,
        video=rendition.video,
        title=rendition.title,
    )


def previewed(rendition: c.Rendition, post: Post, can: c.Capabilities) -> c.Preview:
    """The post as sent, then its first comment."""
    missing = ["summary", "markup", "moment", "deadline", "honours"]
    if rendition.title not in post.message:
        missing.insert(0, "title")
    size = c.Gauge(name=c.Text("text"), used=utf16(post.message), limit=TEXT_LIMIT, unit=UTF16)
    return c.Preview(
        text=post.message,
        comment=post.comment,
        problems=tuple(problems(rendition, post, can, as_cover=False)),
        folds=(
            *fold(post.message, ON_A_PHONE, c.Text("on a phone")),
            *fold(post.message, ON_A_COMPUTER, c.Text("on a computer")),
        ),
        gauges=(size, picture_gauge(post.photos, PHOTOS)),
        media=(
            all_media((post.video,), c.Text("video of the post"))
            if post.video
            else all_media(post.photos, c.Text("photo of the post"))
        ),
        card=c.LinkCard(link=post.link) if post.link else None,
        hashtags=hashtag_forms(rendition),
        dropped=(
            *left_out(rendition, *missing),
            *(left_out(rendition, "pictures", why=_EITHER) if post.video else ()),
        ),
    )


def previewed_cover(rendition: c.Rendition, post: Post, can: c.Capabilities) -> c.Preview:
    """The banner as the Page's cover: its first picture, and no word besides."""
    why = c.Text("A cover picture has no text.")
    words = ("title", "text", "summary", "link", "hashtags", "moment", "deadline", "honours")
    others = c.Dropped(
        what=c.Text("all pictures but the first"), why=c.Text("There is only one cover.")
    )
    return c.Preview(
        text="",
        problems=tuple(problems(rendition, post, can, as_cover=True)),
        media=all_media(post.photos[:1], c.Text("cover of the Page")),
        dropped=(
            *left_out(rendition, *words, why=why),
            *([others] if len(post.photos) > 1 else []),
        ),
    )


def problems(
    rendition: c.Rendition, post: Post, can: c.Capabilities, *, as_cover: bool
) -> Iterator[c.PreviewProblem]:
    """What Facebook would refuse."""
    yield from over_limits(rendition, can)
    units = utf16(post.message)
    if units > TEXT_LIMIT:
        yield c.PreviewProblem(
            what=c.Text(
                "The post has {size} characters; Facebook takes {limit}.",
                size=units,
                limit=TEXT_LIMIT,
            ),
            mend=c.Text("Shorten it, or write a shorter variant for this channel."),
        )
    if as_cover and not post.photos:
        yield c.PreviewProblem(
            what=c.Text("A cover picture needs a picture, and this banner has none."),
            mend=c.Text("Name a picture in the banner's file, or take this channel out of it."),
        )
    if as_cover and post.photos and _is_small(post.photos[0]):
        yield c.PreviewProblem(
            what=c.Text(
                "The picture “{name}” is smaller than a cover may be: {width} × {height} pixels.",
                name=post.photos[0].name,
                width=SMALLEST_COVER[0],
                height=SMALLEST_COVER[1],
            ),
            mend=c.Text("Use a larger picture, best one of 851 × 315 pixels or more."),
        )
    for medium in post.photos:
        if medium.mime not in TYPES or medium.size > LARGEST_PHOTO:
            yield c.PreviewProblem(
                what=c.Text("Facebook may refuse the picture “{name}”.", name=medium.name),
                mend=c.Text("Use a JPEG or PNG picture of at most 4 MB."),
            )


def _is_small(picture: c.Media) -> bool:
    width, height = SMALLEST_COVER
    return picture.width < width or picture.height < height
