"""Lives of one process that publishes on a WordPress site: killed at a random moment, and begun again."""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import time
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from pydantic import SecretStr

from outreach.channel import Absent, AdapterPlace, Channel, Look, Receipt, Rendition, Steps
from outreach.channels.wordpress import WordPress, WordPressSettings, site, writing
from outreach.dispatch.dispatcher import Dispatcher
from outreach.dispatch.writer import Writer
from outreach.domain.delivery import Action, Delivery, State
from outreach.store.engine import open_engine
from outreach.store.lease import Lease
from outreach.store.queue import Queue
from outreach.store.steps import StepRow
from tests.dispatch.claims import NOON
from tests.servers.wordpress import Site
from tests.wordpress.conftest import Office
from tests.wordpress.doomed import Doom, Moment, WordPressWorld

EVERY = timedelta(minutes=10)
"""Between the beginnings of two lives, on their own clock; long enough for all that one of them waits for."""

LONGER = 1.1
"""How much later the next kill may fall after each kill, so that no life is always too short for what waits in it."""

UNSETTLED = frozenset({State.SCHEDULED, State.PUBLISHING, State.UNKNOWN})

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["pytest", "tests.wordpress.killed"])


class Lives:
    """One queue, one site, and a process that works it off again and again; `met` counts where the kills fell, `wanted`
    says by key what WordPress must hold in the end.

    Each life finds a publication to do, a new one or what its forerunners left; every other one is withdrawn later.
    """

    def __init__(self, office: Office, folder: Path, name: str, *, careless: bool = False) -> None:
        self.site = office.site
        self.met: Counter[str] = Counter()
        self.wanted: dict[str, list[str]] = {}
        self._folder, self._name, self._careless = folder, name, careless
        self._world = WordPressWorld(folder, office, Doom("never", Moment.BEFORE_INTENT))
        self._world.kill()  # from now on it only plans, and looks at the queue
        self.engine = self._world.engine
        self._begin = NOON
        self._whole = 0.0

    def live(self, share: float) -> None:
        """A life; killed after a share (0 to 1) of the time that the last whole one took, unless it ends before."""
        self._begin += EVERY
        if not self._has_work():
            self.plan()
        process, started = self._start()
        process.join(share * self._whole)
        process.kill()
        process.join()
        if process.exitcode == -signal.SIGKILL:
            self.met[phase(self.rows, self._world.queue)] += 1
            self._whole *= LONGER
        else:
            self._whole = self._ended(process, started)

    def live_to_the_end(self) -> None:
        """A life that is not killed."""
        self._begin += EVERY
        process, started = self._start()
        process.join(300)
        self._whole = self._ended(process, started)

    def plan(self) -> None:
        """One more publication, due now."""
        number = len(self.wanted)
        made = self._world.plan(f"m{number}-{self._name}", "site", self._begin)
        self.wanted[made.key] = ["trash" if number % 2 else "publish"]
        if number % 2:
            later = self._begin + EVERY / 2
            self._world.plan(made.message, "site", later, action=Action.WITHDRAW)

    def on_the_site(self) -> dict[str, list[str]]:
        """What WordPress holds of `wanted`: by key, the states of its posts."""
        seen = self.site.marked()
        return {key: seen.get(key, []) for key in self.wanted}

    @property
    def rows(self) -> list[Delivery]:
        """Every delivery."""
        return self._world.rows()

    def close(self) -> None:
        """Give everything back."""
        self._world.close()

    def _has_work(self) -> bool:
        return any(
            row.state in UNSETTLED for row in self.rows if row.identity.action is Action.PUBLISH
        )

    def _start(self) -> tuple[BaseProcess, float]:
        ours, theirs = PROCESSES.Pipe(duplex=False)
        words = (self._folder, self.site, self._begin, self._careless, theirs)
        process = PROCESSES.Process(target=live, args=words)
        process.start()
        theirs.close()
        ours.recv()
        ours.close()
        return process, time.monotonic()

    def _ended(self, process: BaseProcess, started: float) -> float:
        assert process.exitcode == 0, "it ended by itself, and well"
        return time.monotonic() - started


def phase(rows: list[Delivery], queue: Queue) -> str:
    """Where a kill met the publication under way; empty when it met none."""
    under_way = [
        row.id
        for row in rows
        if row.state is State.PUBLISHING and row.identity.action is Action.PUBLISH
    ]
    return _come_to(queue.steps(under_way[0])) if under_way else ELSEWHERE


ELSEWHERE = "looking, taking down, or at rest"


def _come_to(steps: Mapping[str, StepRow]) -> str:
    create, publish = steps.get("create"), steps.get("publish")
    if publish:
        return "published" if publish.done else "publishing"
    if create:
        return "draft made" if create.done else "making the draft"
    return "preparing"


def live(folder: Path, site: Site, begin: datetime, careless: bool, ready: Connection) -> None:
    """In a process of its own: take over the queue in `folder` and work it off."""
    asyncio.run(_live(folder, site, begin, careless, ready))


async def _live(
    folder: Path, site: Site, begin: datetime, careless: bool, ready: Connection
) -> None:
    passed = timedelta(0)

    def now() -> datetime:
        return begin + passed

    def uptime() -> float:
        return passed.total_seconds()

    engine = open_engine(f"sqlite:///{folder / 'outreach.db'}")
    lease = Lease.take(engine, folder, now=now())
    queue = Queue(engine, media_folder=folder, fence=lease.fence)
    queue.interrupted(now())
    channel = _channel(site, AdapterPlace(state=folder, clock=now), careless=careless)
    write = Writer()
    dispatcher = Dispatcher(
        queue=queue,
        channels={"site": channel},
        write=write,
        now=now,
        monotonic=uptime,
    )
    ready.send("ready")
    while next_due := await dispatcher.work_off():
        _given_up(site)
        passed = next_due - begin
    await channel.aclose()
    write.close()
    lease.release()
    engine.dispose()


def _given_up(site: Site) -> None:
    """Time passes only when the site works at nothing any more: that is what `server_time_limit` promises of it."""
    while site.busy:
        time.sleep(0.005)


def _channel(site: Site, place: AdapterPlace, *, careless: bool) -> Channel:
    user, password = site.accounts["editor"]
    settings = WordPressSettings(
        url=site.url,
        api=site.api,
        user=user,
        password=SecretStr(password),
        hashtags_as_tags=False,
    )
    made = Careless if careless else WordPress
    return made("site", settings, place)


class Careless(WordPress):
    """What a careless adapter does: publishes in one call, repeats it after any doubt, and never looks."""

    def __init__(self, name: str, settings: WordPressSettings, place: AdapterPlace) -> None:
        super().__init__(name, settings, place)
        self._api = site.Site(settings, place.clock)

    async def publish(self, rendition: Rendition, *, key: str, steps: Steps) -> Receipt:
        """One call."""
        content = f"<p>{rendition.text}</p>{writing.mark(key)}"
        post = {"title": rendition.title, "content": content, "status": "publish"}
        made = await self._api.write("posts", post)
        return Receipt(remote_id=str(made["id"]), at=rendition.due)

    async def find(self, rendition: Rendition, *, key: str, since: datetime) -> Look:
        """Nothing is ever seen."""
        return Absent()
