"""Whatever is typed: a documented exit code, one clear sentence, and never a traceback."""

from __future__ import annotations

import pytest

from outreach.cli.exit_codes import ExitCode
from outreach.cli.reference import commands
from tests.cli.conftest import Office, run

COMMANDS = [words for words, command in commands() if not hasattr(command, "commands")]
NONSENSE = (
    ("--khong-co",),
    ("💥", "\x1b[31m", "-1", "--by", ""),
    ("x" * 5000,),
    ("../../etc/passwd", "--by", "Lan"),
    ("9" * 40, "--by", "Lan", "--published"),
    ("--since", "25:99", "--state", "?", "--channel", "", "--campaign", "\n"),
    ("--", "--json"),
)
EXPECTED = {ExitCode.OK, ExitCode.FOUND_PROBLEMS, ExitCode.BAD_INPUT, ExitCode.REFUSED}
BROKEN = {
    "missing": None,
    "not toml": b"= = =",
    "not text": b"\xff\xfe\x00\x01",
    "unknown keys": b'mesages = "x"\n',
    "no channel": b"[channels.x]\n",
}


@pytest.mark.parametrize("command", COMMANDS)
def test_nonsense_is_answered(office: Office, command: str) -> None:
    for nonsense in NONSENSE:
        words = command.split()
        if command == "run" and nonsense == ("--", "--json"):
            continue
        said = (
            run(*words, *nonsense)
            if "--" not in nonsense
            else run(*words, "--language", "en", *nonsense)
        )
        assert said.code in EXPECTED, (command, nonsense, said)
        assert said.code is ExitCode.OK or said.err or said.out


@pytest.mark.parametrize(
    "command", [c for c in COMMANDS if c not in ("init", "doctor", "audit verifier")]
)
def test_a_broken_configuration_is_named(office: Office, command: str) -> None:
    arguments = {
        "preview": ["x"],
        "rehearse": ["x"],
        "pause": ["x"],
        "resume": ["x"],
        "campaign copy": ["x", "y"],
        "channel setup": ["x"],
        "channel try": ["x", "--by", "Lan"],
        "restore": ["x"],
        "art": ["x"],
        "import": ["x.csv", "--campaign", "x"],
        "export": ["-o", "x.xlsx"],
    }
    words = [*command.split(), *arguments.get(command, [])]
    if command in ("show", "done", "resolve", "retry", "cancel"):
        words.append("1")
    if command in ("done", "resolve", "retry", "cancel", "pause", "resume", "restore"):
        words += ["--by", "Lan"]
    if command == "resolve":
        words.append("--published")
    if command == "report":
        words.append("queue")
    for name, content in BROKEN.items():
        file = office.folder / "other.toml"
        file.unlink(missing_ok=True)
        if content is not None:
            file.write_bytes(content)
        said = run(*words, "--config", "other.toml")
        assert said.code is ExitCode.BAD_INPUT, (command, name, said)
        assert "other.toml" in said.err


@pytest.mark.asvs("1.3.3", "Nothing steers the terminal")
def test_an_escape_sequence_never_reaches_the_terminal(office: Office) -> None:
    office.write("xau", at=f"{office.window_start} 09:00", more='summary: "\\e[31mđỏ"\n')
    for said in (run("check"), run("show", "\x1b[31m"), run("check", "\x1b]0;x\x07")):
        assert "\x1b" not in said.out + said.err
