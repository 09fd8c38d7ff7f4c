"""Pictures of every page and of every state that matters: `make screenshots` writes them to build/screenshots/pages.

They are in Vietnamese, the main ones in English too, each on a desktop and on a phone, light and dark.
The best of them go to docs/pages/, small, for the README.
"""

from __future__ import annotations

import io
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from outreach.review.pages import review_pages
from outreach.review.signing import FIRST
from tests.browser.looking import PAPER, opened
from tests.browser.offices import (
    APPROVER,
    AUTHOR,
    CAREFUL,
    REVIEWER,
    broken,
    empty_office,
    token_of,
)
from tests.browser.showcase import letter, showcase
from tests.browser.sights import BROKEN, BUSY, EMPTY, STRANGER, WRONG, issue, paper, send, unfold
from tests.review.house import CAMPAIGN, House
from tests.web.served import served

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build" / "screenshots" / "pages"
DOCS = ROOT / "docs" / "pages"
MESSAGE = f"/messages/{CAMPAIGN}"
WAITS, EDITED, BAD = "ngay-25-11", "luat-phong-chong-bao-luc-gia-dinh", "chien-luoc-quoc-gia"
SCREENS = {"may-tinh": 1280, "dien-thoai": 390}
SCHEMES = {"": "light", ".toi": "dark"}
AT_REST = """() => {
  document.getAnimations().forEach(one => one.finish());
  const pictures = [...document.images];
  pictures.forEach(one => one.loading = 'eager');
  return Promise.all(pictures.map(one => one.decode()));
}"""
"""Nothing is half faded, and no picture still to come."""

COLOURS, LARGEST, ALL = 256, 120_000, 500_000
"""A picture for the README has so many colours, and weighs so many bytes at most; so many do all of them."""


@dataclass(frozen=True)
class View:
    """One picture: which address of which office, who looks, and what is done first."""

    path: str
    who: str = FIRST
    act: Callable[[Page], object] | None = None
    office: str = BUSY


def clash(made: House) -> Callable[[Page], None]:
    """Save a text that somebody has meanwhile changed on disk."""

    def act(page: Page) -> None:
        file = made.campaign / "an-sinh-xa-hoi.md"
        text = file.read_text("utf-8")
        page.fill("[name=text]", text.replace("Lưới an sinh", "Mạng lưới an sinh"))
        file.write_text(text + "\nMột câu mà đồng nghiệp vừa thêm.\n", "utf-8")
        page.click("button[value=save]")

    return act


def guess(page: Page) -> None:
    """Try passwords until it takes longer."""
    for _ in range(5):
        send("main button", **WRONG)(page)


def begin(page: Page) -> None:
    """A new message from the template of an event."""
    page.select_option("[name=kind]", "event")
    page.fill("[name=title]", "Tọa đàm: Phụ nữ và chuyển đổi số")
    page.click("main button")


def wrong(page: Page) -> None:
    """A text whose hour does not exist."""
    text = page.input_value("[name=text]")
    page.fill("[name=text]", text.replace("10 09:00", "10 25:00"))
    page.click("button[value=check]")


