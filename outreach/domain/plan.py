"""All occurrences that files and campaign ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from outreach.domain.approval import NEEDED
from outreach.domain.campaign import Campaign, Edits
from outreach.domain.candidate import Candidate
from outreach.domain.capabilities import ChannelProfile
from outreach.domain.delivery import Action, Identity
from outreach.domain.draft import Draft
from outreach.domain.message import Lateness, Message
from outreach.domain.problem import Problem

NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""When withdrawals and updates expire: what is public must come down, and be right, however late."""


@dataclass(frozen=True, kw_only=True)
class Planned:
    """One delivery that the files ask for. `expires`: never publish at or after it; `days_left` is set on a contest's reminders.

    `floating` means that the plan chose the time, not staff.
    """

    identity: Identity
    due: datetime
    expires: datetime
    late: Lateness
    days_left: int | None = None
    floating: bool = False


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The whole plan of one campaign, ordered by due time.

    `held` names messages whose file cannot be trusted now, and why; `unsure` those that are planned, but not on every channel
    they name. What such a message does not ask for is held rather than cancelled. `stopped` names single deliveries that a hard
    rule forbids, and why. `channels` are the names of all configured channels, `updatable` those that can change what is
    public; `updates` is the campaign's wish for that, `zone` is the office's, for sentences. `approvals` is how many must approve each
    text (None: nobody can tell now).
    """

    campaign: str
    planned: tuple[Planned, ...]
    problems: tuple[Problem, ...] = ()
    held: Mapping[str, Problem] = field(default_factory=dict)
    unsure: Mapping[str, Problem] = field(default_factory=dict)
    stopped: Mapping[Identity, Problem] = field(default_factory=dict)
    channels: frozenset[str] = frozenset()
    updatable: frozenset[str] = frozenset()
    updates: Edits = Edits.ASK
    approvals: int | None = None
    zone: tzinfo = UTC


def make_plan(
    campaign: Campaign,
    messages: Iterable[Message],
    channels: Sequence[ChannelProfile],
    *,
    broken: Mapping[str, Problem] | None = None,
) -> Plan:
    """The plan of a campaign: the same input gives the same plan, in whatever order it comes.

    `broken` names messages whose file exists but cannot be read now. A problem holds only the deliveries that it concerns.
    """
    draft = Draft(campaign, channels)
    draft.fill(messages)
    planned = (one for candidate in draft.accepted for one in _planned(candidate))
    return Plan(
        campaign=campaign.id,
        planned=tuple(sorted(planned, key=lambda one: (one.due, one.identity))),
        problems=tuple(
            sorted(draft.problems, key=lambda one: (one.place, one.code, str(one.what)))
        ),
        held={**draft.held, **(broken or {})},
        unsure=draft.unsure,
        stopped=draft.stopped,
        channels=frozenset(profile.name for profile in channels),
        updatable=frozenset(p.name for p in channels if p.capabilities.can_update),
        updates=campaign.updates,
        approvals=NEEDED[campaign.approval],
        zone=campaign.zone,
    )


def _planned(candidate: Candidate) -> Iterator[Planned]:
    publication = Planned(
        identity=candidate.identity,
        due=candidate.due,
        expires=candidate.expires,
        late=candidate.message.late,
        days_left=candidate.days_left,
        floating=candidate.key in {"spread", "reminders"},
    )
    yield publication
    if candidate.withdraw_at is not None:
        yield Planned(
            identity=publication.identity.of(Action.WITHDRAW),
            due=candidate.withdraw_at,
            expires=NEVER,
            late=candidate.message.late,
        )
