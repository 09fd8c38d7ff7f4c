"""Changing the staff's files: whole or not at all, durably, and never over what somebody else has written meanwhile."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

from outreach.content.files import Folder, shown, spelled
from outreach.content.findings import Refused
from outreach.content.reader import CAMPAIGN_FILE, LARGEST_FILE
from outreach.domain.text import Text

BOM = b"\xef\xbb\xbf"
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_SHUT = (errno.EACCES, errno.EPERM, errno.EROFS)


class Changed(Exception):
    """The file is not the one that the edit began from: it holds `now`, or is gone (None)."""

    def __init__(self, now: bytes | None) -> None:
        super().__init__("changed meanwhile")
        self.now = now


def fingerprint(content: bytes) -> str:
    """The SHA-256 of a file, in hex."""
    return hashlib.sha256(content).hexdigest()


def as_before(text: str, before: bytes) -> bytes:
    """What a browser sent, whose lines end in CR LF, with the line ends and the byte order mark of the file."""
    text = re.sub("\r\n?", "\n", text)
    if b"\r\n" in before:
        text = text.replace("\n", "\r\n")
    return (BOM if before.startswith(BOM) else b"") + text.encode()


def is_writable(folder: Path) -> bool:
    """Whether files in the folder can be exchanged."""
    return os.access(folder, os.W_OK | os.X_OK)


def replace_file(folder: Path, name: str, content: bytes, *, began: str) -> None:
    """Exchange the file `name` for `content` if it still has the fingerprint `began`. Raises `Changed`, or `Refused`.

    Others who write by these functions wait; an editor that saves in the instant between the last look and the exchange is not
    noticed, for there is no lock that editors heed.
    """
    with _alone(folder) as (opened, fd):
        name = spelled(fd, name)
        _expect(opened, name, began)
        with _unsaved(fd, content, like=os.stat(name, dir_fd=fd, follow_symlinks=False)) as hidden:
            _expect(opened, name, began)
            os.rename(hidden, name, src_dir_fd=fd, dst_dir_fd=fd)
        os.fsync(fd)


def add_file(folder: Path, name: str, content: bytes) -> None:
    """A new file with the rights of campaign.toml. Raises `Refused`, also when there is one of that name."""
    with _alone(folder) as (opened, fd):
        taken = {shown(other).casefold() for other in opened.names()}
        if name.casefold() in taken:
            raise Refused(
                "file-exists",
                Text("There is a file “{name}” already.", name=name),
                Text("Choose another name."),
            )
        _put(fd, name, content, like=_rights(opened))


def add_beneath(folder: Path, below: str, name: str, content: bytes) -> str:
    """A new file in the folder `below` under the first free of `x.jpg`, `x-2.jpg` …, or the one that has the same bytes; its name."""
    stem, dot, ending = name.rpartition(".")
    with _alone(folder) as (opened, fd):
        _make_folder(fd, below)
        taken = {shown(other).casefold() for other in opened.names(below)}
        number = 1
        while name.casefold() in taken:
            if _holds(opened, f"{below}/{name}", content):
                return name
            number += 1
            name = f"{stem}-{number}{dot}{ending}"
        with opened.within(below) as inside:
            _put(inside, name, content, like=_rights(opened))
        return name


def _make_folder(fd: int, name: str) -> None:
    """A folder with the rights of the one around it, unless there is one."""
    with suppress(FileExistsError):
        os.mkdir(name, dir_fd=fd)
        os.chmod(name, stat.S_IMODE(os.fstat(fd).st_mode), dir_fd=fd)


def _now(opened: Folder, name: str) -> bytes | None:
    try:
        return opened.read(name, at_most=LARGEST_FILE)
    except Refused as refused:
        if refused.code == "file-missing":
            return None
        raise


def _expect(opened: Folder, name: str, began: str) -> None:
    """The file is the one that the edit began from; looked at once more after writing, which takes its time. Raises `Changed`."""
    now = _now(opened, name)
    if now is None or fingerprint(now) != began:
        raise Changed(now)


def _holds(opened: Folder, path: str, content: bytes) -> bool:
    try:
        return opened.read(path, at_most=len(content)) == content
    except Refused:
        return False


def _rights(opened: Folder) -> os.stat_result | None:
    """Whose files these are, and who may change them: as campaign.toml says."""
    with opened.within() as fd, suppress(OSError):
        return os.stat(CAMPAIGN_FILE, dir_fd=fd, follow_symlinks=False)
    return None


def _put(fd: int, name: str, content: bytes, like: os.stat_result | None) -> None:
    """Take the name, which nobody may have, and put the content there."""
    with _unsaved(fd, content, like) as hidden:
        os.close(os.open(name, _NEW, 0o600, dir_fd=fd))
        os.rename(hidden, name, src_dir_fd=fd, dst_dir_fd=fd)
    os.fsync(fd)


@contextmanager
def _unsaved(fd: int, content: bytes, like: os.stat_result | None) -> Iterator[str]:
    """The name of a file of no consequence that holds the content durably; it is gone again when what follows fails."""
    hidden = f".outreach-{token_hex(8)}.tmp"
    file = os.open(hidden, _NEW, 0o666, dir_fd=fd)
    try:
        with os.fdopen(file, "wb") as opened:
            opened.write(content)
            opened.flush()
            if like is not None:
                _take_after(opened.fileno(), like)
            os.fsync(opened.fileno())
        yield hidden
    except BaseException:
        with suppress(OSError):
            os.unlink(hidden, dir_fd=fd)
        raise


def _take_after(file: int, like: os.stat_result) -> None:
    """Owner, group and rights of another file, as far as this process may give them."""
    for owner in (like.st_uid, -1):
        with suppress(PermissionError):
            os.fchown(file, owner, like.st_gid)
            break
    os.fchmod(file, stat.S_IMODE(like.st_mode) & 0o777)


@contextmanager
def _alone(folder: Path) -> Iterator[tuple[Folder, int]]:
    """The open folder while nobody else writes there by these functions. Raises `Refused` for whatever the disk refuses."""
    try:
        with Folder(folder) as opened, opened.within() as fd:
            fcntl.flock(fd, fcntl.LOCK_EX)
            yield opened, fd
    except OSError as error:
        raise _refusal(folder, error) from error


def _refusal(folder: Path, error: OSError) -> Refused:
    name = shown(folder.name)
    if error.errno in _SHUT:
        return not_allowed(folder)
    why = error.strerror or type(error).__name__
    return Refused(
        "not-saved",
        Text("Nothing could be saved in “{name}”: {why}.", name=name, why=why),
        Text("Keep your text, and ask whoever installed the program."),
    )


def not_allowed(folder: Path) -> Refused:
    """Why nothing can be changed in a folder, and who mends that."""
    return Refused(
        "not-writable",
        Text("The program may not write into the folder “{name}”.", name=shown(folder.name)),
        Text(
            "Ask whoever installed the program to allow it (docs/install.md, “Editing on the pages”); until then change the file itself."
        ),
    )
