"""Files that appear whole or not at all, and survive a power cut."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from outreach.channel import ChannelHealth, Media, RetryAt, Text


def write_whole(file: Path, content: bytes) -> None:
    """Put `content` there in one step, durably; folders are made. Raises `RetryAt` while nothing has appeared, then OSError."""
    try:
        _put(file, content)
    except OSError as error:
        raise RetryAt(Text("The folder cannot be written: {error}", error=error)) from error
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _put(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f".unfinished-{os.getpid()}-{file.name}")
    try:
        with unfinished.open("wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        unfinished.replace(file)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise


def write_json(file: Path, payload: Mapping[str, Any]) -> None:
    """Put `payload` there as readable JSON, in one step, durably. Raises like `write_whole`."""
    write_whole(file, json.dumps(payload, ensure_ascii=False, indent=2).encode() + b"\n")


def media_name(medium: Media) -> str:
    """The file name that a copy of the picture gets: its SHA-256 and its ending."""
    return medium.sha256 + Path(medium.name).suffix.lower()


def keep_media(media: tuple[Media, ...], folder: Path) -> None:
    """Copy pictures into `folder`, each once. Raises like `write_whole`, and OSError when one cannot be read."""
    for medium in media:
        target = folder / media_name(medium)
        if not target.exists():
            write_whole(target, medium.file.read_bytes())


def folder_health(folder: Path) -> ChannelHealth:
    """Whether files can be written into `folder`, which is made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return ChannelHealth(ok=True, summary=Text("The folder can be written."))
    except OSError as error:
        return ChannelHealth(
            ok=False, summary=Text("The folder cannot be written: {error}", error=error)
        )
