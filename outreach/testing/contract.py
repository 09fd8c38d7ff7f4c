"""What every channel promises, as tests that an adapter's author inherits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from outreach.channel import (
    Absent,
    CannotTell,
    Channel,
    Found,
    Kind,
    Metric,
    NotPublished,
    Receipt,
    Reject,
    Rendition,
    UnknownOutcome,
    Updates,
    counting,
    trying,
)
from outreach.testing.fake import MemorySteps, sample_rendition

SAMPLE_KEY = "abcdefghijklmnop"
WITHDRAW_KEY = "ponmlkjihgfedcba"


async def outcome_of(call: Awaitable[Receipt]) -> Receipt | NotPublished:
    """The receipt that `call` returns or the one of the four that it raises; anything else passes through."""
    try:
        return await call
    except NotPublished as outcome:
        return outcome


class ChannelContract:
    """What every channel promises; subclass it, give a pytest fixture `channel`, and override the three hooks where needed.

    A channel that is `carried_out_by_people` never gives a receipt itself: publish and withdraw hand out the work and raise
    `UnknownOutcome(ask_person=True)`, find says `CannotTell`; the same tests hold it to that instead.
    """

    def rendition(self, channel: Channel) -> Rendition:
        """Hook: something that this channel publishes."""
        return sample_rendition(channel=channel.name, kind=min(channel.capabilities.kinds))

    def settle(self, channel: Channel) -> None:
        """Hook: let the channel's visibility lag pass, for instance on its clock."""

    def count(self, channel: Channel, key: str) -> int | None:
        """Hook: how many publications (or task sheets) marked `key` exist; None when the test cannot count them."""
        return None

    def shown(self, channel: Channel) -> Any:
        """Hook: all that readers see of the place, in any form that can be compared; None when the test cannot see it."""
        return None

    def test_it_has_a_name_and_capabilities_that_agree(self, channel: Channel) -> None:
        """A name, at least one kind, at least one slot, no negative lag; people's work cannot be read back."""
        can = channel.capabilities
        assert channel.name, "a channel has a name"
        assert can.kinds, "a channel takes at least one kind"
        assert can.slots >= 1, "a channel has at least one slot"
        assert can.visibility_lag >= timedelta(0), "the visibility lag is not negative"
        assert not (can.carried_out_by_people and can.can_find), (
            "nobody can look for people's work by program"
        )

    def test_preview_is_pure_and_deterministic(self, channel: Channel) -> None:
        """The same rendition shows the same preview, and nothing becomes public by it."""
        rendition = self.rendition(channel)
        assert channel.preview(rendition) == channel.preview(rendition), (
            "preview gives the same twice"
        )
        assert not self.count(channel, SAMPLE_KEY), "preview publishes nothing"

    def test_check_never_publishes(self, channel: Channel) -> None:
        """A health check leaves no trace."""
        _run(channel, channel.check())
        assert not self.count(channel, SAMPLE_KEY), "check publishes nothing"

    def test_publish_gives_a_receipt_once(self, channel: Channel) -> None:
        """A receipt with a remote id and an aware time; with the same steps the same receipt, not a second publication."""
        rendition, steps = self.rendition(channel), MemorySteps()

        async def scenario() -> None:
            first = await outcome_of(channel.publish(rendition, key=SAMPLE_KEY, steps=steps))
            again = await outcome_of(channel.publish(rendition, key=SAMPLE_KEY, steps=steps))
            _same_outcome(channel, first, again)

        _run(channel, scenario())
        assert self.count(channel, SAMPLE_KEY) in (None, 1), (
            "publishing again with the same steps doubles nothing"
        )

    def test_find_tells_what_is_public(self, channel: Channel) -> None:
        """Absent before and Found after, with the same remote id; a channel that cannot find says so."""
        rendition = self.rendition(channel)

        async def scenario() -> None:
            await self._finds(channel, rendition, None)
            receipt = await outcome_of(
                channel.publish(rendition, key=SAMPLE_KEY, steps=MemorySteps())
            )
            self.settle(channel)
            await self._finds(channel, rendition, receipt)

        _run(channel, scenario())

    def test_withdraw_takes_it_down_and_is_harmless_twice(self, channel: Channel) -> None:
        """After a withdrawal find no longer sees it; withdrawing again changes nothing."""
        rendition = self.rendition(channel)

        async def scenario() -> None:
            published = await outcome_of(
                channel.publish(rendition, key=SAMPLE_KEY, steps=MemorySteps())
            )
            if not isinstance(published, Receipt):
                published = Receipt(remote_id=SAMPLE_KEY, at=datetime.now(UTC))
            for _ in range(2):
                gone = await outcome_of(
                    channel.withdraw(published, key=WITHDRAW_KEY, steps=MemorySteps())
                )
                _withdrawn(channel, gone)
            self.settle(channel)
            if channel.capabilities.can_withdraw:
                await self._finds(channel, rendition, None)

        _run(channel, scenario())

    def test_counts_are_whole_numbers_of_known_metrics(self, channel: Channel) -> None:
        """A channel that says `can_count` gives counts of what it published and publishes nothing by it; others need no method."""
        counted = counting(channel)
        assert counted or not channel.capabilities.can_count, "can_count needs the method counts"
        if counted is None:
            return

        async def scenario() -> None:
            receipt = await outcome_of(
                channel.publish(self.rendition(channel), key=SAMPLE_KEY, steps=MemorySteps())
            )
            assert isinstance(receipt, Receipt), f"publish gives a receipt, not {receipt!r}"
            self.settle(channel)
            for metric, count in (await counted.counts(receipt)).items():
                assert isinstance(metric, Metric), f"{metric!r} is a Metric"
                assert count >= 0, f"{metric} is not negative"

        _run(channel, scenario())
        assert self.count(channel, SAMPLE_KEY) in (None, 1), "counting publishes nothing"

    def test_update_changes_what_is_public_and_makes_nothing_new(self, channel: Channel) -> None:
        """The same publication with other content, twice at will; what was taken down is not brought back."""
        rendition = self.rendition(channel)
        edited = replace(rendition, title="Edited", html="<p>Edited.</p>", text="Edited.")

        async def scenario() -> None:
            if not channel.capabilities.can_update:
                return
            assert isinstance(channel, Updates), "a channel that says can_update has update"
            made = await outcome_of(channel.publish(rendition, key=SAMPLE_KEY, steps=MemorySteps()))
            assert isinstance(made, Receipt), f"publish gives a receipt, not {made!r}"
            for _ in range(2):
                update = channel.update(made, edited, key=SAMPLE_KEY, steps=MemorySteps())
                outcome = await outcome_of(update)
                assert isinstance(outcome, Receipt), f"update gives a receipt, not {outcome!r}"
                assert outcome.remote_id == made.remote_id, "an update keeps the remote id"
            self.settle(channel)
            await self._finds(channel, edited, made)
            assert self.count(channel, SAMPLE_KEY) in (None, 1), "an update makes nothing new"
            await channel.withdraw(made, key=WITHDRAW_KEY, steps=MemorySteps())
            update = channel.update(made, rendition, key=SAMPLE_KEY, steps=MemorySteps())
            assert isinstance(await outcome_of(update), Reject), "nothing is brought back"
            self.settle(channel)
            await self._finds(channel, rendition, None)

        _run(channel, scenario())

    def test_a_test_post_leaves_nothing(self, channel: Channel) -> None:
        """A channel that names a `safe_place` posts there, reads back and removes; readers see what they saw before."""
        tried = trying(channel)
        assert tried or not channel.capabilities.safe_place, "safe_place needs the method try_out"
        if tried is None:
            return
        before = self.shown(channel)

        async def scenario() -> None:
            trial = await tried.try_out("Bài thử của outreach")
            assert trial.ok, f"a test post goes well: {trial.said}"
            assert trial.left is None, f"nothing stays: {trial.left}"
            self.settle(channel)
            if channel.capabilities.can_find:
                await self._finds(channel, self.rendition(channel), None)

        _run(channel, scenario())
        assert self.shown(channel) == before, "readers see what they saw before"
        assert not self.count(channel, SAMPLE_KEY), "a test post is no publication"

    def test_other_kinds_are_rejected(self, channel: Channel) -> None:
        """A kind that the capabilities do not name is rejected before anything is public."""

        async def scenario() -> None:
            for kind in set(Kind) - channel.capabilities.kinds:
                rendition = replace(self.rendition(channel), kind=kind)
                outcome = await outcome_of(
                    channel.publish(rendition, key=SAMPLE_KEY, steps=MemorySteps())
                )
                assert isinstance(outcome, Reject), (
                    f"{kind} is not among its kinds, so it is rejected"
                )

        _run(channel, scenario())
        assert not self.count(channel, SAMPLE_KEY), "nothing of another kind is public"

    async def _finds(
        self, channel: Channel, rendition: Rendition, published: Receipt | NotPublished | None
    ) -> None:
        look = await channel.find(rendition, key=SAMPLE_KEY, since=rendition.due)
        if not channel.capabilities.can_find:
            assert isinstance(look, CannotTell), "a channel that cannot find says CannotTell"
        elif isinstance(published, Receipt):
            assert isinstance(look, Found), "what is public is found"
            assert look.receipt.remote_id == published.remote_id, (
                "what is found is what was published"
            )
        else:
            assert isinstance(look, Absent), "what is not public is Absent"


