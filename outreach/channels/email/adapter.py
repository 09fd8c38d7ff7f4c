"""Press releases to newsrooms by e-mail: one letter per recipient, each a durable step.

A recipient whose letter was handed over never gets it again, whatever happens to the others. When the connection breaks in the
middle of a letter nobody can look that up, so a person is asked about that one recipient.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import Address
from functools import partial
from typing import Any

from outreach import channel as c
from outreach.channels._previews import BYTES, all_media, hashtag_forms, left_out, text_gauge
from outreach.channels._text import over_limits
from outreach.channels.email.letter import letter, message_id, page, plain, subject
from outreach.channels.email.notice import send_notice
from outreach.channels.email.post_office import PostOffice
from outreach.channels.email.settings import EmailSettings, parsed
from outreach.channels.email.tally import Tally

BUDGET = 150.0
"""Seconds after which no further letter is begun in the same attempt; the rest goes out in the next one."""

LARGEST = 15_000_000
"""Bytes of pictures that most newsrooms' servers still take; in a letter they grow by a third."""


_USES = {"inline": c.Text("shown in the letter"), "attached": c.Text("attached")}


class Email:
    """Letters cannot be looked up and not be taken back; it says so instead of guessing."""

    Settings = EmailSettings

    def __init__(self, name: str, settings: EmailSettings, place: c.AdapterPlace) -> None:
        self.name = name
        self.capabilities = c.Capabilities(
            kinds=frozenset(c.Kind) - {c.Kind.BANNER}, slots=1, safe_place=_safe_place(settings)
        )
        self._settings = settings
        self._recipients = {parsed(r).addr_spec: parsed(r) for r in settings.recipients}
        self._now = place.clock

    def preview(self, rendition: c.Rendition) -> c.Preview:
        """The letter as newsrooms read it."""
        problems = over_limits(rendition, self.capabilities)
        size = sum(medium.size for medium in rendition.media)
        if size > LARGEST:
            what = c.Text(
                "The pictures are larger than 15 MB together; many newsrooms refuse that."
            )
            mend = c.Text("Take pictures out, or put a link to them into the text.")
            problems = (*problems, c.PreviewProblem(what=what, mend=mend))
        return c.Preview(
            text=plain(rendition, self._settings),
            html=page(rendition, self._settings),
            problems=problems,
            gauges=(
                text_gauge(subject(rendition, self._settings), name=c.Text("subject")),
                c.Gauge(name=c.Text("pictures"), used=size, limit=LARGEST, unit=BYTES),
            ),
            media=all_media(rendition.media, _USES[self._settings.pictures]),
            hashtags=hashtag_forms(rendition),
            dropped=self._dropped(rendition),
        )

    def _dropped(self, rendition: c.Rendition) -> tuple[c.Dropped, ...]:
        inline = self._settings.pictures == "inline"
        return left_out(rendition, "summary", *([] if inline else ["alt"]))

    async def publish(self, rendition: c.Rendition, *, key: str, steps: c.Steps) -> c.Receipt:
        """One letter after the other; the receipt says what the mail server answered for whom."""
        if rendition.kind not in self.capabilities.kinds:
            raise c.Reject(c.Text("The channel does not take this kind of message."))
        tally = Tally(everyone=tuple(self._recipients))
        office = PostOffice(self._settings)
        clock = asyncio.get_running_loop().time
        begun = clock()
        try:
            for address, to in self._recipients.items():
                if tally.stopped or office.closed or clock() - begun > BUDGET:
                    break
                call = partial(self._hand_over, office, rendition, key, to)
                await tally.ask(address, steps, call)
        finally:
            await office.close()
        return tally.receipt(message_id(key, self._settings), now=self._now())

    async def find(self, rendition: c.Rendition, *, key: str, since: datetime) -> c.Look:
        """Nobody can look into other people's letter boxes."""
        why = c.Text(
            "A letter cannot be looked up; ask a newsroom. Another try leaves out those who have it."
        )
        return c.CannotTell(why=why)

    async def withdraw(self, receipt: c.Receipt, *, key: str, steps: c.Steps) -> c.Receipt:
        """A letter that was sent stays sent."""
        raise c.Reject(c.Text("A letter that was sent cannot be taken back; write a correction."))

    async def try_out(self, text: str) -> c.Trial:
        """A letter to the one address that the configuration names for that."""
        to = self._settings.test_to
        only = self._settings.model_copy(update={"recipients": (to,)})
        await send_notice(only, subject=text, text=text, at=self._now())
        return c.Trial(ok=True, said=c.Text("The mail server took a letter to {to}.", to=to))

    async def check(self) -> c.ChannelHealth:
        """Whether the mail server lets us in; no letter is begun."""
        office = PostOffice(self._settings)
        try:
            await office.open()
        except c.NotPublished as outcome:
            return c.ChannelHealth(ok=False, summary=outcome.reason)
        finally:
            await office.close()
        return c.ChannelHealth(ok=True, summary=c.Text("The mail server lets us in."))

    async def aclose(self) -> None:
        """Nothing stays open between publications."""

    async def _hand_over(
        self, office: PostOffice, rendition: c.Rendition, key: str, to: Address
    ) -> Mapping[str, Any]:
        now = self._now()
        content = await asyncio.to_thread(self._letter, rendition, key, to, now)
        return (await office.hand_over(content, to=to.addr_spec, at=now)).to_json()

    def _letter(self, rendition: c.Rendition, key: str, to: Address, at: datetime) -> bytes:
        try:
            return letter(rendition, self._settings, key=key, to=to, at=at)
        except OSError as error:
            reason = c.Text("A picture cannot be read: {error}", error=error)
            raise c.RetryAt(reason) from error


def _safe_place(settings: EmailSettings) -> c.Text | None:
    if not settings.test_to:
        return None
    return c.Text("A letter to {to} alone; it stays in that letter box.", to=settings.test_to)
