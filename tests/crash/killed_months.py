"""Rehearses the sample month in processes that are killed, and keeps what the killer saw."""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import random
import re
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from outreach.bootstrap import load_settings, open_store
from outreach.bootstrap.rehearsals import for_rehearsal, rehearse
from outreach.domain.claim import Claim, Finish
from outreach.domain.delivery import Delivery, State
from outreach.domain.text import Text
from outreach.store.delivery_log import verify
from outreach.store.queue import Queue
from tests.house.source import ROOT

STEP = "the clock went on"

PREPARING = 0.3
"""Seconds in which a process reads and plans the files before the month goes on."""

CAMPAIGN = "2022-binh-dang-gioi"
WEBSITE = """
[channels.so-website]
adapter = "website"
tags = ["website"]
folder = "site"
base_url = "http://127.0.0.1:8080/"
site_title = "Sở Công Thương"
"""
STAND_IN = """
[channels.so-website]
adapter = "outbox"
tags = ["website"]
folder = "outbox/website"
"""
OTHERS = """
[channels.facebook-page]
adapter = "facebook_page"
tags = ["facebook", "social"]
page_id = "1"
token = { env = "NOBODY_SETS_THIS" }
app_id = "1"
[channels.zalo-oa]
adapter = "zalo_oa"
tags = ["zalo", "social"]
app_id = "1"
app_secret = { env = "NOBODY_SETS_THIS" }
token_key = { env = "NOBODY_SETS_THIS" }
picture_base_url = "http://127.0.0.1:8080/media/"
broadcast = true
[channels.truc-tiep]
adapter = "in_person"
tags = ["in-person"]
"""

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(
    [
        "pytest",
        "holidays.countries",
        "outreach.bootstrap.rehearsals",
        "outreach.channels.facebook_page.adapter",
        "outreach.channels.in_person",
        "outreach.channels.outbox",
        "outreach.channels.website.adapter",
        "outreach.channels.zalo_oa.adapter",
        "tests.crash.killed_months",
    ]
)

KEY = re.compile(r'<meta name="outreach-key" content="([^"]+)">')


@dataclass(frozen=True, kw_only=True)
class Moment:
    """When to kill: after so many steps of the month's clock and a `share` (0 to 1) of twice the time that one takes.

    No step at all: while the process still prepares.
    """

    steps: int
    share: float


@dataclass(frozen=True, kw_only=True)
class Kill:
    """Where a kill met the month: the virtual day that was reached, and how many deliveries were being published."""

    day: date | None
    publishing: int


@dataclass
class Month:
    """One rehearsal in `home`, killed now and again until it comes to its end."""

    home: Path
    website: bool
    faults: int | None = None
    blind: bool = False
    kills: list[Kill] = field(default_factory=list)
    outcome: dict[str, Any] = field(default_factory=dict)

    @property
    def config(self) -> Path:
        """The configuration, beside the rehearsal's folder."""
        file = self.home.with_suffix(".toml")
        if not file.exists():
            head = f'messages = "{ROOT / "messages"}"\nstate = "{self.home}-unused"\n'
            file.write_text(head + (WEBSITE if self.website else STAND_IN) + OTHERS, "utf-8")
        return file

    def run(self, moments: Iterator[Moment]) -> None:
        """Begin, and begin again after each kill."""
        while not self.outcome:
            self._run_once(next(moments, None))

    def _run_once(self, moment: Moment | None) -> None:
        here, there = PROCESSES.Pipe()
        words = (self.config, self.home, self.faults, self.blind, there)
        process = PROCESSES.Process(target=play, args=words, daemon=True)
        process.start()
        there.close()
        try:
            self._follow(here, moment)
            if not self.outcome:
                process.kill()
        finally:
            process.join()
            here.close()
        if not self.outcome:
            self.kills.append(glance(self.home / "outreach.db"))

    def _follow(self, here: Connection, moment: Moment | None) -> None:
        """Wait for the end of the month or for the moment to kill."""
        if moment and not moment.steps:
            time.sleep(moment.share * PREPARING)
            return
        begun = time.monotonic()
        for steps in itertools.count():
            word = here.recv()
            if word != STEP:
                self.outcome = word
                return
            if moment and steps == moment.steps:
                time.sleep(moment.share * 2 * (time.monotonic() - begun) / (steps + 1))
                return


