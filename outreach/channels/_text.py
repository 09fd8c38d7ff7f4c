"""Text as readers count it, and the problems that every channel looks for."""

from __future__ import annotations

from outreach.channel import Capabilities, PreviewProblem, Rendition, Text


def _(sentence: str) -> str:
    """Mark a sentence for the catalogue; it is translated where it is shown."""
    return sentence


def clusters(text: str) -> list[str]:
    """The characters that a reader sees: letters with their marks, and whole emoji, are one each."""
    import regex  # noqa: PLC0415 - large, and only previews count

    return regex.findall(r"\X", text)


def graphemes(text: str) -> int:
    """How many characters a reader sees."""
    return len(clusters(text))


def over_limits(rendition: Rendition, can: Capabilities) -> tuple[PreviewProblem, ...]:
    """What is longer or more than the channel takes."""
    problems = []
    for what, size, limit in (
        (Text("text"), graphemes(rendition.text), can.text_limit),
        (Text("title"), graphemes(rendition.title), can.title_limit),
    ):
        if limit is not None and size > limit:
            problems.append(_too_long(what, size, limit))
    if can.media_limit is not None and len(rendition.media) > can.media_limit:
        problems.append(
            PreviewProblem(
                what=Text(
                    "There are {count} pictures; the channel takes {limit}.",
                    count=len(rendition.media),
                    limit=can.media_limit,
                ),
                mend=Text("Take pictures out, or write a variant for this channel."),
            )
        )
    return tuple(problems)


def _too_long(what: Text, size: int, limit: int) -> PreviewProblem:
    return PreviewProblem(
        what=Text(
            "The {what} has {size} characters; the channel takes {limit}.",
            what=what,
            size=size,
            limit=limit,
        ),
        mend=Text("Shorten it, or write a shorter variant for this channel."),
    )
