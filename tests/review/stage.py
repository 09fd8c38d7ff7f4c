"""An office with a few deliveries whose pages are asked without a network."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import httpx
from sqlalchemy import Engine

from outreach.channel import Preview
from outreach.domain.delivery import Delivery, State
from outreach.domain.message import Kind
from outreach.domain.role import Role
from outreach.domain.text import Text
from outreach.reports.evidence import Evidence
from outreach.reports.source import Question
from outreach.review.office import Office
from outreach.review.pages import review_pages
from outreach.review.passwords import Passwords
from outreach.review.receptions import Figures
from outreach.review.signing import FIRST, first_code
from outreach.review.ways_in import ways_in
from outreach.settings.model import Review
from outreach.store.approvals import Approvals
from outreach.store.counts import CountSeries
from outreach.store.delivery_log import head, read
from outreach.store.edits import Edits
from outreach.store.glances import Glances
from outreach.store.leafing import Leafing
from outreach.store.pauses import RUNNING
from outreach.store.people import People
from outreach.store.queue import Queue
from outreach.store.receptions import Receptions
from outreach.store.seals import Seals
from outreach.store.tokens import Tokens
from tests.store.office import DUE, claim_one, fill, planned, take_over, unknown

PASSWORD = "một câu thật dài"
QUICK = Passwords(memory=64, iterations=1, lanes=1)
HERE = "http://127.0.0.1"
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


class Reading:
    """As the desk reads, without files."""

    now = DUE

    def __init__(self, engine: Engine, queue: Queue) -> None:
        self.engine, self.queue = engine, queue

    def zone(self, campaign: str) -> Any:
        return DUE.tzinfo

    def deliveries(self, question: Question) -> list[Delivery]:
        return self.queue.list(channel=question.channel, state=question.state)

    def lines(self, question: Question) -> Any:
        return read(self.engine, after=question.after)

    def delivery(self, delivery_id: int) -> Delivery | None:
        return self.queue.get(delivery_id)

    def rendition(self, delivery: Delivery) -> Any:
        return self.queue.rendition(delivery)

    def by_people(self) -> frozenset[str]:
        return frozenset()

    def channels(self) -> Any:
        return {"website": RUNNING} | self.queue.channel_states()

    def received(self, question: Question) -> Any:
        return ()

    def files(self, question: Question) -> Any:
        return ()

    def problems(self, campaign: str) -> Any:
        return ()

    def campaigns(self) -> Any:
        return ()

    def coverage(self, campaign: str) -> Any:
        return ()

    def source_text(self, campaign: str, message: str) -> str | None:
        return None

    def file_name(self, campaign: str, message: str) -> str:
        return ""

    def source(self, campaign: str, message: str) -> bytes:
        raise NotImplementedError

    def draft(self, campaign: str, name: str, content: bytes) -> Any:
        raise NotImplementedError

    def forget(self, campaign: str) -> None:
        raise NotImplementedError

    def beginning(self, campaign: str, kind: Kind, title: str) -> str:
        raise NotImplementedError

    def evidence(self, delivery: Delivery) -> Evidence:
        return Evidence(
            delivery=delivery,
            rendition=self.queue.rendition(delivery),
            attempts=self.queue.attempts(delivery.id),
            steps=self.queue.steps(delivery.id),
            lines=tuple(read(self.engine, delivery_id=delivery.id)),
            zone=self.zone(""),
        )


class Entrance:
    """Whoever comes to the pages of an `office`; `now` is its clock, `app` its pages."""

    office: Office
    app: Any
    now: datetime

    def browser(self, here: str = HERE, address: str = "127.0.0.1") -> Browser:
        return Browser(self, here, address)

    def let_in_by(self, **ways: Any) -> None:
        """People get in by other ways from now on."""
        self.office = replace(self.office, ways=replace(self.office.ways, **ways))
        self.app = review_pages(self.office)

    def signed_in(self, role: Role = Role.ADMIN, name: str = "lan") -> Browser:
        name = FIRST if role is Role.ADMIN else name
        code = first_code(self.office) if role is Role.ADMIN else "a-code"
        assert code
        if role is not Role.ADMIN:
            self.office.people.invite(name, role, code, actor=FIRST, now=self.now)
        browser = self.browser()
        form = {"name": name, "code": code, "password": PASSWORD}
        assert browser.post("/welcome", form, sealed=False).status_code == 303
        return browser


class Stage(Entrance):
    """The office, its pages and its clock; one delivery of unknown outcome, one rejected, one to come."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine, self.now = engine, DUE
        self.queue = take_over(engine, folder)
        fill(self.queue, [planned("ngo"), planned("sau", due=DUE + timedelta(days=1))])
        self.queue.exchange([unknown(claim_one(self.queue))], {}, DUE)
        self.queue.pause("website", Text("{r}", r=HOSTILE), None, actor="lan", now=DUE)
        self.office = Office(
            people=People(engine),
            tokens=Tokens(engine),
            approvals=Approvals(engine),
            edits=Edits(engine),
            messages=None,
            glances=Glances(engine),
            capabilities={},
            keep_photo=lambda name, content: {},
            evidence_folder=folder,
            causes=lambda: (),
            asking=None,
            counts=CountSeries(engine),
            queue=self.queue,
            reading=lambda: Reading(engine, self.queue),
            preview=lambda rendition: Preview(text=rendition.text),
            adapters={"website": "website"},
            media_folder=folder / "media",
            now=lambda: self.now,
            leafing=Leafing(engine),
            checked_end=lambda: head(engine).seq,
            seals=Seals(engine, now=lambda: self.now),
            figures=Figures(Receptions(engine)),
            passwords=QUICK,
            ways=ways_in(engine, Review()),
            language="vi",
        )
        self.app = review_pages(self.office)

    def unknown(self) -> Delivery:
        (found,) = self.queue.list(state=State.UNKNOWN)
        return found


