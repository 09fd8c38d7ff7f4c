"""One channel's table of config.toml before its secrets are opened, for whoever is about to make them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from outreach.domain.problem import Problem, Problems
from outreach.settings.model import ChannelSettings
from outreach.settings.positions import positions
from outreach.settings.reader import read_channel, read_config, toml_table
from outreach.settings.seal import Seal, is_sealed
from outreach.settings.sealed import KEY, seal_of
from outreach.settings.secrets import is_reference, keep, resolve
from outreach.settings.section import Section, Wrong


@dataclass(frozen=True, kw_only=True)
class ChannelTable:
    """What stands under [channels.name] in `file`; `state` is the state folder of the whole program."""

    name: str
    table: Mapping[str, Any]
    file: Path
    state: Path

    @property
    def adapter(self) -> str:
        """Which adapter it names; empty when none."""
        return str(self.table.get("adapter", ""))

    def reference(self, key: str) -> Mapping[str, Any] | None:
        """Where a secret is kept, as config.toml says it; None when it says nothing, or no place."""
        value = self.table.get(key)
        return value if is_reference(value) else None

    def settings(
        self, *, without: Collection[str] = (), instead: Mapping[str, Any] | None = None
    ) -> ChannelSettings:
        """With secrets opened; `instead` stands in place of what is there, `without` names what may be unreadable. Raises `Problems`."""
        text = read_config(self.file).replace("\r\n", "\n")
        kept = {key: value for key, value in self.table.items() if not self._drops(key, without)}
        problems: list[Problem] = []
        section = Section(
            kept,
            ("channels", self.name),
            file=str(self.file),
            positions=positions(text),
            problems=problems,
        )
        found = read_channel(self.name, section, self.file.parent)
        if problems:
            raise Problems(tuple(problems))
        return replace(found, settings={**found.settings, **(instead or {})})

    def keep(self, key: str, secret: str) -> Path | None:
        """Write a secret where config.toml says, sealed if there is a `token_key`; None where that is no file. Raises OSError, `Wrong`."""
        seal = self._seal()
        text = seal.close(secret.encode()).decode() if seal else secret
        return keep(self.reference(key) or {}, text, self.file.parent)

    def seal_anew(self, key: str = "token") -> Path | None:
        """Seal with the newest `token_key` the file of a secret that lies open or under an older one; None when there is none.

        Raises OSError, `Wrong`, `Unopenable`.
        """
        reference, seal = self.reference(key), self._seal()
        if seal is None or reference is None or "file" not in reference:
            return None
        kept = resolve(reference, self.file.parent).get_secret_value()
        if seal.is_newest(kept.encode()):
            return None
        return self.keep(key, seal.open(kept.encode()).decode() if is_sealed(kept) else kept)

    def _seal(self) -> Seal | None:
        reference = self.reference(KEY)
        return seal_of(resolve(reference, self.file.parent)) if reference else None

    def _drops(self, key: str, without: Collection[str]) -> bool:
        reference = self.reference(key)
        if key not in without or reference is None:
            return False
        try:
            resolve(reference, self.file.parent)
        except Wrong:
            return True
        return False


def channel_tables(file: Path) -> tuple[ChannelTable, ...]:
    """Every channel that a config.toml names. Raises `Problems`."""
    file = file.absolute()
    whole = toml_table(read_config(file), str(file))
    state = file.parent / str(whole.get("state", "state"))
    channels = whole.get("channels")
    return tuple(
        ChannelTable(name=name, table=table, file=file, state=state)
        for name, table in (channels.items() if isinstance(channels, Mapping) else ())
        if isinstance(table, Mapping)
    )


NOTHING_YET = SecretStr("-")
"""Stands for a secret that is about to be made."""
