"""What WordPress's own error codes mean; everything else means what its HTTP status says.

`message` is in the site's language, so only `code` counts. The first row that matches decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from outreach.channel import NotPublished, PauseChannel, Reject, RetryAt, Text
from outreach.channels._http import Reply, refusal, retry_after

Means = type[PauseChannel | Reject | RetryAt]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One meaning: a reply matches by one of its `codes` (`*` ends a prefix; none: any), and by `status` unless that is 0."""

    codes: tuple[str, ...] = ()
    status: int = 0
    means: Means
    reason: Text

    def fits(self, status: int, code: str) -> bool:
        """Whether the row speaks of this answer."""
        if self.status not in (0, status):
            return False
        return not self.codes or any(_same(pattern, code) for pattern in self.codes)


NO_ENTRY = Text(
    "WordPress does not let this account in. `outreach doctor` tells whether the password is wrong or the feature is off."
)
ROLE = Text("The account may not do this on the site: its role is too low ({code}).", code="?")
CLOSED = Text("Something on the site closes its REST API to us: a plugin or a firewall.")
NO_ROUTE = Text("The site's REST API is not at this address, or parts of it were removed.")
GONE = Text("It is not on the site any more: staff deleted it there. It is not made again.")
CONTENT = Text("WordPress refuses this content ({code}).", code="?")
PICTURE = Text("WordPress does not take this picture ({code}).", code="?")
MAINTENANCE = Text("The site is closed for maintenance.")

TABLE: tuple[Row, ...] = (
    Row(
        codes=(
            "incorrect_password",
            "invalid_username",
            "invalid_email",
            "application_passwords_*",
            "rest_forbidden_status",
            "rest_not_logged_in",
        ),
        means=PauseChannel,
        reason=NO_ENTRY,
    ),
    Row(status=401, means=PauseChannel, reason=NO_ENTRY),
    Row(codes=("rest_no_route",), means=PauseChannel, reason=NO_ROUTE),
    Row(
        codes=("rest_cannot_*", "rest_forbidden*", "rest_user_cannot_*"),
        status=403,
        means=PauseChannel,
        reason=ROLE,
    ),
    Row(status=403, means=PauseChannel, reason=CLOSED),
    Row(codes=("rest_post_invalid_id", "rest_already_trashed"), means=Reject, reason=GONE),
    Row(
        codes=("rest_upload_hash_mismatch",),
        means=RetryAt,
        reason=Text("The picture arrived damaged."),
    ),
    Row(codes=("rest_upload_*",), means=Reject, reason=PICTURE),
    Row(
        codes=(
            "rest_invalid_*",
            "rest_missing_callback_param",
            "empty_content",
            "rest_empty_title",
            "rest_post_exists",
        ),
        status=400,
        means=Reject,
        reason=CONTENT,
    ),
    Row(status=503, means=RetryAt, reason=MAINTENANCE),
)


def code_of(reply: Reply) -> str:
    """WordPress's own word for what went wrong; empty when the answer holds none."""
    answer = reply.json()
    if not isinstance(answer, Mapping):
        return ""
    details: Any = answer.get("data")
    for key in ("details", "status", "code"):
        details = details.get(key) if isinstance(details, Mapping) else None
    return str(details if details == "rest_forbidden_status" else answer.get("code") or "")


def refused(reply: Reply, *, now: datetime) -> NotPublished | None:
    """What an answer means; None when WordPress did as asked (2xx)."""
    if 200 <= reply.status < 300:
        return None
    code = code_of(reply)
    row = next((row for row in TABLE if row.fits(reply.status, code)), None)
    if row is None:
        return refusal(reply, now=now)
    reason = Text(row.reason.msgid, **{key: code for key, _ in row.reason.values})
    if issubclass(row.means, RetryAt):
        wait = retry_after(reply.headers.get("retry-after"), now=now)
        return RetryAt(reason, at=wait, evidence=reply.evidence)
    return row.means(reason, evidence=reply.evidence)


def _same(pattern: str, code: str) -> bool:
    if pattern.endswith("*"):
        return code.startswith(pattern[:-1])
    return code == pattern
