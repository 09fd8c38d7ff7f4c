"""A picture far too large for Zalo goes the whole way: prepared, put on our website, fetched from there by the platform."""

from __future__ import annotations

import random
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from outreach.channel import Receipt, Rendition
from outreach.channels.website.gallery import Gallery
from outreach.channels.zalo_oa.article import PICTURES
from outreach.content.media_store import MediaStore
from outreach.domain.message import Picture
from outreach.sandbox.zalo.platform import fetch_over_http
from outreach.testing import SAMPLE_KEY, MemorySteps, outcome_of, sample_rendition
from tests.channels.zalo_office import Office
from tests.domain import office as planning
from tests.quick_server import QuickServer
from tests.sandbox.zalo_server import ZaloServer

pytestmark = pytest.mark.slow


def photograph() -> bytes:
    """Taken upright by a camera that noted so, of more than a megabyte."""
    size = (1600, 1200)
    picture = Image.frombytes("RGB", size, random.Random(1).randbytes(size[0] * size[1] * 3))
    exif = Image.Exif()
    exif[0x0112] = 6
    written = BytesIO()
    picture.save(written, "JPEG", quality=75, exif=exif)
    assert len(written.getvalue()) > PICTURES.size
    return written.getvalue()


def rendition(folder: Path) -> Rendition:
    (folder / "media").mkdir()
    (folder / "media" / "ảnh chụp.jpg").write_bytes(photograph())
    message = planning.message("a", planning.once("11-16 08:00"))
    picture = Picture(file="media/ảnh chụp.jpg", alt="Lễ phát động")
    store = MediaStore(folder, folder / "kept")
    media = store.of(replace(message, pictures=(picture,)), PICTURES)
    return sample_rendition(channel="zalo", media=media)


def test_a_photograph_too_large_becomes_a_cover_that_zalo_fetches(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    made = rendition(tmp_path)
    (cover,) = made.media
    assert (cover.width, cover.height) == PICTURES.cover
    assert cover.size <= PICTURES.size
    files = Starlette(routes=[Mount("/", StaticFiles(directory=site))])
    with QuickServer(files) as website, ZaloServer(tmp_path / "platform") as server:
        server.fetch = fetch_over_http
        gallery = Gallery(site, website.url)
        base = f"{website.url}/media/"
        office = Office(server, tmp_path / "state", show=gallery.show, picture_base_url=base)
        outcome = office.run(
            lambda channel: outcome_of(channel.publish(made, key=SAMPLE_KEY, steps=MemorySteps()))
        )
        assert isinstance(outcome, Receipt), outcome
        (article,) = server.platform.public
        shown = fetch_over_http(article["content"]["cover"]["photo_url"])
    assert shown == cover.file.read_bytes()
    assert [one.name for one in (site / "media").iterdir()] == [f"{cover.sha256[:20]}.jpg"]
