"""A folder as it would be if a text that is not saved yet were in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from outreach.content.files import Folder, shown, too_large


class Overlaid(Folder):
    """A folder whose files, of these names, have other bytes or are there at all."""

    def __init__(self, path: Path, unsaved: Mapping[str, bytes]) -> None:
        super().__init__(path)
        self._unsaved = {shown(name): content for name, content in unsaved.items()}

    def names(self, *parents: str) -> list[str]:
        """As they would be; each as the disk spells it, if it does."""
        found = super().names(*parents)
        if parents or not self._unsaved:
            return found
        return sorted([*found, *(self._unsaved.keys() - {shown(name) for name in found})])

    def read(self, path: str, *, at_most: int, head: int | None = None) -> bytes:
        """What is not saved yet, otherwise the file. Raises `Refused`."""
        content = self._unsaved.get(shown(path))
        if content is None:
            return super().read(path, at_most=at_most, head=head)
        if len(content) > at_most:
            raise too_large(path, at_most)
        return content[:head]
