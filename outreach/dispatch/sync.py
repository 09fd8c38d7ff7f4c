"""Files to queue: reads a campaign, plans it, renders it, and says what would change; applying is a step of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from outreach.channel import ChannelProfile, Text
from outreach.content.cards import Cards
from outreach.content.files import shown
from outreach.content.preflight import preflight
from outreach.content.reader import Content, as_staff_see, list_campaigns, read_campaign
from outreach.content.render import Renderer, RenderJob
from outreach.content.understood import Understood
from outreach.domain.campaign import Campaign
from outreach.domain.delivery import Action, Delivery, Identity, State
from outreach.domain.difference import Change, ChangeKind, Difference, difference, guard
from outreach.domain.plan import Plan, Planned, make_plan
from outreach.domain.problem import Problem, Problems, Severity
from outreach.domain.rendition import Rendition
from outreach.store.queue import Queue


class Guarded(Exception):
    """So many deliveries would be cancelled at once that a person must say it is meant."""

    def __init__(self, count: int) -> None:
        self.text = Text("{count} deliveries would be cancelled at once.", count=count)
        super().__init__(str(self.text))


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What applying the files of one campaign would do. `guarded` says that it cancels suspiciously much.

    `news`: the campaign asks for another number of approvals than before.
    """

    campaign: str
    content: Content
    plan: Plan
    difference: Difference
    renditions: Mapping[Identity, Rendition]
    problems: tuple[Problem, ...]
    guarded: bool
    news: bool = False

    @property
    def count(self) -> int:
        """How much applying it would write: the changes, and the rule for approvals when that is another one."""
        return len(self.changes) + self.news

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes that would write something."""
        idle = (ChangeKind.KEPT, ChangeKind.DRIFT)
        return tuple(change for change in self.difference.changes if change.what not in idle)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What one file would be: the message's id (empty when it could not be understood), its problems, and its texts."""

    message: str
    problems: tuple[Problem, ...]
    renditions: tuple[Rendition, ...]


