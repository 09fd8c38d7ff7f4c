"""An archive comes back whole or is refused."""

from __future__ import annotations

import io
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from outreach.store import archive
from outreach.store.engine import StoreError

WHEN = datetime(2022, 11, 18, 19, 0, tzinfo=UTC)
CONTENT = bytes(range(256)) * 40


@pytest.fixture
def made(tmp_path: Path) -> Path:
    (tmp_path / "a").write_bytes(CONTENT)
    (tmp_path / "b").write_bytes(b"")
    file = tmp_path / "backups" / "one.tar.gz"
    sources = {"outreach.db": tmp_path / "a", "state/media/b": tmp_path / "b"}
    archive.write(file, sources, when=WHEN, lines=3, head="ab")
    return file


def test_it_holds_what_was_put_in_for_its_owner_only(made: Path, tmp_path: Path) -> None:
    found = archive.check(made)
    assert (found.when, found.lines, found.head, found.has_database) == (WHEN, 3, "ab", True)
    assert made.stat().st_mode & 0o777 == 0o600
    target = tmp_path / "new" / "a"
    archive.unpack(made, {"outreach.db": target})
    assert target.read_bytes() == CONTENT
    assert target.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in made.parent.iterdir()] == [made.name]


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.9])
def test_a_truncated_one_is_refused(made: Path, share: float) -> None:
    whole = made.read_bytes()
    made.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(StoreError, match="damaged"):
        archive.check(made)


def repacked(made: Path, *changed: tuple[str, bytes], drop: str = "") -> None:
    with tarfile.open(made) as tar:
        members = [(m.name, (tar.extractfile(m) or io.BytesIO()).read()) for m in tar]
    with tarfile.open(made, "w:gz") as tar:
        for name, content in [*(m for m in members if m[0] != drop), *changed]:
            facts = tarfile.TarInfo(name)
            facts.size = len(content)
            tar.addfile(facts, io.BytesIO(content))


@pytest.mark.parametrize("name", ["state/media/c", "../c", "/c", "outreach.db"])
def test_what_the_manifest_does_not_name_is_refused(made: Path, name: str) -> None:
    repacked(made, (name, b"x"))
    with pytest.raises(StoreError, match="damaged"):
        archive.check(made)


@pytest.mark.parametrize("name", ["outreach.db", "state/media/b", "manifest.json"])
def test_what_is_missing_or_changed_is_refused(made: Path, name: str) -> None:
    repacked(made, (name, b"changed"), drop=name)
    with pytest.raises(StoreError, match="damaged"):
        archive.check(made)
    repacked(made, drop=name)
    with pytest.raises(StoreError, match="damaged"):
        archive.check(made)


def test_one_that_cannot_be_finished_leaves_nothing(made: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        archive.write(
            made.with_name("two"), {"x": tmp_path / "nothing"}, when=WHEN, lines=0, head=""
        )
    assert [path.name for path in made.parent.iterdir()] == [made.name]