def _run(channel: Channel, scenario: Coroutine[Any, Any, Any]) -> None:
    async def close_after() -> None:
        try:
            await scenario
        finally:
            await channel.aclose()

    asyncio.run(close_after())


def _same_outcome(
    channel: Channel, first: Receipt | NotPublished, again: Receipt | NotPublished
) -> None:
    if channel.capabilities.carried_out_by_people:
        for outcome in (first, again):
            _waits_for_a_person(outcome)
        return
    assert isinstance(first, Receipt), f"publish gives a receipt, not {first!r}"
    assert isinstance(again, Receipt), (
        f"publish with the same steps gives the receipt again, not {again!r}"
    )
    assert first.remote_id, "a receipt names the platform's id"
    assert first.at.tzinfo is not None, "a receipt's time is aware"
    assert (first.remote_id, first.permalink) == (again.remote_id, again.permalink), (
        "same steps, same receipt"
    )


def _withdrawn(channel: Channel, gone: Receipt | NotPublished) -> None:
    if not channel.capabilities.can_withdraw:
        assert isinstance(gone, NotPublished), "a channel that cannot withdraw raises"
    elif channel.capabilities.carried_out_by_people:
        _waits_for_a_person(gone)
    else:
        assert isinstance(gone, Receipt), f"withdraw gives a receipt, not {gone!r}"


def _waits_for_a_person(outcome: Receipt | NotPublished) -> None:
    assert isinstance(outcome, UnknownOutcome), "people's work is unknown until someone confirms it"
    assert outcome.ask_person, "only a person confirms people's work"
