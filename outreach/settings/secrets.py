"""Secrets never stand in config.toml; it says where they are: `{env = "X"}`, `{file = "path"}` or `{credential = "name"}`."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from outreach.domain.text import Text
from outreach.settings.section import Wrong


class Absent(Wrong):
    """A reference that is written well, but its secret is not there."""


class AbsentSecret(SecretStr):
    """Stands in the settings where a secret should be; `wrong` says why it is not there."""

    def __init__(self, wrong: Absent) -> None:
        super().__init__("")
        self.wrong = wrong


LARGEST = 64 * 1024
"""A secret file of more bytes is a mistake."""


def is_reference(value: Any) -> bool:
    """Whether a value of config.toml says where a secret is."""
    return isinstance(value, Mapping) and len(value) == 1 and next(iter(value)) in _SOURCES


def resolve(reference: Mapping[str, Any], folder: Path) -> SecretStr:
    """The secret that a reference names; relative files start from `folder`. Raises `Wrong`."""
    source, name = next(iter(reference.items()))
    if not isinstance(name, str) or not name:
        raise Wrong(
            Text("“{source}” names no place.", source=source),
            Text('Write it like {{ {source} = "NAME" }}.', source=source),
        )
    return SecretStr(_SOURCES[source](name, folder))


def keep(reference: Mapping[str, Any], secret: str, folder: Path) -> Path | None:
    """Write a secret where a `file` reference says, whole or not at all, for its owner only; None for others. Raises OSError."""
    if not is_reference(reference) or "file" not in reference:
        return None
    file = (folder / str(reference["file"])).resolve()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=file.parent, prefix=".new-", delete=False) as new:
        try:
            new.write(secret.encode() + b"\n")
            new.flush()
            os.fsync(new.fileno())
            give_to_owner_of(file if file.exists() else file.parent, (Path(new.name),))
            Path(new.name).replace(file)
        except BaseException:
            Path(new.name).unlink(missing_ok=True)
            raise
    _sync_folder(file.parent)
    return file


def give_to_owner_of(model: Path, written: Iterable[Path]) -> None:
    """As root only: what was written belongs to whom `model` belongs, so that a service that runs as that user can use it."""
    if os.geteuid() != 0:
        return
    owner = model.stat()
    for path in written:
        os.chown(path, owner.st_uid, owner.st_gid)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def resolve_if_there(value: Any, folder: Path) -> Any:
    """Like `resolve_all`, but a value that is a reference without a secret becomes an `AbsentSecret`. Raises `Wrong`."""
    try:
        return resolve_all(value, folder)
    except Absent as absent:
        if not is_reference(value):
            raise
        return AbsentSecret(absent)


def resolve_all(value: Any, folder: Path) -> Any:
    """`value` with every reference in it, however deep, replaced by its secret. Raises `Wrong`."""
    if is_reference(value):
        return resolve(value, folder)
    if isinstance(value, Mapping):
        return {key: resolve_all(inner, folder) for key, inner in value.items()}
    if isinstance(value, list):
        return [resolve_all(inner, folder) for inner in value]
    return value


def _from_env(name: str, _folder: Path) -> str:
    secret = os.environ.get(name, "")
    if not secret:
        raise Absent(
            Text("The environment variable {name} is not set.", name=name),
            Text("Set it for the service, or keep the secret in a file: {{ file = … }}."),
        )
    return secret


def _from_file(name: str, folder: Path) -> str:
    return _read(folder / name, private=True)


def _from_credential(name: str, _folder: Path) -> str:
    store = os.environ.get("CREDENTIALS_DIRECTORY")
    if not store:
        raise Absent(
            Text("The credential {name} is not there: systemd passed none.", name=name),
            Text("Add LoadCredential={name}:/path to the unit, or use {{ file = … }}.", name=name),
        )
    if Path(name).name != name:
        raise Wrong(
            Text("“{name}” is not the name of a credential.", name=name),
            Text("Write the name alone, without a path."),
        )
    return _read(Path(store) / name, private=False)


def _read(file: Path, *, private: bool) -> str:
    """The text of a secret file; with `private`, only if nobody but its owner may read it."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as opened:
            _refuse(file, os.fstat(descriptor), private=private)
            secret = opened.read(LARGEST).decode().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        kind = Absent if isinstance(error, FileNotFoundError | PermissionError) else Wrong
        raise kind(
            Text("The secret file {file} cannot be read: {error}", file=file, error=error),
            Text("Check its path, its owner and that it is plain text."),
        ) from error
    if not secret:
        raise Wrong(
            Text("The secret file {file} is empty.", file=file), Text("Write the secret into it.")
        )
    return secret


def _refuse(file: Path, status: os.stat_result, *, private: bool) -> None:
    if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST:
        raise Wrong(
            Text("{file} is no secret file.", file=file),
            Text("Name a small plain text file that holds only the secret."),
        )
    if private and status.st_mode & 0o077:
        raise Wrong(
            Text("Others on this machine may read the secret file {file}.", file=file),
            Text("Run: chmod 600 {file}", file=file),
        )


_SOURCES: Mapping[str, Callable[[str, Path], str]] = {
    "env": _from_env,
    "file": _from_file,
    "credential": _from_credential,
}
