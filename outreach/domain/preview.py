"""What readers will see of a publication, and what becomes of each of its parts on one channel."""

from __future__ import annotations

from dataclasses import dataclass, replace

from outreach.domain.problem import Severity
from outreach.domain.rendition import Media, Rendition
from outreach.domain.text import Text


@dataclass(frozen=True, kw_only=True)
class PreviewProblem:
    """Something readers or the platform would stumble over, before anything is sent."""

    what: Text
    mend: Text
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, kw_only=True)
class Fold:
    """Where the platform hides the rest behind “see more”: readers `where` see `text[:at]` of the preview at once."""

    at: int
    where: Text


@dataclass(frozen=True, kw_only=True)
class Gauge:
    """How long something is, counted as the platform counts; `limit` is the most that it takes, None when nobody knows one."""

    name: Text
    used: int
    limit: int | None = None
    unit: Text


@dataclass(frozen=True, kw_only=True)
class ShownMedia:
    """A picture or video as this channel gets it: its bytes, what it is there, and its public address if the platform fetches it."""

    media: Media
    use: Text
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class LinkCard:
    """The card under which the publication or its link is shared; without a title the service makes it from the page itself."""

    link: str = ""
    title: str = ""
    description: str = ""
    image: str = ""


@dataclass(frozen=True, kw_only=True)
class Hashtag:
    """A hashtag as it is `sent`, and its two forms; `marked` is empty where no text of the campaign tells its marks."""

    sent: str
    plain: str
    marked: str = ""


@dataclass(frozen=True, kw_only=True)
class Dropped:
    """A part of the message that does not reach readers on this channel, and why."""

    what: Text
    why: Text


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What readers will see: plain `text`, or a complete `html` page where the channel shows one, and a first `comment` below it.

    All the rest is optional; `media` None means that the adapter does not say what becomes of pictures.
    """

    text: str
    html: str = ""
    comment: str = ""
    problems: tuple[PreviewProblem, ...] = ()
    folds: tuple[Fold, ...] = ()
    gauges: tuple[Gauge, ...] = ()
    media: tuple[ShownMedia, ...] | None = None
    card: LinkCard | None = None
    hashtags: tuple[Hashtag, ...] = ()
    dropped: tuple[Dropped, ...] = ()


def whole(seen: Preview, rendition: Rendition) -> Preview:
    """What an adapter previews, and what never gets to it."""
    if not rendition.without_video:
        return seen
    video = Dropped(what=Text("the video"), why=Text("The channel takes no videos."))
    return replace(seen, dropped=(*seen.dropped, video))
