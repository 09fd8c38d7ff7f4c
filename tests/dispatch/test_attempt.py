from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from outreach.channel import (
    Capabilities,
    NotPublished,
    PauseChannel,
    Receipt,
    Reject,
    Rendition,
    RetryAt,
    Steps,
    Text,
    UnknownOutcome,
)
from outreach.dispatch.attempt import attempt
from outreach.domain.delivery import Action, Delivery, State
from outreach.testing import FakeChannel, MemorySteps, sample_rendition
from tests.dispatch.claims import NOON, RECEIPT, a_claim, a_delivery

WHY = Text("because")


class Raising(FakeChannel):
    """Raises what it is told."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(clock=lambda: NOON)
        self.error = error

    async def publish(self, rendition: Rendition, *, key: str, steps: Steps) -> Receipt:
        raise self.error


def outcome_of(channel: FakeChannel, **changes: Any) -> Any:
    return asyncio.run(attempt(channel, a_claim(**changes), MemorySteps()))


def test_publishing_gives_the_receipt_and_carries_the_key() -> None:
    channel = FakeChannel(clock=lambda: NOON)
    outcome = outcome_of(channel)
    assert isinstance(outcome, Receipt)
    assert [p.key for p in channel.publications] == [a_delivery().identity.key]


@pytest.mark.parametrize(
    "error", [RetryAt(WHY), PauseChannel(WHY), Reject(WHY), UnknownOutcome(WHY)]
)
def test_the_four_come_back_as_they_are(error: Exception) -> None:
    assert outcome_of(Raising(error)) is error


@pytest.mark.asvs(
    "16.5.3", "An error nobody meant leaves the outcome in doubt, and nothing is repeated blindly"
)
@pytest.mark.parametrize(
    "error", [ValueError("odd"), KeyError("id"), OSError(5, "I/O"), TimeoutError()]
)
def test_what_the_adapter_did_not_mean_is_unknown(error: Exception) -> None:
    assert isinstance(outcome_of(Raising(error)), UnknownOutcome)


def test_an_unmeant_exception_is_named_in_the_reason() -> None:
    assert "ValueError: odd" in str(outcome_of(Raising(ValueError("odd"))).reason)


def test_what_an_unmeant_exception_knows_is_kept_as_evidence() -> None:
    """An adapter may raise a cousin of the four that the contract does not name."""
    outcome = outcome_of(Raising(NotPublished(WHY, evidence={"code": 1})))
    assert isinstance(outcome, UnknownOutcome)
    assert outcome.evidence == {"code": 1}
    assert outcome_of(Raising(ValueError("odd"))).evidence == {}


def test_the_reason_of_an_unmeant_exception_stays_short() -> None:
    assert len(str(outcome_of(Raising(ValueError("x" * 10_000))).reason)) < 600


def test_a_crash_of_the_process_is_not_an_outcome() -> None:
    with pytest.raises(KeyboardInterrupt):
        outcome_of(Raising(KeyboardInterrupt()))


def test_a_hanging_adapter_is_cut_off_and_unknown() -> None:
    class Hanging(FakeChannel):
        async def publish(self, rendition: Rendition, *, key: str, steps: Steps) -> Receipt:
            await asyncio.Event().wait()
            raise AssertionError

    hanging = attempt(
        Hanging(clock=lambda: NOON), a_claim(), MemorySteps(), deadline=timedelta(milliseconds=10)
    )
    outcome = asyncio.run(hanging)
    assert isinstance(outcome, UnknownOutcome)
    assert "within 0 seconds" in str(outcome.reason)


def test_being_stopped_in_the_middle_is_unknown() -> None:
    async def stop_in_the_middle() -> Any:
        started = asyncio.Event()

        class Hanging(FakeChannel):
            async def publish(self, rendition: Rendition, *, key: str, steps: Steps) -> Receipt:
                started.set()
                await asyncio.Event().wait()
                raise AssertionError

        task = asyncio.create_task(attempt(Hanging(clock=lambda: NOON), a_claim(), MemorySteps()))
        await started.wait()
        task.cancel()
        return await task

    outcome = asyncio.run(stop_in_the_middle())
    assert isinstance(outcome, UnknownOutcome)
    assert "stopped in the middle" in str(outcome.reason)


def test_a_withdrawal_uses_the_publications_receipt() -> None:
    channel = FakeChannel(clock=lambda: NOON)
    receipt = outcome_of(channel)
    published = a_delivery(state=State.PUBLISHED, receipt=receipt)
    claim = a_claim(action=Action.WITHDRAW, published=published)
    assert isinstance(asyncio.run(attempt(channel, claim, MemorySteps())), Receipt)
    assert channel.public == []


@pytest.mark.asvs("16.5.3", "Without proof nothing is taken down")
@pytest.mark.parametrize("published", [None, a_delivery(state=State.PUBLISHED)])
def test_a_withdrawal_without_proof_is_rejected(published: Any) -> None:
    claim = a_claim(action=Action.WITHDRAW, published=published)
    assert isinstance(asyncio.run(attempt(FakeChannel(), claim, MemorySteps())), Reject)


def test_an_update_uses_the_publications_receipt_and_key() -> None:
    can = Capabilities(can_find=True, can_update=True)
    channel = FakeChannel(clock=lambda: NOON, capabilities=can)
    published = a_delivery(state=State.PUBLISHED, receipt=outcome_of(channel))
    edited = replace(
        a_claim(action=Action.UPDATE, published=published), rendition=sample_rendition(text="new")
    )
    assert isinstance(asyncio.run(attempt(channel, edited, MemorySteps())), Receipt)
    (publication,) = channel.public
    assert publication.shown(NOON).text == "new"


class WithoutUpdate:
    """An adapter that says more than it does."""

    name = "fake"
    capabilities = Capabilities(can_update=True)


@pytest.mark.parametrize(
    "published",
    [a_delivery(state=State.PUBLISHED), a_delivery(state=State.PUBLISHED, receipt=RECEIPT)],
    ids=["no proof", "no method"],
)
def test_an_update_that_cannot_be_is_rejected(published: Delivery) -> None:
    channel: Any = WithoutUpdate()
    claim = a_claim(action=Action.UPDATE, published=published)
    assert isinstance(asyncio.run(attempt(channel, claim, MemorySteps())), Reject)


class Listening(FakeChannel):
    """Keeps what it was called with."""

    async def withdraw(self, receipt: Receipt, *, key: str, steps: Steps) -> Receipt:
        self.heard: tuple[object, ...] = (receipt, key, steps)
        return receipt

    async def update(
        self, receipt: Receipt, rendition: Rendition, *, key: str, steps: Steps
    ) -> Receipt:
        self.heard = (receipt, rendition, key, steps)
        return receipt


def test_a_channel_hears_whose_publication_it_is() -> None:
    channel: Any = Listening()
    steps = MemorySteps()
    published = a_delivery(state=State.PUBLISHED, receipt=RECEIPT)
    down = a_claim(action=Action.WITHDRAW, published=published)
    assert asyncio.run(attempt(channel, down, steps)) == RECEIPT
    assert channel.heard == (RECEIPT, down.delivery.identity.key, steps)
    edit = a_claim(action=Action.UPDATE, published=published)
    assert asyncio.run(attempt(channel, edit, steps)) == RECEIPT
    heard: tuple[object, ...] = channel.heard
    assert heard == (RECEIPT, edit.rendition, published.identity.key, steps)


def test_what_cannot_be_changed_says_why() -> None:
    channel: Any = WithoutUpdate()
    published = a_delivery(state=State.PUBLISHED, receipt=RECEIPT)
    without = asyncio.run(
        attempt(channel, a_claim(action=Action.UPDATE, published=published), MemorySteps())
    )
    assert "cannot change what is public" in str(without)
    proof = asyncio.run(attempt(FakeChannel(), a_claim(action=Action.WITHDRAW), MemorySteps()))
    assert "no proof of a publication" in str(proof)
