"""An outbox that once, when its file is written, stops the whole process from turning."""

from __future__ import annotations

import hashlib
import time

from pydantic import SecretStr

from outreach import channel as c
from outreach.channels.outbox import Outbox


class Hanging(Outbox):
    class Settings(Outbox.Settings, frozen=True):
        word: SecretStr

    def __init__(self, name: str, settings: Settings, place: c.AdapterPlace) -> None:
        super().__init__(name, settings, place)
        digest = hashlib.sha256(settings.word.get_secret_value().encode()).hexdigest()
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "word").write_text(digest, "ascii")

    async def publish(self, rendition: c.Rendition, *, key: str, steps: c.Steps) -> c.Receipt:
        with (self.folder / "calls").open("a", encoding="ascii") as calls:
            calls.write(f"{key}\n")
        receipt = await super().publish(rendition, key=key, steps=steps)
        mark = self.folder / "hung"
        if not mark.exists():
            mark.touch()
            while mark.exists():
                time.sleep(1)  # noqa: ASYNC251 - the event loop is to hang
        return receipt
