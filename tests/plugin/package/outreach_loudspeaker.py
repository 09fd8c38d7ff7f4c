from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, Field

from outreach import channel as c


class Loudspeaker:
    class Settings(BaseModel, extra="forbid"):
        studio: Path = Field(
            description="Folder whose texts are read out on the ward's loudspeakers."
        )

    def __init__(self, name: str, settings: Settings, place: c.AdapterPlace) -> None:
        self.name, self.studio, self.now = name, settings.studio, place.clock
        self.capabilities = c.Capabilities(can_find=True, can_withdraw=True, text_limit=1500)

    def preview(self, rendition: c.Rendition) -> c.Preview:
        return c.Preview(text=f"Alô, alô! {rendition.text}")

    async def publish(self, rendition: c.Rendition, *, key: str, steps: c.Steps) -> c.Receipt:
        if rendition.kind not in self.capabilities.kinds:
            raise c.Reject(c.Text("The loudspeaker reads out no such thing."))
        self.studio.mkdir(parents=True, exist_ok=True)
        (self.studio / f"{key}.txt").write_text(self.preview(rendition).text, encoding="utf-8")
        return c.Receipt(remote_id=key, at=self.now())

    async def find(self, rendition: c.Rendition, *, key: str, since: datetime) -> c.Look:
        there = (self.studio / f"{key}.txt").exists()
        return c.Found(receipt=c.Receipt(remote_id=key, at=self.now())) if there else c.Absent()

    async def withdraw(self, receipt: c.Receipt, *, key: str, steps: c.Steps) -> c.Receipt:
        (self.studio / f"{receipt.remote_id}.txt").unlink(missing_ok=True)
        return c.Receipt(remote_id=receipt.remote_id, at=self.now())

    async def check(self) -> c.ChannelHealth:
        return c.ChannelHealth(ok=True, summary=c.Text("The studio is always on."))

    async def aclose(self) -> None: ...
