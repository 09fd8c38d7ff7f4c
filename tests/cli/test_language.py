"""Vietnamese first; global options stand where people put them."""

from __future__ import annotations

from pathlib import Path

import pytest

from outreach.cli.exit_codes import ExitCode
from outreach.cli.language import choose_language, global_value, hoist
from outreach.cli.reference import commands
from outreach.locale import catalogue
from tests.cli.conftest import Office, run


def test_global_options_may_stand_anywhere() -> None:
    typed = ["run", "--config", "a.toml", "--language=en", "x", "--verbose"]
    assert hoist(typed) == ["--config", "a.toml", "--language=en", "--verbose", "run", "x"]
    assert hoist(["show", "--", "--config"]) == ["show", "--", "--config"]
    assert hoist(["run", "--config"]) == ["--config", "run"]


def test_the_last_value_of_a_global_option_counts() -> None:
    assert global_value(["--language", "vi", "--language=en", "x"], "--language") == "en"
    assert global_value(["x", "--", "--language", "en"], "--language") is None


def test_who_decides_the_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert choose_language([], {}) == "vi"
    assert choose_language([], {"OUTREACH_LANGUAGE": "klingon"}) == "vi"
    (tmp_path / "config.toml").write_text('language = "en"\n', "utf-8")
    assert choose_language([], {}) == "en"
    assert choose_language([], {"OUTREACH_LANGUAGE": "vi"}) == "vi"
    assert choose_language(["--language", "en"], {"OUTREACH_LANGUAGE": "vi"}) == "en"
    (tmp_path / "config.toml").write_bytes(b"\xff= =")
    assert choose_language([], {}) == "vi"


@pytest.mark.parametrize("words", ["", *(words for words, _ in commands())])
def test_every_help_page_is_vietnamese(words: str) -> None:
    said = run(*words.split(), "--help", language="vi")
    assert said.code is ExitCode.OK
    assert said.out.startswith("Cách gõ: outreach")
    assert "Show this message" not in said.out
    assert all(len(line) <= 80 for line in said.out.splitlines()[2:])


def test_every_help_sentence_is_in_the_catalogue() -> None:
    known = catalogue("vi")
    missing = [
        help_text
        for _, command in commands()
        for help_text in (command.help, *(param.help for param in command.params))
        if help_text not in known
    ]
    assert not missing


def test_mistakes_are_explained_in_vietnamese(office: Office) -> None:
    assert "Không có tùy chọn --jsno" in run("check", "--jsno", language="vi").err
    assert "Còn thiếu DELIVERY" in run("show", language="vi").err
    assert "Không có lệnh “chekc”" in run("chekc", language="vi").err
    assert "Phải là số nguyên" in run("rehearse", "x", "--faults", "bảy", language="vi").err
    assert "không thuộc: text, csv" in run("report", "queue", "--format", "x", language="vi").err
    assert "Thừa: b" in run("check", "a", "b", language="vi").err


def test_a_language_that_we_do_not_speak() -> None:
    said = run("--version", language="fr")
    assert said.code is ExitCode.BAD_INPUT
    assert "vi, en" in said.err


def test_outreach_alone_prints_help() -> None:
    assert run().code is ExitCode.OK
    assert run("campaign").code is ExitCode.BAD_INPUT
