"""Secrets come from elsewhere, from private files only, and show nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from outreach.domain.problem import Problem, Problems
from outreach.settings import AbsentSecret, Settings, parse_settings
from outreach.settings.secrets import keep, resolve


def parse(reference: str, folder: Path) -> Settings:
    text = f'[channels.x]\nadapter = "webhook"\nsecret = {reference}\n'
    return parse_settings(text, file=folder / "config.toml", folder=folder)


def secret(reference: str, folder: Path) -> str:
    value = parse(reference, folder).channels["x"].settings["secret"]
    assert isinstance(value, SecretStr)
    return value.get_secret_value()


def problem(reference: str, folder: Path) -> Problem:
    with pytest.raises(Problems) as caught:
        parse(reference, folder)
    (found,) = caught.value.problems
    assert found.place.line == 3
    return found


def private(file: Path, content: bytes = b"geheim\n", mode: int = 0o600) -> Path:
    file.write_bytes(content)
    file.chmod(mode)
    return file


@pytest.mark.asvs("13.3.1", "Secrets come from files, the environment or systemd")
def test_the_three_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK", "from env")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    private(tmp_path / "token")
    private(tmp_path / "passed", b"from systemd", 0o440)
    assert secret('{ env = "HOOK" }', tmp_path) == "from env"
    assert secret('{ file = "token" }', tmp_path) == "geheim"
    assert secret('{ credential = "passed" }', tmp_path) == "from systemd"


def test_a_secret_never_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK", "geheim")
    settings = parse('{ env = "HOOK" }', tmp_path)
    assert "geheim" not in f"{settings} {settings!r} {settings.channels['x'].settings}"
    nested = parse('{ deep = [{ env = "HOOK" }] }', tmp_path)
    assert "geheim" not in repr(nested)


@pytest.mark.asvs("13.3.2", "Files that others may read are refused")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620])
def test_files_that_others_may_touch_are_refused(tmp_path: Path, mode: int) -> None:
    private(tmp_path / "token", mode=mode)
    assert "chmod 600" in str(problem('{ file = "token" }', tmp_path).mend)


@pytest.mark.parametrize(
    "reference",
    [
        '{ file = "." }',
        '{ file = "empty" }',
        '{ file = "binary" }',
        '{ file = "large" }',
        '{ credential = "../token" }',
        "{ env = 5 }",
        '{ file = "" }',
    ],
)
def test_what_gives_no_secret_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reference: str
) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    private(tmp_path / "empty", b"\n")
    private(tmp_path / "binary", b"\xff\xfe")
    private(tmp_path / "large", b"x" * 100_000)
    found = problem(reference, tmp_path)
    assert str(found.what)
    assert str(found.mend)


@pytest.mark.asvs("13.2.3", "What is not set stays unset, and the service names it")
@pytest.mark.parametrize(
    ("reference", "mend"),
    [
        ('{ env = "OUTREACH_NOT_SET" }', "Set it for the service"),
        ('{ file = "missing" }', "Check its path"),
        ('{ credential = "missing" }', "Check its path"),
    ],
)
def test_an_absent_secret_is_told_to_those_who_need_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reference: str, mend: str
) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    absent = parse(reference, tmp_path).channels["x"].settings["secret"]
    assert isinstance(absent, AbsentSecret)
    assert absent.get_secret_value() == ""
    assert mend in str(absent.wrong.mend)


def test_an_absent_secret_inside_a_list_is_a_problem(tmp_path: Path) -> None:
    assert str(problem('[{ env = "OUTREACH_NOT_SET" }]', tmp_path).what)


def test_systemd_may_have_passed_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    absent = parse('{ credential = "token" }', tmp_path).channels["x"].settings["secret"]
    assert isinstance(absent, AbsentSecret)
    assert "LoadCredential" in str(absent.wrong.mend)


def test_the_database_may_be_a_reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB", "postgresql://u:geheim@h/d?sslmode=verify-full")
    text = '[database]\nurl = { env = "DB" }\n[channels.x]\nadapter = "outbox"\n'
    settings = parse_settings(text, file=None, folder=tmp_path)
    assert settings.database.get_secret_value() == "postgresql://u:geheim@h/d?sslmode=verify-full"
    assert "geheim" not in repr(settings)


def test_a_new_secret_is_kept_where_its_reference_looks(tmp_path: Path) -> None:
    private(tmp_path / "real", mode=0o644)
    (tmp_path / "link").symlink_to("real")
    for name in ("link", "new/token"):
        kept = keep({"file": name}, "another", tmp_path)
        assert kept == (tmp_path / name).resolve()
        assert resolve({"file": name}, tmp_path).get_secret_value() == "another"
    assert (tmp_path / "link").is_symlink()
    assert not list(tmp_path.rglob(".new-*"))


def test_what_root_writes_belongs_to_the_owner_of_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[str] = []
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("os.chown", lambda path, uid, gid: given.append(f"{path.name} {uid} {gid}"))
    private(tmp_path / "token")
    keep({"file": "token"}, "another", tmp_path)
    owner = tmp_path.stat()
    assert len(given) == 1
    assert given[0].endswith(f" {owner.st_uid} {owner.st_gid}")


@pytest.mark.parametrize(
    "reference", [{"env": "X"}, {"credential": "x"}, {"file": "a", "env": "X"}]
)
def test_only_a_file_is_written(tmp_path: Path, reference: dict[str, str]) -> None:
    assert keep(reference, "another", tmp_path) is None
    assert not list(tmp_path.iterdir())


def test_a_secret_that_cannot_be_kept_leaves_the_former_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private(tmp_path / "token", b"former\n")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        keep({"file": "token"}, "another", tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["token"]
    assert (tmp_path / "token").read_bytes() == b"former\n"
