"""Files change whole or not at all, and nobody's words are written over unseen."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.content import saving
from outreach.content.files import is_temporary
from outreach.content.findings import Refused
from outreach.content.saving import (
    Changed,
    add_beneath,
    add_file,
    as_before,
    fingerprint,
    replace_file,
)

OLD, NEW = "Bản cũ.\n".encode(), "Bản mới.\n".encode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "2022-thang"
    made.mkdir()
    (made / "campaign.toml").write_bytes(b'name = "x"\n')
    (made / "mot.md").write_bytes(OLD)
    return made


def names(folder: Path) -> set[str]:
    return {p.name for p in folder.iterdir()}


def test_a_file_is_exchanged_whole_and_keeps_its_rights(folder: Path) -> None:
    (folder / "mot.md").chmod(0o664)
    before = names(folder)
    replace_file(folder, "mot.md", NEW, began=fingerprint(OLD))
    assert (folder / "mot.md").read_bytes() == NEW
    assert stat.S_IMODE((folder / "mot.md").stat().st_mode) == 0o664
    assert names(folder) == before


def test_what_somebody_else_saved_is_not_written_over(folder: Path) -> None:
    (folder / "mot.md").write_bytes(b"theirs")
    with pytest.raises(Changed) as changed:
        replace_file(folder, "mot.md", NEW, began=fingerprint(OLD))
    assert changed.value.now == b"theirs"
    assert (folder / "mot.md").read_bytes() == b"theirs"
    (folder / "mot.md").unlink()
    with pytest.raises(Changed) as changed:
        replace_file(folder, "mot.md", NEW, began=fingerprint(OLD))
    assert changed.value.now is None
    assert names(folder) == {"campaign.toml"}


def test_what_an_editor_saves_while_we_write_is_not_written_over(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs, synced = "Của đồng nghiệp.\n".encode(), os.fsync

    def meanwhile(fd: int) -> None:
        synced(fd)
        (folder / "mot.md").write_bytes(theirs)

    monkeypatch.setattr(os, "fsync", meanwhile)
    with pytest.raises(Changed) as changed:
        replace_file(folder, "mot.md", NEW, began=fingerprint(OLD))
    assert (changed.value.now, (folder / "mot.md").read_bytes()) == (theirs, theirs)
    assert sorted(file.name for file in folder.iterdir()) == ["campaign.toml", "mot.md"]


def test_of_many_savers_at_once_one_wins(folder: Path) -> None:
    """Every one began from the same file, so the others must be told."""
    won, told = list[bytes](), list[bytes | None]()
    together = threading.Barrier(8)

    def save(content: bytes) -> None:
        together.wait()
        try:
            replace_file(folder, "mot.md", content, began=fingerprint(OLD))
            won.append(content)
        except Changed as changed:
            told.append(changed.now)

    savers = [threading.Thread(target=save, args=(b"%d" % n,)) for n in range(8)]
    for saver in savers:
        saver.start()
    for saver in savers:
        saver.join()
    assert len(won) == 1
    assert told == won * 7
    assert (folder / "mot.md").read_bytes() == won[0]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_name_with_marks_is_found_as_the_disk_spells_it(folder: Path, form: str) -> None:
    name = unicodedata.normalize(form, "Phát động.md")  # type: ignore[arg-type]  # one of two forms
    (folder / name).write_bytes(OLD)
    replace_file(folder, "Phát động.md", NEW, began=fingerprint(OLD))
    assert (folder / name).read_bytes() == NEW
    assert names(folder) == {"campaign.toml", "mot.md", name}


@pytest.mark.asvs("5.3.2", "What the pages save stays in the campaign's folder, links or not.")
def test_no_link_is_followed(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.md"
    outside.write_bytes(OLD)
    (folder / "link.md").symlink_to(outside)
    (folder / "media").symlink_to(tmp_path)
    (tmp_path / "campaign").symlink_to(folder)
    changes: list[Callable[[], object]] = [
        lambda: replace_file(folder, "link.md", NEW, began=fingerprint(OLD)),
        lambda: add_file(folder, "link.md", NEW),
        lambda: add_beneath(folder, "media", "x.png", NEW),
        lambda: replace_file(tmp_path / "campaign", "mot.md", NEW, began=fingerprint(OLD)),
        lambda: replace_file(folder, "../outside.md", NEW, began=fingerprint(OLD)),
    ]
    for change in changes:
        with pytest.raises(Refused):
            change()
    assert outside.read_bytes() == OLD
    assert names(tmp_path) == {"2022-thang", "campaign", "outside.md"}


def test_a_new_file_takes_no_name_that_is_taken(folder: Path) -> None:
    (folder / "campaign.toml").chmod(0o640)
    add_file(folder, "hai.md", NEW)
    assert (folder / "hai.md").read_bytes() == NEW
    assert stat.S_IMODE((folder / "hai.md").stat().st_mode) == 0o640
    (folder / "Ba.md").write_bytes(OLD)
    for taken in ("mot.md", "ba.md"):
        with pytest.raises(Refused, match=taken):
            add_file(folder, taken, NEW)
    assert names(folder) == {"campaign.toml", "mot.md", "hai.md", "Ba.md"}


def test_a_picture_gets_a_free_name_unless_it_is_there_already(folder: Path) -> None:
    found = [add_beneath(folder, "media", "a.png", b) for b in (b"1", b"2", b"1", b"2", b"3")]
    assert found == ["a.png", "a-2.png", "a.png", "a-2.png", "a-3.png"]
    assert (folder / "media" / "a.png").read_bytes() == b"1"
    assert names(folder / "media") == {"a.png", "a-2.png", "a-3.png"}


def test_a_new_folder_may_be_changed_by_whoever_may_change_the_one_around_it(folder: Path) -> None:
    folder.chmod(0o2775)
    add_beneath(folder, "media", "a.png", NEW)
    assert stat.S_IMODE((folder / "media").stat().st_mode) == 0o2775


def test_what_fails_half_way_leaves_everything_as_it_was(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full, or the name cannot be exchanged."""

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    before = names(folder)
    for call in ("fsync", "rename"):
        with monkeypatch.context() as context:
            context.setattr(os, call, full)
            with pytest.raises(Refused, match="No space left"):
                replace_file(folder, "mot.md", NEW, began=fingerprint(OLD))
        assert (folder / "mot.md").read_bytes() == OLD
        assert names(folder) == before


