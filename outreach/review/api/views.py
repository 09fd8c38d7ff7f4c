"""What the endpoints of the pages answer: today, the calendar, messages, approvals, channels, banners, people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from outreach.domain.approval import Verdict, Word
from outreach.domain.calendar_month import Month
from outreach.domain.change import OPEN
from outreach.domain.delivery import Delivery, State
from outreach.domain.problem import Problem
from outreach.reports.queue import row
from outreach.review import banners as work
from outreach.review import channels as lanes
from outreach.review import messages as mailbox
from outreach.review import texts
from outreach.review.api import asked
from outreach.review.api.answers import Call
from outreach.review.calendar import MOST
from outreach.review.campaigns import present
from outreach.review.today import SHOWN, WENT_OUT, hands


def today(call: Call) -> Any:
    """What needs a hand, what is next, what went out last."""
    glances = call.office.glances
    found = hands(call.office, call.reading, call.office.now())
    return {
        "hands": [call.plain(vars(hand)) for hand in found],
        "next": _rows(call, glances.first([State.SCHEDULED], SHOWN)),
        "out": _rows(call, glances.first(WENT_OUT, SHOWN, latest=True)),
        "paused": [name for name, state in call.reading.channels().items() if state.paused],
    }


def calendar(call: Call) -> Any:
    """The deliveries of a month, each with its title, and the campaigns whose window reaches into it; `full` when there are more."""
    wanted = call.asked
    assert isinstance(wanted, asked.Month)
    zone = call.reading.zone(wanted.campaign or "")
    today = call.office.now().astimezone(zone).date()
    month = Month.named(wanted.month) if wanted.month else Month.of(today)
    since, until = month.span(zone)
    found = call.office.glances.first(
        [wanted.state] if wanted.state else list(State),
        MOST,
        since=since,
        until=until,
        **{n: getattr(wanted, n) for n in ("campaign", "channel", "topic", "unit")},
    )
    titles = call.office.glances.titles(found)
    known = [c for c in call.reading.campaigns() if month.meets(c.window)]
    return {
        "month": f"{month.first:%Y-%m}",
        "full": len(found) >= MOST,
        "deliveries": [
            {**each, "title": titles[d.id]}
            for d, each in zip(found, _rows(call, found), strict=True)
        ],
        "campaigns": [
            {"id": c.id, "name": c.name, "from": f"{c.window.start}", "until": f"{c.window.end}"}
            for c in known
        ],
    }


def messages(call: Call) -> Any:
    """The messages of a campaign: how they stand, what they lack, what is wrong in their files."""
    wanted = call.asked
    assert isinstance(wanted, asked.Messages)
    campaign = wanted.campaign or present(call.reading.campaigns(), call.reading.now)
    found = mailbox.some_of(call.office, call.reading, campaign, wanted.after, wanted.limit)
    return {
        "campaign": campaign,
        "count": found.count,
        "more": found.more,
        "messages": [
            {
                "id": each.id,
                "title": each.title,
                "topic": each.message.topic if each.message else "",
                "unit": each.message.unit if each.message else "",
                "next": call.plain(each.next),
                "lacking": each.lacking,
                "problems": [_problem(call, problem) for problem in each.problems],
                "deliveries": [d.id for d in each.deliveries],
            }
            for each in found.rows
        ],
    }


def message(call: Call) -> Any:
    """One message: its file, its problems, its texts as followers see them, their versions and words; None when there is none."""
    office, reading = call.office, call.reading
    found = office.queue.list(campaign=call.campaign, message=call.message)
    source = reading.source_text(call.campaign, call.message)
    if not found and source is None:
        return None
    needed = office.approvals.needed().get(call.campaign, 0)
    problems = mailbox.problems_of(reading, call.campaign, f"{call.message}.md")
    return {
        "id": call.message,
        "campaign": call.campaign,
        "source": source,
        "needed": needed,
        "problems": [_problem(call, problem) for problem in problems],
        "texts": [_face(call, face) for face in texts.faces(office, reading, found, needed)],
        "versions": {
            channel: [_version(call, each) for each in some]
            for channel, some in texts.versions(office, reading, found).items()
        },
        "deliveries": _rows(call, found),
    }


def waiting(call: Call) -> Any:
    """Deliveries whose text lacks somebody's word, by due time, and the words that were said."""
    wanted = call.asked
    assert isinstance(wanted, asked.Waiting)
    until = call.office.now() + timedelta(hours=wanted.hours)
    found = call.office.approvals.waiting(until)[:MOST]
    said = call.office.approvals.words(d.digest for d in found)
    rows = zip(found, _rows(call, found), strict=True)
    return {
        "waiting": [
            {**each, "words": [_word(call, w) for w in said.get(d.digest, ())]} for d, each in rows
        ]
    }


