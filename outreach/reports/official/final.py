"""The report of the whole campaign: `Báo cáo kết quả triển khai Tháng hành động …`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from outreach.domain.campaign import Campaign
from outreach.domain.text import Text
from outreach.reports.official import offline, online, tables
from outreach.reports.official.body import Section, chapters, paragraphs, parts
from outreach.reports.official.difficulties import difficulties
from outreach.reports.official.document import Annex, Block, Document, Grid, Paragraph
from outreach.reports.official.figures import tally
from outreach.reports.official.heading import LANDSCAPE_LINE, annexed_to, foot, head, title_lines
from outreach.reports.official.month import Month, month
from outreach.reports.official.reception import reception
from outreach.reports.official.speech import Speaker, grouped, share
from outreach.reports.source import Files, Question, Report, Source
from outreach.reports.table import Table

NO_CAMPAIGN = Text("No campaign fits.")


def build(source: Source, question: Question) -> Table:
    """The table by channel; all else is in the document."""
    found = newest(source, question)
    if found is None:
        return Table(name="final", title=TITLE, columns=(), rows=(), empty=NO_CAMPAIGN)
    return tables.by_channel(month(source, found))


def newest(source: Source, question: Question) -> Files | None:
    """The campaign in question; the one that begins last when none is named."""
    found = source.files(question)
    return max(found, key=lambda files: files.campaign.window.start, default=None)


def document(source: Source, question: Question, language: str) -> Document | None:
    """The whole report; None when there is no such campaign."""
    files = newest(source, question)
    if files is None:
        return None
    say, found, campaign = Speaker(language), month(source, files), files.campaign
    subject = say(Text("Outcome of the {name}", name=campaign.name))
    return Document(
        language=language,
        title=f"{say(Text('REPORT'))}: {subject}",
        author=campaign.office,
        moment=stamp(found),
        head=head(campaign, say, subject, campaign.paperwork.signed),
        blocks=(
            *paragraphs([opening(campaign, say)]),
            *chapters(_chapters(found, say), say),
            *paragraphs(_closing(found, say)),
        ),
        foot=foot(campaign, say),
        annexes=annexes(source, found, say),
        figures=figures(found, say),
    )


def stamp(found: Month) -> datetime:
    """When the last thing happened that the document tells; the campaign's opening when nothing did."""
    return max((line.event.at for line in found.lines), default=found.files.campaign.opens)


def opening(campaign: Campaign, say: Speaker) -> str:
    """On which plan the office reports."""
    if campaign.plan is None:
        return say(
            Text(
                "{office} reports the outcome of the {name}:",
                office=campaign.office,
                name=campaign.name,
            )
        )
    return say(
        Text(
            "In carrying out Plan No. {number}, {day}, of {office} for the {name}, {office} reports the outcome:",
            number=campaign.plan.number,
            day=say.day(campaign.plan.date),
            office=campaign.office,
            name=campaign.name,
        )
    )


def _chapters(found: Month, say: Speaker) -> Iterator[Section]:
    paper = found.files.campaign.paperwork
    yield Text("Direction and organisation"), paragraphs(_direction(found, say))
    results = [(ONLINE, list(online.online(found, say))), *offline.sections(found, say)]
    counted = list(offline.counted_figures(found, say))
    overviews = [*_overview_words(found, say), *online.overviews(found, say)]
    yield (
        Text("Results"),
        parts([*results, (COUNTED, counted), (Text("By topic, unit and week"), overviews)], say),
    )
    yield Text("How it was received"), list(reception(found, say))
    yield Text("Difficulties and limits"), paragraphs(difficulties(found, say))
    yield Text("Proposals"), paragraphs(paper.proposals)


