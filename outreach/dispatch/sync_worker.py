"""The process behind `SyncProcess`: answers what it is asked on standard input until that ends, and knows no more than one `Sync`."""

from __future__ import annotations

import pickle
import sys
import traceback
from functools import cached_property
from typing import Any

from outreach.dispatch.sync import Proposal, Sync
from outreach.dispatch.sync_process import (
    Apply,
    Campaigns,
    Failure,
    Gist,
    Look,
    Refusal,
    SyncPlan,
    send,
)
from outreach.store.engine import DBAPIError, StoreError, open_engine
from outreach.store.queue import Queue

Question = Campaigns | Look | Apply


class Worker:
    """One `Sync`, made when first needed, and the proposals that it made."""

    def __init__(self, plan: SyncPlan) -> None:
        self._plan = plan
        self._proposals: dict[str, Proposal] = {}

    @cached_property
    def _sync(self) -> Sync:
        """On its own connections to the database."""
        plan = self._plan
        return Sync(
            messages=plan.messages,
            media_folder=plan.media_folder,
            profiles=plan.profiles,
            queue=Queue(open_engine(plan.database), media_folder=plan.media_folder),
            share=plan.share,
        )

    def answer(self, question: Question) -> tuple[str, ...] | Gist | Failure | Refusal | None:
        """What was asked, or how it failed."""
        try:
            match question:
                case Campaigns():
                    return self._sync.campaigns()
                case Look():
                    return self._look(question)
                case Apply():
                    proposal = self._proposals.pop(question.campaign)
                    self._sync.apply_guarded(proposal, now=question.now, actor=question.actor)
                    return None
        except StoreError as error:
            return Refusal(said=str(error))
        except DBAPIError as error:
            return Refusal(said=str(error.orig))
        except Exception:  # noqa: BLE001 - whatever it is, the service logs it and asks again later
            return Failure(traceback=traceback.format_exc())

    def _look(self, question: Look) -> Gist:
        proposal = self._sync.look(question.campaign, question.now)
        self._proposals[question.campaign] = proposal
        return Gist(
            campaign=question.campaign,
            problems=proposal.problems,
            guarded=proposal.guarded,
            changes=proposal.count,
        )


def main() -> None:
    """Answer until the input ends."""
    questions, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr
    worker = Worker(_next(questions))
    while (question := _next(questions)) is not None:
        send(answers, worker.answer(question))


def _next(pipe: Any) -> Any:
    try:
        return pickle.load(pipe)  # noqa: S301 - the service that started this process writes it
    except EOFError:
        return None


if __name__ == "__main__":
    main()
