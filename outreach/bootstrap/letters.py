"""Every day approvers get a letter: what waits for their word, each text with a link that serves once and for them alone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from outreach.channel import NotPublished, UnknownOutcome
from outreach.channels import registry
from outreach.domain.delivery import Delivery
from outreach.domain.problem import Problems
from outreach.domain.role import Deed
from outreach.domain.text import Text
from outreach.locale import translate
from outreach.settings import Settings
from outreach.store.approvals import Approvals
from outreach.store.engine import Engine
from outreach.store.people import People, Person
from outreach.store.queue import Queue

FILE = "outreach-letters.txt"
"""When every approver last had the day's letter."""

AHEAD = timedelta(days=7)
"""What goes out within this is asked for."""

MOST = 30
"""So many texts are in one letter; the others wait for the next."""


class NotSent(Exception):
    """Somebody did not get the day's letter; `text` says why. It is tried again."""

    def __init__(self, text: Text) -> None:
        super().__init__(str(text))
        self.text = text


def send(settings: Settings, engine: Engine, *, now: datetime) -> int:
    """Write to every approver for whom something waits; how many. Who had today's letter gets none. Raises `NotSent`."""
    round_ = _Round(settings, engine, now)
    had = round_.approvals.letters_since(last_sent(settings) or now - AHEAD)
    sent, failed = 0, None
    for person in People(engine).all():
        texts = round_.texts(person)
        if texts and person.name not in had:
            why = round_.write(person, texts)
            sent, failed = sent + (why is None), failed or why
    if failed:
        raise NotSent(failed)
    _mark(settings, now)
    return sent


def last_sent(settings: Settings) -> datetime | None:
    """When every approver last had the day's letter."""
    file = settings.state / FILE
    return datetime.fromisoformat(file.read_text("utf-8").strip()) if file.is_file() else None


def _mark(settings: Settings, now: datetime) -> None:
    new = settings.state / f".new-{FILE}"
    new.write_text(f"{now.isoformat()}\n", "utf-8")
    new.replace(settings.state / FILE)


class _Round:
    """The letters of one day."""

    def __init__(self, settings: Settings, engine: Engine, now: datetime) -> None:
        from outreach.review.ways_in import links_of  # noqa: PLC0415 - a service without letters needs no keys

        links = links_of(settings.review)
        if links is None:
            raise NotSent(Text("The key of [review] is missing, so no link can be signed."))
        self._settings, self._links, self._now = settings, links, now
        self.approvals = Approvals(engine)
        self._queue = Queue(engine, media_folder=settings.state / "media")
        self._waiting = self.approvals.waiting(now + AHEAD)
        self._said = partial(translate, language=settings.language)

    def texts(self, person: Person) -> dict[str, Delivery]:
        """Text -> its first delivery, for the texts that this person may approve and has said nothing about."""
        if not person.mail or not person.may(Deed.APPROVE):
            return {}
        first = {delivery.digest: delivery for delivery in reversed(self._waiting)}
        said = self.approvals.words(first)
        open_ = [
            (digest, delivery)
            for digest, delivery in sorted(first.items(), key=lambda one: one[1].due)
            if person.name not in {word.person for word in said.get(digest, ())}
        ]
        return dict(open_[:MOST])

    def write(self, person: Person, texts: Mapping[str, Delivery]) -> Text | None:
        """One letter; why it did not go, None when it did."""
        subject = self._said(Text("{count} texts wait for your approval", count=len(texts)))
        try:
            self._mail(person.mail, subject, "\n".join(self._lines(person, texts)))
        except (NotPublished, UnknownOutcome) as outcome:
            return outcome.reason
        except Problems as problems:
            return problems.problems[0].what
        self.approvals.note_letter(person.name, list(texts), self._now)
        return None

    def _lines(self, person: Person, texts: Mapping[str, Delivery]) -> Iterator[str]:
        from outreach.review.links import GOOD_FOR, Link  # noqa: PLC0415 - as above

        until = self._now + GOOD_FOR
        yield self._said(
            Text(
                "{name}, these texts wait for your word. Each link shows its text first, serves once and for you alone, until {until}.",
                name=person.name,
                until=self._when(until),
            )
        )
        for digest, delivery in texts.items():
            link = Link(person=person.name, digest=digest, until=until)
            rendition, identity = self._queue.rendition(delivery), delivery.identity
            title = rendition.title if rendition else identity.message
            yield f"\n• {self._when(delivery.due)} {identity.channel}: {title}"
            yield f"  {self._settings.review.address}/approve?link={self._links.sign(link)}"
        yield "\n" + self._said(
            Text("Whoever has this letter can approve in your name: do not pass it on.")
        )

    def _mail(self, to: str, subject: str, text: str) -> None:
        from outreach.channels.email.notice import send_notice  # noqa: PLC0415 - as above

        channel = self._settings.channels[self._settings.review.letters]
        own = {**channel.settings, "recipients": [to]}
        prepared = registry.validated(replace(channel, settings=own))
        asyncio.run(send_notice(prepared, subject=subject, text=text, at=self._now))

    def _when(self, instant: datetime) -> str:
        zone = ZoneInfo(self._settings.alerts.zone)
        return f"{instant.astimezone(zone):%d/%m/%Y %H:%M}"