def views(made: House) -> dict[str, View]:
    """Name of the picture -> what it shows."""

    def delivery(message: str, channel: str) -> str:
        return f"/deliveries/{made.deliveries(message)[channel].id}"

    story = delivery("luat-binh-dang-gioi", "facebook-page")
    doubt = delivery("truyen-thong-truc-tiep", "facebook-page")
    return {
        "dang-nhap": View("/sign-in", STRANGER),
        "chao-mung": View("/welcome", STRANGER),
        "duyet-tu-thu": View(letter(made, WAITS, "facebook-page"), STRANGER),
        "duyet-tu-thu-hong": View("/approve?link=x", STRANGER),
        "hom-nay": View("/"),
        "hom-nay-trong": View("/", office=EMPTY),
        "hong": View("/", office=BROKEN),
        "lich": View("/calendar"),
        "lich-loc": View("/calendar?channel=so-website&state=published", act=unfold),
        "lich-trong": View("/calendar", office=EMPTY),
        "thong-diep": View("/messages"),
        "thong-diep-trong": View("/messages", office=EMPTY),
        "mot-thong-diep": View(f"{MESSAGE}/{WAITS}", APPROVER),
        "da-sua": View(f"{MESSAGE}/{EDITED}", APPROVER, unfold),
        "co-loi": View(f"{MESSAGE}/{BAD}", AUTHOR),
        "da-dang": View(f"{MESSAGE}/luat-binh-dang-gioi"),
        "soan": View(f"{MESSAGE}/{EDITED}/edit", AUTHOR, send("button[value=check]")),
        "soan-loi": View(f"{MESSAGE}/ngay-10-12/edit", AUTHOR, wrong),
        "soan-dung-do": View(f"{MESSAGE}/an-sinh-xa-hoi/edit", AUTHOR, clash(made)),
        "moi": View("/messages/new", AUTHOR),
        "moi-tu-mau": View("/messages/new", AUTHOR, begin),
        "luot-dang": View(story, act=unfold),
        "luot-cho": View(delivery(WAITS, "zalo-oa")),
        "chua-ro": View(doubt),
        "chua-ro-sai": View(doubt, act=send("button[value=public]", link="không phải địa chỉ")),
        "tu-choi": View(delivery("thong-diep", "facebook-page")),
        "giay-xac-nhan": View(f"{story}/proof"),
        "giay-xac-nhan-in": View(f"{story}/proof", act=paper),
        "nhat-ky": View("/log"),
        "nhat-ky-loc": View("/log?channel=facebook-page&q=binh%20dang&from=2022-11-15"),
        "nhat-ky-khong-co": View("/log?q=khongcogi"),
        "nhat-ky-in": View("/log", act=paper),
        "kenh": View("/channels", act=send("#so-website button[value=ask]")),
        "kenh-tam-dung": View("/channels", act=unfold),
        "bang-ron": View("/banners", AUTHOR),
        "bang-ron-trong": View("/banners", office=EMPTY),
        "thong-ke": View("/statistics"),
        "thong-ke-so": View("/statistics?metric=reach", act=unfold),
        "thong-ke-trong": View("/statistics", office=EMPTY),
        "nguoi-dung": View("/people"),
        "nguoi-dung-mo": View("/people", act=unfold),
        "tai-khoan": View("/account"),
        "tai-khoan-ma": View("/account", CAREFUL),
        "ma-truy-cap": View("/tokens"),
        "ma-truy-cap-moi": View("/tokens", act=issue),
        "khong-co": View("/nowhere"),
        "dang-nhap-sai": View("/sign-in", STRANGER, guess),
        "khong-duoc": View("/people", REVIEWER),
        "en-hom-nay": View("/?lang=en"),
        "en-lich": View("/calendar?lang=en"),
        "en-thong-diep": View("/messages?lang=en"),
        "en-mot-thong-diep": View(f"{MESSAGE}/{EDITED}?lang=en", APPROVER, unfold),
        "en-bang-ron": View("/banners?lang=en", AUTHOR),
        "en-luot-dang": View(f"{story}?lang=en", act=unfold),
        "en-chua-ro": View(f"{doubt}?lang=en"),
        "en-nhat-ky": View("/log?lang=en&channel=facebook-page"),
        "en-kenh": View("/channels?lang=en", act=unfold),
        "en-thong-ke": View("/statistics?lang=en"),
        "en-nguoi-dung": View("/people?lang=en", act=unfold),
        "en-soan": View(f"{MESSAGE}/ngay-10-12/edit?lang=en", AUTHOR, wrong),
    }


