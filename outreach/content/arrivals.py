"""Pictures that people send through a browser: under a name of ours, drawn anew, never larger than what is read again."""

from __future__ import annotations

from outreach.content.files import shown, too_large
from outreach.content.message_file import slug
from outreach.content.pictures import LARGEST_PICTURE, ending, recognise
from outreach.content.prepared import redrawn

LONGEST_STEM = 60
NAMELESS = "anh"
"""What a picture is called whose own name has no letter that can be kept."""


def taken_in(name: str, content: bytes) -> tuple[str, bytes]:
    """The name in media/ and the bytes of a picture that was sent as `name`. Raises `Refused`."""
    told = shown(name.replace("\\", "/").rpartition("/")[2])[-200:]
    if len(content) > LARGEST_PICTURE:
        raise too_large(told, LARGEST_PICTURE)
    found = recognise(content, told)
    drawn = redrawn(content, told)
    if len(drawn) > LARGEST_PICTURE:
        raise too_large(told, LARGEST_PICTURE)
    stem = slug(told.rpartition(".")[0])[:LONGEST_STEM].strip("-") or NAMELESS
    return f"{stem}{ending(found)}", drawn
