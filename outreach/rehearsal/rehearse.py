"""Rehearses one campaign and holds the result against what the far ends remember."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from outreach.channel import Channel
from outreach.dispatch.dispatcher import Dispatcher
from outreach.dispatch.sync import Proposal, Sync
from outreach.dispatch.writer import Writer
from outreach.domain.campaign import Campaign
from outreach.rehearsal.clock import VirtualClock
from outreach.rehearsal.far_end import Platform
from outreach.rehearsal.month import Month, confirmed_by
from outreach.rehearsal.summary import Summary, summarise
from outreach.store.queue import Queue

BEFORE_THE_WINDOW = timedelta(days=1)
"""The rehearsal begins so long before the window opens."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The parts of a rehearsal, put together by bootstrap; `platforms` are the stand-ins' memories by channel."""

    queue: Queue
    sync: Sync
    channels: Mapping[str, Channel]
    platforms: Mapping[str, Platform]
    clock: VirtualClock
    jitter: Callable[[], float]


def begin(stage: Stage, campaign: str) -> Proposal:
    """Plan the campaign and queue it; a rehearsal that was cut off finds its queue as it was and changes nothing."""
    proposal = stage.sync.look(campaign, stage.clock())
    if proposal.content.campaign:
        stage.clock.go_to(proposal.content.campaign.opens - BEFORE_THE_WINDOW)
    stage.sync.apply(proposal, now=stage.clock(), actor="rehearsal", confirmed=True)
    return proposal


async def play(stage: Stage, campaign: Campaign, progress: Callable[[datetime], None]) -> None:
    """Let the month pass."""
    write = Writer()
    dispatcher = Dispatcher(
        queue=stage.queue,
        channels=stage.channels,
        write=write,
        now=stage.clock,
        monotonic=lambda: stage.clock().timestamp(),
        jitter=stage.jitter,
    )
    month = Month(
        queue=stage.queue,
        write=write,
        dispatcher=dispatcher,
        clock=stage.clock,
        by_people=frozenset(
            name for name, c in stage.channels.items() if c.capabilities.carried_out_by_people
        ),
        end=campaign.closes,
    )
    try:
        await month.run(progress)
    finally:
        for channel in stage.channels.values():
            await channel.aclose()
        write.close()


def conclude(stage: Stage, proposal: Proposal, campaign: Campaign) -> Summary:
    """What came of it."""
    deliveries = stage.queue.list(campaign=campaign.id)
    accepted = {key: n for p in stage.platforms.values() for key, n in p.counts().items()}
    return summarise(
        campaign=campaign,
        planned=proposal.plan.planned,
        deliveries=deliveries,
        accepted=accepted,
        remembered=frozenset(stage.platforms),
        confirmed=confirmed_by(deliveries),
    )
