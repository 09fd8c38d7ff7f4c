"""status, queue, log, show, report and audit: what has happened, with evidence."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import datetime

import pytest

from outreach.cli.exit_codes import ExitCode
from outreach.reports.registry import REPORTS
from outreach.reports.statistics import By
from tests.cli.conftest import CAMPAIGN, Office, run


@pytest.fixture
def published(office: Office) -> Office:
    run("apply")
    office.work_after("loi-chao", "so-website")
    return office


def test_status_counts_per_channel(published: Office) -> None:
    found = {row["channel"]: row for row in run("status", "--json").json["channels"]}
    assert (found["so-website"]["done"], found["so-website"]["to_come"]) == (1, 1)
    assert found["truc-tiep"]["to_come"] == 1
    assert "Nothing waits for a person." in run("status").out


def test_the_queue_is_filtered(published: Office) -> None:
    assert [d["message"] for d in published.deliveries("--state", "published")] == ["loi-chao"]
    assert [d["channel"] for d in published.deliveries("--channel", "truc-tiep")] == ["truc-tiep"]
    assert len(published.deliveries("--campaign", CAMPAIGN)) == 3
    assert published.deliveries("--since", "2999-01-01") == []


def test_instants_carry_the_campaigns_offset(published: Office) -> None:
    for delivery in published.deliveries():
        assert delivery["due"].endswith("+07:00")


def test_tables_fit_in_eighty_columns(published: Office) -> None:
    for command in ("status", "queue", "log", "plan"):
        said = run(command, language="vi")
        too_long = [line for line in said.out.splitlines() if len(line) > 80]
        assert said.code is ExitCode.OK
        assert not too_long


def test_the_log_tells_what_where_when_by_whom(published: Office) -> None:
    lines = run("log", "--json", "--state", "published").json
    assert [(line["message"], line["channel"], line["by"]) for line in lines] == [
        ("loi-chao", "so-website", "outreach")
    ]
    assert lines[0]["permalink"].startswith("http://127.0.0.1:8080/")
    assert datetime.fromisoformat(lines[0]["at"]).utcoffset() is not None
    assert run("log", "--json", "--channel", "truc-tiep").json[0]["what"] == "new"
    assert run("log", "--json", "--since", "2999-01-01 08:00").json == []


def test_the_log_as_csv_opens_in_a_spreadsheet(published: Office) -> None:
    said = run("log", "--csv", language="vi")
    assert said.out.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(said.out[1:])))
    assert len({len(row) for row in rows}) == 1
    assert "đã đăng" in {row[1] for row in rows}


def test_show_accepts_number_key_and_beginning_of_key(published: Office) -> None:
    [delivery] = published.deliveries("--state", "published")
    for word in (
        str(delivery["id"]),
        delivery["key"],
        delivery["key"][:8],
        delivery["key"].upper(),
    ):
        assert run("show", word, "--json").json["key"] == delivery["key"]


def test_show_has_all_the_evidence(published: Office) -> None:
    [delivery] = published.deliveries("--state", "published")
    found = run("show", str(delivery["id"]), "--json").json
    assert found["receipt"]["permalink"] == delivery["permalink"]
    assert [attempt["state"] for attempt in found["tries"]] == ["published"]
    assert [event["what"] for event in found["events"]] == ["new", "publishing", "published"]
    assert all(len(event["hash"]) == 64 for event in found["events"])
    assert found["content"]["title"] == "Phát động Tháng hành động"
    said = run("show", str(delivery["id"]))
    assert delivery["digest"] in said.out.replace("\n", "").replace(" ", "")
    assert found["events"][-1]["hash"][:8] in said.out


def test_show_needs_more_of_a_key_that_fits_several(office: Office) -> None:
    for number in range(30):
        office.write(f"tin-{number}", at=f"{office.window_start} {12 + number // 6}:{number % 6}5")
    (office.messages / "campaign.toml").write_text(
        (office.messages / "campaign.toml").read_text("utf-8").replace('"30m"', '"5m"'), "utf-8"
    )
    assert run("apply").code is ExitCode.OK
    beginnings = Counter(d["key"][0] for d in office.deliveries())
    shared = next(letter for letter, count in beginnings.items() if count > 1 and letter.isalpha())
    said = run("show", shared)
    assert said.code is ExitCode.BAD_INPUT
    assert f"{beginnings[shared]} keys begin with" in said.err


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_comes_in_every_format(published: Office, name: str) -> None:
    for form in ("text", "csv", "json", "html", *(["ics"] if REPORTS[name].ics else [])):
        said = run("report", name, "--format", form, language="vi")
        assert said.code is ExitCode.OK
        assert said.out


def test_a_report_is_written_to_a_file(published: Office) -> None:
    assert run("report", "queue", "--format", "csv", "-o", "q.csv").out == ""
    assert (published.folder / "q.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_reports_are_listed(office: Office) -> None:
    said = run("report")
    assert all(name in said.out for name in REPORTS)
    assert run("report", "khac").code is ExitCode.BAD_INPUT
    assert run("report", "queue", "--format", "ics").code is ExitCode.BAD_INPUT


def test_the_audit_finds_a_line_that_was_changed(published: Office) -> None:
    import sqlite3

    said = run("audit", "verify")
    assert said.code is ExitCode.OK
    end = said.out.split()[-1]
    assert run("audit", "verify", "--against", end).code is ExitCode.OK
    with sqlite3.connect(published.folder / "state" / "outreach.db") as connection:
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE event SET actor = 'someone' WHERE seq = 2")
    connection.close()
    assert run("audit", "verify").code is ExitCode.FOUND_PROBLEMS
    assert run("audit", "verify", "--json").json["ok"] is False
    assert run("audit", "verify", "--against", "2:x").code is ExitCode.BAD_INPUT


@pytest.fixture
def counted(published: Office) -> Office:
    """An office whose publication was viewed seven times when it was last counted."""
    from outreach.bootstrap import load_settings, open_desk
    from outreach.domain.counts import Metric
    from outreach.store.counts import CountSeries

    [one] = published.deliveries("--state", "published")
    with open_desk(load_settings(published.folder / "config.toml"), channels=False) as desk:
        series = CountSeries(desk.engine)
        series.keep(one["id"], datetime.fromisoformat(one["due"]), {Metric.VIEWS: 7})
    return published


def test_stats_in_every_format_by_everything(counted: Office) -> None:
    for by in By:
        [row] = run("stats", CAMPAIGN, "--by", by, "--format", "json").json
        assert (row["by"], row["publications"], row["views"], row["reach"]) == (by, 1, 7, None)
    said = run("stats", language="vi")
    assert (said.code, "Lượt xem" in said.out) == (ExitCode.OK, True)
    assert max(map(len, said.out.splitlines())) <= 80
    [line] = csv.DictReader(io.StringIO(run("stats", "--format", "csv").out[1:]))
    assert (line["Views"], line["Reach"]) == ("7", "")


def test_stats_of_a_rehearsal(office: Office) -> None:
    assert "There is no rehearsal of ?." in run("stats", "--rehearsal").err
    assert run("stats", CAMPAIGN, "--rehearsal").code is ExitCode.BAD_INPUT
    run("rehearse", CAMPAIGN)
    planned = [tally["planned"] for tally in run("rehearse", CAMPAIGN, "--json").json["channels"]]
    found = run("stats", CAMPAIGN, "--rehearsal", "--format", "json").json
    assert sum(row["publications"] for row in found) == sum(planned) > 0
    assert run("stats", CAMPAIGN, "--format", "json").json == []


def test_stats_of_nothing_and_of_what_does_not_exist(office: Office) -> None:
    assert "Nothing has been published yet." in run("stats").out
    assert run("stats", "khac").code is ExitCode.BAD_INPUT
    assert run("stats", "--by", "năm").code is ExitCode.BAD_INPUT


def test_show_tells_how_the_stored_content_looks_on_its_channel(published: Office) -> None:
    [one] = published.deliveries("--state", "published")
    found = run("show", str(one["id"]), "--json").json
    assert found["preview"]["text"] == found["content"]["text"]
    assert found["preview"]["digest"] == one["digest"]
    said = run("show", str(one["id"]), language="vi").out
    assert "Thẻ liên kết: " in said
    assert "Độ dài: phần chữ " in said
