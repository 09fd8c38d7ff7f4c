"""Files are opened beneath one folder only; nothing that is not an ordinary file is ever read."""

from __future__ import annotations

import os
import socket
import unicodedata
from pathlib import Path

import pytest

from outreach.content.files import Folder, is_temporary, shown
from outreach.content.findings import Refused


def refusal(folder: Path, path: str, at_most: int = 1000) -> str:
    with Folder(folder) as opened, pytest.raises(Refused) as refused:
        opened.read(path, at_most=at_most)
    assert str(refused.value.mend)
    return refused.value.code


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "x").write_bytes(b"abc")
    with Folder(tmp_path) as opened:
        assert opened.read("media/x", at_most=3) == b"abc"
        assert opened.read("media/x", at_most=3, head=2) == b"ab"
        assert opened.names("media") == ["x"]


@pytest.mark.asvs("5.3.2", "No path leads out of the campaign")
@pytest.mark.parametrize(
    "path", ["../x", "/etc/passwd", "media/../../x", "media//x", "", ".", "a\0b"]
)
@pytest.mark.fault(42, "paths with dots")
def test_a_path_cannot_leave_the_folder(tmp_path: Path, path: str) -> None:
    assert refusal(tmp_path, path) == "path-leaves-folder"


@pytest.mark.asvs("5.3.2", "Nor does a link")
@pytest.mark.fault(42, "links")
def test_links_are_refused_wherever_they_stand(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "x").write_text("x")
    (tmp_path / "link").symlink_to("real/x")
    (tmp_path / "linked").symlink_to("real")
    (tmp_path / "broken").symlink_to("nowhere")
    assert refusal(tmp_path, "link") == "symlink"
    assert refusal(tmp_path, "linked/x") == "symlink"
    assert refusal(tmp_path, "broken") == "symlink"
    with pytest.raises(Refused, match="link"):
        Folder(tmp_path / "linked")


@pytest.mark.fault(41, "a pipe")
def test_a_pipe_is_refused_without_waiting_for_its_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert refusal(tmp_path, "pipe") == "not-a-file"


def test_a_socket_and_a_folder_are_refused(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        here = os.open(tmp_path, os.O_RDONLY)
        listener.bind(f"/proc/self/fd/{here}/s")
        os.close(here)
        assert refusal(tmp_path, "s") == "not-a-file"
    (tmp_path / "folder").mkdir()
    assert refusal(tmp_path, "folder") == "not-a-file"


@pytest.mark.fault(41, "a device")
def test_a_device_is_refused() -> None:
    assert refusal(Path("/dev"), "zero") == "not-a-file"


@pytest.mark.asvs("5.2.1", "Large files are refused unread")
@pytest.mark.fault(41, "a huge file")
def test_a_hundred_megabytes_are_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "big").open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    assert refusal(tmp_path, "big") == "file-too-large"


def test_one_byte_too_many_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"1234")
    assert refusal(tmp_path, "x", at_most=3) == "file-too-large"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert refusal(tmp_path, "x.md") == "file-missing"
    assert refusal(tmp_path, "media/x.png") == "file-missing"


def test_a_name_is_found_however_the_disk_composes_it(tmp_path: Path) -> None:
    (tmp_path / unicodedata.normalize("NFD", "ảnh.png")).write_bytes(b"x")
    with Folder(tmp_path) as opened:
        assert opened.read("ảnh.png", at_most=9) == b"x"


def test_names_are_printable() -> None:
    assert shown(os.fsdecode(b"a\xff\n.md")) == "a\ufffd\ufffd.md"
    assert shown(unicodedata.normalize("NFD", "Phát.md")) == "Phát.md"


@pytest.mark.parametrize(
    "name", [".x.md.swp", "x.md~", "x.tmp", "4913", "~$bai.docx", "#x.md#", ".hidden.md"]
)
@pytest.mark.fault(37, "names that editors use")
def test_what_editors_leave_behind_is_temporary(name: str) -> None:
    assert is_temporary(name)
    assert not is_temporary("bai-viet.md")