def say(call: Call, said: asked.Said) -> Any:
    """Approve a text or send it back, in the token's name; None when no delivery waits for this very text."""
    found = call.office.glances.of_text(said.digest)
    if not any(d.state in OPEN and texts.has_text(d) for d in found):
        return None
    word = Word(
        digest=said.digest,
        person=f"token {call.token}",
        verdict=said.verdict,
        note=said.note.strip(),
        at=call.office.now(),
    )
    return {"deliveries": call.office.approvals.give(word)}


def wants_two_people(call: Call, said: asked.Said) -> bool:
    """Whether a text is approved that two people must look at; whoever issues tokens would otherwise be both of them."""
    if said.verdict is not Verdict.APPROVED:
        return False
    needed = call.office.approvals.needed()
    found = call.office.glances.of_text(said.digest)
    return any(needed.get(d.identity.campaign, 0) > 1 for d in found)


def lacks_reason(said: asked.Said) -> bool:
    """Whether a text is sent back without a word why."""
    return said.verdict is Verdict.SENT_BACK and not said.note.strip()


def channels(call: Call) -> Any:
    """Every channel: how it stands, what is wrong, how much of its quotas is used, what is next and was last."""
    counts = call.office.queue.counts()
    return {
        "channels": [
            _standing(call, lanes.standing(call.office, call.reading, name, state, counts))
            for name, state in sorted(call.reading.channels().items())
        ]
    }


def banners(call: Call) -> Any:
    """Banners and other work of people, those that wait first."""
    return {
        "banners": [
            {
                **_rows(call, [each.delivery])[0],
                "title": each.rendition.title,
                "until": call.plain(each.until),
                "waits": each.waits,
                "by_people": each.by_people,
                "places": list(each.rendition.places),
                "size": each.rendition.size,
                "photo_sha256": each.photo,
            }
            for each in work.found_of(call.office, call.reading)
        ]
    }


def people(call: Call) -> Any:
    """Everyone who was invited: name, role, and whether there is a second factor; nothing that signs in."""
    return {
        "people": [
            {"name": p.name, "role": p.role.value, "second_factor": bool(p.totp)}
            for p in call.office.people.all()
        ]
    }


def _rows(call: Call, found: list[Delivery]) -> list[Any]:
    zone = call.reading.zone
    return [call.plain(dict(row(each, zone(each.identity.campaign)))) for each in found]


def _problem(call: Call, problem: Problem) -> Mapping[str, Any]:
    place = problem.place
    return {
        "severity": problem.severity.value,
        "file": place.file,
        "line": place.line,
        "what": call.plain(problem.what),
        "mend": call.plain(problem.mend),
    }


def _face(call: Call, face: texts.Face) -> Mapping[str, Any]:
    return {
        "channel": face.rendition.channel,
        "digest": face.digest,
        "title": face.rendition.title,
        "preview": face.preview.text,
        "problems": [call.plain(vars(p)) for p in face.preview.problems],
        "waits": face.waits,
        "lacking": face.lacking,
        "words": [_word(call, word) for word in face.words],
    }


def _version(call: Call, version: texts.Version) -> Mapping[str, Any]:
    return {
        "digest": version.digest,
        "at": call.plain(version.at),
        "by": version.actor,
        "words": [_word(call, word) for word in version.words],
    }


def _word(call: Call, word: Word) -> Mapping[str, Any]:
    return {
        "person": word.person,
        "verdict": word.verdict.value,
        "note": word.note,
        "at": call.plain(word.at),
    }


def _standing(call: Call, one: lanes.Standing) -> Mapping[str, Any]:
    return {
        "name": one.name,
        "adapter": one.adapter,
        "paused": one.state.paused,
        "until": call.plain(one.state.until),
        "reason": call.plain(one.state.reason),
        "deliveries": {state.value: count for state, count in one.counts.items()},
        "quotas": [
            {"per": used.quota.per.value, "limit": used.quota.count, "used": used.used}
            for used in one.quotas
        ],
        "next": call.plain(one.next),
        "last": call.plain(one.last),
        "causes": [call.plain(vars(cause)) for cause in one.causes],
    }
