"""Sending an article to all followers: the one call that nobody can look up and that must never happen twice."""

from __future__ import annotations

from contextlib import suppress

from outreach.channel import PauseChannel, Reject, RetryAt, Steps, Text, UnknownOutcome
from outreach.channels.zalo_oa.api import Api
from outreach.channels.zalo_oa.ledger import BEGUN, REFUSED, Ledger


class Broadcast:
    """Writes down that it begins before it does, and how it ended."""

    def __init__(self, api: Api, ledger: Ledger) -> None:
        self._api = api
        self._ledger = ledger

    async def send(self, article_id: str, *, key: str, steps: Steps) -> str:
        """The id of the message. Raises `RetryAt` and `PauseChannel` while only the article is public, else asks a person."""
        try:
            return str(await steps.once("broadcast", lambda: self._call(article_id, key)))
        except (RetryAt, PauseChannel) as later:
            later.reason = Text(
                "The article {article} is public; it is not yet sent to followers: {reason}",
                article=article_id,
                reason=later.reason,
            )
            raise
        except Reject as refusal:
            reason = Text(
                "The article {article} is public, but Zalo does not send it to followers: {reason}",
                article=article_id,
                reason=refusal.reason,
            )
            raise UnknownOutcome(reason, ask_person=True, evidence=refusal.evidence) from refusal
        except UnknownOutcome as doubt:
            reason = Text(
                "The article {article} is public; look in OA Manager whether it was sent to followers: {reason}",
                article=article_id,
                reason=doubt.reason,
            )
            raise UnknownOutcome(reason, ask_person=True, evidence=doubt.evidence) from doubt

    async def _call(self, article_id: str, key: str) -> str:
        self._ledger.note(key=key, broadcast=BEGUN)
        try:
            answer = await self._api.post("/v2.0/oa/message", message(article_id))
        except (RetryAt, PauseChannel, Reject):
            self._ledger.note(key=key, broadcast=REFUSED)
            raise
        sent = str(answer.get("message_id") or "sent") if isinstance(answer, dict) else "sent"
        # It was sent, so nothing may look like a failure any more; the step keeps the id as well.
        with suppress(RetryAt):
            self._ledger.note(key=key, broadcast=sent)
        return sent


def message(article_id: str) -> dict[str, object]:
    """One article for all followers."""
    elements = [{"media_type": "article", "attachment_id": article_id}]
    payload = {"template_type": "media", "elements": elements}
    return {
        "recipient": {"target": {"gender": "0"}},
        "message": {"attachment": {"type": "template", "payload": payload}},
    }
