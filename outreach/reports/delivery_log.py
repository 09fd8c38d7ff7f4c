"""The delivery log as reviewers read it: what happened, where, when, by whom, with the link."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from outreach.domain.delivery import Delivery
from outreach.domain.text import Text
from outreach.locale import LANGUAGES
from outreach.reports.cells import to_words
from outreach.reports.plan_difference import KINDS
from outreach.reports.source import Question, Report, Source
from outreach.reports.table import Column, Row, Table
from outreach.reports.words import STATES, naming

if TYPE_CHECKING:
    from outreach.store.delivery_log import Event, Line

HAPPENINGS: Mapping[str, Text] = {
    **{kind.value: text for kind, text in KINDS.items()},
    **{state.value: text for state, text in STATES.items()},
    "looked": Text("looked"),
    "still_public": Text("still public"),
    "gone": Text("gone"),
    "moved_elsewhere": Text("has another address"),
    "link_broken": Text("its link leads nowhere"),
    "not_seen": Text("could not be looked at"),
    "paused": Text("paused"),
    "resumed": Text("resumed"),
    "rewritten": Text("public text replaced"),
    "handed_over": Text("handed over before its time"),
    "taken_back": Text("taken back from the service"),
    "appeared": Text("appeared before it could be taken back"),
    "approved": Text("approved"),
    "sent_back": Text("sent back"),
    "approvals_needed": Text("rule for approvals changed"),
    "invited": Text("person invited"),
    "appointed": Text("person given a role"),
    "removed": Text("person removed"),
    "joined": Text("invitation accepted"),
    "access_reset": Text("invited anew"),
    "password_changed": Text("password changed"),
    "factor_added": Text("second factor added"),
    "factor_dropped": Text("second factor dropped"),
    "session_ended": Text("session ended"),
    "recovery_codes_made": Text("recovery codes made"),
    "recovery_code_used": Text("recovery code used"),
    "factors_sealed": Text("second factors sealed anew"),
    "mail_changed": Text("e-mail address changed"),
    "subject_bound": Text("bound to an account of the provider"),
    "admitted": Text("let in by the provider"),
    "refused": Text("not permitted"),
    "approval_letter": Text("letter with links to approve sent"),
    "token_issued": Text("token issued"),
    "token_revoked": Text("token revoked"),
    "token_refused": Text("not permitted to a token"),
    "token_unknown": Text("token is none, or none any more"),
    "signed_in": Text("signed in"),
    "signed_out": Text("signed out"),
    "sign_in_failed": Text("sign-in failed"),
    "file_saved": Text("message file changed"),
    "file_made": Text("message file made"),
    "picture_added": Text("picture added"),
    "trial_begun": Text("test post begun"),
    "trial_went_well": Text("test post came and went"),
    "trial_failed": Text("test post failed"),
}
"""Every event that the log knows, in words."""

PROGRAM: Mapping[str, Text] = {
    "outreach": Text("the program"),
    "outreach apply": Text("the files"),
    "daemon": Text("the files, read anew"),
    "rehearsal": Text("the rehearsal"),
}
"""Actors that are no person, in words; beside the reason they are not named."""

_ACCESS = "token "

COLUMNS = (
    Column(key="at", title=Text("When"), seconds=True, keep=True),
    Column(key="happened", title=Text("What")),
    Column(key="delivery", title=Text("No."), right=True, keep=True),
    Column(key="where", title=Text("Where")),
    Column(key="detail", title=Text("Link or reason")),
    Column(key="by", title=Text("By"), shown=False),
    Column(key="channel", title=Text("Channel"), shown=False),
    Column(key="message", title=Text("Message"), shown=False),
    Column(key="campaign", title=Text("Campaign"), shown=False),
    Column(key="permalink", title=Text("Link"), shown=False),
    Column(key="seq", title=Text("Line"), right=True, shown=False),
    Column(key="hash", title=Text("Hash"), shown=False),
)


TITLE = Text("Delivery log")
EMPTY = Text("The delivery log has no line that fits.")


def build(source: Source, question: Question) -> Table:
    """One row per line of the log, oldest first."""
    return Table(
        name="delivery-log",
        title=TITLE,
        columns=COLUMNS,
        rows=tuple(rows(source, question)),
        empty=EMPTY,
    )


def rows(source: Source, question: Question) -> Iterator[Row]:
    """The rows one by one, as they are read."""
    for line in source.lines(question):
        number = line.event.delivery_id
        delivery = source.delivery(number) if number is not None else None
        if _fits(line.event, delivery, question):
            yield row(line, delivery, source)


def _fits(event: Event, delivery: Delivery | None, question: Question) -> bool:
    found = {
        "campaign": delivery.identity.campaign if delivery else None,
        "message": delivery.identity.message if delivery else None,
        "channel": delivery.identity.channel if delivery else event.data.get("channel"),
        "state": event.what,
    }
    return all(getattr(question, key) in (None, value) for key, value in found.items())


def row(line: Line, delivery: Delivery | None, source: Source) -> Row:
    """A line's cells; `detail` is what people look for first: the link, else the reason."""
    event, identity = line.event, delivery.identity if delivery else None
    channel = identity.channel if identity else event.data.get("channel", "")
    permalink = (event.data.get("receipt") or {}).get("permalink", "")
    reason = reason_of(event.data)
    return {
        "seq": line.seq,
        "at": event.at.astimezone(source.zone(identity.campaign if identity else "")),
        "what": event.what,
        "happened": HAPPENINGS.get(event.what, Text("{what}", what=event.what)),
        "by": event.actor,
        "delivery": event.delivery_id,
        "key": identity.key if identity else None,
        "campaign": identity.campaign if identity else "",
        "channel": channel,
        "message": identity.message if identity else "",
        "where": _where(delivery, channel or event.data.get("file") or event.data.get("where", "")),
        "permalink": permalink,
        "reason": reason,
        "detail": _detail(event, permalink, reason),
        "data": event.data,
        "hash": line.hash,
    }


