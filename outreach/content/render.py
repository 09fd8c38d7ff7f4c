"""A message for one channel: the exact text and pictures that will be sent."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from outreach.content import markdown
from outreach.content.cards import Cards, without_card
from outreach.content.media_store import MediaStore
from outreach.content.simple_marks import fill_in
from outreach.content.template import TemplateProcess, has_marks
from outreach.content.variants import REMINDER
from outreach.domain.artwork import Unusable, spoken
from outreach.domain.campaign import Campaign
from outreach.domain.capabilities import ChannelProfile
from outreach.domain.closing import Closing
from outreach.domain.message import (
    BannerDetails,
    CommendationDetails,
    ContestDetails,
    EventDetails,
    Message,
)
from outreach.domain.plan import Planned
from outreach.domain.problem import Place, Problem, Problems
from outreach.domain.rendition import Media, Rendition
from outreach.domain.schedule import Hang
from outreach.domain.text import Text
from outreach.locale import translate


@dataclass(frozen=True, kw_only=True)
class RenderJob:
    """One rendition to make."""

    message: Message
    profile: ChannelProfile
    planned: Planned


class Renderer(Closing):
    """Makes the renditions of one campaign; `folder` holds its files, pictures are copied to `media_folder`/<sha256>.

    `undrawn` says, of each message whose card could not be drawn, why: it is published without. Close the renderer, or use it in
    a `with`, to end the process in which templates run. Pass `templates` to share one.
    """

    def __init__(
        self,
        campaign: Campaign,
        folder: Path,
        media_folder: Path,
        *,
        templates: TemplateProcess | None = None,
        cards: Cards | None = None,
    ) -> None:
        self._campaign = campaign
        self._media = MediaStore(folder, media_folder)
        self._templates = templates or TemplateProcess()
        self._owns = templates is None
        self._cards = cards
        self.undrawn: dict[str, Problem] = {}
        self._context = campaign_context(campaign)
        self._rendered: dict[str, str | Problems] = {}
        self._texts: dict[str, _Written] = {}

    def close(self) -> None:
        """End the process in which templates run, unless it is shared."""
        if self._cards:
            self._cards.close()
        if self._owns:
            self._templates.close()

    def render(self, message: Message, profile: ChannelProfile, planned: Planned) -> Rendition:
        """The rendition of one planned delivery; raises `Problems`."""
        written = self._written(message, profile, planned.days_left)
        campaign = self._campaign
        return Rendition(
            campaign=campaign.id,
            campaign_name=campaign.name,
            office=campaign.office,
            theme=campaign.theme,
            message=message.id,
            channel=profile.name,
            kind=message.kind,
            title=message.title,
            summary=message.summary,
            markdown=written.markdown,
            text=written.text,
            html=written.html,
            link=message.link,
            hashtags=tuple(dict.fromkeys((*campaign.hashtags, *message.hashtags))),
            topic=message.topic,
            unit=message.unit,
            language=campaign.language,
            zone=campaign.zone.key,
            occurrence=planned.identity.ordinal,
            due=planned.due,
            media=self._pictures(message, profile),
            video=self._media.video(message, profile.capabilities.video_limit),
            without_video=bool(message.video) and profile.capabilities.video_limit is None,
            **facts(message),
        )

    def text(self, message: Message, profile: ChannelProfile, days_left: int | None) -> str:
        """Only the plain text that a channel would show; raises `Problems`."""
        return self._written(message, profile, days_left).text

    def _pictures(self, message: Message, profile: ChannelProfile) -> tuple[Media, ...]:
        limits = profile.capabilities.pictures
        if message.pictures or self._cards is None:
            return self._media.of(message, limits)
        try:
            order = self._cards.order(message, profile)
            return (self._media.drawn(order, limits),) if order else ()
        except Unusable as unusable:
            self.undrawn[message.id] = without_card(message, unusable)
            return ()

    def render_all(self, jobs: Iterable[RenderJob]) -> list[Rendition | Problems]:
        """One result per job, in order; the problems of one message do not disturb the others. `undrawn` is theirs alone."""
        self.undrawn.clear()
        return [self._attempt(job) for job in jobs]

    def _attempt(self, job: RenderJob) -> Rendition | Problems:
        try:
            return self.render(job.message, job.profile, job.planned)
        except Problems as problems:
            return problems

    def _written(
        self, message: Message, profile: ChannelProfile, days_left: int | None
    ) -> _Written:
        source, place = chosen(message, profile, days_left)
        if days_left is not None and not source:
            source, place = self._reminder(message, days_left), message.place("deadline")
        context = self._context | message_context(message, self._campaign, days_left)
        text = self._filled_in(source, context, place)
        if (found := self._texts.get(text)) is None:
            found = self._texts[text] = _Written.of(text)
        return found

    def _filled_in(self, source: str, context: dict[str, Any], place: Place) -> str:
        if not has_marks(source):
            return source
        if (text := fill_in(source, context)) is not None:
            return text
        job = json.dumps([source, context])
        if job not in self._rendered:
            self._rendered[job] = self._outcome(source, context, place)
        outcome = self._rendered[job]
        if isinstance(outcome, Problems):
            raise Problems(outcome.problems)
        return outcome

    def _outcome(self, source: str, context: dict[str, Any], place: Place) -> str | Problems:
        try:
            return self._templates.render(source, context, place)
        except Problems as problems:
            return problems

    def _reminder(self, message: Message, days_left: int) -> str:
        assert isinstance(message.details, ContestDetails)
        deadline = self._campaign.local(message.details.deadline)
        title, day, clock = message.title, f"{deadline:%d/%m/%Y}", f"{deadline:%H:%M}"
        if days_left == 0:
            sentence = Text(
                "Today is the last day to enter: {title}. Entries close at {clock}.",
                title=title,
                clock=clock,
            )
        else:
            sentence = Text(
                "{days} more days to enter: {title}. Entries close at {clock} on {day}.",
                days=days_left,
                title=title,
                clock=clock,
                day=day,
            )
        return translate(sentence, self._campaign.language)


@dataclass(frozen=True, kw_only=True)
class _Written:
    markdown: str
    text: str
    html: str

    @classmethod
    def of(cls, text: str) -> _Written:
        tokens = markdown.parse(text)
        return cls(
            markdown=text.strip(), text=markdown.to_text(tokens), html=markdown.to_html(tokens)
        )


def chosen(message: Message, profile: ChannelProfile, days_left: int | None) -> tuple[str, Place]:
    """The text meant for a channel and where it begins: its name first, then its tags as written, then everyone's.

    For a contest's reminder it is the part `reminder`, or nothing.
    """
    if days_left is not None:
        return message.variants.get(REMINDER, ""), message.place(f"::: {REMINDER}")
    if profile.name in message.variants:
        return message.variants[profile.name], message.place(f"::: {profile.name}")
    for name, text in message.variants.items():
        if name in profile.tags:
            return text, message.place(f"::: {name}")
    return message.body, message.place("body")


def facts(message: Message) -> dict[str, Any]:
    """What the kind adds to a rendition."""
    hang, details = message.schedule, message.details
    times = {"start": hang.start, "end": hang.end} if isinstance(hang, Hang) else {}
    match details:
        case BannerDetails():
            return times | {"size": details.size, "places": details.places, "maker": details.maker}
        case EventDetails():
            return {"start": details.start, "end": details.end, "place": details.place}
        case ContestDetails():
            return {"deadline": details.deadline}
        case CommendationDetails():
            return {"collectives": details.collectives, "individuals": details.individuals}
        case None:
            return times


def campaign_context(campaign: Campaign) -> dict[str, Any]:
    """What templates may know of the campaign."""
    plan = campaign.plan
    return {
        "campaign": {
            "name": campaign.name,
            "short_name": campaign.short_name,
            "theme": campaign.theme,
            "office": campaign.office,
            "hashtags": list(campaign.hashtags),
            "plan": {"number": plan.number, "date": {"$day": plan.date.isoformat()}}
            if plan
            else {},
            "window": {
                "start": {"$day": campaign.window.start.isoformat()},
                "end": {"$day": campaign.window.end.isoformat()},
            },
        },
        "hotlines": [{"number": line.number, "name": line.name} for line in campaign.hotlines],
    }


def message_context(message: Message, campaign: Campaign, days_left: int | None) -> dict[str, Any]:
    """What templates may know of the message; instants as local times."""
    known = {
        name: getattr(message, name) for name in ("id", "title", "summary", "link", "topic", "unit")
    }
    for name in ("start", "end", "deadline"):
        instant = facts(message).get(name)
        if isinstance(instant, datetime):
            known[name] = {"$time": campaign.local(instant).isoformat()}
    if isinstance(message.details, EventDetails):
        known["place"] = message.details.place
    known["slogan"] = spoken(message.slogan or message.title)
    context: dict[str, Any] = {"message": known}
    if "deadline" in known:
        context["deadline"] = known["deadline"]
    return context if days_left is None else context | {"days_left": days_left}
