"""What people did outside the screens: events, banners, contests, commendations, and the figures that staff counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from outreach.domain.artwork import spoken
from outreach.domain.message import (
    BannerDetails,
    CommendationDetails,
    ContestDetails,
    EventDetails,
    Kind,
    Message,
    Result,
)
from outreach.domain.schedule import Hang
from outreach.domain.text import Text
from outreach.reports.official.document import Block, Grid, Paragraph
from outreach.reports.official.figures import Deed, tally
from outreach.reports.official.month import Month
from outreach.reports.official.speech import Speaker, lower_first, share
from outreach.reports.table import Column, Row, Table

Section = tuple[Text, Sequence[Block]]


def sections(month: Month, say: Speaker) -> Iterator[Section]:
    """The sections about work offline, each with its title; one about which nothing is known is empty."""
    yield Text("Events and direct communication"), list(_direct(month, say))
    yield Text("Banners and slogans"), [*_banners(month, say)]
    yield Text("Contests"), [*_contests(month, say)]
    yield Text("Commendations"), [*_commendations(month, say)]


def work(month: Month) -> list[Deed]:
    """What people carry out, hanging banners aside."""
    return [deed for deed in month.direct if deed.kind is not Kind.BANNER]


def _direct(month: Month, say: Speaker) -> Iterator[Block]:
    deeds = work(month)
    found = tally(deeds)
    if not found.done:
        return
    yield Paragraph(
        words=say(
            Text(
                "{office} carried out {done} of {planned} planned direct activities ({share}) on different subjects ({titles}):",
                office=month.files.campaign.office,
                done=say.count(found.done),
                planned=say.count(found.planned),
                share=share(found.done, found.planned),
                titles=say.count(len({deed.message for deed in deeds if deed.done})),
            )
        )
    )
    yield Grid(
        caption=say(Text("Direct activities")),
        table=direct_table(month, say),
        widths=(13, 62, 42, 28, 20),
        left=frozenset({"title", "when", "unit"}),
    )


def direct_table(month: Month, say: Speaker) -> Table:
    """One row per subject: its days, its unit, and how often it was carried out."""
    by_id = {message.id: message for message in month.files.messages}
    groups: dict[str, list[Deed]] = {}
    for deed in work(month):
        groups.setdefault(deed.message, []).append(deed)
    return Table(
        name="direct",
        title=Text("Direct activities"),
        columns=(
            Column(key="number", title=Text("Item no."), right=True),
            Column(key="title", title=Text("Content")),
            Column(key="when", title=Text("Day and place")),
            Column(key="unit", title=Text("Unit")),
            Column(key="times", title=Text("Carried out"), right=True),
        ),
        rows=tuple(
            _activity(number, deeds, by_id.get(name), say)
            for number, (name, deeds) in enumerate(groups.items(), start=1)
        ),
        empty=Text("Nothing is planned that fits."),
    )


def _activity(number: int, deeds: Sequence[Deed], message: Message | None, say: Speaker) -> Row:
    done, first = [deed for deed in deeds if deed.done], deeds[0]
    details = message.details if message else None
    if isinstance(details, EventDetails):
        start = details.start.astimezone(first.due.tzinfo)
        when = f"{say.moment(start)}, {details.place}"
    else:
        when = ", ".join(dict.fromkeys(f"{deed.due:%d/%m/%Y}" for deed in deeds))
    return {
        "number": number,
        "title": first.title,
        "when": when,
        "unit": first.unit,
        "times": f"{len(done)}/{len(deeds)}",
    }


def _banners(month: Month, say: Speaker) -> Iterator[Block]:
    """The printed ones first."""
    by_people = {deed.message for deed in month.direct if deed.done}
    messages = month.of_kind(Kind.BANNER)
    for message in sorted(messages, key=lambda each: each.id not in by_people):
        if isinstance(message.details, BannerDetails) and isinstance(message.schedule, Hang):
            sentence = _hung if message.id in by_people else _shown
            yield Paragraph(words=sentence(month, message, message.details, say))


def _hung(month: Month, message: Message, details: BannerDetails, say: Speaker) -> str:
    where = say(
        Text(
            "at these places ({count}): {places},",
            count=say.count(len(details.places)),
            places="; ".join(details.places),
        )
    )
    size = say.decimal(details.size)
    what = Text("Banners of {size}", size=size) if size else Text("Banners without a size")
    return say(
        Text(
            "{what} were hung {where} {span}, saying “{slogan}”; {confirmed}.",
            what=what,
            where=where if details.places else "",
            span=_span(month, message, say),
            slogan=_slogan(message),
            confirmed=Text("hanging and taking down were confirmed")
            if message.id in month.taken_down
            else Text("hanging was confirmed, taking down not yet"),
        )
    ).replace("  ", " ")


def _shown(month: Month, message: Message, _details: BannerDetails, say: Speaker) -> str:
    return say(
        Text(
            "A digital banner was shown on {channels} {span}, saying “{slogan}”.",
            channels=say.listing(_shown_on(month, message)),
            span=_span(month, message, say),
            slogan=_slogan(message),
        )
    )


def _slogan(message: Message) -> str:
    """What the banner says; its title where it has no slogan."""
    return spoken(message.slogan or message.title)


def _shown_on(month: Month, message: Message) -> list[str]:
    names = month.files.campaign.paperwork.channels
    deeds = (deed for deed in month.online if deed.done and deed.message == message.id)
    return list(dict.fromkeys(names.get(deed.channel, deed.channel) for deed in deeds))


def _span(month: Month, message: Message, say: Speaker) -> str:
    assert isinstance(message.schedule, Hang)
    local = month.files.campaign.local
    return say.span(local(message.schedule.start).date(), local(message.schedule.end).date())


def _contests(month: Month, say: Speaker) -> Iterator[Block]:
    for message in month.of_kind(Kind.CONTEST):
        if isinstance(message.details, ContestDetails):
            deadline = month.files.campaign.local(message.details.deadline)
            yield Paragraph(
                words=say(
                    Text(
                        "{unit} called for entries: “{title}”; they were taken until {deadline}.{results}",
                        unit=message.unit or month.files.campaign.office,
                        title=message.title,
                        deadline=say.moment(deadline),
                        results=_outcome(message.results, say) if month.whole else "",
                    )
                )
            )


def _outcome(results: Sequence[Result], say: Speaker) -> str:
    if not results:
        return ""
    listed = "; ".join(
        _figure(result.name, result.measure, result.count, say) for result in results
    )
    return " " + say(Text("Outcome: {listed}.", listed=listed))


def _figure(name: str, measure: str, count: int, say: Speaker) -> str:
    return f"{lower_first(name)}: {say.count(count)} {measure}".rstrip()


def _commendations(month: Month, say: Speaker) -> Iterator[Block]:
    found = [
        details
        for message in month.of_kind(Kind.COMMENDATION)
        if isinstance(details := message.details, CommendationDetails)
    ]
    collectives = list(dict.fromkeys(h.name for details in found for h in details.collectives))
    individuals = list(dict.fromkeys(h.name for details in found for h in details.individuals))
    named = [
        (collectives, Text("collectives ({n})", n=say.count(len(collectives)))),
        (individuals, Text("individuals ({n})", n=say.count(len(individuals)))),
    ]
    if not any(names for names, _ in named):
        return
    yield Paragraph(
        words=say(
            Text(
                "{office} commended {whom} in the action month.",
                office=month.files.campaign.office,
                whom=say.listing([say(text) for names, text in named if names]),
            )
        )
    )
    if collectives:
        yield Paragraph(words=say(Text("Collectives: {names}.", names="; ".join(collectives))))
    if individuals:
        yield Paragraph(words=say(Text("Individuals: {names}.", names="; ".join(individuals))))


def counted(month: Month) -> Table:
    """What staff counted and wrote into their files, the same things of the same measure added up."""
    sums: Counter[tuple[str, str]] = Counter()
    done = {deed.message for deed in month.deeds if deed.done}
    for message in month.files.messages:
        for result in message.results if message.id in done else ():
            sums[result.name, result.measure] += result.count
    return Table(
        name="counted",
        title=Text("Figures counted by the units"),
        columns=(
            Column(key="number", title=Text("Item no."), right=True),
            Column(key="name", title=Text("What was counted")),
            Column(key="measure", title=Text("Measure")),
            Column(key="count", title=Text("Figure"), right=True),
        ),
        rows=tuple(
            {"number": number, "name": name, "measure": measure, "count": count}
            for number, ((name, measure), count) in enumerate(sums.items(), start=1)
        ),
        empty=Text("No figure was entered."),
    )


def counted_figures(month: Month, say: Speaker) -> Iterator[Block]:
    """The figures up to the last day of `month`: staff keep one sum per file, not one for each week."""
    table = counted(month)
    if table.rows:
        yield Paragraph(
            words=say(
                Text(
                    "The departments counted these figures up to {day}:",
                    day=say.day(month.last),
                )
            )
        )
        yield Grid(
            caption=say(Text("Figures that units counted")),
            table=table,
            widths=(14, 91, 30, 30),
            left=frozenset({"name"}),
        )
