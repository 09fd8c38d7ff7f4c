"""One simulated month: everything in it follows from one number."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from outreach.bootstrap import media_folder
from outreach.channel import Channel, Text
from outreach.dispatch.sync import Proposal, Sync
from outreach.rehearsal.faults import Fault
from outreach.rehearsal.sandboxes import open_sandboxes, with_accounts
from outreach.settings import Settings, parse_settings
from outreach.store.queue import Queue
from tests.simulation.clocks import NO_TIME, Clocks
from tests.simulation.far_ends import CAST, Actor, Line
from tests.simulation.fate import Fate
from tests.simulation.person import NAME, Person
from tests.simulation.service import AtOnce, Service, World, opened, sync_of
from tests.simulation.staff import CAMPAIGN, CHANNELS, CLOSES, OPENS, Staff
from tests.store.blank import blank

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
STARTS = datetime.combine(OPENS - timedelta(days=1), time(8), ZONE).astimezone(UTC)
ENDS = datetime.combine(CLOSES + timedelta(days=1), time(0), ZONE).astimezone(UTC)
SECONDS = int((ENDS - STARTS).total_seconds())
AFTERMATH = timedelta(days=2)
MOST_INSTANTS = 5_000
WRONG = (-86_400 * 30, -86_400, -3_600, -2, 2, 3_600, 86_400)
"""Seconds by which the machine's clock may go wrong."""

CONFIG = """
messages = "messages"
state = "state"
[channels.trang]
adapter = "facebook_page"
page_id = "1"
token = {{ env = "NOBODY_SETS_THIS" }}
app_id = "1"
banner = "post"
first_comment = ["hashtags"]
strategy = "{strategy}"
[channels.zalo]
adapter = "zalo_oa"
app_id = "1"
app_secret = {{ env = "NOBODY_SETS_THIS" }}
token_key = {{ env = "NOBODY_SETS_THIS" }}
picture_base_url = "http://127.0.0.1:8080/media/"
cover_url = "http://127.0.0.1:8080/media/bia.jpg"
broadcast = true
"""


class NeverAtRest(Exception):
    """The month does not come to an end."""


@dataclass(frozen=True, kw_only=True)
class Happening:
    """What happens to the office at an instant of the true time."""

    at: datetime
    what: str
    span: timedelta = NO_TIME


@dataclass(kw_only=True)
class Story:
    """What happened beside the deliveries, in order, and how often each fault struck."""

    told: list[str] = field(default_factory=list)
    met: Counter[str] = field(default_factory=Counter)


