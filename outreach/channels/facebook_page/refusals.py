"""What each error of the Graph API means for the queue: one table, read from the top, the first row that fits wins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from outreach import channel as c

HOLD = timedelta(minutes=60)
"""How long the channel rests when it is throttled and nobody says for how long."""


class Meaning(StrEnum):
    """What the queue does."""

    UNKNOWN = "unknown"
    THROTTLED = "throttled"
    HOLD = "hold"
    PERSON = "person"
    RETRY = "retry"
    REJECT = "reject"
    DUPLICATE = "duplicate"
    GONE = "gone"
    LINK = "link"
    OFFSET = "offset"


class Duplicate(c.Reject):
    """Refused as the same as a post that is already there; perhaps ours."""


class Gone(c.Reject):
    """The object does not exist, or the token may not see it."""


class BadLink(c.Reject):
    """The link was not understood; once it has been fetched it may be."""


class OnceMore(c.RetryAt):
    """Refused, and worth one more try."""


class OtherPiece(c.RetryAt):
    """Another piece of the video is awaited; the evidence's `error_data` says from where to where."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One error: its codes (none: any), subcode (0: any), a phrase of its message; what it means and, for `HOLD`, how long."""

    codes: tuple[int, ...] = ()
    subcode: int = 0
    phrase: str = ""
    transient: bool = False
    meaning: Meaning
    reason: c.Text
    wait: timedelta = HOLD

    def fits(self, error: Mapping[str, Any]) -> bool:
        """Whether the error is one of these."""
        return (
            (not self.codes or error.get("code") in self.codes)
            and self.subcode in (0, error.get("error_subcode"))
            and self.phrase in str(error.get("message", "")).lower()
            and (not self.transient or bool(error.get("is_transient")))
        )


_M = Meaning
_PERMISSION = (3, 10, *range(200, 300))
_DEAD = (102, 190)
_SORRY = c.Text("Facebook failed; perhaps it took the message.")
_BUSY = c.Text("Facebook asks to make fewer calls.")
_PICTURE = c.Text("Facebook does not accept this picture.")
_VIDEO = c.Text("Facebook does not accept this video.")
_RULES = c.Text("Facebook calls this content a breach of its rules.")
_CONFIRM = c.Text("Facebook wants the Page's people to confirm who they are.")
_SAME = c.Text("Facebook says that this was posted already.")