class Browser:
    """Keeps cookies, and sends the seal of the page that it saw last; `here` is how it calls us, `address` where it is."""

    def __init__(self, stage: Entrance, here: str = HERE, address: str = "127.0.0.1") -> None:
        self.stage, self.cookies, self.seal = stage, httpx.Cookies(), ""
        self.here, self.address = here, address

    def get(self, path: str, **headers: str) -> httpx.Response:
        answer = self._ask("GET", path, None, headers)
        found = re.search(r'name="seal" value="(\w+)"', answer.text)
        self.seal = found[1] if found else self.seal
        return answer

    def post(
        self, path: str, form: Mapping[str, str], *, sealed: bool = True, **headers: str
    ) -> httpx.Response:
        more = {"seal": self.seal} if sealed else {}
        return self._ask("POST", path, {**form, **more}, headers)

    def send(self, path: str, content: bytes, **headers: str) -> httpx.Response:
        """Post these very bytes."""
        return self._ask("POST", path, None, headers, content=content)

    def upload(
        self, path: str, form: Mapping[str, str], name: str, content: bytes
    ) -> httpx.Response:
        """Send a form with a file, as phones do."""
        return self._ask(
            "POST",
            path,
            {**form, "seal": self.seal},
            {},
            files={"photo": (name or "none", content)},
        )

    def _ask(
        self,
        method: str,
        path: str,
        form: Any,
        headers: Mapping[str, str],
        *,
        files: Any = None,
        content: bytes | None = None,
    ) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.stage.app, client=(self.address, 1))
            async with httpx.AsyncClient(
                transport=transport, base_url=self.here, cookies=self.cookies
            ) as client:
                named = {name.replace("_", "-"): value for name, value in headers.items()}
                answer = await client.request(
                    method, path, data=form, headers=named, files=files, content=content
                )
                self.cookies = client.cookies
                return answer

        return anyio.run(ask)
