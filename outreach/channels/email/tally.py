"""What became of a letter, recipient by recipient, and what that makes of the whole delivery."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from outreach import channel as c

PATIENCE = timedelta(hours=3)
"""So long after the first recipient took the letter the others may still ask to wait; then it goes without them."""


@dataclass(kw_only=True)
class Tally:
    """Answers of the mail server by address; an address of `everyone` that stands nowhere still waits."""

    everyone: tuple[str, ...]
    answers: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    doubtful: dict[str, c.UnknownOutcome] = field(default_factory=dict)
    waiting: dict[str, c.RetryAt] = field(default_factory=dict)
    stopped: c.PauseChannel | None = None

    async def ask(self, address: str, steps: c.Steps, call: Callable[[], Awaitable[Any]]) -> None:
        """Do the recipient's step, and keep what came of it; only an exception that nobody meant passes through."""
        try:
            self.answers[address] = await steps.once(f"letter to {address}", call)
        except c.UnknownOutcome as doubt:
            self.doubtful[address] = doubt
        except c.RetryAt as later:
            self.waiting[address] = later
        except c.PauseChannel as stop:
            self.stopped = stop

    @property
    def taken(self) -> dict[str, Mapping[str, Any]]:
        """Who has it."""
        return {address: said for address, said in self.answers.items() if said["taken"]}

    @property
    def unanswered(self) -> list[str]:
        """Who certainly does not have it, and may still get it."""
        return [a for a in self.everyone if a not in self.answers and a not in self.doubtful]

    def receipt(self, remote_id: str, *, now: datetime) -> c.Receipt:
        """The proof that newsrooms have it. Raises one of the four; doubt about a single recipient comes before all else."""
        if self.doubtful:
            raise self._in_doubt()
        if self.stopped:
            raise c.PauseChannel(
                self.stopped.reason, until=self.stopped.until, evidence=self.evidence
            )
        if self.unanswered and not self._patience_is_over(now):
            raise self._later()
        if not self.taken:
            reason = c.Text("The mail server refused every recipient, or the letter itself.")
            raise c.Reject(reason, evidence=self.evidence)
        at = max(datetime.fromisoformat(said["at"]) for said in self.taken.values())
        return c.Receipt(remote_id=remote_id, at=at, details=self.evidence)

    @property
    def evidence(self) -> dict[str, Any]:
        """Everything known, by recipient, as JSON."""
        failures = {**self.doubtful, **self.waiting}
        if self.stopped:
            failures["server"] = self.stopped
        return {
            "taken": {a: _said(said) for a, said in self.taken.items()},
            "refused": {a: _said(s) for a, s in self.answers.items() if not s["taken"]},
            "in_doubt": list(self.doubtful),
            "waiting": self.unanswered,
            "why": {name: failure.evidence or str(failure) for name, failure in failures.items()},
        }

    def _patience_is_over(self, now: datetime) -> bool:
        taken = [datetime.fromisoformat(said["at"]) for said in self.taken.values()]
        return bool(taken) and now - min(taken) >= PATIENCE

    def _in_doubt(self) -> c.UnknownOutcome:
        reason = c.Text(
            "Nobody can say whether {recipients} got the letter: ask there. {taken} of {count} have it."
            " Another try leaves those out, and writes again to the ones in doubt.",
            recipients=", ".join(self.doubtful),
            taken=len(self.taken),
            count=len(self.everyone),
        )
        return c.UnknownOutcome(reason, ask_person=True, evidence=self.evidence)

    def _later(self) -> c.RetryAt:
        reason = c.Text(
            "{taken} of {count} recipients have the letter; {waiting} still wait for it.",
            taken=len(self.taken),
            count=len(self.everyone),
            waiting=len(self.unanswered),
        )
        if not self.taken and self.waiting:
            reason = next(iter(self.waiting.values())).reason
        return c.RetryAt(reason, evidence=self.evidence)


def _said(answer: Mapping[str, Any]) -> str:
    return f"{answer['code']} {answer['said']}"
