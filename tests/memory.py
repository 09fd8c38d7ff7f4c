"""Where tests write: into memory where there is much, for a disk makes them wait and keeps nothing that anybody needs."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

_MEMORY, _ROOM = Path("/dev/shm"), 4 * 2**30
"""In a container it is often much smaller than so many bytes."""


def roomy() -> Path:
    """The folder for temporary files; its path is short enough for sockets in it."""
    usable = os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM
    return _MEMORY if usable else Path("/tmp")
