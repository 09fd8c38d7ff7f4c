"""The reviewers' pages on a small database and on large ones: how many times as long each page takes."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import httpx

from benchmarks import years
from benchmarks.table import Row
from outreach.bootstrap import Desk, load_settings, open_desk
from outreach.cli.file_watch import FileWatch
from outreach.cli.web import office_of
from outreach.domain.delivery import State
from outreach.review.pages import review_pages
from outreach.review.passwords import Passwords
from outreach.review.signing import FIRST, first_code
from outreach.store.delivery_log import head
from outreach.store.tokens import Scope, Token

MOST = 5.0
"""A page may take so many times as long on a large database as on the small one."""

SECRET = "measurement"
HERE = "http://127.0.0.1"

Looks = Mapping[str, Sequence[float]]
Progress = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A database: so many campaigns of so many messages, each ten deliveries of ten lines of the log."""

    name: str
    campaigns: int
    messages: int


SMALL = Shape(name="100 deliveries", campaigns=1, messages=10)
LARGE = (
    Shape(name="100000 in 100 campaigns", campaigns=100, messages=100),
    Shape(name="100000 in one campaign", campaigns=1, messages=10_000),
)


def measure(
    rounds: int, progress: Progress, *, small: Shape = SMALL, large: Sequence[Shape] = LARGE
) -> list[Row]:
    """Every page on every database in turn, after one first look at each; the ratio is that of the medians."""
    with ExitStack() as stack:
        offices = {}
        for shape in (small, *large):
            began = time.monotonic()
            offices[shape.name] = stack.enter_context(_office(shape))
            progress(f"pages: {shape.name} filled in {time.monotonic() - began:.0f} s")
        found = asyncio.run(_look_at_all(offices, rounds, progress))
    return [
        row for shape in large for row in _rows(shape.name, found[shape.name], found[small.name])
    ]


def _rows(name: str, ours: Looks, small: Looks) -> Iterator[Row]:
    ratios = {page: median(ours[page]) / median(small[page]) for page in ours}
    for page, ratio in ratios.items():
        yield Row(
            scenario=f"{name}: {page}",
            ours=f"{median(ours[page]) * 1000:.1f} ms",
            other=f"{median(small[page]) * 1000:.1f} ms",
            ratio=f"{ratio:.2f}",
            target=f"at most {MOST:g}",
            met=ratio <= MOST,
        )


@dataclass(frozen=True, kw_only=True)
class Opened:
    """An office of a shape, its application and the addresses of its pages."""

    app: object
    code: str
    addresses: Mapping[str, str]


@contextmanager
def _office(shape: Shape) -> Iterator[Opened]:
    with tempfile.TemporaryDirectory() as folder:
        found = years.campaigns(shape.campaigns, shape.messages)
        config = years.write_files(Path(folder) / "office", found)
        settings = load_settings(config)
        with open_desk(settings) as desk, FileWatch(settings.messages) as watch:
            years.fill(desk, found)
            office = office_of(desk, now=lambda: years.NOW, language="vi", watch=watch)
            cheap = replace(office, passwords=Passwords(memory=64, iterations=1, lanes=1))
            token = Token(name="m", scopes=frozenset(Scope), made=years.NOW, expires=years.UNTIL)
            office.tokens.issue(token, SECRET, actor="measurement")
            code = first_code(cheap) or ""
            yield Opened(app=review_pages(cheap), code=code, addresses=_addresses(desk))


def _addresses(desk: Desk) -> dict[str, str]:
    """What is asked: the newest campaign, as people do, and the ends of the log."""
    newest = years.campaigns(1, 1)[0].name
    delivery = desk.queue.list(campaign=newest, state=State.PUBLISHED, message="tin-00003")[0].id
    oldest = f"before={min(200, head(desk.engine).seq)}"
    return {
        "today": "/",
        "calendar": "/calendar",
        "calendar, one channel": "/calendar?channel=phong-a",
        "calendar, one topic": f"/calendar?topic={years.TOPICS[0]}",
        "messages": "/messages",
        "message": f"/messages/{newest}/tin-00003",
        "delivery": f"/deliveries/{delivery}",
        "proof": f"/deliveries/{delivery}/proof",
        "banners": "/banners",
        "channels": "/channels",
        "statistics": "/statistics",
        "statistics, one channel": "/statistics?channel=phong-a",
        "log": "/log",
        "log, one channel": "/log?channel=phong-a",
        "log, search": "/log?q=thong diep",
        "log, last page": f"/log?{oldest}",
        "log, long ago": "/log?until=2016-01-01",
        "log, as workbook": "/log?as=xlsx",
        "people": "/people",
        "API deliveries": "/api/v1/deliveries",
        "API delivery": f"/api/v1/deliveries/{delivery}",
        "API log": "/api/v1/log?after=5",
        "API channels": "/api/v1/channels",
        "API statistics": "/api/v1/statistics",
    }


async def _look_at_all(
    offices: Mapping[str, Opened], rounds: int, progress: Progress
) -> dict[str, dict[str, list[float]]]:
    found: dict[str, dict[str, list[float]]] = {name: {} for name in offices}
    clients = {name: await _signed_in(opened) for name, opened in offices.items()}
    for page in next(iter(offices.values())).addresses:
        for turn in range(1 + 3 * rounds):
            for name, opened in offices.items():
                seconds = await _look(clients[name], opened.addresses[page])
                if turn:
                    found[name].setdefault(page, []).append(seconds)
                elif seconds > 1:
                    progress(f"pages: {name}: {page}: the first look took {seconds:.2f} s")
        told = ", ".join(f"{median(found[name][page]) * 1000:.1f} ms" for name in offices)
        progress(f"pages: {page}: {told}")
    return found


async def _signed_in(opened: Opened) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=opened.app)  # type: ignore[arg-type]  # Starlette is one
    client = httpx.AsyncClient(transport=transport, base_url=HERE)
    form = {"name": FIRST, "code": opened.code, "password": "mot cau that dai"}
    answer = await client.post("/welcome", data=form)
    if answer.status_code != 303:
        raise RuntimeError("nobody could sign in")
    client.headers["authorization"] = f"Bearer {SECRET}"
    return client


async def _look(client: httpx.AsyncClient, address: str) -> float:
    began = time.perf_counter()
    answer = await client.get(address)
    seconds = time.perf_counter() - began
    if answer.status_code != 200:
        raise RuntimeError(f"{address} was answered with {answer.status_code}")
    return seconds
