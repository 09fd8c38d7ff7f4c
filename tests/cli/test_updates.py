"""An edit of a published message, as the people of the office see it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from outreach.cli.exit_codes import ExitCode
from tests.cli.conftest import Office, run

GREETING = ("loi-chao", "so-website")


@pytest.fixture
def edited(office: Office) -> Office:
    """The greeting is public, and its file has another text."""
    run("apply")
    office.work_after(*GREETING)
    rewrite(office, "Xin chào các anh chị.")
    return office


def rewrite(office: Office, text: str) -> None:
    file = office.messages / "loi-chao.md"
    head = file.read_text("utf-8").split("---\n")[1]
    file.write_text(f"---\n{head}---\n{text}\n", "utf-8")


def wish(office: Office, updates: str) -> None:
    file = office.messages / "campaign.toml"
    text = file.read_text("utf-8").replace('updates = "ask"', f'updates = "{updates}"')
    file.write_text(text, "utf-8")


def page(office: Office) -> str:
    [shown] = office.folder.glob("site/*/loi-chao/index.html")
    return shown.read_text("utf-8")


def update(office: Office) -> dict[str, Any]:
    [found] = [d for d in office.deliveries() if d["action"] == "update"]
    return found


def work(office: Office) -> None:
    office.work(datetime.now(UTC) + timedelta(days=400))


def test_the_plan_says_that_a_person_is_asked(edited: Office) -> None:
    said = run("plan")
    assert "loi-chao (update)" in said.out
    assert "1 asks a person" in said.out
    assert "1 chờ người đồng ý" in run("plan", language="vi").out
    assert "outreach retry" in run("preview", "loi-chao").err
    summaries = [
        str(e["SUMMARY"]) for e in Calendar.from_ical(run("plan", "--ics").out).walk("VEVENT")
    ]
    assert [s for s in summaries if s.startswith("↻ so-website")]


def test_nothing_changes_before_someone_lets_it(edited: Office) -> None:
    run("apply")
    work(edited)
    waiting = update(edited)
    assert waiting["state"] == "held"
    assert waiting["id"] in [d["id"] for d in run("status", "--json").json["to_look_at"]]
    assert "anh chị" not in page(edited)
    assert run("retry", str(waiting["id"]), "--by", "Lan").code is ExitCode.OK
    work(edited)
    assert update(edited)["state"] == "updated"
    assert "anh chị" in page(edited)
    assert "cập nhật" in run("queue", language="vi").out
    log = run("log", "--csv").out
    assert "public text replaced" in log
    assert f"Update {waiting['id']} reached the channel." in log
    assert "Lan" in log
    assert "nothing to change" in run("apply").out


def test_what_someone_left_stays_and_is_said(edited: Office) -> None:
    run("apply")
    assert run("cancel", str(update(edited)["id"]), "--by", "Lan").code is ExitCode.OK
    work(edited)
    assert "anh chị" not in page(edited)
    assert "changed too late" not in run("apply").out
    assert "stays as it was" in run("plan", "--json").out


def test_a_campaign_may_wish_every_edit_to_go_out(edited: Office) -> None:
    wish(edited, "yes")
    assert "1 new" in run("apply").out
    work(edited)
    assert "anh chị" in page(edited)


def test_a_campaign_may_wish_no_edit_to_go_out(edited: Office) -> None:
    wish(edited, "no")
    assert "campaign.toml wishes" in run("plan", "--json").out
    assert "nothing to change" in run("apply").out


def test_an_unknown_wish_is_named(edited: Office) -> None:
    wish(edited, "maybe")
    said = run("check")
    assert said.code is ExitCode.FOUND_PROBLEMS
    assert "campaign.toml" in said.err + said.out


@pytest.mark.parametrize(
    ("seen", "state"), [("--published", "updated"), ("--not-published", "scheduled")]
)
def test_a_person_may_say_whether_the_new_text_is_there(
    edited: Office, seen: str, state: str
) -> None:
    run("apply")
    found = update(edited)
    from outreach.bootstrap import load_settings, media_folder, open_store
    from outreach.domain.delivery import State
    from outreach.domain.text import Text
    from outreach.store.queue import Queue

    settings = load_settings(edited.folder / "config.toml")
    engine = open_store(settings)
    queue = Queue(engine, media_folder=media_folder(settings))
    now = datetime.now(UTC)
    for to in (State.SCHEDULED, State.NEEDS_PERSON):
        queue.move(found["id"], to, reason=Text("Test."), actor="test", now=now)
    engine.dispose()
    assert run("resolve", str(found["id"]), seen, "--by", "Lan").code is ExitCode.OK
    assert update(edited)["state"] == state
    assert "the new text" in run("show", str(found["id"])).out