@pytest.mark.parametrize("errno", [1, 13, 30], ids=["not-permitted", "denied", "read-only"])
def test_a_folder_that_is_shut_says_who_opens_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, errno: int
) -> None:
    """As root nothing is shut, so the system's answer is given in its stead."""

    def shut(*_: object, **__: object) -> int:
        raise OSError(errno, os.strerror(errno))

    with monkeypatch.context() as context:
        context.setattr(saving, "token_hex", shut)
        with pytest.raises(Refused) as refused:
            replace_file(folder, "mot.md", NEW, began=fingerprint(OLD))
    assert refused.value.code == "not-writable"
    assert "install.md" in str(refused.value.mend)
    assert (folder / "mot.md").read_bytes() == OLD


def test_whoever_is_killed_leaves_a_whole_file(folder: Path) -> None:
    """Killed in the midst of saving, again and again."""
    whole = {OLD, *(str(n).encode() * 100_000 for n in range(10))}
    for _ in range(3):
        saver = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(folder)], stdout=subprocess.PIPE, text=True
        )
        assert saver.stdout
        assert saver.stdout.readline() == saver.stdout.readline() == "saved\n"
        saver.kill()
        saver.communicate()
        assert (folder / "mot.md").read_bytes() in whole
    visible = {name for name in names(folder) if not is_temporary(name)}
    assert visible == {"campaign.toml", "mot.md"}
    now = (folder / "mot.md").read_bytes()
    replace_file(folder, "mot.md", NEW, began=fingerprint(now))


KILLED = """
import sys
from pathlib import Path
from outreach.content.saving import fingerprint, replace_file
folder, number = Path(sys.argv[1]), 0
now = (folder / "mot.md").read_bytes()
while True:
    new = str(number % 10).encode() * 100_000
    replace_file(folder, "mot.md", new, began=fingerprint(now))
    now, number = new, number + 1
    print("saved", flush=True)
"""


@pytest.mark.parametrize(
    ("before", "sent", "after"),
    [
        (b"a\nb\n", "a\r\nc\r\n", b"a\nc\n"),
        (b"a\r\nb\r\n", "a\r\nc\r\n", b"a\r\nc\r\n"),
        (b"\xef\xbb\xbfa\n", "b\r\n", b"\xef\xbb\xbfb\n"),
        (b"", "a\r\n", b"a\n"),
        (b"", unicodedata.normalize("NFD", "ế"), unicodedata.normalize("NFD", "ế").encode()),
    ],
)
def test_line_ends_stay_as_they_were(before: bytes, sent: str, after: bytes) -> None:
    assert as_before(sent, before) == after


@given(
    text=st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"])),
    end=st.sampled_from(["\n", "\r\n"]),
    mark=st.sampled_from([b"", saving.BOM]),
)
def test_what_comes_back_from_a_browser_unchanged_is_the_same_bytes(
    text: str, end: str, mark: bytes
) -> None:
    before = mark + f"{text}\n".replace("\n", end).encode()
    in_the_form = before.removeprefix(saving.BOM).decode().replace("\r\n", "\n")
    assert as_before(in_the_form.replace("\n", "\r\n"), before) == before
