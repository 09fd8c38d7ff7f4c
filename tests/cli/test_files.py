"""init, check, preview and campaign copy: the commands that read and write staff's files."""

from __future__ import annotations

from pathlib import Path

import pytest

from outreach.cli.exit_codes import ExitCode
from tests.cli.conftest import CAMPAIGN, Office, run


def test_what_init_writes_is_in_order(office: Office) -> None:
    assert sorted(p.name for p in office.messages.iterdir()) == [
        "campaign.toml",
        "loi-chao.md",
        "noi-chuyen-truc-tiep.md",
    ]
    said = run("check")
    assert said.code is ExitCode.OK
    assert said.out == "2 messages are in order.\n"


def test_init_never_writes_over_files(office: Office) -> None:
    before = (office.folder / "config.toml").read_bytes()
    said = run("init")
    assert said.code is ExitCode.REFUSED
    assert "is not empty" in said.err
    assert (office.folder / "config.toml").read_bytes() == before


def test_init_into_a_new_folder(tmp_path: Path) -> None:
    assert run("init", str(tmp_path / "neu"), "--campaign", "thang-11").code is ExitCode.OK
    assert (tmp_path / "neu" / "messages" / "thang-11" / "loi-chao.md").is_file()


def test_init_refuses_an_id_that_is_a_path(tmp_path: Path) -> None:
    assert run("init", str(tmp_path / "x"), "--campaign", "../y").code is ExitCode.BAD_INPUT
    assert list(tmp_path.iterdir()) == []


def test_check_names_every_problem_with_its_place_and_mend(office: Office) -> None:
    (office.messages / "hong.md").write_text(
        "---\ntitel: A\nchannels: [website]\n---\nx\n", "utf-8"
    )
    said = run("check", CAMPAIGN)
    assert said.code is ExitCode.FOUND_PROBLEMS
    assert f"messages/{CAMPAIGN}/hong.md:2:1" in said.out
    assert "    → " in said.out
    found = run("check", "--json").json
    assert {"file", "line", "column", "severity", "code", "what", "mend"} == set(found[0])
    assert any(problem["line"] == 2 and problem["severity"] == "error" for problem in found)


def test_check_shows_warnings_and_ends_well(office: Office) -> None:
    (office.messages / "ghi-chu.txt").write_text("x", "utf-8")
    said = run("check")
    assert said.code is ExitCode.OK
    assert "warning" in said.out
    assert "0 errors, 1 warnings" in said.out


def test_check_says_which_campaigns_there_are(office: Office) -> None:
    said = run("check", "khac")
    assert said.code is ExitCode.BAD_INPUT
    assert CAMPAIGN in said.err


def test_preview_shows_every_channel(office: Office) -> None:
    said = run("preview", "noi-chuyen-truc-tiep")
    assert said.code is ExitCode.OK
    assert "so-website: " in said.out
    assert "truc-tiep: " in said.out
    assert "Chủ đề của năm nay" in said.out


def test_preview_of_one_channel_as_json(office: Office) -> None:
    said = run("preview", "messages/loi-chao.md", "--channel", "so-website", "--json")
    assert [seen["channel"] for seen in said.json] == ["so-website"]
    assert len(said.json[0]["digest"]) == 64


def test_preview_of_a_broken_file_shows_its_problems(office: Office) -> None:
    (office.messages / "hong.md").write_text("---\ntitel: A\n---\nx\n", "utf-8")
    said = run("preview", "hong")
    assert said.code is ExitCode.BAD_INPUT
    assert "hong.md:2:1" in said.err


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("khong-co",), "loi-chao"),
        (("loi-chao", "--channel", "truc-tiep"), "does not go to truc-tiep"),
        (("loi-chao", "--channel", "facebook"), "so-website"),
    ],
)
def test_preview_of_what_does_not_exist(
    office: Office, words: tuple[str, ...], answer: str
) -> None:
    said = run("preview", *words)
    assert said.code is ExitCode.BAD_INPUT
    assert answer in said.err


def test_a_campaign_is_copied_to_another_year(office: Office) -> None:
    year = int(office.window_start[:4])
    said = run("campaign", "copy", CAMPAIGN, f"{year + 1}-thang-hanh-dong")
    assert said.code is ExitCode.OK
    copied = office.messages.parent / f"{year + 1}-thang-hanh-dong"
    assert f"from = {office.window_start.replace(str(year), str(year + 1), 1)}" in (
        copied / "campaign.toml"
    ).read_text("utf-8")
    assert run("check", copied.name).code is ExitCode.OK
    assert run("campaign", "copy", CAMPAIGN, copied.name).code is ExitCode.REFUSED


@pytest.mark.parametrize(
    "words",
    [
        ("khong-co", "2030-x"),
        (CAMPAIGN, "khong-nam"),
        (CAMPAIGN, "../x"),
        ("..", "2030-x"),
        (CAMPAIGN, "2030-x", "--from", "hôm nay"),
        (CAMPAIGN, "x", "--from", "2030-02-01", "--until", "2030-01-01"),
    ],
)
def test_a_copy_that_cannot_be_made_makes_nothing(office: Office, words: tuple[str, ...]) -> None:
    before = sorted(office.messages.parent.iterdir())
    assert run("campaign", "copy", *words).code is ExitCode.BAD_INPUT
    assert sorted(office.messages.parent.iterdir()) == before
