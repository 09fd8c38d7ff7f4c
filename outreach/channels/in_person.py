"""Work that people do: talks, printed banners to hang and take down, handing over commendations.

Publishing writes a task sheet for them and waits; the delivery is published when someone confirms it.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from datetime import datetime
from functools import cache
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, StrictUndefined, Template
from pydantic import BaseModel, Field

from outreach import channel as c
from outreach.channels._files import folder_health, keep_media, media_name, write_json, write_whole
from outreach.channels._previews import all_media, left_out, text_gauge
from outreach.channels._text import _, over_limits
from outreach.domain.artwork import parse_size
from outreach.locale import gettext


class InPerson:
    """Task sheets for people. A receipt comes only from `outreach done`; nothing can be looked up by program."""

    class Settings(BaseModel, extra="forbid", frozen=True):
        """What config.toml may say."""

        folder: Path | None = Field(
            default=None,
            description=_("Folder of the task sheets; in the state folder if left out."),
        )
        contact: str = Field(
            default="",
            description=_("Whom to ask: name and telephone, printed on every task sheet."),
        )

    def __init__(self, name: str, settings: Settings, place: c.AdapterPlace) -> None:
        self.name = name
        self.capabilities = c.Capabilities(can_withdraw=True, carried_out_by_people=True)
        self._folder = settings.folder or place.state
        self._contact = settings.contact
        self._language = place.language

    def preview(self, rendition: c.Rendition) -> c.Preview:
        """The task sheet as it will be printed."""
        return c.Preview(
            text=rendition.text,
            html=self._sheet(rendition, key="", taking_down=False),
            problems=over_limits(rendition, self.capabilities),
            gauges=(text_gauge(rendition.text),),
            media=all_media(rendition.media, c.Text("printed on the task sheet")),
            dropped=left_out(rendition, "summary", "link", "hashtags", "deadline"),
        )

    async def publish(self, rendition: c.Rendition, *, key: str, steps: c.Steps) -> c.Receipt:
        """Write the task sheet, once; then only a person knows."""

        async def write() -> str:
            return await asyncio.to_thread(self._write, rendition, key)

        raise _waits(await steps.once("task-sheet", write, repeatable=True))

    async def find(self, rendition: c.Rendition, *, key: str, since: datetime) -> c.Look:
        """Nobody can look by program."""
        return c.CannotTell(why=c.Text("Only a person can say whether this work was done."))

    async def withdraw(self, receipt: c.Receipt, *, key: str, steps: c.Steps) -> c.Receipt:
        """Write the task sheet for taking it down, once; then only a person knows."""

        async def write() -> str:
            return await asyncio.to_thread(self._write_take_down, receipt, key)

        raise _waits(await steps.once("task-sheet", write, repeatable=True))

    async def check(self) -> c.ChannelHealth:
        """Whether the folder can be written."""
        return folder_health(self._folder)

    async def aclose(self) -> None:
        """Nothing is open."""

    def _write(self, rendition: c.Rendition, key: str) -> str:
        keep_media(rendition.media, self._folder / "media")
        write_json(self._stored(key), rendition.to_json())
        return self._put(key, rendition, taking_down=False)

    def _write_take_down(self, receipt: c.Receipt, key: str) -> str:
        stored = self._stored(receipt.remote_id)
        content = json.loads(stored.read_bytes()) if stored.exists() else None
        rendition = c.Rendition.from_json(content, media_folder=stored.parent) if content else None
        return self._put(key, rendition, taking_down=True)

    def _put(self, key: str, rendition: c.Rendition | None, *, taking_down: bool) -> str:
        words = (rendition.message, "take-down" if taking_down else "") if rendition else ()
        name = re.sub(r"[^\w-]+", "-", "-".join(word for word in (*words, key) if word)) + ".html"
        sheet = self._sheet(rendition, key=key, taking_down=taking_down)
        write_whole(self._folder / name, sheet.encode())
        return name

    def _stored(self, key: str) -> Path:
        return self._folder / ".sheets" / f"{Path(key).name}.json"

    def _sheet(self, rendition: c.Rendition | None, *, key: str, taking_down: bool) -> str:
        return _template().render(
            _=gettext(self._language),
            language=self._language,
            rendition=rendition,
            pictures=[(media_name(m), m.alt) for m in rendition.media] if rendition else [],
            local=_local(rendition.zone if rendition else "UTC"),
            key=key,
            taking_down=taking_down,
            printed=parse_size(rendition.size) if rendition and not taking_down else None,
            contact=self._contact,
        )


def _waits(sheet: str) -> c.UnknownOutcome:
    return c.UnknownOutcome(
        c.Text("Waiting for someone to confirm it; the task sheet is {sheet}.", sheet=sheet),
        ask_person=True,
        evidence={"sheet": sheet},
    )


def _local(zone: str) -> Callable[[datetime], str]:
    return lambda instant: f"{instant.astimezone(ZoneInfo(zone)):%H:%M %d/%m/%Y}"


@cache
def _template() -> Template:
    text = (
        resources.files("outreach.channels")
        .joinpath("templates", "in_person.html")
        .read_text("utf-8")
    )
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True).from_string(
        text
    )
