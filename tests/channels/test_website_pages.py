"""What readers and programs get: sound HTML, links that lead somewhere, feeds and calendars that parse."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from icalendar import Calendar

from outreach.channel import Receipt
from outreach.channels.website.cards import shortened
from outreach.channels.website.entries import folded
from tests.channels.html_page import Page
from tests.channels.website_month import FIRST, NASTY, THEME, Site, month

BASE = "https://so.example.org/tin/"
ATOM = "{http://www.w3.org/2005/Atom}"
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, list[Receipt]]:
    folder = tmp_path_factory.mktemp("website")
    site = Site(folder / "site")
    receipts = site.publish_all(month(folder / "media"))
    site.withdraw(receipts[1])
    return site, receipts


@pytest.fixture(scope="module")
def site(built: tuple[Site, list[Receipt]]) -> Site:
    return built[0]


@pytest.fixture(scope="module")
def pages(site: Site) -> dict[str, Page]:
    return {path: Page(site.page(path)) for path in site.files() if path.endswith(".html")}


def event_page(pages: dict[str, Page]) -> Page:
    return pages["2022-binh-dang-gioi/hop/index.html"]


def test_pages_are_well_formed(pages: dict[str, Page]) -> None:
    assert not {path: page.faults for path, page in pages.items() if page.faults}


def test_each_page_has_its_landmarks_and_one_title(pages: dict[str, Page]) -> None:
    for path, page in pages.items():
        assert [len(page.all(tag)) for tag in ("h1", "main", "title")] == [1, 1, 1], path
        assert page.all("html")[0]["lang"] == ("en" if path.startswith("en/") else "vi")
        assert all(nav["aria-label"] for nav in page.all("nav")), path
        assert next(tag for tag, a in page.elements if a.get("href") == "#content") == "a"


def test_headings_skip_no_level(pages: dict[str, Page]) -> None:
    for path, page in pages.items():
        levels = [int(tag[1]) for tag, _ in page.elements if tag in HEADINGS]
        inside = levels[levels.index(1) :]
        assert all(b <= a + 1 for a, b in pairwise(inside)), path


def test_names_inside_a_page_are_unique_and_known(pages: dict[str, Page]) -> None:
    for path, page in pages.items():
        ids = [a["id"] for _, a in page.elements if "id" in a]
        named = {a["aria-labelledby"] for _, a in page.elements if "aria-labelledby" in a}
        assert len(ids) == len(set(ids)), path
        assert named <= set(ids), path


def test_pictures_have_words_and_sizes(pages: dict[str, Page]) -> None:
    pictures = [picture for page in pages.values() for picture in page.all("img")]
    assert pictures
    assert all({"alt", "width", "height"} <= set(picture) for picture in pictures)


@pytest.mark.asvs("3.2.2", "No page holds a script")
@pytest.mark.asvs("3.7.1", "No page needs anything but HTML and CSS")
@pytest.mark.asvs("14.2.3", "No page loads anything from elsewhere")
def test_nothing_runs_and_nothing_is_styled_inside_a_page(pages: dict[str, Page]) -> None:
    for path, page in pages.items():
        policy = page.meta("Content-Security-Policy")
        assert policy.startswith("default-src 'none'; style-src 'self'; img-src 'self'"), path
        assert "unsafe" not in policy
        assert {s.get("type") for s in page.all("script")} <= {"application/ld+json"}, path
        assert not [a for _, a in page.elements if "style" in a or any(n[:2] == "on" for n in a)]
        fetched = {link["href"] for link in page.all("link") if link["rel"] == "stylesheet"}
        fetched |= {image["src"] for image in page.all("img")}
        assert all(address.startswith("/tin/") for address in fetched), path


def test_every_link_inside_the_site_leads_somewhere(site: Site, pages: dict[str, Page]) -> None:
    files = set(site.files())
    broken = set()
    for path, page in pages.items():
        for link in page.links():
            if link.startswith(("/", BASE)):
                target = urlsplit(link).path.removeprefix("/tin/")
                target += "index.html" if target.endswith("/") or not target else ""
                broken |= set() if target in files else {(path, link)}
    assert not broken


def test_the_front_page_leads_to_every_page(pages: dict[str, Page]) -> None:
    seen, waiting = set(), ["index.html"]
    while waiting:
        path = waiting.pop()
        if path in pages and path not in seen:
            seen.add(path)
            links = [link for link in pages[path].links() if link.startswith("/tin/")]
            waiting += [link.removeprefix("/tin/") + "index.html" for link in links]
    unlinked = {path for path in set(pages) - seen if "404" not in path and "ke-hoach" not in path}
    assert not unlinked


@pytest.mark.asvs("1.2.1", "Marks in a title stay words, in HTML and XML")
def test_marks_in_a_title_stay_words(pages: dict[str, Page], site: Site) -> None:
    page = pages["2022-binh-dang-gioi/nasty/index.html"]
    assert NASTY in page.text
    assert page.meta("og:title") == NASTY
    assert "<script>alert" not in site.page("2022-binh-dang-gioi/nasty/index.html")
    assert "49" not in "".join(page.text).split(NASTY)[0]


def test_a_post_says_who_when_and_what(pages: dict[str, Page]) -> None:
    page = pages["2022-binh-dang-gioi/phat-dong/index.html"]
    text = " ".join(" ".join(page.text).split())
    for words in ("08:00, Thứ Ba, 15/11/2022", "Văn phòng Sở", "Phát động", "Chia sẻ", "Facebook"):
        assert words in text
    assert page.meta("outreach-key")
    assert page.meta("og:image:width") == "1200"
    assert page.meta("og:image:height") == "630"
    assert page.meta("og:image").startswith(f"{BASE}media/")
    assert page.meta("article:published_time") == "2022-11-15T08:00:00+07:00"
    shares = [link for link in page.links() if "facebook.com" in link or "zalo.me" in link]
    assert len(shares) == 2
    assert all("https%3A%2F%2Fso.example.org%2Ftin%2F2022-binh" in link for link in shares)


def test_the_mirror_speaks_english_and_points_home(pages: dict[str, Page]) -> None:
    page = pages["en/2022-binh-dang-gioi/phat-dong/index.html"]
    assert {"Share", "Newest posts", "08:00, Tuesday, 15 November 2022"} <= set(page.text)
    canonical = [link["href"] for link in page.all("link") if link["rel"] == "canonical"]
    assert canonical == [f"{BASE}2022-binh-dang-gioi/phat-dong/"]
    assert [a["lang"] for a in page.all("article")] == ["vi"]


def test_kinds_show_what_matters(pages: dict[str, Page]) -> None:
    contest = " ".join(pages["2022-binh-dang-gioi/thi/index.html"].text)
    assert "Hạn nộp bài" in contest
    assert "08:00, Thứ Năm, 24/11/2022" in contest
    commended = " ".join(pages["2022-binh-dang-gioi/khen/index.html"].text)
    assert "Tập thể được biểu dương" in commended
    assert "Đồng chí A" in commended
    assert "Hội trường; tầng 2" in " ".join(event_page(pages).text)


def test_the_front_page_opens_with_the_theme(pages: dict[str, Page]) -> None:
    assert THEME in pages["index.html"].text


def test_a_message_that_came_twice_is_listed_once(pages: dict[str, Page]) -> None:
    topic = pages["chuyen-muc/phong-ngua-bao-luc/index.html"]
    main = [a["href"] for tag, a in topic.elements if tag == "a" and "so-dien-thoai" in a["href"]]
    assert set(main) == {"/tin/2022-binh-dang-gioi/so-dien-thoai-2/"}


def test_atom_parses_and_names_its_times(site: Site) -> None:
    feed = ET.fromstring(site.page("feed.xml"))
    entries = feed.findall(f"{ATOM}entry")
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    updated = [entry.findtext(f"{ATOM}updated") or "" for entry in entries]
    assert len(ids) == len(set(ids)) == 7
    assert feed.findtext(f"{ATOM}updated") == max(updated) == "2022-11-23T01:00:00Z"
    assert NASTY in [entry.findtext(f"{ATOM}title") for entry in entries]


@pytest.mark.asvs("1.2.3", "JSON is written by a serializer and read back")
def test_json_feed_is_version_1_1(site: Site) -> None:
    feed = json.loads(site.page("feed.json"))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert len(feed["items"]) == 7
    for item in feed["items"]:
        assert {"id", "url", "title", "content_html", "date_published"} <= set(item)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+07:00", item["date_published"])


def test_the_sitemap_names_public_pages_only(site: Site) -> None:
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    places = [url.text or "" for url in ET.fromstring(site.page("sitemap.xml")).iter(f"{space}loc")]
    files = site.files()
    assert len(places) == len(set(places)) > 15
    assert all(f"{place.removeprefix(BASE)}index.html" in files for place in places)
    assert not [place for place in places if "ke-hoach" in place]
    assert f"Sitemap: {BASE}sitemap.xml" in site.page("robots.txt")


def test_the_calendar_parses_and_keeps_its_ids(site: Site) -> None:
    own = Calendar.from_ical(site.page("2022-binh-dang-gioi/hop/lich.ics"))
    whole = Calendar.from_ical(site.page("lich.ics"))
    (event,), (same,) = own.events, whole.events
    assert event["UID"] == same["UID"]
    assert str(event["UID"]).endswith("@so.example.org")
    assert event.start == FIRST
    assert str(event["LOCATION"]) == "Hội trường; tầng 2"
    assert str(event["STATUS"]) == "CONFIRMED"


def test_a_withdrawn_event_is_struck_out_of_calendars(tmp_path: Path) -> None:
    site = Site(tmp_path / "site")
    site.withdraw(site.publish(month(tmp_path / "media")[6]))
    for path in ("lich.ics", "2022-binh-dang-gioi/hop/lich.ics"):
        (event,) = Calendar.from_ical(site.page(path)).events
        assert str(event["STATUS"]) == "CANCELLED"
        assert event["SEQUENCE"] == 1


def test_an_empty_site_is_a_site(tmp_path: Path) -> None:
    site = Site(tmp_path / "site")
    assert site.check()
    assert "Chưa có bài viết nào." in site.page("index.html")
    assert not Page(site.page("index.html")).faults
    assert ET.fromstring(site.page("feed.xml")).findall(f"{ATOM}entry") == []


def test_the_style_sheet_stays_small(site: Site) -> None:
    sheets = [content for path, content in site.files().items() if path.endswith(".css")]
    assert [len(sheet) < 20_000 for sheet in sheets] == [True]


@pytest.mark.asvs("1.2.2", "Addresses are made of letters, digits and hyphens")
@pytest.mark.parametrize(
    ("words", "address"),
    [
        ("Đảm bảo an sinh xã hội", "dam-bao-an-sinh-xa-hoi"),
        ("quyền năng  phụ nữ!", "quyen-nang-phu-nu"),
        ("Ðã sai chữ", "da-sai-chu"),
        ("…", "x"),
    ],
)
def test_vietnamese_folds_into_addresses(words: str, address: str) -> None:
    assert folded(words) == address


def test_a_long_text_is_cut_between_words() -> None:
    cut = shortened("chữ " * 100)
    assert len(cut) <= 181
    assert cut.endswith("chữ…")
    assert shortened("ngắn") == "ngắn"


def test_the_archive_goes_day_by_day(pages: dict[str, Page]) -> None:
    days = [
        text for text in pages["tat-ca/index.html"].text if re.match(r"(Thứ|Chủ) .*/2022$", text)
    ]
    assert days == sorted(days, key=lambda day: day.split(", ")[1], reverse=True)
    assert len(days) == 9
