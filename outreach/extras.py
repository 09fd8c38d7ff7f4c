"""Optional parts of the installation: what needs them says in one sentence what to install."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from outreach.domain.text import Text


class NotInstalled(Exception):
    """An optional part is missing; `text` says which, `mend` how to install it."""

    def __init__(self, package: str, extra: str) -> None:
        self.text = Text(
            "This needs the optional part “{extra}”, which is not installed ({package} is missing).",
            extra=extra,
            package=package,
        )
        self.mend = Text(
            "Run: pip install 'outreach[{extra}]'. Everything else works without it.", extra=extra
        )
        super().__init__(str(self.text))


def needed(module: str, extra: str = "report") -> Any:
    """The module of that name; raises `NotInstalled` when its package is not there."""
    package = module.split(".", maxsplit=1)[0]
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name and error.name.split(".")[0] == package:
            raise NotInstalled(package, extra) from None
        raise
