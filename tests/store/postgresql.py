"""A real PostgreSQL of one's own: Debian's binaries, a temporary folder, a Unix socket and no network."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests.memory import roomy

QUIET = ("fsync=off", "listen_addresses=", "max_connections=40", "shared_buffers=32MB")


class Server:
    """A running server. `database` makes a new, empty database and gives its address."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)

    def database(self) -> str:
        name = f"outreach{next(self._numbers)}"
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
        return f"postgresql://outreach@/{name}?host={self._socket}"

    def ready(self) -> bool:
        try:
            psycopg.connect(self._address("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True

    def _address(self, name: str) -> str:
        return f"postgresql://outreach@/{name}?host={self._socket}"


@contextmanager
def server() -> Iterator[Server]:
    """Start a server; stop it and remove its files at the end."""
    binaries = _binaries()
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir=roomy()))
    as_whom = _unprivileged(folder)
    cluster = folder / "cluster"
    initdb = (binaries / "initdb", "-D", cluster, "-U", "outreach", "-A", "trust", "-E", "UTF8")
    subprocess.run([*initdb, "--no-sync", "--locale=C"], check=True, capture_output=True, **as_whom)
    options = [part for setting in QUIET for part in ("-c", setting)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [binaries / "postgres", "-D", cluster, "-k", folder, *options],
            stdout=log,
            stderr=log,
            **as_whom,
        )
        try:
            running = Server(folder)
            _await(running, process, folder / "log")
            yield running
        finally:
            process.terminate()
            process.wait(timeout=30)
            shutil.rmtree(folder)


def _binaries() -> Path:
    """Where initdb and postgres lie; a missing one fails the tests instead of skipping them."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    on_path = shutil.which("initdb")
    for folder in (*versions, *([Path(on_path).resolve().parent] if on_path else [])):
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise FileNotFoundError(
        "PostgreSQL's initdb and postgres are not installed (Debian: apt install postgresql); "
        "leave these tests out with -m 'not slow'"
    )


def _unprivileged(folder: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root, so root hands the folder and the processes to somebody else."""
    if os.geteuid() != 0:
        return {}
    names = {user.pw_name for user in pwd.getpwall()}
    user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "cwd": folder}


def _await(running: Server, process: subprocess.Popen[Any], log: Path) -> None:
    end = time.monotonic() + 30
    while not running.ready():
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"PostgreSQL did not start: {log.read_text()[-2000:]}")
        time.sleep(0.05)
