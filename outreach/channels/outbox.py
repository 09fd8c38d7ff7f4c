"""Publishes into a folder, one file per delivery: for rehearsals, for hand-over, and as the example to copy."""

import asyncio
import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from outreach import channel as c
from outreach.channels._files import folder_health, keep_media, media_name, write_json
from outreach.channels._previews import all_media, hashtag_forms, text_gauge
from outreach.channels._text import _, over_limits


class Outbox:
    """The file's name holds the key: whoever publishes again finds the file there, so nothing doubles."""

    class Settings(BaseModel, extra="forbid", frozen=True):
        """What config.toml may say."""

        folder: Path = Field(description=_("Folder that receives one JSON file per publication."))

    def __init__(self, name: str, settings: Settings, place: c.AdapterPlace) -> None:
        self.name, self.folder, self.now = name, settings.folder, place.clock
        self.capabilities = c.Capabilities(can_find=True, can_withdraw=True)

    def preview(self, rendition: c.Rendition) -> c.Preview:
        """What readers will see."""
        return c.Preview(
            text=rendition.text,
            problems=over_limits(rendition, self.capabilities),
            gauges=(text_gauge(rendition.text),),
            media=all_media(rendition.media, c.Text("copied beside the file"), media_name),
            hashtags=hashtag_forms(rendition),
        )

    async def publish(self, rendition: c.Rendition, *, key: str, steps: c.Steps) -> c.Receipt:
        """Write the exact payload and copies of its media."""
        return await asyncio.to_thread(self._write, rendition, key)

    async def find(self, rendition: c.Rendition, *, key: str, since: datetime) -> c.Look:
        """Look for the file, and for the mark that takes it down."""
        receipt = self._receipt(key)
        return c.Found(receipt=receipt) if receipt else c.Absent(proof={"missing": key})

    async def withdraw(self, receipt: c.Receipt, *, key: str, steps: c.Steps) -> c.Receipt:
        """Put a mark beside the file."""
        write_json(self.folder / f"{receipt.remote_id}.withdrawn", {"key": key})
        return c.Receipt(remote_id=receipt.remote_id, at=self.now())

    async def check(self) -> c.ChannelHealth:
        """Whether the folder can be written."""
        return folder_health(self.folder)

    async def aclose(self) -> None:
        """Nothing is open."""

    def _write(self, rendition: c.Rendition, key: str) -> c.Receipt:
        if receipt := self._receipt(key):
            return receipt
        at, day = self.now(), rendition.due.astimezone(ZoneInfo(rendition.zone)).date()
        payload = {"at": at.isoformat(), "key": key, "rendition": rendition.to_json()}
        keep_media(rendition.media, self.folder / "media")
        write_json(self.folder / f"{day}-{key}.json", payload)
        return c.Receipt(remote_id=f"{day}-{key}", at=at)

    def _receipt(self, key: str) -> c.Receipt | None:
        for file in self.folder.glob(f"*-{key}.json"):
            if not file.with_suffix(".withdrawn").exists():
                at = datetime.fromisoformat(json.loads(file.read_bytes())["at"])
                return c.Receipt(remote_id=file.stem, at=at)
        return None
