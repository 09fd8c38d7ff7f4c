"""config.toml: every mistake at once, each with its place and how to mend it."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path

import pytest

from outreach.domain.capabilities import Capabilities, Per, Quota
from outreach.domain.problem import Problem, Problems
from outreach.settings import Settings, load_settings, parse_settings

CHANNEL = '\n[channels.x]\nadapter = "outbox"\n'


def parse(text: str, folder: Path = Path("/srv/x")) -> Settings:
    return parse_settings(text, file=folder / "config.toml", folder=folder)


def problems(text: str, folder: Path = Path("/srv/x")) -> tuple[Problem, ...]:
    with pytest.raises(Problems) as caught:
        parse(text, folder)
    return caught.value.problems


@pytest.mark.asvs("15.3.3", "Unknown keys are errors")
def test_all_mistakes_are_reported_with_line_and_column() -> None:
    found = problems(
        'mesages = "x"\n'
        "\n"
        "[log]\n"
        '  level = "loud"\n'
        "[engine]\n"
        'tick = "0s"\n'
        "drain = 30\n"
        '[channels."Kênh"]\n'
        "[channels.ok]\n"
        'adapter = "outbox"\n'
        'hours = "22:00-06:00"\n'
        'tags = "website"\n'
        "quota_per_day = 0\n"
    )
    places = [(p.place.line, p.place.column, p.code.removeprefix("settings.")) for p in found]
    assert sorted(places) == [
        (1, 1, "unknown_key"),
        (4, 3, "value"),
        (6, 1, "value"),
        (7, 1, "value"),
        (8, 1, "missing"),
        (8, 1, "value"),
        (11, 1, "value"),
        (12, 1, "value"),
        (13, 1, "value"),
    ]
    assert [p.place for p in found] == sorted(p.place for p in found)
    assert str(found[0].mend) == "Did you mean “messages”?"
    for problem in found:
        assert str(problem.what)
        assert str(problem.mend)


def test_everything_is_understood() -> None:
    settings = parse(
        'messages = "m"\nstate = "/var/s"\nlanguage = "en"\n'
        '[database]\nurl = "postgresql://db/outreach?sslmode=verify-full"\n'
        '[log]\nformat = "json"\nlevel = "debug"\n'
        "[guard]\nmass_delete = 1\n"
        '[engine]\ntick = "5s"\ndrain = "1m"\n'
        '[web]\nlisten = "[::1]:80"\n'
        '[channels.zalo-oa]\nadapter = "outbox"\ntags = ["zalo"]\nquota_per_month = 4\n'
        'hours = "06:00-22:00"\ntext_limit = 9\ngap = "1m"\nslots = 2\nfolder = "out"\n'
        "deep = { a = [{ b = 1 }] }\n"
    )
    assert settings.messages == Path("/srv/x/m")
    assert settings.state == Path("/var/s")
    assert settings.database.get_secret_value() == "postgresql://db/outreach?sslmode=verify-full"
    assert (settings.log.format, settings.log.level, settings.language) == ("json", "debug", "en")
    assert settings.engine.drain == timedelta(minutes=1)
    assert settings.web is not None
    assert (settings.web.host, settings.web.port) == ("::1", 80)
    channel = settings.channels["zalo-oa"]
    assert channel.tags == {"zalo"}
    assert channel.settings == {"folder": "out", "deep": {"a": [{"b": 1}]}}
    assert channel.places["folder"].line == 24
    assert channel.limits.apply(Capabilities(can_find=True)) == Capabilities(
        can_find=True,
        quotas=(Quota(count=4, per=Per.MONTH),),
        hours=(time(6), time(22)),
        text_limit=9,
        gap=timedelta(minutes=1),
        slots=2,
    )


def test_a_quota_takes_the_place_of_that_for_the_same_span_only() -> None:
    month, day = Quota(count=4, per=Per.MONTH), Quota(count=1, per=Per.DAY)
    limits = parse(CHANNEL + "quota_per_month = 6\n").channels["x"].limits
    own = Capabilities(quotas=(month, day))
    assert limits.apply(own).quotas == (day, Quota(count=6, per=Per.MONTH))


def test_without_limits_the_adapter_has_its_word() -> None:
    can = Capabilities(text_limit=5, slots=7)
    assert parse(CHANNEL).channels["x"].limits.apply(can) == can


def test_sqlite_files_lie_beside_the_configuration() -> None:
    url = parse('[database]\nurl = "sqlite:///a/b.db"\n' + CHANNEL).database.get_secret_value()
    assert url == "sqlite:////srv/x/a/b.db"


@pytest.mark.asvs("13.3.1", "A password in config.toml is refused")
@pytest.mark.parametrize(
    "url", ["postgresql://u:geheim@h/d", "postgresql://h/d?user=u&password=geheim"]
)
def test_a_password_in_the_open_is_refused_and_not_repeated(url: str) -> None:
    (problem,) = problems(f'[database]\nurl = "{url}"\n' + CHANNEL)
    assert problem.code == "settings.secret"
    assert problem.place.line == 2
    assert "geheim" not in f"{problem.what}{problem.mend}"


@pytest.mark.asvs("12.3.1", "A database elsewhere is called over TLS only")
@pytest.mark.parametrize(
    "where",
    [
        *(
            "db.example/d",
            "10.0.0.5/d",
            "h/d?sslmode=prefer",
            "h/d?sslmode=disable",
            "[2001:db8::1]/d",
        ),
        *("/d?host=db.example", "localhost/d?host=db.example", "h/d?sslmode=require&sslmode=allow"),
    ],
)
def test_a_database_elsewhere_is_called_over_tls(where: str) -> None:
    (problem,) = problems(f'[database]\nurl = "postgresql://{where}"\n' + CHANNEL)
    assert problem.place.line == 2
    assert "sslmode=verify-full" in str(problem.mend)


@pytest.mark.parametrize(
    "where",
    [
        *("localhost/d", "127.0.0.1:5433/d", "[::1]/d", "/d?host=/run/postgresql", "/d"),
        *("h/d?sslmode=require", "h/d?sslmode=verify-full"),
    ],
)
def test_a_database_here_or_over_tls_is_taken(where: str) -> None:
    url = f"postgresql://{where}"
    text = f'[database]\nurl = "{url}"\n' + CHANNEL
    settings = parse_settings(text, file=Path("/x/config.toml"), folder=Path("/x"))
    assert settings.database.get_secret_value() == url


@pytest.mark.parametrize("url", ['"mysql://h/d"', '"sqlite:///"', '"x"', "5", '""'])
def test_other_databases_are_refused(url: str) -> None:
    (problem,) = problems(f"[database]\nurl = {url}\n" + CHANNEL)
    assert problem.place.line == 2


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [("a = \n", 1, 5), ("a = 1\na = 2\n", 2, 6), ("[x\n", 1, 3), ('a = """', 1, 1)],
)
def test_broken_toml_names_its_line(text: str, line: int, column: int) -> None:
    (problem,) = problems(text)
    assert problem.code == "settings.toml"
    assert problem.place.line == line
    assert abs(problem.place.column - column) <= 1