def _where(delivery: Delivery | None, place: str) -> Text:
    """The channel and the message; of what is no delivery the channel or the file."""
    if delivery is None:
        return Text("{channel}", channel=place)
    return Text("{channel}: {what}", channel=place, what=naming(delivery.identity))


def _detail(event: Event, permalink: str, reason: Text | None) -> Text:
    said = permalink or reason or ""
    if not event.actor or event.actor in PROGRAM:
        return Text("{said}", said=said)
    return Text("{said} (by {name})", said=said, name=actor_in_words(event.actor))


def actor_in_words(actor: str) -> str | Text:
    """Who did it, as people say it; the log itself keeps `actor`."""
    if actor.startswith(_ACCESS):
        return _by_token(actor.removeprefix(_ACCESS))
    return PROGRAM.get(actor, actor)


def actor_of(said: str) -> str:
    """The `actor` whom people mean by what `actor_in_words` says in any language; every other name stays as it is."""
    for language in LANGUAGES:
        token = to_words(_by_token(""), language)
        if said.startswith(token):
            return _ACCESS + said.removeprefix(token)
        known = {to_words(text, language): actor for actor, text in PROGRAM.items()}
        if said in known:
            return known[said]
    return said


def is_no_person(name: str) -> bool:
    """Whether whoever is called so would pass for the program, or for a token."""
    actor = actor_of(name)
    return actor in PROGRAM or actor.startswith(_ACCESS)


def _by_token(name: str) -> Text:
    return Text("token {name}", name=name)


def reason_of(data: Mapping[str, Any]) -> Text | None:
    """The reason that an event gives, if it gives one."""
    stored = data.get("reason")
    return Text.from_json(stored) if isinstance(stored, Mapping) else None


REPORT = Report(
    name="delivery-log",
    tells=Text("what happened, when, where, by whom, with the link"),
    build=build,
)
