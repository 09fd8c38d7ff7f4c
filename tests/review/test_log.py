"""The log's page: facets, search, files of exactly what is shown, and a tail that loses and repeats nothing."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPConnection, HTTPResponse

import pytest
from openpyxl import load_workbook

from outreach.domain.role import Role
from outreach.domain.text import Text
from outreach.review import log as page
from outreach.store import leafing
from tests.review.house import House
from tests.review.stage import HOSTILE
from tests.web.served import Client, served


def lines(text: str) -> int:
    return text.count("<tr>") - 1


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("channel=so-website", {"new"}),
        ("what=invited", {"invited"}),
        ("state=joined", {"joined"}),
        ("message=bang-ron", {"new"}),
        ("by=outreach apply", {"new", "approvals_needed"}),
        ("campaign=khong-co", set()),
        ("from=2022-11-15", set()),
        ("from=2022-11-14&until=2022-11-14&what=joined", {"joined"}),
        ("until=2022-11-13", set()),
        ("until=khong-phai-ngay&what=joined", {"joined"}),
        ("q=loi moi", {"joined"}),
    ],
)
def test_each_facet_chooses(office: House, asked: str, expected: set[str]) -> None:
    browser = office.signed_in()
    records = json.loads(browser.get(f"/log?{asked}&as=json").text)
    assert {record["what"] for record in records} == expected
    assert lines(browser.get(f"/log?{asked}").text) == len(records)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("lang=vi&by=tệp kế hoạch", "tệp kế hoạch"),
        ("lang=en&by=the files", "the files"),
        ("lang=vi&by=outreach apply", "tệp kế hoạch"),
        ("lang=en&by=tệp kế hoạch", "the files"),
        ("lang=vi&by=the files", "tệp kế hoạch"),
        ("lang=vi&what=new&q=tep ke hoach", "tệp kế hoạch"),
    ],
)
def test_the_program_is_named_and_found_as_people_say_it_but_kept_as_it_is(
    office: House, asked: str, said: str
) -> None:
    browser = office.signed_in()
    page = browser.get(f"/log?{asked}").text
    assert f">{said}</td>" in page
    assert ">outreach apply</td>" not in page
    records = json.loads(browser.get(f"/log?{asked}&as=json").text)
    assert records
    assert {record["by"] for record in records} == {"outreach apply"}


def test_what_a_token_did_is_found_by_its_name(office: House) -> None:
    why = Text("{why}", why="Vì vậy.")
    office.queue.pause("so-website", why, None, actor="token báo cáo", now=office.now)
    browser = office.signed_in()
    for asked, said in (("vi&by=mã truy cập", "mã truy cập"), ("en&by=token", "token")):
        page = browser.get(f"/log?lang={asked} báo cáo").text
        assert f">{said} báo cáo</td>" in page
        assert lines(page) == 1
    (line,) = json.loads(browser.get("/log?what=paused&as=json&lang=vi").text)
    assert line["detail"] == "Vì vậy. (người thực hiện: mã truy cập báo cáo)"


def test_a_pause_is_found_by_its_channel(office: House) -> None:
    office.queue.pause("so-website", Text("Vì vậy."), None, actor="lan", now=office.now)
    browser = office.signed_in()
    assert "Vì vậy." in browser.get("/log?channel=so-website&what=paused").text
    assert "Vì vậy." not in browser.get("/log?channel=facebook-page&what=paused").text


def test_the_files_hold_exactly_what_is_shown_and_no_formula(office: House) -> None:
    for number in range(5):
        why = Text("{r}", r=f"=HYPERLINK({number})")
        office.queue.pause("so-website", why, None, actor="lan", now=office.now)
    browser = office.signed_in()
    asked = "/log?what=paused"
    assert lines(browser.get(asked).text) == 5
    assert len(json.loads(browser.get(f"{asked}&as=json").text)) == 5
    csv = browser.get(f"{asked}&as=csv").text
    assert csv.count("\r\n") == 6
    sheet = load_workbook(io.BytesIO(browser.get(f"{asked}&as=xlsx").content)).active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert sum("HYPERLINK" in str(cell.value) for cell in cells) == 5
    assert {cell.data_type for cell in cells} <= {"s", "n", "d", "inlineStr"}


def test_older_lines_follow_page_by_page(office: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "LINES", 2)
    browser, address, seen = office.signed_in(), "/log?as=json", list[int]()
    count = office.office.checked_end()
    while address:
        shown = browser.get(address.replace("as=json", "")).text
        seen += [r["seq"] for r in json.loads(browser.get(f"{address}&as=json").text)]
        found = re.search(r'href="(/log\?[^"]*before=\d+)">Các dòng cũ', shown)
        address = found[1].replace("&amp;", "&") if found else ""
    assert seen == list(range(count, 0, -1))


def test_no_more_than_a_window_is_looked_at(office: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (leafing, page):
        monkeypatch.setattr(module, "WINDOW", 2)
    browser = office.signed_in()
    shown = browser.get("/log?what=khong-co").text
    assert lines(shown) == 0
    assert f"before={office.office.checked_end() - 2}" in shown


@contextmanager
def watching(client: Client, token: str, path: str, last: str = "") -> Iterator[HTTPResponse]:
    connection = HTTPConnection("127.0.0.1", client.port, timeout=20)
    headers = {"cookie": f"session={token}", **({"last-event-id": last} if last else {})}
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    try:
        yield answer
    finally:
        answer.close()
        connection.close()


def events(answer: HTTPResponse, until: str) -> list[tuple[str, str]]:
    """(id, data) of each event, up to the one that holds `until`."""
    found: list[tuple[str, str]] = []
    number, said = "", ""
    while until not in (found[-1][1] if found else ""):
        line = answer.readline().decode().rstrip("\n")
        name, _, value = line.partition(": ")
        if name == "id":
            number = value
        elif name == "data":
            said += value
        elif not line and said:
            found.append((number, said))
            said = ""
    return found


def test_the_tail_goes_on_where_it_was_cut(office: House) -> None:
    token = str(office.signed_in().cookies["session"])
    after = office.office.checked_end()

    def pause(why: str) -> None:
        office.queue.pause("so-website", Text("{why}", why=why), None, actor="lan", now=office.now)

    with served(office.app) as client:
        path = f"/log/live?what=paused&after={after}"
        pause("thứ nhất")
        with watching(client, token, path) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            first = events(answer, "thứ nhất")
            pause(f"thứ hai {HOSTILE}")
            first += events(answer, "thứ hai")
        pause("thứ ba")
        office.queue.resume("so-website", actor="lan", now=office.now)
        pause("thứ tư")
        with watching(client, token, path, last=first[-1][0]) as answer:
            second = events(answer, "thứ tư")
    numbers = [int(number) for number, _ in (*first, *second)]
    assert numbers == [after + 1, after + 2, after + 3, after + 5]
    assert "<script>" not in str(first)


def test_only_people_who_are_signed_in_watch(office: House) -> None:
    assert office.browser().get("/log/live").status_code == 303


def test_a_tail_begins_before_there_is_anything_to_tell(
    office: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from outreach.review import tail

    monkeypatch.setattr(tail, "BREATH", 3600.0)
    token = str(office.signed_in().cookies["session"])
    with served(office.app) as client:
        path = f"/log/live?after={office.office.checked_end()}"
        with watching(client, token, path) as answer:
            assert answer.readline() == b": \n"


def test_a_tail_ends_with_its_session(office: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from outreach.review import tail

    monkeypatch.setattr(tail, "BREATH", 0.0)
    token = str(office.signed_in(Role.REVIEWER).cookies["session"])
    with served(office.app) as client:
        path = f"/log/live?after={office.office.checked_end()}"
        with watching(client, token, path) as answer:
            assert answer.readline() == b": \n"
            office.wait(timedelta(days=1))
            assert answer.read().replace(b": \n\n", b"").strip() == b""