def play(config: Path, home: Path, faults: int | None, blind: bool, to_killer: Connection) -> None:
    """In a process of its own: the month, then what came of it."""
    if blind:
        switch_read_back_off()
    settings = load_settings(config)
    summary = rehearse(
        settings, CAMPAIGN, home, faults=faults, progress=lambda _: to_killer.send(STEP)
    )
    to_killer.send(examined(settings, home, summary))


def examined(settings: Any, home: Path, summary: Any) -> dict[str, Any]:
    """What the summary says, and what else may be held against it."""
    engine = open_store(for_rehearsal(settings, home))
    try:
        verdict = verify(engine)
        deliveries = Queue(engine, media_folder=home / "media").list()
    finally:
        engine.dispose()
    states = Counter(str(d.state) for d in deliveries)
    return {
        "lost": summary.lost,
        "twice": summary.twice,
        "planned": sum(tally.planned for tally in summary.channels),
        "states": dict(states),
        "intact": verdict.intact,
        "events": verdict.count,
        "pages": shown(home / "so-website"),
        "on the site": sorted(d.identity.key for d in deliveries if is_shown(d)),
    }


def is_shown(delivery: Delivery) -> bool:
    """Whether its page carries its key when the month is over; a banner that ended is gone."""
    return (
        delivery.identity.channel == "so-website"
        and delivery.identity.action == "publish"
        and delivery.state is State.PUBLISHED
    )


def shown(site: Path) -> list[str]:
    """The key that each page of the site carries; the mirror in the other language is left out."""
    pages = (page for page in site.rglob("index.html") if page.relative_to(site).parts[0] != "en")
    return sorted(key for page in pages for key in KEY.findall(page.read_text("utf-8")))


def switch_read_back_off() -> None:
    """Let this process repeat blindly whatever it does not know."""
    from outreach.dispatch import dispatcher

    vars(dispatcher).update(look=blind, DurableSteps=Forgotten)


class Forgotten:
    """Steps of which nothing is kept."""

    def __init__(self, *_: Any, **__: Any) -> None: ...

    async def once(self, _: str, call: Any, *, repeatable: bool = False) -> Any:
        return await call()


async def blind(_: Any, claim: Claim, *, now: datetime, quiet_for: timedelta) -> Finish:
    """What a dispatcher without read-back would do: try again and hope."""
    reason = Text("Tried again without looking.")
    return Finish(claim=claim, state=State.SCHEDULED, at=now, reason=reason, ready_at=now, looks=0)


def glance(database: Path) -> Kill:
    """What a kill left behind."""
    if not database.exists():
        return Kill(day=None, publishing=0)
    with contextlib.closing(sqlite3.connect(database)) as connection:
        try:
            (publishing,) = connection.execute(
                "SELECT count(*) FROM delivery WHERE state = 'publishing'"
            ).fetchone()
            (reached,) = connection.execute("SELECT max(at) FROM event").fetchone()
        except sqlite3.OperationalError:  # killed before the tables were made
            return Kill(day=None, publishing=0)
    day = datetime.fromtimestamp(reached / 1e6, UTC).date() if reached else None
    return Kill(day=day, publishing=publishing)


def moments(seed: int, *, most_steps: int) -> Iterator[Moment]:
    """Random moments without end."""
    dice = random.Random(seed)
    while True:
        early = dice.random() < 0.1
        steps = 0 if early else dice.randint(1, most_steps)
        yield Moment(steps=steps, share=dice.random())
