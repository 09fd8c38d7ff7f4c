"""A photo that proves work which people did, named by its path."""

from __future__ import annotations

from pathlib import Path

from outreach.cli.stop import Stop
from outreach.domain.text import Text


def keep_photo(photo: Path, state: Path) -> dict[str, str]:
    """Keep a copy below `state`/evidence; give its hash and name for the receipt. Raises `Stop`."""
    from outreach.store import evidence  # noqa: PLC0415 - help pages need no store

    if not photo.is_file():
        raise Stop(Text("There is no photo {file}.", file=str(photo)), Text("Check the path."))
    with photo.open("rb") as file:
        content = file.read(evidence.LARGEST + 1)
    try:
        return evidence.keep(photo.name, content, state / "evidence")
    except evidence.NotAPhoto as refused:
        raise Stop(refused.text, refused.mend) from refused