class Month:
    """The month that `seed` makes, below `folder`; `run` it once."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.seed, self.story = seed, Story()
        self._dice = random.Random(f"{seed}/month")
        self.world = self._world(folder)
        self.staff = Staff(self.world.settings.messages, random.Random(f"{seed}/staff"))
        self.staff.begin()
        blank(folder / "outreach.db").dispose()
        self.engine = opened(self.world.settings)
        self.queue = Queue(self.engine, media_folder=media_folder(self.world.settings))
        self.channels: dict[str, Channel] = {}
        self._person = Person(self.world, self.queue)
        self._service: Service | None = None
        self._starts: datetime | None = STARTS
        self._agenda = sorted(self._draw(), key=lambda one: (one.at, one.what))

    def run(self) -> None:
        """Let the month pass. Raises `NeverAtRest`."""
        with asyncio.Runner() as runner:
            runner.get_loop().set_default_executor(AtOnce())
            runner.run(self._run())
        self.story.met += self.world.fate.met

    @property
    def sync(self) -> Sync:
        """The files as a person's command reads them."""
        return sync_of(self.world.settings, self.channels, self.queue)

    def proposal(self) -> Proposal:
        """What the files ask for now."""
        return self.sync.look(CAMPAIGN, self.world.clocks.wall())

    def close(self) -> None:
        """Give everything back."""
        self.engine.dispose()

    # --- what is drawn --------------------------------------------------------------------------

    def _world(self, folder: Path) -> World:
        settings = configured(folder, ahead=self._dice.random() < 0.25)
        media_folder(settings).mkdir(parents=True)
        clocks, line, luck = Clocks(STARTS), Line(), self._dice.random() < 0.8
        sandboxes = open_sandboxes(
            settings,
            folder,
            clocks.true,
            pictures=media_folder(settings),
            faults=self.seed if luck else None,
            note=self._note,
        )
        actors = {
            name: Actor(
                name,
                clock=clocks.true,
                sleep=clocks.true.sleep,
                dice=random.Random(f"{self.seed}/{name}"),
                line=line,
                luck=luck,
            )
            for name in CAST
        }
        return World(
            settings=with_accounts(settings, sandboxes),
            clocks=clocks,
            sandboxes=sandboxes,
            actors=actors,
            line=line,
            fate=Fate(random.Random(f"{self.seed}/fate")),
            jitter=random.Random(f"{self.seed}/jitter"),
        )

    def _draw(self) -> Iterator[Happening]:
        for _ in range(self._dice.randint(0, 4)):
            at = self._sometime()
            yield Happening(at=at, what="staff")
            yield Happening(at=at + self._span(2, 600), what="files")
        for what in ("mend", "suspended", "power cut", "stopped", "paused"):
            if self._dice.random() < 0.4:
                yield Happening(at=self._sometime(), what=what, span=self._span(60, 100_000))
        if self._dice.random() < 0.4:
            at = self._sometime()
            yield Happening(at=at, what="clock wrong")
            yield Happening(at=at + self._span(60, 200_000), what="clock right")
        for day in range(4, 30, 8):
            yield Happening(at=STARTS + timedelta(days=day) + self._span(0, 30_000), what="person")
        yield Happening(at=ENDS, what="the end")
        for hours in range(2, 48, 15):
            yield Happening(at=ENDS + timedelta(hours=hours), what="person")

    def _sometime(self) -> datetime:
        return STARTS + self._span(0, SECONDS)

    def _span(self, least: int, most: int) -> timedelta:
        return timedelta(seconds=self._dice.randint(least, most))

    # --- how it passes ----------------------------------------------------------------------------

    async def _run(self) -> None:
        true = self.world.clocks.true
        for _ in range(MOST_INSTANTS):
            due = await self._live()
            instants = [due, self._starts, *true.waits, *(one.at for one in self._agenda[:1])]
            later = min((at for at in instants if at), default=None)
            if later is None or later > ENDS + AFTERMATH:
                await self._stop()
                return
            true.go_to(later)
            while self._agenda and self._agenda[0].at <= true():
                await self._happen(self._agenda.pop(0))
        raise NeverAtRest(f"{self.world.clocks.true()}")

    async def _live(self) -> datetime | None:
        """Let the service work, starting it if it is time; when there is more to do."""
        if self._starts and self._starts <= self.world.clocks.true():
            self._service, self._starts = Service(self.world), None
            self.channels = self._service.channels
        if self._service is None:
            return None
        due = await self._service.work()
        if self._service.dead:
            self._tell("died")
            self._starts_again()
            return None
        return due

    def _starts_again(self) -> None:
        """Mostly at once; sometimes the whole machine was off."""
        soon = self._dice.random() < 0.7
        span = timedelta(seconds=5) if soon else self._span(60, 100_000)
        self._service, self._starts = None, self.world.clocks.true() + span

    async def _happen(self, one: Happening) -> None:
        self._tell(one.what)
        match one.what:
            case "power cut":
                await self._kill()
            case "stopped":
                await self._stop()
            case "person":
                await self._person.visit()
            case "clock wrong":
                self.world.clocks.wrong_by = timedelta(seconds=self._dice.choice(WRONG))
            case "clock right":
                self.world.clocks.wrong_by = NO_TIME
            case "suspended":
                self.world.clocks.sleep(one.span)
            case what:
                self._happen_in_the_office(what)

    def _happen_in_the_office(self, what: str) -> None:
        match what:
            case "staff":
                self._tell(self.staff.work())
            case "files":
                self._hear_of_files()
            case "mend":
                self.staff.mend()
                self._hear_of_files()
            case "paused":
                self._pause()
            case "the end":
                self._end()

    def _hear_of_files(self) -> None:
        if self._service:
            self._service.hear_of_files()

    def _pause(self) -> None:
        channel, now = self._dice.choice(CHANNELS), self.world.clocks.wall()
        self.queue.pause(channel, Text("Not today."), None, actor=NAME, now=now)

    async def _kill(self) -> None:
        if self._service:
            await self._service.kill()
            self._starts_again()

    async def _stop(self) -> None:
        if self._service:
            await self._service.stop()
            self._starts_again()

    def _end(self) -> None:
        """The weather clears: files, clock and machine are well, so that the month can come to rest."""
        self.world.fate.have_mercy()
        self.world.clocks.wrong_by = NO_TIME
        self._person.gives_up = True
        self.staff.mend()
        self._hear_of_files()

    def _note(self, channel: str, fault: Fault) -> None:
        self.story.met[f"{channel}: {fault.value}"] += 1

    def _tell(self, what: str) -> None:
        self.story.told.append(f"{self.world.clocks.true():%d %H:%M:%S} {what}")


@cache
def _configured(ahead: bool) -> Settings:
    strategy = "native-schedule" if ahead else "at-once"
    return parse_settings(CONFIG.format(strategy=strategy), file=None, folder=Path("/nowhere"))


def configured(folder: Path, *, ahead: bool) -> Settings:
    """The office's configuration, all of it below `folder`; Facebook may get posts `ahead` of their time."""
    settings = _configured(ahead)
    database = type(settings.database)(f"sqlite:///{folder / 'outreach.db'}")
    return replace(
        settings, state=folder / "state", database=database, messages=folder / "messages"
    )
