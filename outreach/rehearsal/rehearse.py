"""Rehearses one campaign and holds the result against what the far ends remember."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from outreach.content.campaign_file import read_campaign_file
from outreach.content.findings import Findings
from outreach.dispatch.dispatcher import Dispatcher
from outreach.dispatch.sync import Proposal
from outreach.dispatch.writer import SameThread
from outreach.domain.campaign import Campaign
from outreach.domain.delivery import Delivery
from outreach.rehearsal.clock import LONG_AGO
from outreach.rehearsal.colleague import COLLEAGUE, Colleague
from outreach.rehearsal.counts import Counts
from outreach.rehearsal.endings import settled
from outreach.rehearsal.month import Month
from outreach.rehearsal.stage import Stage
from outreach.rehearsal.summary import Summary, summarise

BEFORE_THE_WINDOW = timedelta(days=1)
"""The rehearsal begins so long before the window opens."""


def starts(folder: Path) -> datetime:
    """When the rehearsal of the campaign in `folder` begins; long ago if its file cannot be read, which planning will tell."""
    try:
        text = (folder / "campaign.toml").read_text("utf-8-sig")
    except (OSError, ValueError):
        return LONG_AGO
    campaign = read_campaign_file(text, folder.name, folder.name, Findings())
    return campaign.opens - BEFORE_THE_WINDOW if campaign else LONG_AGO


def begin(stage: Stage, campaign: str) -> Proposal:
    """Plan the campaign and queue it; a rehearsal that was cut off finds its queue as it was and changes nothing.

    Every text counts as approved: what is rehearsed is what happens when people have done their part.
    """
    found = stage.sync.look(campaign, stage.clock())
    proposal = replace(found, difference=replace(found.difference, approvals=None))
    stage.sync.apply(proposal, now=stage.clock(), actor="rehearsal", confirmed=True)
    return proposal


async def play(stage: Stage, campaign: Campaign, progress: Callable[[datetime], None]) -> None:
    """Let the month pass."""
    write = SameThread()
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
        colleague=Colleague(stage, write, campaign.id),
        counts=Counts(stage, dispatcher, write),
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
    return summarise(
        campaign=campaign,
        planned=proposal.plan.planned,
        deliveries=deliveries,
        accepted=stage.counts(deliveries),
        remembered=frozenset(stage.platforms),
        confirmed=frozenset(
            d.id for d in deliveries if d.receipt and d.receipt.details.get("by") == COLLEAGUE
        ),
        readings=[
            {metric: n for reading in one.readings for metric, n in reading.counts.items()}
            for one in stage.series.received(campaign=campaign.id)
            if one.readings
        ],
        faults=settled(stage.record.struck(), deliveries, partial(_last_try, stage)),
    )


def _last_try(stage: Stage, delivery: Delivery) -> datetime:
    tries = stage.queue.attempts(delivery.id)
    return tries[-1].started if tries else delivery.due
