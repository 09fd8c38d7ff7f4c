"""Reports read through the open desk."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from outreach.cli.stop import Stop
from outreach.domain import viet_nam
from outreach.domain.delivery import Delivery
from outreach.domain.rendition import Rendition
from outreach.domain.text import Text
from outreach.reports.evidence import Evidence
from outreach.reports.source import Files, Question

if TYPE_CHECKING:
    from outreach.bootstrap import Desk
    from outreach.dispatch.sync import Proposal
    from outreach.store.counts import Received
    from outreach.store.delivery_log import Line
    from outreach.store.records import ChannelState


class DeskSource:
    """Answers what reports ask from the queue, the delivery log and the files. `now` is aware UTC."""

    def __init__(self, desk: Desk, now: datetime) -> None:
        self._desk = desk
        self._now = now
        self._zones: dict[str, tzinfo] = {}
        self._proposals: dict[str, Proposal] = {}
        self._renditions: dict[tuple[str, datetime], Rendition | None] = {}

    @property
    def now(self) -> datetime:
        """The present instant, aware UTC."""
        return self._now

    def zone(self, campaign: str) -> tzinfo:
        """The zone that the campaign's file names; without a campaign, that of the newest one."""
        if campaign not in self._zones:
            self._zones[campaign] = read_zone(
                self._desk.settings.messages, campaign or self._newest()
            )
        return self._zones[campaign]

    def deliveries(self, question: Question) -> Sequence[Delivery]:
        """The deliveries in question, ordered by due time."""
        return self._desk.queue.list(
            campaign=question.campaign,
            channel=question.channel,
            state=question.state,
            message=question.message,
            since=question.since,
        )

    def lines(self, question: Question) -> Iterable[Line]:
        """The lines of the delivery log in question, in order."""
        from outreach.store.delivery_log import read  # noqa: PLC0415 - the desk has loaded it already

        return read(self._desk.engine, after=question.after, since=question.since)

    def delivery(self, delivery_id: int) -> Delivery | None:
        """One delivery by its number."""
        if delivery_id not in self._by_id:
            found = self._desk.queue.get(delivery_id)
            if found:
                self._by_id[delivery_id] = found
        return self._by_id.get(delivery_id)

    def rendition(self, delivery: Delivery) -> Rendition | None:
        """The content of a delivery; None when it is missing or damaged."""
        key = (delivery.digest, delivery.due)
        if key not in self._renditions:
            self._renditions[key] = self._desk.queue.rendition(delivery)
        return self._renditions[key]

    def by_people(self) -> frozenset[str]:
        """The channels whose work people carry out and confirm."""
        return frozenset(
            p.name for p in self._desk.profiles if p.capabilities.carried_out_by_people
        )

    def channels(self) -> Mapping[str, ChannelState]:
        """Every configured channel, and whether it waits."""
        from outreach.store.pauses import RUNNING  # noqa: PLC0415 - the desk has loaded it already

        configured = dict.fromkeys(self._desk.settings.channels, RUNNING)
        return configured | self._desk.queue.channel_states()

    def received(self, question: Question) -> Sequence[Received]:
        """The publications in question with the readings of their counts."""
        from outreach.store.counts import CountSeries  # noqa: PLC0415 - the desk has loaded it already

        series = CountSeries(self._desk.engine)
        return series.received(campaign=question.campaign, channel=question.channel)

    def evidence(self, delivery: Delivery) -> Evidence:
        """All that is known about one delivery."""
        from outreach.store.delivery_log import read  # noqa: PLC0415 - the desk has loaded it already

        queue = self._desk.queue
        return Evidence(
            delivery=delivery,
            rendition=queue.rendition(delivery),
            attempts=queue.attempts(delivery.id),
            steps=queue.steps(delivery.id),
            lines=tuple(read(self._desk.engine, delivery_id=delivery.id)),
            zone=self.zone(delivery.identity.campaign),
        )

    def files(self, question: Question) -> Sequence[Files]:
        """The campaigns in question as their files have them; one that cannot be read at all is left out."""
        wanted = [question.campaign] if question.campaign else self._desk.sync.campaigns()
        found = []
        for campaign in wanted:
            proposal = self.proposal(campaign)
            if proposal.content.campaign:
                found.append(
                    Files(
                        campaign=proposal.content.campaign,
                        messages=proposal.content.messages,
                        plan=proposal.plan,
                        difference=proposal.difference,
                    )
                )
        return found

    def proposal(self, campaign: str) -> Proposal:
        """What applying the files of one campaign would do; worked out once."""
        if campaign not in self._proposals:
            self._proposals[campaign] = self._desk.sync.look(campaign, self._now)
        return self._proposals[campaign]

    @cached_property
    def _by_id(self) -> dict[int, Delivery]:
        return {delivery.id: delivery for delivery in self._desk.queue.list()}

    def _newest(self) -> str:
        return max(self._desk.sync.campaigns(), default="")


def read_zone(messages: Path, campaign: str) -> tzinfo:
    """The zone that a campaign's file names; the office's when it names none that exists."""
    try:
        text = (messages / campaign / "campaign.toml").read_text("utf-8-sig")
        return ZoneInfo(tomllib.loads(text)["time_zone"])
    except (OSError, ValueError, KeyError, TypeError):
        return ZoneInfo(viet_nam.ZONE)


def known_campaign(desk: Desk, name: str | None) -> str | None:
    """The campaign that was named, if it exists; raises `Stop`."""
    if name is not None and name not in desk.sync.campaigns():
        raise unknown_campaign(name, desk.sync.campaigns())
    return name


def unknown_campaign(name: str, known: Iterable[str]) -> Stop:
    """There is no such campaign, but there are others."""
    names = ", ".join(known)
    if not names:
        return Stop(Text("There is no campaign yet."), Text("`outreach init` makes a first one."))
    return Stop(
        Text("There is no campaign “{name}”.", name=name), Text("There are: {names}", names=names)
    )
