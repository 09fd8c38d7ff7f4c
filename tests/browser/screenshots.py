"""Pictures of every page of the demo's bad month: `python -m tests.browser.screenshots` writes them to build/screenshots/pages.

The best of them go to docs/pages/, small, for the README.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, ViewportSize, sync_playwright

from tests.browser.demo import ROOT, Invitation, demo
from tests.review.stage import PASSWORD

BUILD = ROOT / "build" / "screenshots" / "pages"
DOCS = ROOT / "docs" / "pages"
CAMPAIGN = "2022-binh-dang-gioi"
ADDRESSES = {
    "hom-nay": "/",
    "lich": "/calendar?month=2022-11",
    "thong-diep": "/messages",
    "mot-thong-diep": f"/messages/{CAMPAIGN}/luat-binh-dang-gioi",
    "bang-ron": "/banners",
    "kenh": "/channels",
    "thong-ke": "/statistics",
    "nhat-ky": "/log",
    "nguoi-dung": "/people",
    "tai-khoan": "/account",
    "ma-truy-cap": "/tokens",
}
LOOKS = {
    "may-tinh": (1280, 860, "light"),
    "toi": (1280, 860, "dark"),
    "dien-thoai": (390, 844, "light"),
}
BEST = {
    "hom-nay": "hom-nay.may-tinh",
    "lich": "lich.may-tinh",
    "thong-diep": "mot-thong-diep.may-tinh",
    "luot-dang": "luot-dang.toi",
    "thong-ke": "thong-ke.may-tinh",
    "dien-thoai": "hom-nay.dien-thoai",
}
"""Name in docs/pages/ -> the picture."""

COLOURS, LARGEST = 64, 60_000
"""A picture for the README has so many colours, and weighs so many bytes at most."""


def main() -> None:
    """Take all of them."""
    shutil.rmtree(BUILD, ignore_errors=True)
    BUILD.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder, demo(Path(folder)) as invitation:
        for name, page in _looks(invitation):
            _take_all(page, name)
    for name, source in BEST.items():
        (DOCS / f"{name}.png").write_bytes(small(BUILD / f"{source}.png"))


def small(picture: Path) -> bytes:
    """The upper part of a picture, in few colours."""
    with Image.open(picture) as image:
        upper = image.convert("RGB").crop((0, 0, image.width, min(image.height, 860)))
    kept = io.BytesIO()
    upper.quantize(COLOURS, dither=Image.Dither.NONE).save(kept, "PNG", optimize=True)
    if len(kept.getvalue()) > LARGEST:
        sys.exit(f"{picture.name}: {len(kept.getvalue())} bytes")
    return kept.getvalue()


def _looks(invitation: Invitation) -> Iterator[tuple[str, Page]]:
    """A signed-in page on each screen."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        state = None
        for name, (width, height, scheme) in LOOKS.items():
            context = chromium.new_context(
                viewport=ViewportSize(width=width, height=height),
                color_scheme="dark" if scheme == "dark" else "light",
                storage_state=state,
            )
            page = context.new_page()
            if state is None:
                page.goto(f"{invitation.address}/sign-in")
                page.screenshot(path=BUILD / f"dang-nhap.{name}.png", full_page=True)
                _sign_in(page, invitation)
                state = context.storage_state()
            page.goto(f"{invitation.address}/")
            yield name, page
            context.close()
        chromium.close()


def _sign_in(page: Page, invitation: Invitation) -> None:
    page.goto(f"{invitation.address}/welcome")
    page.fill("[name=name]", invitation.name)
    page.fill("[name=code]", invitation.code)
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    page.wait_for_url(f"{invitation.address}/")


def _take_all(page: Page, look: str) -> None:
    address = page.url.rstrip("/")
    out = page.locator("section[aria-labelledby=out] li", has_text="facebook-page")
    delivery = out.get_by_role("link").first.get_attribute("href") or ""
    hand = page.locator(".hands a[href^='/deliveries']").first.get_attribute("href") or ""
    found = {
        **ADDRESSES,
        "luot-dang": delivery,
        "giay-xac-nhan": f"{delivery}/proof",
        "can-xu-ly": hand,
    }
    for name, path in found.items():
        page.goto(f"{address}{path}", wait_until="load")
        page.screenshot(path=BUILD / f"{name}.{look}.png", full_page=True)


if __name__ == "__main__":
    main()
