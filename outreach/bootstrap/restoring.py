"""The way back from a backup: what may have been published since is looked up before anything is repeated."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from outreach import __version__
from outreach.bootstrap import (
    RESTORED,
    build_channels,
    build_sync,
    channel_folder,
    media_folder,
    open_store,
)
from outreach.bootstrap.backups import STATE
from outreach.domain.text import Text
from outreach.settings import Settings
from outreach.settings.secrets import give_to_owner_of
from outreach.store import archive, copies, delivery_log, restoration
from outreach.store.archive import DATABASE, Manifest
from outreach.store.delivery_log import Head
from outreach.store.engine import Engine, StoreError, check_whole, migrate, open_engine
from outreach.store.lease import Lease
from outreach.store.queue import Queue
from outreach.store.restoration import Restoration

_SINGLE_USE = "tokens.journal"
"""A permission that serves once: what a backup holds of it is used up."""


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What was put back: the backup's `manifest`, the former database (`aside`), folders that were there and `stayed`.

    `doubtful` deliveries are looked up first; `login` says that a permission that serves once is as old as the backup.
    """

    manifest: Manifest
    aside: Path | None
    stayed: tuple[str, ...]
    doubtful: int
    login: bool


def restore(settings: Settings, file: Path, *, now: datetime, actor: str) -> Restored:
    """Put a backup back. Raises `Held` while a daemon runs, `StoreError` when anything in it is damaged, OSError.

    What is in the state folder already is newer and stays; the former database is put aside. On PostgreSQL the database's own
    tools have put it back before.
    """
    manifest = archive.check(file)
    database = copies.file_of(settings.database.get_secret_value())
    if manifest.has_database != (database is not None):
        raise StoreError(
            Text("The backup {file} is of an office with another kind of database.", file=file.name)
        )
    work = _Work(settings=settings, file=file, manifest=manifest, now=now, actor=actor)
    return work.replace(database) if database else work.follow()


@dataclass(frozen=True, kw_only=True)
class _Work:
    settings: Settings
    file: Path
    manifest: Manifest
    now: datetime
    actor: str

    def replace(self, database: Path) -> Restored:
        """Make a database ready beside the former one, then put it in its place in one step."""
        fresh = database.with_name(f".restoring-{database.name}")
        with copies.held(database):
            try:
                archive.unpack(self.file, {DATABASE: fresh})
                engine = open_engine(f"sqlite:///{fresh}")
                try:
                    check_whole(engine)
                    migrate(engine)
                    done = self._done(engine)
                finally:
                    engine.dispose()
                give_to_owner_of(database.parent, (fresh,))
                aside = copies.replace(database, fresh, now=self.now)
            finally:
                fresh.unlink(missing_ok=True)
        stayed, login, doubtful = done
        return self._told(aside, stayed, doubtful, login=login)

    def follow(self) -> Restored:
        """Do the rest for a database that its own tools have put back."""
        engine = open_store(self.settings)
        try:
            lease = Lease.take(engine, self.settings.state, now=self.now)
            try:
                stayed, login, doubtful = self._done(engine)
            finally:
                lease.release()
        finally:
            engine.dispose()
        return self._told(None, stayed, doubtful, login=login)

    def _told(
        self, aside: Path | None, stayed: tuple[str, ...], doubtful: int, *, login: bool
    ) -> Restored:
        return Restored(
            manifest=self.manifest, aside=aside, stayed=stayed, doubtful=doubtful, login=login
        )

    def _done(self, engine: Engine) -> tuple[tuple[str, ...], bool, int]:
        """Check the log, put files back, and put in doubt whatever the backup cannot know of."""
        self._check_log(engine)
        stayed, login = self._put_back()
        found = Restoration(at=self.now, backup=self.manifest.when)
        restoration.record(engine, found, actor=self.actor, facts=self._facts())
        self._bring_files(engine)
        restoration.doubt_waiting(engine, found, actor=self.actor)
        return stayed, login, restoration.doubtful(engine)

    def _check_log(self, engine: Engine) -> None:
        end = Head(seq=self.manifest.lines, hash=self.manifest.head)
        verdict = delivery_log.verify(engine, against=end if end.seq else None)
        if not verdict.intact:
            raise StoreError(verdict.text)

    def _facts(self) -> dict[str, object]:
        return {
            "backup": self.manifest.when.isoformat(),
            "file": self.file.name,
            "lines": self.manifest.lines,
            "head": self.manifest.head,
            "program": __version__,
        }

    def _bring_files(self, engine: Engine) -> None:
        """What the files say today counts, so that nothing goes out that staff took back since the backup."""
        queue = Queue(engine, media_folder=media_folder(self.settings))
        sync = build_sync(self.settings, build_channels(self.settings).channels, queue)
        try:
            for campaign in sync.campaigns():
                proposal = sync.look(campaign, self.now)
                sync.apply_guarded(proposal, now=self.now, actor=self.actor)
        finally:
            sync.close()

    def _put_back(self) -> tuple[tuple[str, ...], bool]:
        """Put missing folders back; name those that were there, and say whether a single-use permission came back."""
        state = self.settings.state
        members = [name for name in self.manifest.members if name.startswith(STATE)]
        units = {name: _unit(name.removeprefix(STATE)) for name in members}
        there = {unit for unit in units.values() if _is_there(state / unit)}
        missing = {name: unit for name, unit in units.items() if unit not in there}
        forgetful = [name for name in self.settings.channels if f"channels/{name}" not in there]
        self._put(missing)
        self._mark(forgetful)
        stayed = sorted(unit for unit in there if not unit.startswith("media/"))
        return tuple(stayed), any(name.endswith(f"/{_SINGLE_USE}") for name in missing)

    def _mark(self, channels: Iterable[str]) -> None:
        """Tell these channels that they have forgotten what they did since the backup."""
        for name in channels:
            mark = channel_folder(self.settings, name) / RESTORED
            mark.parent.mkdir(parents=True, exist_ok=True)
            mark.write_text(self.now.isoformat(), "utf-8")
            give_to_owner_of(self.settings.state, (mark.parent.parent, mark.parent, mark))

    def _put(self, missing: Mapping[str, str]) -> None:
        """Each folder appears whole, so that a restore that was cut off can be repeated."""
        state, aside = self.settings.state, self.settings.state / ".restoring"
        shutil.rmtree(aside, ignore_errors=True)
        state.mkdir(parents=True, exist_ok=True)
        aside.mkdir(mode=0o700)
        names = {name: aside / name.removeprefix(STATE) for name in missing}
        archive.unpack(self.file, names)
        give_to_owner_of(state, aside.rglob("*"))
        for unit in sorted(set(missing.values())):
            (state / unit).parent.mkdir(parents=True, exist_ok=True)
            (aside / unit).rename(state / unit)
        shutil.rmtree(aside)


def _unit(inside: str) -> str:
    """What is put back as a whole or not at all: a picture, one channel's folder, or what stands at the top."""
    parts = PurePosixPath(inside).parts
    return "/".join(parts[: 2 if parts[0] in ("media", "channels") else 1])


def _is_there(path: Path) -> bool:
    return any(path.iterdir()) if path.is_dir() else path.exists()