def _direction(found: Month, say: Speaker) -> Iterator[str]:
    campaign = found.files.campaign
    if campaign.plan:
        yield say(
            Text(
                "{office} issued Plan No. {number} and assigned its departments, under the theme “{theme}”. It was carried out {span}.",
                office=campaign.office,
                number=campaign.plan.number,
                theme=campaign.theme,
                span=say.span(campaign.window.start, campaign.window.end),
            )
        )
    done = [deed for deed in found.deeds if deed.done]
    units = _in_order(campaign.units, (deed.unit for deed in done))
    topics = _in_order(campaign.topics, (deed.topic for deed in done))
    if units:
        yield say(
            Text(
                "Departments that took part ({count}): {units}.",
                count=say.count(len(units)),
                units="; ".join(units),
            )
        )
    if topics:
        yield say(
            Text(
                "Topics of what was communicated ({count}): {topics}.",
                count=say.count(len(topics)),
                topics=say.listing(topics),
            )
        )
    yield from campaign.paperwork.directing


def _in_order(known: Sequence[str], named: Iterable[str]) -> list[str]:
    """The names, each once, in the order in which campaign.toml has them; others last."""
    found = dict.fromkeys(filter(None, named))
    return sorted(found, key=lambda name: known.index(name) if name in known else len(known))


def _overview_words(found: Month, say: Speaker) -> Iterator[Block]:
    every = tally(found.deeds)
    if every.planned:
        yield Paragraph(
            words=say(
                Text(
                    "Publications and direct activities together: {done} of {planned} ({share}) were carried out.",
                    done=say.count(every.done),
                    planned=say.count(every.planned),
                    share=share(every.done, every.planned),
                )
            )
        )


def _closing(found: Month, say: Speaker) -> Iterator[str]:
    campaign = found.files.campaign
    if found.lines:
        yield say(
            Text(
                "The figures are those of the delivery log up to {when}; its {count} lines about the campaign are in the annex, "
                "each sealed together with all before it. Seal of the last line (SHA-256): {hash}.",
                when=say.moment(campaign.local(stamp(found))),
                count=say.plain(len(found.lines)),
                hash=grouped(found.lines[-1].hash),
            )
        )
    yield say(
        Text(
            "This is the report of {office} on the outcome of the {name}./.",
            office=campaign.office,
            name=campaign.name,
        )
    )


def annexes(source: Source, found: Month, say: Speaker) -> tuple[Annex, ...]:
    """Each publication, and the complete delivery log."""
    campaign = found.files.campaign
    deliveries = {d.id: d for d in source.deliveries(Question(campaign=campaign.id))}
    grids = (
        Grid(
            table=tables.each_publication(found),
            widths=(13, 27, 31, 31, 64, 25, 61),
            left=frozenset({"channel", "title", "link"}),
        ),
        Grid(
            table=tables.whole_log(found, deliveries),
            widths=(13, 31, 29, 15, 52, 76, 36),
            left=frozenset({"happened", "where", "detail"}),
        ),
    )
    filled = [grid for grid in grids if grid.table.rows]
    return tuple(
        Annex(
            name=say(Text("Annex {n}", n=numeral)),
            title=title_lines(say(grid.table.title).upper(), LANDSCAPE_LINE),
            reference=annexed_to(campaign, say),
            grid=grid,
        )
        for numeral, grid in zip(("I", "II"), filled, strict=False)
    )


def figures(found: Month, say: Speaker) -> dict[str, str]:
    """The numbers that an office's own form may name, as people read them."""
    kinds = {
        "online": tally(found.online),
        "direct": tally(found.direct),
        "all": tally(found.deeds),
    }
    numbers = {
        f"{kind}_{name}": say.count(getattr(counts, name))
        for kind, counts in kinds.items()
        for name in ("planned", "done", "on_time", "late", "failed", "open")
    }
    shares = {f"{kind}_share": say(share(c.done, c.planned)) for kind, c in kinds.items()}
    return numbers | shares | {"log_lines": say.plain(len(found.lines))}


COUNTED = Text("Figures counted by the units")
ONLINE = Text("Publications on the website and social networks")
TITLE = Text("Outcome of the campaign")
REPORT = Report(
    name="final",
    tells=Text("the official report of the month, as Word, PDF/A or spreadsheet"),
    build=build,
    document=document,
)
