"""The reviewers' pages: who gets in, what is shown, what is decided, and what strangers get."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import timedelta
from importlib import resources
from pathlib import Path

import pytest
from sqlalchemy import Engine

from outreach.domain.delivery import State
from outreach.domain.role import Role
from outreach.reports.cells import to_words
from outreach.review.signing import FIRST, first_code
from outreach.store.delivery_log import verify
from outreach.store.people import IDLE, LONGEST
from tests.review.stage import HOSTILE, PASSWORD, Stage
from tests.store.blank import blank
from tests.store.office import what_happened

PAGES = ("/", "/log", "/deliveries/1")


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    engine: Engine = blank(tmp_path / "outreach.db")
    return Stage(engine, tmp_path)


@pytest.mark.asvs(
    "6.3.2",
    "The first person comes in by a code that is made at the start; there is no account before.",
)
@pytest.mark.asvs(
    "6.4.1", "A code of 96 random bits serves once, for one day, and the password follows it."
)
def test_a_code_lets_in_once_and_then_the_password_does(stage: Stage) -> None:
    code = first_code(stage.office)
    assert code
    form = {"name": FIRST, "code": code, "password": PASSWORD}
    assert stage.browser().post("/welcome", form).status_code == 303
    assert stage.browser().post("/welcome", form).status_code == 403
    assert first_code(stage.office) is None
    browser = stage.browser()
    assert browser.post("/sign-in", {"name": FIRST, "password": PASSWORD}).status_code == 303
    assert "Hôm nay" in browser.get("/").text
    happened = what_happened(stage.engine)[-5:]
    assert happened == ["invited", "joined", "signed_in", "sign_in_failed", "signed_in"]
    assert verify(stage.engine).intact


@pytest.mark.asvs("6.2.1", "A password of less than 12 characters is refused.")
@pytest.mark.asvs("6.5.5", "A code that is older than a day lets nobody in.")
def test_an_old_code_and_a_short_password_are_refused(stage: Stage) -> None:
    code = first_code(stage.office)
    assert code
    browser = stage.browser()
    short = browser.post("/welcome", {"name": FIRST, "code": code, "password": "ngắn"})
    assert "12" in short.text
    stage.now += timedelta(days=1, seconds=1)
    late = browser.post("/welcome", {"name": FIRST, "code": code, "password": PASSWORD})
    assert late.status_code == 403


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.asvs("7.2.1", "Every page asks the database for the session.")
def test_nobody_sees_a_page_without_signing_in(stage: Stage, path: str) -> None:
    answer = stage.browser().get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


@pytest.mark.parametrize("path", [*PAGES, "/sign-in", "/welcome"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_speaks_its_language_and_runs_nothing(
    stage: Stage, path: str, language: str
) -> None:
    answer = stage.signed_in().get(f"{path}?lang={language}")
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text
    scripts = re.findall(r"<script[^>]*>", answer.text)
    assert all(re.fullmatch(r'<script src="/static/[\w.-]+">', one) for one in scripts)
    assert (len(scripts) > 0) is (path == "/log")
    assert not re.search(r"<img|<[^>]*\s(on\w+|style)=", answer.text)
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.text.count("<h1") == 1


def test_what_staff_wrote_is_shown_but_never_run(stage: Stage) -> None:
    browser = stage.signed_in()
    for path in ("/", "/log"):
        page = browser.get(path).text
        assert HOSTILE not in page
        assert "&lt;script&gt;" in page
    browser.get("/deliveries/1")
    browser.post("/deliveries/1", {"choice": "public", "note": HOSTILE})
    page = browser.get("/deliveries/1").text
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "<script>" not in browser.get("/log?q=%3Cscript%3E").text


def test_a_person_settles_what_is_unknown(stage: Stage) -> None:
    browser, doubtful = stage.signed_in(), stage.unknown()
    assert f"/deliveries/{doubtful.id}" in browser.get("/").text
    page = browser.get(f"/deliveries/{doubtful.id}").text
    assert 'value="public"' in page
    assert 'value="retry"' not in page
    form = {"choice": "public", "link": "https://so.example/1", "note": "đã xem"}
    assert browser.post(f"/deliveries/{doubtful.id}", form).status_code == 303
    after = stage.queue.get(doubtful.id)
    assert after is not None
    assert after.state is State.PUBLISHED
    assert after.receipt is not None
    assert after.receipt.permalink == "https://so.example/1"
    assert browser.post(f"/deliveries/{doubtful.id}", form).status_code == 409


def test_what_was_looked_for_in_vain_is_tried_again_and_can_be_cancelled(stage: Stage) -> None:
    browser, doubtful = stage.signed_in(), stage.unknown()
    address = f"/deliveries/{doubtful.id}"
    browser.get(address)
    browser.post(address, {"choice": "absent"})
    assert (found := stage.queue.get(doubtful.id))
    assert found.state is State.SCHEDULED
    browser.post(address, {"choice": "cancel", "note": "trùng bài"})
    assert (found := stage.queue.get(doubtful.id))
    assert found.state is State.CANCELLED
    assert found.reason
    assert to_words(found.reason, "en") == "admin cancelled it. Note: trùng bài"
    browser.post(address, {"choice": "retry", "note": "cần đăng"})
    assert (found := stage.queue.get(doubtful.id))
    assert found.state is State.SCHEDULED
    assert found.reason
    assert to_words(found.reason, "en") == "admin let it try again. Note: cần đăng"


def test_what_is_too_late_is_not_tried_again(stage: Stage) -> None:
    browser, doubtful = stage.signed_in(), stage.unknown()
    address = f"/deliveries/{doubtful.id}"
    browser.get(address)
    browser.post(address, {"choice": "absent"})
    browser.post(address, {"choice": "cancel"})
    assert 'value="retry"' in browser.get(address).text
    stage.now = doubtful.expires
    browser = stage.browser()
    browser.post("/sign-in", {"name": "admin", "password": PASSWORD})
    assert 'value="retry"' not in browser.get(address).text
    assert browser.post(address, {"choice": "retry"}).status_code == 409
    assert (found := stage.queue.get(doubtful.id))
    assert found.state is State.CANCELLED


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "x"])
def test_only_a_web_address_is_taken_as_a_link(stage: Stage, link: str) -> None:
    browser = stage.signed_in()
    browser.get("/deliveries/1")
    answer = browser.post("/deliveries/1", {"choice": "public", "link": link})
    assert answer.status_code == 409
    assert stage.unknown().receipt is None


@pytest.mark.asvs("8.2.1", "Who may not decide is refused, also without the form.")
def test_a_reviewer_reads_but_decides_nothing(stage: Stage) -> None:
    browser = stage.signed_in(Role.REVIEWER)
    assert 'name="choice"' not in browser.get("/deliveries/1").text
    assert browser.post("/deliveries/1", {"choice": "public"}).status_code == 403
    assert stage.unknown().receipt is None


@pytest.mark.asvs("3.5.1", "Fetch metadata, origin, host and a seal of the session are asked for.")
def test_another_site_can_send_no_form(stage: Stage) -> None:
    browser = stage.signed_in()
    browser.get("/")
    form = {"choice": "public"}
    cross = browser.post("/deliveries/1", form, sec_fetch_site="cross-site")
    origin = browser.post("/deliveries/1", form, origin="https://evil.example")
    bare = browser.post("/deliveries/1", form, sealed=False)
    foreign = browser.get("/", host="evil.example")
    codes = [a.status_code for a in (cross, origin, bare, foreign)]
    assert codes == [403, 403, 403, 421]
    assert stage.unknown().receipt is None


def test_the_seal_of_another_session_is_worth_nothing(stage: Stage) -> None:
    browser, other = stage.signed_in(), stage.signed_in(Role.REVIEWER)
    other.get("/")
    browser.get("/")
    browser.seal = other.seal
    assert browser.post("/deliveries/1", {"choice": "public"}).status_code == 403


@pytest.mark.asvs(
    "6.3.1",
    "After three failures each further one costs twice the time, a quarter of an hour at most.",
)
def test_guessing_costs_more_and_more_time(stage: Stage) -> None:
    stage.signed_in()
    browser = stage.browser()
    wrong, right = {"name": FIRST, "password": "x"}, {"name": FIRST, "password": PASSWORD}
    for _ in range(4):
        assert browser.post("/sign-in", wrong).status_code == 403
        stage.now += timedelta(seconds=1)
    assert browser.post("/sign-in", wrong).status_code == 403
    assert browser.post("/sign-in", right).status_code == 403
    stage.now += timedelta(minutes=15)
    assert browser.post("/sign-in", right).status_code == 303


@pytest.mark.parametrize("idle", [True, False])
@pytest.mark.asvs("7.3.1", "After an hour without a page.")
@pytest.mark.asvs("7.3.2", "After twelve hours.")
def test_a_session_ends_by_itself(stage: Stage, idle: bool) -> None:
    browser = stage.signed_in()
    if idle:
        stage.now += IDLE + timedelta(seconds=1)
    else:
        for _ in range(LONGEST // (IDLE / 2)):
            stage.now += IDLE / 2
            assert browser.get("/").status_code == 200
        stage.now += timedelta(seconds=1)
    assert browser.get("/").status_code == 303


@pytest.mark.asvs("7.2.2", "Each sign-in makes a token of its own.")
@pytest.mark.asvs("7.2.4", "A token that the browser brings along is not taken over.")
@pytest.mark.asvs("7.4.1", "After signing out the old token lets nobody in.")
@pytest.mark.asvs("3.3.2", "Cookies go to our own pages only.")
@pytest.mark.asvs("3.3.4", "Cookies are out of the reach of scripts.")
def test_signing_in_makes_a_new_session_and_signing_out_ends_all(stage: Stage) -> None:
    first = stage.signed_in()
    second = stage.browser()
    second.cookies.set("session", "chosen by somebody else", domain="127.0.0.1")
    answer = second.post("/sign-in", {"name": FIRST, "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert "chosen by somebody" not in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    first.get("/")
    assert first.post("/sign-out", {}).status_code == 303
    assert first.get("/").status_code == 303
    again = stage.browser()
    again.cookies.set("session", cookie.split(";")[0].split("=")[1], domain="127.0.0.1")
    assert again.get("/").status_code == 303


def test_the_log_is_searched_with_and_without_marks_and_exported_as_shown(stage: Stage) -> None:
    browser = stage.signed_in()
    for search in ("đăng nhập", "dang nhap", "DANG NHAP"):
        assert "đã đăng nhập" in browser.get(f"/log?q={search}").text
    assert "không có dòng nào" in browser.get("/log?q=khongcogi").text
    records = json.loads(browser.get("/log?q=ngo&as=json").text)
    assert {record["message"] for record in records} == {"ngo"}
    shown = browser.get("/log?q=ngo").text
    assert shown.count("<tr>") == len(records) + 1
    text = browser.get("/log?q=ngo&as=csv").text
    assert text.count("\r\n") == len(records) + 1


def test_what_does_not_exist_says_so(stage: Stage) -> None:
    browser = stage.signed_in()
    for path in ("/deliveries/999", "/static/..%2Fpages.py", "/nothing"):
        assert browser.get(path).status_code == 404
    assert browser.get("/static/review.css").headers["content-type"].startswith("text/css")
    assert browser.post("/sign-in", {"name": "x" * 30_000}).status_code == 413


def test_other_peoples_files_are_those_that_their_table_names() -> None:
    folder = resources.files("outreach.review").joinpath("static")
    table = folder.joinpath("README.md").read_text("utf-8")
    recorded = dict(re.findall(r"^\| `([\w.-]+)` .*`([0-9a-f]{64})` \|$", table, re.MULTILINE))
    found = {
        name: hashlib.sha256(folder.joinpath(name).read_bytes()).hexdigest() for name in recorded
    }
    assert recorded == found
    assert len(found) == 3
