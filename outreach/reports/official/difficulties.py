"""What did not go as planned, honestly: late, not published, in doubt and settled, tried again, paused, changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from outreach.domain.delivery import State
from outreach.domain.text import Text
from outreach.reports.delivery_log import reason_of
from outreach.reports.official.figures import Deed, tally
from outreach.reports.official.month import Month
from outreach.reports.official.speech import Speaker
from outreach.reports.words import STATES

Pause = tuple[timedelta, datetime, Text | None]
"""Its length, its beginning in the campaign's zone, and its reason."""

MOST_NAMED = 5
"""So many single failures are told in a sentence of their own; the annex has all."""


def difficulties(month: Month, say: Speaker) -> Iterator[str]:
    """One paragraph per kind of difficulty that there was; the office's own come last."""
    yield from _late(month, say)
    yield from _failed(month, say)
    yield from _doubts(month, say)
    yield from _repeated(month, say)
    yield from _pauses(month, say)
    yield from _open(month, say)
    yield from _standing(month, say)
    yield from _cancelled(month, say)
    yield from month.files.campaign.paperwork.difficulties


def channel(month: Month, name: str) -> str:
    """The name of a channel that readers know."""
    return month.files.campaign.paperwork.channels.get(name, name)


def _late(month: Month, say: Speaker) -> Iterator[str]:
    late = sorted((deed for deed in month.online if deed.late), key=lambda deed: deed.delay)
    if late:
        worst = late[-1]
        yield say(
            Text(
                "Late publications: {count}, the latest by {length} (“{title}” on {channel}, planned for {due}).",
                count=say.count(len(late)),
                length=say.length(worst.delay),
                title=worst.title,
                channel=channel(month, worst.channel),
                due=say.moment(worst.due),
            )
        )


def _failed(month: Month, say: Speaker) -> Iterator[str]:
    failed = [deed for deed in month.deeds if deed.state in (State.MISSED, State.REJECTED)]
    if failed:
        yield say(
            Text(
                "Not carried out as planned: {count} of {planned}{tail}",
                count=say.count(len(failed)),
                planned=say.count(len(month.deeds)),
                tail=":" if len(failed) <= MOST_NAMED else say(Text("; among them:")),
            )
        )
    yield from (_failure(month, deed, say) for deed in failed[:MOST_NAMED])


def _failure(month: Month, deed: Deed, say: Speaker) -> str:
    return say(
        Text(
            "- “{title}” on {channel}, planned for {due}: {state}. {reason}",
            title=deed.title,
            channel=channel(month, deed.channel),
            due=say.moment(deed.due),
            state=STATES[deed.state],
            reason=_briefly(deed.reason, say),
        )
    ).rstrip()


def _briefly(reason: Text | None, say: Speaker) -> str:
    """The first sentence of a reason; what the service said word for word stands in the log."""
    first, stop, _ = say(reason).partition(". ") if reason else ("", "", "")
    return f"{first}{stop}".strip()


def _doubts(month: Month, say: Speaker) -> Iterator[str]:
    doubted = set(month.times("unknown"))
    deeds = [deed for deed in month.deeds if deed.number in doubted]
    if not deeds:
        return
    seen = {
        line.event.delivery_id
        for line in month.events("published")
        if line.event.data.get("from") == State.UNKNOWN
    }
    public = [deed for deed in deeds if deed.done and deed.number in seen]
    done = [deed for deed in deeds if deed.done]
    settled = (
        (len(public), Text("public already and not repeated: {n}", n=say.count(len(public)))),
        (
            len(done) - len(public),
            Text("published afterwards: {n}", n=say.count(len(done) - len(public))),
        ),
        (
            len(deeds) - len(done),
            Text("not published: {n}", n=say.count(len(deeds) - len(done))),
        ),
    )
    yield say(
        Text(
            "Publications whose outcome was in doubt for a time, because the service's reply was lost or came too late: {count}. "
            "Each was looked up on its channel before anything was repeated: {settled}.",
            count=say.count(len(deeds)),
            settled="; ".join(say(text) for count, text in settled if count),
        )
    )


def _repeated(month: Month, say: Speaker) -> Iterator[str]:
    tries = month.times("publishing")
    again = [deed for deed in month.online if deed.done and tries[deed.number] > 1]
    if again:
        yield say(
            Text(
                "Publications that took more than one try: {count}; most tries of one: {most}.",
                count=say.count(len(again)),
                most=say.count(max(tries[deed.number] for deed in again)),
            )
        )


def _pauses(month: Month, say: Speaker) -> Iterator[str]:
    """How often and how long each channel of the campaign stood still, and why it did the longest time."""
    for name in sorted({deed.channel for deed in month.deeds}):
        ended, open_since = _pauses_of(month, name)
        if ended:
            length, begun, reason = max(ended, key=lambda pause: pause[0])
            yield say(
                Text(
                    "{channel} stood still (times: {count}), at the longest for {length} from {begun}. {reason}",
                    channel=channel(month, name),
                    count=say.count(len(ended)),
                    length=say.length(length),
                    begun=say.moment(begun),
                    reason=_briefly(reason, say),
                )
            ).rstrip()
        if open_since:
            yield say(
                Text(
                    "{channel} has stood still since {begun}.",
                    channel=channel(month, name),
                    begun=say.moment(open_since),
                )
            )


def _pauses_of(month: Month, name: str) -> tuple[list[Pause], datetime | None]:
    """Each pause that has ended, and when the one began that has not."""
    local = month.files.campaign.local
    ended: list[Pause] = []
    begun: datetime | None = None
    reason: Text | None = None
    for event in (line.event for line in month.lines):
        if event.delivery_id is not None or event.data.get("channel") != name:
            continue
        if event.what == "paused" and begun is None:
            begun, reason = event.at, reason_of(event.data)
        elif event.what == "resumed" and begun is not None:
            ended.append((event.at - begun, local(begun), reason))
            begun = None
    return ended, local(begun) if begun else None


def _open(month: Month, say: Speaker) -> Iterator[str]:
    count = tally(month.deeds).open
    if count:
        yield say(
            Text(
                "Not settled yet when this document is made: {count}.",
                count=say.count(count),
            )
        )


def _standing(month: Month, say: Speaker) -> Iterator[str]:
    """What people hang is told with its banner."""
    names = [
        say(Text("“{title}” on {channel}", title=deed.title, channel=channel(month, deed.channel)))
        for deed in month.standing
        if not deed.by_people
    ]
    if names:
        yield say(
            Text(
                "Not taken down in time ({count}): {names}.",
                count=say.count(len(names)),
                names="; ".join(names),
            )
        )


def _cancelled(month: Month, say: Speaker) -> Iterator[str]:
    if month.cancelled:
        yield say(
            Text(
                "Taken out of the plan: {count}.",
                count=say.count(month.cancelled),
            )
        )
