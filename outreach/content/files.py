"""Opening the staff's files safely: beneath one folder, never through links, never blocking, never too much."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from outreach.content.findings import Refused
from outreach.domain.closing import Closing
from outreach.domain.text import Text

_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
_OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def shown(name: str) -> str:
    """A file name as it can be printed: NFC, bytes that are not UTF-8 and control characters replaced."""
    name = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(c if c.isprintable() else "\ufffd" for c in unicodedata.normalize("NFC", name))


def is_temporary(name: str) -> bool:
    """Whether an editor or an office program left this file while saving (`.x.swp`, `x~`, `x.tmp`, `4913`, `~$x`)."""
    hidden_or_backup = name.startswith((".", "~$", "#")) or name.endswith(
        ("~", ".tmp", ".swp", ".swx", ".bak", ".part")
    )
    return hidden_or_backup or name == "4913"


class Folder(Closing):
    """One open folder; everything read through it lies beneath it. Raises `Refused`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._fd = os.open(path, _OPEN_FOLDER)
        except OSError as error:
            raise (_link(path.name) if path.is_symlink() else _refusal(path.name, error)) from error

    def close(self) -> None:
        """Let go of the folder."""
        os.close(self._fd)

    @contextmanager
    def within(self, *parents: str) -> Iterator[int]:
        """The descriptor of the folder (or of one beneath it), for whoever writes there."""
        fd = self._descend(parents)
        try:
            yield fd
        finally:
            os.close(fd)

    def names(self, *parents: str) -> list[str]:
        """The names in the folder (or in a folder beneath it), sorted."""
        with self.within(*parents) as fd:
            return sorted(os.listdir(fd))  # noqa: PTH208 - pathlib cannot list an open folder

    def is_folder(self, name: str) -> bool:
        """Whether `name` is a real folder (a link to one is not)."""
        try:
            return stat.S_ISDIR(os.lstat(name, dir_fd=self._fd).st_mode)
        except OSError:
            return False

    def read(self, path: str, *, at_most: int, head: int | None = None) -> bytes:
        """The bytes of the regular file at `path` (forward slashes), which has at most `at_most`; only the first `head` if given."""
        *parents, name = parts_of(path)
        folder = self._descend(parents)
        try:
            return _read(folder, spelled(folder, name), at_most, head)
        except OSError as error:
            raise _refusal(path, error) from error
        finally:
            os.close(folder)

    @contextmanager
    def opened(self, path: str, *, at_most: int) -> Iterator[BinaryIO]:
        """The regular file at `path`, which has at most `at_most` bytes, to be read piece by piece."""
        *parents, name = parts_of(path)
        folder = self._descend(parents)
        try:
            fd = _open_file(folder, spelled(folder, name), at_most)
        except OSError as error:
            raise _refusal(path, error) from error
        finally:
            os.close(folder)
        with os.fdopen(fd, "rb") as file:
            yield file

    def version(self, path: str) -> tuple[int, int, int]:
        """What changes whenever the file does: inode, size in bytes, time of change in nanoseconds."""
        try:
            found = os.stat(path, dir_fd=self._fd, follow_symlinks=False)
        except OSError:
            return (0, 0, 0)
        return (found.st_ino, found.st_size, found.st_mtime_ns)

    def _descend(self, parents: list[str] | tuple[str, ...]) -> int:
        fd = os.dup(self._fd)
        for parent in parents:
            try:
                below = _open_folder(fd, parent)
            finally:
                os.close(fd)
            fd = below
        return fd


def spelled(folder: int, name: str) -> str:
    """The name as the disk spells it in an open folder: some systems store NFD."""
    if name.isascii():
        return name
    wanted = unicodedata.normalize("NFC", name)
    found = (n for n in os.listdir(folder) if unicodedata.normalize("NFC", n) == wanted)
    return next(found, name)


def parts_of(path: str) -> list[str]:
    """The parts of a relative path with forward slashes; raises `Refused` when it could leave the folder."""
    parts = path.split("/")
    if "\\" in path:
        raise Refused(
            "path-backslash",
            Text("“{path}” is written with backslashes.", path=path),
            Text("Write it with forward slashes: {path}", path=path.replace("\\", "/")),
        )
    if "\0" in path or any(part in ("", ".", "..") for part in parts):
        raise Refused(
            "path-leaves-folder",
            Text("“{path}” does not lie inside the campaign's folder.", path=path),
            Text("Copy the picture into the folder media/ and write media/ and its name."),
        )
    return parts


def _open_folder(parent: int, name: str) -> int:
    try:
        if stat.S_ISLNK(os.lstat(name, dir_fd=parent).st_mode):
            raise _link(name)
        return os.open(name, _OPEN_FOLDER, dir_fd=parent)
    except OSError as error:
        raise _refusal(name, error) from error


def _read(folder: int, name: str, at_most: int, head: int | None) -> bytes:
    fd = _open_file(folder, name, at_most)
    try:
        return _whole(fd, name, at_most) if head is None else os.read(fd, head)
    finally:
        os.close(fd)


def _open_file(folder: int, name: str, at_most: int) -> int:
    """The descriptor of a regular file that is not too large."""
    _expect_regular(name, os.lstat(name, dir_fd=folder).st_mode)
    fd = os.open(name, _OPEN, dir_fd=folder)
    try:
        found = os.fstat(fd)
        _expect_regular(name, found.st_mode)
        if found.st_size > at_most:
            raise too_large(name, at_most)
    except Refused:
        os.close(fd)
        raise
    return fd


def _whole(fd: int, name: str, at_most: int) -> bytes:
    data = b""
    while more := os.read(fd, at_most + 1 - len(data)):
        data += more
        if len(data) > at_most:
            raise too_large(name, at_most)
    return data


def too_large(name: str, at_most: int) -> Refused:
    """Why a file of more than `at_most` bytes is not taken."""
    return Refused(
        "file-too-large",
        Text("“{name}” is larger than {size} kB.", name=shown(name), size=at_most // 1024),
        Text(
            "Make it smaller: split a long text into several messages, save a picture with fewer pixels, shorten a video."
        ),
    )


def _expect_regular(name: str, mode: int) -> None:
    if stat.S_ISLNK(mode):
        raise _link(name)
    if not stat.S_ISREG(mode):
        raise Refused(
            "not-a-file",
            Text("“{name}” is not an ordinary file.", name=shown(name)),
            Text("Remove it; only ordinary files are read here."),
        )


def _link(name: str) -> Refused:
    return Refused(
        "symlink",
        Text("“{name}” is a link to another place.", name=shown(name)),
        Text("Replace the link by a copy of the file itself."),
    )


def _refusal(name: str, error: OSError) -> Refused:
    if isinstance(error, FileNotFoundError):
        return Refused(
            "file-missing",
            Text("There is no file “{name}”.", name=shown(name)),
            Text("Copy the file there, or correct the name."),
        )
    if isinstance(error, PermissionError):
        return Refused(
            "no-permission",
            Text("The program may not read “{name}”.", name=shown(name)),
            Text("Ask whoever installed the program to make the file readable for it."),
        )
    return Refused(
        "cannot-open",
        Text(
            "“{name}” cannot be opened: {why}.",
            name=shown(name),
            why=error.strerror or type(error).__name__,
        ),
        Text("Check that it is an ordinary file in the campaign's folder."),
    )