class Sync:
    """Brings `messages/` and the queue together. `share` (0 to 1) is how much may be cancelled without asking."""

    def __init__(
        self,
        *,
        messages: Path,
        media_folder: Path,
        profiles: Sequence[ChannelProfile],
        queue: Queue,
        share: float,
    ) -> None:
        self._messages = messages
        self._media_folder = media_folder
        self._profiles = {profile.name: profile for profile in profiles}
        self._queue = queue
        self._share = share
        self._renderers: dict[str, tuple[Campaign, Renderer]] = {}
        self._understood: dict[str, Understood] = {}

    def close(self) -> None:
        """End the processes in which templates run."""
        for _, renderer in self._renderers.values():
            renderer.close()
        self._renderers.clear()

    def campaigns(self) -> tuple[str, ...]:
        """Every campaign that has a folder or rows in the queue."""
        folders = {folder.name for folder in list_campaigns(self._messages)}
        return tuple(sorted(folders | set(self._queue.campaigns())))

    def read(self, campaign: str) -> tuple[Content, Plan]:
        """What the files of one campaign say and ask, without a look at the queue. Writes nothing but media."""
        content = self._read(campaign)
        plan, _ = self._plan(campaign, content, ())
        return content, plan

    def draft(self, campaign: str, name: str, content: bytes) -> Draft:
        """What one file would say and ask if it had this content; `name` is the file's. Writes nothing but media."""
        read = self._read(campaign, {name: content})
        plan, renditions = self._plan(campaign, read, ())
        file = f"{as_staff_see(self._messages / campaign)}/{shown(name)}"
        found = dict.fromkeys((*read.problems, *plan.problems))
        message = next((draft.id for draft in read.drafts if draft.file == file), "")
        return Draft(
            message=message,
            problems=tuple(problem for problem in found if problem.place.file == file),
            renditions=tuple(
                rendition
                for identity, rendition in sorted(renditions.items())
                if identity.message == message
            ),
        )

    def look(self, campaign: str, now: datetime) -> Proposal:
        """Read, plan and render one campaign and compare it with the queue. Writes nothing but media."""
        content = self._read(campaign)
        queue = self._queue.list(campaign=campaign)
        plan, renditions = self._plan(campaign, content, queue)
        digests = {identity: rendition.digest for identity, rendition in renditions.items()}
        found = difference(plan, digests, queue, now)
        return Proposal(
            campaign=campaign,
            content=content,
            plan=plan,
            difference=found,
            renditions=renditions,
            problems=tuple(dict.fromkeys((*content.problems, *plan.problems))),
            guarded=guard(found, queue, share=self._share),
            news=found.approvals not in (None, self._queue.approvals_needed(campaign)),
        )

    def apply(
        self, proposal: Proposal, *, now: datetime, actor: str, confirmed: bool = False
    ) -> None:
        """Write the changes into the queue. Raises `Guarded` when it cancels too much and nobody confirmed it."""
        if proposal.guarded and not confirmed:
            raise Guarded(len(proposal.difference.of(ChangeKind.CANCELLED)))
        self._queue.apply(proposal.difference, proposal.renditions, now=now, actor=actor)

    def apply_guarded(self, proposal: Proposal, *, now: datetime, actor: str) -> None:
        """Write the changes, but hold what would be cancelled when that is suspiciously much."""
        found = _hold_instead(proposal.difference) if proposal.guarded else proposal.difference
        self._queue.apply(found, proposal.renditions, now=now, actor=actor)

    def _read(self, campaign: str, unsaved: Mapping[str, bytes] | None = None) -> Content:
        """The files of one campaign; of those that are as they were when they were read last, nothing is worked out again."""
        known = self._understood.setdefault(campaign, Understood())
        return read_campaign(self._messages / campaign, unsaved, known)

    def _plan(
        self, campaign: str, content: Content, queue: Sequence[Delivery]
    ) -> tuple[Plan, dict[Identity, Rendition]]:
        if content.campaign is None:
            return _all_held(campaign, content, queue), {}
        profiles = list(self._profiles.values())
        renderer = self._renderer(content.campaign)
        beforehand = preflight(content.drafts, profiles, renderer)
        broken = _by_message(content, beforehand) | dict(content.broken)
        plan = make_plan(content.campaign, content.messages, profiles, broken=broken)
        renditions, problems = self._render(renderer, content, plan)
        undrawn = renderer.undrawn.values()
        found = dict.fromkeys((*beforehand, *plan.problems, *problems.values(), *undrawn))
        return replace(plan, held={**problems, **plan.held}, problems=tuple(found)), renditions

    def _renderer(self, campaign: Campaign) -> Renderer:
        """The campaign's renderer; kept while campaign.toml says the same, so that pictures and templates are prepared once."""
        kept = self._renderers.get(campaign.id)
        if kept and kept[0] == campaign:
            return kept[1]
        if kept:
            kept[1].close()
        folder = self._messages / campaign.id
        renderer = Renderer(campaign, folder, self._media_folder, cards=self._cards(campaign))
        self._renderers[campaign.id] = (campaign, renderer)
        return renderer

    def _cards(self, campaign: Campaign) -> Cards | None:
        """What draws the campaign's cards, if it wants any."""
        if not campaign.art.cards:
            return None
        from outreach.art.cards import CampaignCards  # noqa: PLC0415 - only campaigns with cards need it

        drawings = self._media_folder.with_name("drawings")
        return CampaignCards(campaign, self._messages / campaign.id, drawings)

    def _render(
        self, renderer: Renderer, content: Content, plan: Plan
    ) -> tuple[dict[Identity, Rendition], dict[str, Problem]]:
        messages = {message.id: message for message in content.messages}
        wanted = [p for p in plan.planned if p.identity.action is Action.PUBLISH]
        jobs = [
            RenderJob(
                message=messages[p.identity.message],
                profile=self._profiles[p.identity.channel],
                planned=p,
            )
            for p in wanted
        ]
        return _sort_out(wanted, renderer.render_all(jobs))


def _sort_out(
    wanted: Iterable[Planned], results: Iterable[Rendition | Problems]
) -> tuple[dict[Identity, Rendition], dict[str, Problem]]:
    renditions: dict[Identity, Rendition] = {}
    problems: dict[str, Problem] = {}
    for planned, result in zip(wanted, results, strict=True):
        if isinstance(result, Rendition):
            renditions[planned.identity] = result
        else:
            problems.setdefault(planned.identity.message, result.problems[0])
    return renditions, problems


def _by_message(content: Content, problems: Iterable[Problem]) -> dict[str, Problem]:
    """The first error of each message, by the message's id."""
    ids = {draft.file: draft.id for draft in content.drafts}
    errors = [p for p in problems if p.severity is Severity.ERROR and p.place.file in ids]
    return {ids[error.place.file]: error for error in reversed(errors)}


def _all_held(campaign: str, content: Content, queue: Sequence[Delivery]) -> Plan:
    """A campaign whose folder or campaign.toml cannot be read: everything that is queued waits, and its mistake is named first."""
    errors = [p for p in content.problems if p.severity is Severity.ERROR]
    why = min(errors, key=lambda error: error.place.file.endswith(".md"))
    return Plan(campaign=campaign, planned=(), held={d.identity.message: why for d in queue})


def _hold_instead(found: Difference) -> Difference:
    held = Text(
        "Many files vanished at once; it is held until someone confirms that this is meant."
    )

    def hold(change: Change) -> Change | None:
        if change.what is not ChangeKind.CANCELLED:
            return change
        if change.delivery is None or change.delivery.state is not State.SCHEDULED:
            return None
        return replace(change, what=ChangeKind.HELD, why=held)

    return replace(found, changes=tuple(c for change in found.changes if (c := hold(change))))