TABLE: tuple[Row, ...] = (
    Row(
        subcode=1363037,
        meaning=_M.OFFSET,
        reason=c.Text("Facebook awaits another piece of the video."),
    ),
    Row(subcode=1366046, meaning=_M.REJECT, reason=_PICTURE),
    Row(subcode=1366051, meaning=_M.DUPLICATE, reason=_SAME),
    Row(subcode=1346003, meaning=_M.PERSON, reason=_RULES),
    Row(subcode=1404102, meaning=_M.REJECT, reason=_RULES),
    Row(subcode=1404006, meaning=_M.PERSON, reason=_CONFIRM),
    Row(subcode=1404078, meaning=_M.PERSON, reason=_CONFIRM),
    Row(
        subcode=1404112,
        meaning=_M.PERSON,
        reason=c.Text("Facebook has restricted the Page's account."),
    ),
    Row(subcode=4854002, meaning=_M.PERSON, reason=_CONFIRM),
    Row(
        subcode=1609008,
        meaning=_M.REJECT,
        reason=c.Text("Facebook does not accept a link to Facebook itself here."),
    ),
    Row(
        phrase="development mode",
        meaning=_M.PERSON,
        reason=c.Text("The app is in Development mode; switch it to Live."),
    ),
    Row(
        phrase="appsecret_proof",
        meaning=_M.PERSON,
        reason=c.Text("The app's secret does not fit the token; check both in config.toml."),
    ),
    Row(
        phrase="validating client secret",
        meaning=_M.PERSON,
        reason=c.Text("Facebook does not know this app_secret; check it in config.toml."),
    ),
    Row(
        phrase="validating application",
        meaning=_M.PERSON,
        reason=c.Text("Facebook does not know this app_id; check it in config.toml."),
    ),
    Row(
        codes=_DEAD,
        subcode=458,
        meaning=_M.PERSON,
        reason=c.Text("The app was removed from the account; log in again."),
    ),
    Row(
        codes=_DEAD,
        subcode=459,
        meaning=_M.PERSON,
        reason=c.Text("The account must pass a check at facebook.com before it may publish."),
    ),
    Row(
        codes=_DEAD,
        subcode=460,
        meaning=_M.PERSON,
        reason=c.Text("The account's password was changed; log in again."),
    ),
    Row(
        codes=_DEAD,
        subcode=463,
        meaning=_M.PERSON,
        reason=c.Text("The access token has expired; log in again."),
    ),
    Row(
        codes=_DEAD,
        subcode=464,
        meaning=_M.PERSON,
        reason=c.Text("The account is not confirmed at facebook.com."),
    ),
    Row(
        codes=_DEAD,
        subcode=467,
        meaning=_M.PERSON,
        reason=c.Text("The access token is not valid any more; log in again."),
    ),
    Row(
        codes=_DEAD,
        subcode=492,
        meaning=_M.PERSON,
        reason=c.Text(
            "The account has no role on this Page; an administrator of the Page must give it."
        ),
    ),
    Row(
        codes=_DEAD,
        phrase="impersonating",
        meaning=_M.PERSON,
        reason=c.Text(
            "The account has no role on this Page; an administrator of the Page must give it."
        ),
    ),
    Row(
        codes=_DEAD, meaning=_M.PERSON, reason=c.Text("The access token is refused; log in again.")
    ),
    Row(
        codes=(104,),
        meaning=_M.PERSON,
        reason=c.Text(
            "The call was not signed as the app demands; check app_secret in config.toml."
        ),
    ),
    Row(codes=(613,), subcode=1996, meaning=_M.HOLD, wait=timedelta(hours=6), reason=_BUSY),
    Row(codes=(4, 17, 32, 341, 613, 80001), meaning=_M.THROTTLED, reason=_BUSY),
    Row(
        codes=_PERMISSION,
        meaning=_M.PERSON,
        reason=c.Text("The app or the account lacks a permission that publishing needs."),
    ),
    Row(
        codes=(368,),
        subcode=1390008,
        meaning=_M.HOLD,
        wait=timedelta(hours=4),
        reason=c.Text("Facebook says that the Page posts too fast."),
    ),
    Row(codes=(368,), phrase="already posted", meaning=_M.DUPLICATE, reason=_SAME),
    Row(
        codes=(368,),
        meaning=_M.PERSON,
        reason=c.Text("Facebook has blocked the Page from publishing."),
    ),
    Row(codes=(506,), meaning=_M.DUPLICATE, reason=_SAME),
    Row(
        codes=(1500, 1609005),
        meaning=_M.LINK,
        reason=c.Text("Facebook cannot open the link of this message."),
    ),
    Row(codes=(324,), meaning=_M.REJECT, reason=_PICTURE),
    Row(codes=(6001,), meaning=_M.RETRY, reason=_VIDEO),
    Row(codes=(382, 389, 6000), meaning=_M.REJECT, reason=_VIDEO),
    Row(
        codes=(100,),
        subcode=33,
        meaning=_M.GONE,
        reason=c.Text("It does not exist at Facebook, or the account may not see it."),
    ),
    Row(
        codes=(100, 3001),
        meaning=_M.REJECT,
        reason=c.Text("Facebook does not accept this request."),
    ),
    Row(codes=(1, 2), meaning=_M.UNKNOWN, reason=_SORRY),
    Row(transient=True, meaning=_M.UNKNOWN, reason=_SORRY),
    Row(meaning=_M.UNKNOWN, reason=c.Text("Facebook answered with an error that we do not know.")),
)
"""Facts: the Graph API's guide to errors, and what its clients have met. The last row catches everything."""


def row_of(error: Mapping[str, Any]) -> Row:
    """The row of the table that an error belongs to."""
    return next(row for row in TABLE if row.fits(error))


def outcome_of_error(
    error: Mapping[str, Any], *, now: datetime, regain: timedelta | None, evidence: dict[str, Any]
) -> c.NotPublished:
    """What an error (`code`, `error_subcode`, `message` …) makes of a publication; `regain` is what the usage headers say."""
    row, reason = row_of(error), _reason(error)
    match row.meaning:
        case Meaning.UNKNOWN:
            return c.UnknownOutcome(reason, evidence=evidence)
        case Meaning.THROTTLED:
            return c.PauseChannel(reason, until=now + (regain or HOLD), evidence=evidence)
        case Meaning.HOLD:
            return c.PauseChannel(
                reason, until=now + max(row.wait, regain or row.wait), evidence=evidence
            )
        case Meaning.PERSON:
            return c.PauseChannel(reason, evidence=evidence)
        case Meaning.RETRY:
            return OnceMore(reason, evidence=evidence)
        case Meaning.OFFSET:
            return OtherPiece(reason, evidence=evidence)
    return _REFUSALS[row.meaning](reason, evidence=evidence)


_REFUSALS: Mapping[Meaning, type[c.Reject]] = {
    Meaning.REJECT: c.Reject,
    Meaning.DUPLICATE: Duplicate,
    Meaning.GONE: Gone,
    Meaning.LINK: BadLink,
}


def _reason(error: Mapping[str, Any]) -> c.Text:
    code, subcode = error.get("code", 0), error.get("error_subcode")
    return c.Text(
        "{reason} Facebook says: “{said}” ({code}).",
        reason=row_of(error).reason,
        said=str(error.get("error_user_msg") or error.get("message") or "")[:300],
        code=f"{code}/{subcode}" if subcode else code,
    )