BEST = {
    "hom-nay": ("hom-nay.may-tinh", 900),
    "lich": ("lich.may-tinh", 1000),
    "thong-diep": ("mot-thong-diep.may-tinh", 900),
    "soan": ("soan.may-tinh", 1000),
    "luot-dang": ("luot-dang.may-tinh.toi", 1000),
    "nhat-ky": ("nhat-ky-loc.may-tinh", 900),
    "thong-ke": ("thong-ke.may-tinh", 900),
    "duyet-tu-thu": ("duyet-tu-thu.dien-thoai", 1000),
    "bang-ron": ("bang-ron.dien-thoai", 1000),
    "hom-nay-toi": ("hom-nay.dien-thoai.toi", 1000),
}
"""Name in docs/pages/ -> the picture, and so many pixels of it from the top."""


def main() -> None:
    """Take all of them, or only those whose names are given."""
    logging.getLogger("outreach").setLevel(logging.CRITICAL)
    BUILD.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        made = stack.enter_context(showcase(folder / "busy"))
        empty = stack.enter_context(empty_office(folder / "empty"))
        apps = {BUSY: made.app, EMPTY: empty.app, BROKEN: review_pages(broken(made.office))}
        addresses = {name: stack.enter_context(served(app)).url for name, app in apps.items()}
        chromium = stack.enter_context(sync_playwright()).chromium
        browser = chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox"],
            env={**os.environ, "LANGUAGE": "vi", "LANG": "vi_VN.UTF-8"},
        )
        wanted = {name: view for name, view in views(made).items() if name in sys.argv[1:]}
        for screen, width in SCREENS.items():
            take(browser, addresses, wanted or views(made), screen, width)
        browser.close()
    if not wanted:
        publish()


def take(
    browser: Browser, addresses: dict[str, str], wanted: dict[str, View], screen: str, width: int
) -> None:
    """All pictures of one width."""
    context, _ = opened(browser, width, "light")
    page = context.new_page()
    for name, view in wanted.items():
        address = addresses[view.office]
        context.clear_cookies()
        if view.who:
            context.add_cookies([{"name": "session", "value": token_of(view.who), "url": address}])
        page.emulate_media(media="screen", color_scheme="light")
        size = PAPER if view.act is paper else width
        page.set_viewport_size({"width": size, "height": 844})
        page.goto(f"{address}{view.path}", wait_until="load")
        if view.act:
            view.act(page)
            page.wait_for_load_state("load")
        for suffix, scheme in SCHEMES.items():
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            page.evaluate(AT_REST)
            page.screenshot(path=BUILD / f"{name}.{screen}{suffix}.png", full_page=True)
    context.close()


def publish() -> None:
    """Put the best ones where the README finds them."""
    DOCS.mkdir(exist_ok=True)
    for old in DOCS.glob("*.png"):
        old.unlink()
    for name, (source, height) in BEST.items():
        (DOCS / f"{name}.png").write_bytes(small(BUILD / f"{source}.png", height))
    weight = sum(file.stat().st_size for file in DOCS.iterdir())
    if weight > ALL:
        sys.exit(f"{DOCS}: {weight} bytes")


def small(picture: Path, height: int) -> bytes:
    """The upper part of a picture in the colours that it has most of, one of each kind: pages are flat, so these stay what they are."""
    with Image.open(picture) as image:
        upper = image.convert("RGB").crop((0, 0, image.width, min(image.height, height)))
    most = sorted(upper.getcolors(upper.width * upper.height) or [], reverse=True)
    kinds: dict[tuple[int, ...], tuple[int, ...]] = {}
    for _, colour in most:
        if isinstance(colour, tuple):
            kinds.setdefault(tuple(part >> 3 for part in colour), colour)
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in [*kinds.values()][:COLOURS] for part in colour])
    kept = io.BytesIO()
    upper.quantize(palette=palette, dither=Image.Dither.NONE).save(kept, "PNG", optimize=True)
    if len(kept.getvalue()) > LARGEST:
        sys.exit(f"{picture.name}: {len(kept.getvalue())} bytes")
    return kept.getvalue()


if __name__ == "__main__":
    main()
