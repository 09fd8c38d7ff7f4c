"""The sample campaign as plain files, read without any code of the program."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parents[2] / "messages" / "2022-binh-dang-gioi"
CHANNELS = {
    "so-website": {"website"},
    "facebook-page": {"facebook", "social"},
    "zalo-oa": {"zalo", "social"},
    "truc-tiep": {"in-person"},
}
_VARIANT = re.compile(r"^::: (?P<names>.+?)\n(?P<text>.*?)^:::$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One message file: front matter, default text, and texts by channel word."""

    id: str
    head: dict[str, Any]
    body: str
    variants: dict[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The kind, `post` when the file says none."""
        return str(self.head.get("kind", "post"))

    @property
    def channels(self) -> set[str]:
        """Names of the channels that the words in `channels` mean."""
        words = set(self.head["channels"])
        return {name for name, tags in CHANNELS.items() if words & (tags | {name})}

    @property
    def times(self) -> list[datetime]:
        """The local times that `at` names."""
        written = self.head.get("at", [])
        return [
            datetime.fromisoformat(t) for t in ([written] if isinstance(written, str) else written)
        ]

    @property
    def pictures(self) -> list[tuple[str, str]]:
        """File and alt text of each picture."""
        one = [(self.head["image"], self.head["image_alt"])] if "image" in self.head else []
        return one + [(each["file"], each["alt"]) for each in self.head.get("images", [])]


@cache
def campaign() -> dict[str, Any]:
    """The campaign file."""
    return tomllib.loads((FOLDER / "campaign.toml").read_text("utf-8"))


@cache
def samples() -> tuple[Sample, ...]:
    """Every message of the sample, by name."""
    return tuple(_read(path) for path in sorted(FOLDER.glob("*.md")))


def of_kind(kind: str) -> list[Sample]:
    """The messages of one kind."""
    return [each for each in samples() if each.kind == kind]


def on(channel: str) -> list[Sample]:
    """The messages that go to one channel."""
    return [each for each in samples() if channel in each.channels]


def _read(path: Path) -> Sample:
    _, head, text = path.read_text("utf-8").split("---\n", 2)
    variants = {
        n.strip(): m["text"] for m in _VARIANT.finditer(text) for n in m["names"].split(",")
    }
    head_values = yaml.load(head, Loader=yaml.BaseLoader)
    return Sample(id=path.stem, head=head_values, body=_VARIANT.sub("", text), variants=variants)
