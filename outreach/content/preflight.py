"""What can be known about texts on their channels weeks before they go out: templates, lengths, parts for nobody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import regex

from outreach.content.findings import Findings, did_you_mean
from outreach.content.render import Renderer, chosen
from outreach.content.variants import REMINDER
from outreach.domain.capabilities import ChannelProfile
from outreach.domain.message import ContestDetails, EventDetails, Message
from outreach.domain.problem import Problem, Problems
from outreach.domain.text import Text

_GRAPHEME = regex.compile(r"\X")


def preflight(
    messages: Sequence[Message], profiles: Sequence[ChannelProfile], renderer: Renderer
) -> tuple[Problem, ...]:
    """Every such problem of every message, in every text, by place. Copies nothing and sends nothing."""
    findings = Findings()
    for message in messages:
        _check_part_names(message, profiles, findings)
        _check_announcement(message, profiles, findings)
        _check_video(message, profiles, findings)
        for profile, days_left in _readers(message, profiles):
            try:
                text = renderer.text(message, profile, days_left)
            except Problems as problems:
                findings.extend(problems.problems)
            else:
                _check_length(message, profile, days_left, text, findings)
    return findings.sorted()


def graphemes(text: str) -> int:
    """How many characters a person counts in a text."""
    return len(text) if text.isascii() else len(_GRAPHEME.findall(text))


def _excess(text: str, limit: int | None) -> int | None:
    """The length of a text that is longer than `limit` characters, None when it fits."""
    if limit is None or len(text) <= limit:
        return None
    length = graphemes(text)
    return length if length > limit else None


def _readers(
    message: Message, profiles: Sequence[ChannelProfile]
) -> Iterator[tuple[ChannelProfile, int | None]]:
    """Each channel that the message goes to; and for its reminders, its parts for no channel, somebody all the same."""
    for profile in profiles:
        if any(profile.answers_to(word) for word in message.channels):
            yield profile, None
            if isinstance(message.details, ContestDetails):
                yield profile, max(message.details.reminders, default=1)
    for name in ("", *message.variants):
        if name != REMINDER:
            yield ChannelProfile(name=name), None


def _check_length(
    message: Message,
    profile: ChannelProfile,
    days_left: int | None,
    text: str,
    findings: Findings,
) -> None:
    place = chosen(message, profile, days_left)[1]
    limits = profile.capabilities
    if (length := _excess(text, limits.text_limit)) is not None:
        what = Text(
            "The text has {length} characters; {channel} takes {limit}.",
            length=length,
            channel=profile.name,
            limit=limits.text_limit,
        )
        mend = Text("Shorten it, or add a shorter part “::: {channel}”.", channel=profile.name)
        findings.error(place, "text-too-long", what, mend)
    if (length := _excess(message.title, limits.title_limit)) is not None:
        what = Text(
            "The title has {length} characters; {channel} takes {limit}.",
            length=length,
            channel=profile.name,
            limit=limits.title_limit,
        )
        findings.error(message.place("title"), "title-too-long", what, Text("Shorten the title."))
    if limits.media_limit is not None and len(message.pictures) > limits.media_limit:
        what = Text(
            "The message has {count} pictures; {channel} takes {limit}.",
            count=len(message.pictures),
            channel=profile.name,
            limit=limits.media_limit,
        )
        mend = Text("Leave out pictures, or write a message of its own for this channel.")
        findings.error(message.place("images"), "too-many-pictures", what, mend)


def _check_video(message: Message, profiles: Sequence[ChannelProfile], findings: Findings) -> None:
    """Readers of these channels get the message without its video; its text may have to say where to see it."""
    if not message.video:
        return
    for profile in profiles:
        answers = any(profile.answers_to(word) for word in message.channels)
        if answers and profile.capabilities.video_limit is None:
            what = Text(
                "{channel} takes no videos: the message goes there without.", channel=profile.name
            )
            mend = Text(
                "Leave it so, or say in a part “::: {channel}” where the video can be seen.",
                channel=profile.name,
            )
            findings.warning(message.place("video"), "video-left-out", what, mend)


def _check_announcement(
    message: Message, profiles: Sequence[ChannelProfile], findings: Findings
) -> None:
    """An event that says no time to post is due when it begins: right for people, late for readers."""
    timed = any(key in message.places for key in ("at", "repeat", "spread"))
    if timed or not isinstance(message.details, EventDetails):
        return
    for profile in profiles:
        answers = any(profile.answers_to(word) for word in message.channels)
        if answers and not profile.capabilities.carried_out_by_people:
            what = Text("{channel} announces the event only when it begins.", channel=profile.name)
            mend = Text("Add a line “at: …” with a time some days before.")
            findings.warning(message.place("start"), "announced-at-start", what, mend)


def _check_part_names(
    message: Message, profiles: Sequence[ChannelProfile], findings: Findings
) -> None:
    words = sorted({REMINDER}.union(*({p.name, *p.tags} for p in profiles)))
    for name in message.variants:
        if name not in words:
            what = Text("The part “{name}” is for no channel.", name=name)
            otherwise = Text("Known are: {known}.", known=", ".join(words))
            mend = did_you_mean(name, words, otherwise)
            findings.warning(message.place(f"::: {name}"), "part-for-nobody", what, mend)
