"""What a document needs beyond the program itself."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from outreach.domain.text import Text


class NotInstalled(Exception):
    """An optional part is missing; `text` says which, `mend` how to install it."""

    def __init__(self, name: str) -> None:
        self.text = Text(
            "Documents need the optional part “report” ({name} is missing).", name=name
        )
        self.mend = Text(
            "Install it: pip install 'outreach[report]'. Everything else works without it."
        )
        super().__init__(str(self.text))


def needed(name: str) -> Any:
    """The module of that name; raises `NotInstalled`."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name and error.name.split(".")[0] == name.split(".", maxsplit=1)[0]:
            raise NotInstalled(name.split(".", maxsplit=1)[0]) from None
        raise
