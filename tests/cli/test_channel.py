"""channel setup, for a channel that needs nothing and for one that does not exist."""

from __future__ import annotations

from outreach.cli.exit_codes import ExitCode
from tests.cli.conftest import Office, run


def test_a_channel_that_needs_nothing_says_so_in_one_sentence(office: Office) -> None:
    said = run("channel", "setup", "so-website")
    assert said.code is ExitCode.OK
    assert said.out.startswith("✓ Nothing needs to be arranged at the service for so-website.")
    assert run("channel", "setup", "so-website", "--json").json[0]["found"] is True


def test_an_unknown_channel_is_named(office: Office) -> None:
    said = run("channel", "setup", "nowhere")
    assert said.code is ExitCode.BAD_INPUT
    assert "nowhere" in said.err


def test_a_test_post_says_how_it_went_and_is_logged(office: Office) -> None:
    said = run("channel", "try", "so-website", "--by", "Lan")
    assert said.code is ExitCode.OK
    assert said.out.startswith("✓ A test post was made where no reader sees it")
    assert run("channel", "try", "so-website", "--by", "Lan", "--json").json["left"] is None
    lines = run("log", "--json").json
    assert [(line["what"], line["by"]) for line in lines][-2:] == [
        ("trial_begun", "Lan"),
        ("trial_went_well", "Lan"),
    ]
