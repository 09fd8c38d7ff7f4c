"""The API: what a token permits, what is answered, and that nothing that is asked breaks it."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path

import httpx
import pytest

from outreach.domain.role import Role
from outreach.reports.cells import to_words
from outreach.review.api.endpoints import ENDPOINTS, ROOT
from outreach.review.pace import LINE, STRANGERS, Pace
from outreach.review.pages import review_pages
from outreach.review.people import NAMELESS
from outreach.store.delivery_log import read, verify
from outreach.store.tokens import LONGEST, Scope, Token
from tests.review.house import CAMPAIGN, House
from tests.store.office import what_happened
from tests.web.served import served

ALL = frozenset(Scope)
SECRET = "a-secret-of-an-api-token"


def issue(office: House, *, scopes: frozenset[Scope] = ALL, days: int = 30) -> None:
    now = office.now
    token = Token(name="báo cáo", scopes=scopes, made=now, expires=now + timedelta(days=days))
    assert office.office.tokens.issue(token, SECRET, actor="admin")


def ask(office: House, path: str, secret: str = SECRET) -> httpx.Response:
    return office.browser().get(f"{ROOT}{path}", authorization=f"Bearer {secret}")


def address(path: str) -> str:
    for name, value in {"id": "1", "campaign": CAMPAIGN, "message": "mot"}.items():
        path = path.replace(f"{{{name}}}", value)
    return path


def say(office: House, said: object, secret: str = SECRET) -> httpx.Response:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return office.browser().send(f"{ROOT}/approvals", body, authorization=f"Bearer {secret}")


def waiting(office: House) -> dict[str, str]:
    """Channel -> the text of `mot` that waits there."""
    found = ask(office, f"/messages/{CAMPAIGN}/mot").json()["texts"]
    return {each["channel"]: each["digest"] for each in found if each["lacking"]}


def test_messages_come_some_at_a_time_with_what_they_lack(office: House) -> None:
    issue(office)
    first = ask(office, "/messages?limit=1").json()
    second = ask(office, f"/messages?limit=1&after={first['messages'][0]['id']}").json()
    assert [m["id"] for m in (*first["messages"], *second["messages"])] == ["bang-ron", "mot"]
    assert (first["more"], second["more"], second["messages"][0]["lacking"]) == (True, False, 2)
    office.write("hong", unit="Phòng không có")
    (broken,) = ask(office, "/messages?after=bang-ron&limit=1").json()["messages"]
    assert broken["problems"][0]["line"] > 1
    assert ask(office, f"/messages/{CAMPAIGN}/khong-co").status_code == 404
    unknown = ask(office, "/messages?campaign=khong-co").json()
    assert (unknown["count"], unknown["messages"], unknown["more"]) == (0, [], False)


def test_a_message_is_told_whole(office: House) -> None:
    issue(office)
    told = ask(office, f"/messages/{CAMPAIGN}/mot").json()
    assert told["source"].startswith("---")
    assert {each["channel"] for each in told["texts"]} == {"so-website", "facebook-page"}
    assert "Xin chào." in told["texts"][0]["preview"]
    assert len(told["versions"]["so-website"]) == 1


def test_the_other_pages_are_told_too(office: House) -> None:
    issue(office)
    month = ask(office, "/calendar?month=2022-11").json()
    assert {d["title"] for d in month["deliveries"]} == {"Bài mot", "Treo băng rôn đợt 1"}
    assert month["campaigns"][0]["id"] == CAMPAIGN
    assert ask(office, "/calendar?month=2022-12").json()["deliveries"] == []
    assert len(ask(office, "/calendar?topic=phát động").json()["deliveries"]) == 2
    today = ask(office, "/today").json()
    assert len(today["hands"]) == 2
    assert today["next"][0]["state"] == "scheduled"
    assert ask(office, "/banners").json()["banners"][0]["title"] == "Treo băng rôn đợt 1"
    office.signed_in()
    assert ask(office, "/people").json() == {
        "people": [{"name": "admin", "role": "admin", "second_factor": False}]
    }


def test_a_token_approves_the_very_text_and_no_other(office: House) -> None:
    issue(office)
    texts = waiting(office)
    assert len(ask(office, "/approvals").json()["waiting"]) == 3
    done = say(office, {"digest": texts["so-website"], "verdict": "approved"})
    assert (done.status_code, done.json()) == (200, {"deliveries": 1})
    assert set(waiting(office)) == {"facebook-page"}
    assert say(office, {"digest": "0" * 64, "verdict": "approved"}).status_code == 404
    back = {"digest": texts["facebook-page"], "verdict": "sent_back"}
    assert say(office, back).status_code == 422
    assert say(office, {**back, "note": "Sửa tên."}).status_code == 200
    left = ask(office, "/approvals").json()["waiting"]
    (mine,) = [each for each in left if each["message"] == "mot"]
    assert mine["words"][0]["person"] == "token báo cáo"
    assert what_happened(office.desk.engine)[-2:] == ["approved", "sent_back"]


@pytest.mark.parametrize(
    ("said", "status", "why"),
    [
        (b"no json", 400, "no JSON"),
        ([], 422, "dictionary"),
        ({"digest": "a", "verdict": "approved"}, 422, "digest: "),
        ({"digest": "a", "verdict": "x"}, 422, "; verdict: "),
        ({"digest": "0" * 64, "verdict": "published"}, 422, "verdict: "),
        ({"digest": "0" * 64, "verdict": "approved", "person": "lan"}, 422, "person: "),
        ({"digest": "0" * 64, "verdict": "sent_back"}, 422, "note: say what is to be changed"),
        ({"digest": "0" * 64, "verdict": "approved", "note": "x" * 30_000}, 413, "too long"),
        ({"digest": "0" * 64, "verdict": "approved"}, 404, "No delivery waits"),
    ],
)
def test_a_word_that_is_none_is_refused(office: House, said: object, status: int, why: str) -> None:
    issue(office)
    answer = say(office, said)
    assert answer.status_code == status
    assert why in answer.json()["error"]


def test_no_token_approves_where_two_people_must(office: House) -> None:
    """An administrator with two tokens would be two people."""
    office.rule("four-eyes")
    office.apply()
    issue(office)
    said = {"digest": waiting(office)["so-website"], "verdict": "approved"}
    refused = say(office, said)
    assert refused.status_code == 403
    assert "Two people must approve" in refused.json()["error"]
    assert "approved" not in what_happened(office.desk.engine)
    assert say(office, {**said, "verdict": "sent_back", "note": "Sửa tên."}).status_code == 200


def test_who_only_reads_approves_nothing(office: House) -> None:
    issue(office, scopes=ALL - {Scope.APPROVE})
    digest = waiting(office)["so-website"]
    said = {"digest": digest, "verdict": "approved"}
    assert say(office, said).status_code == 403
    assert say(office, said, "wrong").status_code == 401
    assert say(office, said, "").status_code == 401
    assert "approved" not in what_happened(office.desk.engine)


def test_it_tells_what_the_pages_show(office: House) -> None:
    issue(office)
    found = ask(office, "/deliveries?message=mot").json()["deliveries"]
    assert {d["channel"] for d in found} == {"so-website", "facebook-page"}
    one = ask(office, f"/deliveries/{found[0]['id']}").json()
    assert one["content"]["title"] == "Bài mot"
    assert one["events"][0]["what"] == "new"
    assert ask(office, "/channels").json()["channels"][0]["name"] == "facebook-page"
    assert ask(office, "/statistics?by=topic").json() == {"rows": []}
    assert ask(office, "/deliveries?state=published").json() == {"deliveries": []}
    assert ask(office, "/deliveries/999").status_code == 404


@pytest.mark.parametrize("limit", [1, 2, 500])
def test_the_log_is_read_to_its_end_without_a_gap(office: House, limit: int) -> None:
    issue(office)
    after, seen = 0, list[int]()
    while after < office.office.checked_end():
        answer = ask(office, f"/log?after={after}&limit={limit}").json()
        seen += [line["seq"] for line in answer["lines"]]
        after = answer["after"]
    assert seen == list(range(1, after + 1))


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: each.path)
def test_only_a_good_token_with_the_scope_is_answered(office: House, endpoint: object) -> None:
    path, scope = address(endpoint.path), endpoint.scope  # type: ignore[attr-defined]  # pytest's parameters are objects
    assert ask(office, path, "").status_code == 401
    assert ask(office, path, "wrong").status_code == 401
    issue(office, scopes=ALL - {scope})
    assert ask(office, path).status_code == 403
    office.office.tokens.revoke("báo cáo", actor="admin", now=office.now)
    issue(office, scopes=frozenset({scope}))
    assert ask(office, path).status_code == 200
    office.wait(timedelta(days=31))
    assert ask(office, path).status_code == 401


def test_a_session_is_no_token(office: House) -> None:
    assert office.signed_in().get(f"{ROOT}/deliveries").status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "/deliveries?limit=0",
        "/deliveries?limit=501",
        "/deliveries?since=2022-11-15",
        "/deliveries?until=0.5",
        "/deliveries?state=nothing",
        "/deliveries?unknown=1",
        "/deliveries?limit=1&limit=2",
        "/deliveries?campaign=a%00b",
        "/deliveries/x",
        "/deliveries/99999999999999999999",
        "/log?after=-1",
        "/statistics?by=nothing",
        "/calendar?month=2022-13",
        "/calendar?month=0000-01",
        "/calendar?month=x",
        "/messages?limit=201",
        "/messages/A_b/mot",
        "/approvals?hours=0",
    ],
)
def test_what_is_asked_wrongly_is_refused_with_a_reason(office: House, path: str) -> None:
    issue(office)
    answer = ask(office, path)
    assert answer.status_code == 422
    assert answer.json()["error"]


def test_only_an_administrator_issues_tokens_and_sees_a_secret_once(office: House) -> None:
    form = {"do": "issue", "name": "báo cáo", "scope-log:read": "on", "days": "90"}
    reviewer = office.signed_in(Role.REVIEWER)
    reviewer.get("/")
    assert reviewer.get("/tokens").status_code == 403
    assert reviewer.post("/tokens", form).status_code == 403
    admin = office.signed_in()
    admin.get("/tokens")
    page = admin.post("/tokens", form).text
    secret = page.split("<p><code>")[1].split("</code>")[0]
    assert secret not in admin.get("/tokens").text
    assert secret not in Path(office.folder / "state" / "outreach.db").read_bytes().decode(
        "latin-1"
    )
    assert ask(office, "/log", secret).status_code == 200
    assert ask(office, "/deliveries", secret).status_code == 403
    assert admin.post("/tokens", form).status_code == 409
    assert admin.post("/tokens", {"do": "issue", "name": "không quyền"}).status_code == 409
    admin.post("/tokens", {"do": "revoke", "name": "báo cáo"})
    assert ask(office, "/log", secret).status_code == 401
    assert [what for what in what_happened(office.desk.engine) if what.startswith("token")] == [
        "token_issued",
        "token_refused",
        "token_revoked",
        "token_unknown",
    ]
    by = [
        (line.event.what, line.event.actor, line.event.data["token"])
        for line in read(office.desk.engine)
        if line.event.what in ("token_issued", "token_revoked")
    ]
    assert by == [("token_issued", "admin", "báo cáo"), ("token_revoked", "admin", "báo cáo")]


@pytest.mark.parametrize(("asked", "days"), [("30", 30), ("90", 90), ("366", 366), ("9999", 30)])
def test_a_token_is_good_for_the_days_that_were_chosen(
    office: House, asked: str, days: int
) -> None:
    admin = office.signed_in()
    admin.get("/tokens")
    admin.post("/tokens", {"do": "issue", "name": "x", "scope-log:read": "on", "days": asked})
    (token,) = office.office.tokens.all()
    assert token.expires - token.made == timedelta(days=days)


def test_a_token_has_a_name(office: House) -> None:
    admin = office.signed_in()
    admin.get("/tokens?lang=en")
    answer = admin.post("/tokens", {"do": "issue", "name": " ", "scope-log:read": "on"})
    assert answer.status_code == 409
    assert to_words(NAMELESS, "en") in unescape(answer.text)
    assert office.office.tokens.all() == []


def refusals(office: House) -> list[tuple[str, str, str, int]]:
    """What the log says of tokens that were refused: what, by whom, where, and how many such lines were left out."""
    assert verify(office.desk.engine).intact
    events = [line.event for line in read(office.desk.engine)]
    told = [e for e in events if e.what in ("token_refused", "token_unknown")]
    return [(e.what, e.actor, e.data["where"], e.data["left_out"]) for e in told]


@pytest.mark.asvs(
    "16.3.2", "What a token's scopes do not permit is an event, and so is a token that is none."
)
def test_refused_calls_are_in_the_log_but_do_not_fill_it(office: House) -> None:
    seconds = [0.0]
    office.office = replace(office.office, pace=Pace(lambda: seconds[0]))
    office.app = review_pages(office.office)
    issue(office, scopes=frozenset({Scope.READ_LOG}))
    for _ in range(LINE.at_once + 5):
        assert ask(office, "/people?lang=en").status_code == 403
    line = ("token_refused", "token báo cáo", f"GET {ROOT}/people", 0)
    assert refusals(office) == [line] * LINE.at_once
    seconds[0] += LINE.rest
    assert say(office, {}).status_code == 403
    assert refusals(office)[-1] == (*line[:2], f"POST {ROOT}/approvals", 5)
    for secret in ("wrong", "wrong too", ""):
        assert ask(office, "/log", secret).status_code == 401
    stranger = ("token_unknown", "outreach", f"GET {ROOT}/log", 0)
    assert refusals(office)[LINE.at_once + 1 :] == [stranger]
    seconds[0] += STRANGERS.rest
    assert ask(office, "/log", "wrong").status_code == 401
    assert refusals(office)[-1] == (*stranger[:3], 1)
    assert "wrong" not in str(list(read(office.desk.engine)))
    page = office.signed_in().get("/log?what=token_refused&lang=en").text
    assert "not permitted to a token" in page
    assert f"GET {ROOT}/people" in page


def test_no_token_outlives_a_year(office: House) -> None:
    issue(office, days=4_000)
    (token,) = office.office.tokens.all()
    assert token.expires == office.now + LONGEST


@pytest.mark.slow
def test_nothing_that_a_fuzzer_asks_breaks_it(office: House) -> None:
    issue(office)
    with served(office.app) as client:
        command = [str(Path(sys.executable).with_name("schemathesis")), "run"]
        command += [
            f"{client.url}{ROOT}/openapi.json",
            "--header",
            f"Authorization: Bearer {SECRET}",
        ]
        command += ["--max-examples", "10", "--seed", "1", "--checks", "all", "--no-color"]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, cwd=office.folder
        )
    assert done.returncode == 0, done.stdout[-6000:]


def test_the_description_names_every_endpoint(office: House) -> None:
    described = json.loads(office.browser().get(f"{ROOT}/openapi.json").text)
    assert set(described["paths"]) == {f"{ROOT}{each.path}" for each in ENDPOINTS}
