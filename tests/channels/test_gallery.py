"""Pictures for other services stand on our own website under the hash of their bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from outreach.bootstrap import load_settings, place, utc_now
from outreach.channel import Media, Reject, RetryAt
from outreach.channels.website.cards import media_path
from outreach.channels.website.gallery import Gallery
from outreach.channels.zalo_oa.article import picture_address

BASE = "https://sở.example.vn/tin tức/"
CONTENT = b"a prepared picture"


def medium(folder: Path, **changes: Any) -> Media:
    digest = hashlib.sha256(CONTENT).hexdigest()
    file = folder / digest
    file.write_bytes(CONTENT)
    given: dict[str, Any] = {"sha256": digest, "mime": "image/jpeg", "file": file, "alt": ""}
    sizes = {"width": 1, "height": 1, "size": len(CONTENT), "name": "a.jpg"}
    return Media(**{**given, **sizes, **changes})


def test_a_picture_appears_at_its_address_and_only_there(tmp_path: Path) -> None:
    one = medium(tmp_path)
    gallery = Gallery(tmp_path / "site", BASE)
    address = picture_address(one, "https://xn--s-lym.example.vn/tin%20t%E1%BB%A9c/media")
    assert not gallery.show(one, "https://example.vn/media/" + media_path(one))
    assert not gallery.show(one, address + "x")
    assert not (tmp_path / "site").exists()
    for _ in range(2):
        assert gallery.show(one, address)
        assert (tmp_path / "site" / media_path(one)).read_bytes() == CONTENT


def test_only_the_planned_bytes_are_shown(tmp_path: Path) -> None:
    one = medium(tmp_path)
    gallery = Gallery(tmp_path / "site", BASE)
    one.file.write_bytes(b"another picture")
    with pytest.raises(Reject):
        gallery.show(one, BASE + media_path(one))
    one.file.unlink()
    with pytest.raises(RetryAt):
        gallery.show(one, BASE + media_path(one))


def test_a_site_that_cannot_be_written_is_waited_for(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("a file", "utf-8")
    one = medium(tmp_path)
    with pytest.raises(RetryAt):
        Gallery(tmp_path / "site", BASE).show(one, BASE + media_path(one))


def test_a_channel_shows_its_pictures_on_the_configured_website(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        f'[channels.trang]\nadapter = "website"\nfolder = "trang"\nbase_url = "{BASE}"\nsite_title = "T"\n',
        "utf-8",
    )
    one = medium(tmp_path)
    show = place(load_settings(config), "zalo", utc_now).show
    assert show(one, BASE + media_path(one))
    assert (tmp_path / "trang" / media_path(one)).read_bytes() == CONTENT
    assert not show(one, "https://elsewhere.example/" + media_path(one))