def test_a_table_is_asked_for_where_something_else_stands() -> None:
    found = problems("log = 1\nchannels = 2\n")
    assert [p.place.line for p in found] == [1, 2, 2]


def test_two_quotas_are_one_too_many() -> None:
    (problem,) = problems(CHANNEL + "quota_per_day = 1\nquota_per_month = 2\n")
    assert problem.place.line == 4


@pytest.mark.asvs("13.4.5", "Figures are shown on loopback, and only when asked for")
@pytest.mark.parametrize("listen", ["8080", "127.0.0.1", "127.0.0.1:99999", "http://x:80"])
def test_addresses_to_listen_on(listen: str) -> None:
    (problem,) = problems(f'[web]\nlisten = "{listen}"\n' + CHANNEL)
    assert problem.place.line == 2


def test_files_of_editors_are_understood(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(b"\xef\xbb\xbf" + ("# chú thích\r\nlanguage = 'en'" + CHANNEL).encode())
    assert load_settings(file).language == "en"
    assert load_settings(file).messages == tmp_path / "messages"


@pytest.mark.parametrize("content", [None, b"\xff\xfea\x00"])
def test_files_that_cannot_be_read_are_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "config.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(Problems) as caught:
        load_settings(file)
    (problem,) = caught.value.problems
    assert problem.place.file == str(file)
    assert problem.code == "settings.file"


def test_backups_and_checkpoints_have_a_time_and_a_place() -> None:
    found = parse(CHANNEL)
    assert found.backup.folder == Path("/srv/x/state/backups")
    assert (found.backup.at, found.backup.keep) == (time(2), 14)
    assert not found.audit.is_wanted
    more = '[backup]\nat = "never"\nfolder = "/b"\n[audit]\nat = "7:05"\ngit = "g"\n'
    found = parse(CHANNEL + more)
    assert (found.backup.at, found.backup.folder) == (None, Path("/b"))
    assert (found.audit.at, found.audit.git, found.audit.is_wanted) == (
        time(7, 5),
        Path("/srv/x/g"),
        True,
    )


@pytest.mark.parametrize(
    "wrong",
    [
        '[backup]\nat = "25:00"',
        "[backup]\nat = 2",
        "[backup]\nkeep = 0",
        "[audit]\nrecipients = 7",
        '[audit]\nchannel = "x"\nrecipients = ["a@b.test"]',
        '[audit]\nrecipients = ["a@b.test"]',
    ],
)
def test_a_backup_or_checkpoint_that_cannot_be_is_refused(wrong: str) -> None:
    (found,) = problems(f"{CHANNEL}{wrong}\n")
    assert found.code == "settings.value"
