"""The real service and every command, on far ends that echo all secrets: none is found in anything that they leave behind."""

from __future__ import annotations

import asyncio
import gzip
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from outreach.cli.exit_codes import ExitCode
from tests.canary.canaries import CORES, found_below, found_in, secrets
from tests.canary.far_ends import TellTale, in_turn, misbehaviours
from tests.canary.office import CHANNELS, write_config
from tests.channels.fault_server import FaultServer, Handler, Request
from tests.cli.conftest import run
from tests.daemon.office import CAMPAIGN, Office, Running, wait_for

pytestmark = pytest.mark.slow

FIRST = ("500 page", "no HTTP", "reset", "packed", "201 elsewhere", "failed", "cut off", "200 page")
"""What comes first, because the channel is not stopped by it."""

PATHS = {
    "/v26.0/": "facebook",
    "/v2.0/": "zalo",
    "/v4/": "zalo",
    "/bia.jpg": "zalo",
    "/wp-json/": "wordpress",
    f"/{CORES['webhook path']}": "webhook",
    f"/{CORES['apprise path']}": "apprise",
    "/micropub": "micropub",
}
WEBSITE = "so-website"


class Telltales:
    """One far end for each channel behind one port; each repeats what that channel told it, wrongly in turn."""

    def __init__(self) -> None:
        self.asked: set[str] = set()
        self._ends: dict[str, Handler] = {}

    def learn(self, known: dict[str, str]) -> None:
        for name in set(PATHS.values()):
            ways = misbehaviours(value for key, value in known.items() if key.startswith(name))
            order = [*FIRST, *(way for way in ways if way not in FIRST)]
            self._ends[name] = in_turn([ways[way] for way in order])

    async def __call__(self, request: Request, writer: asyncio.StreamWriter) -> None:
        name = next(name for path, name in PATHS.items() if request.path.startswith(path))
        self.asked.add(name)
        await self._ends[name](request, writer)


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    tales, certificates = Telltales(), tmp_path / "certificates"
    certificates.mkdir()
    with (
        FaultServer(tales) as server,
        TellTale(certificates, ("454 later", "535 no")) as mail,
    ):
        tales.learn(dict(secrets(server.port)))
        made = Office(tmp_path)
        made.set_up()
        for form in ("json", "text"):
            environment = write_config(
                tmp_path,
                port=server.port,
                mail_port=mail.port,
                certificates=mail.certificate[0],
                form=form,
            )
            (tmp_path / "config.toml").rename(tmp_path / f"{form}.toml")
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        for channel in (*CHANNELS, WEBSITE):
            for number in range(3):
                at = datetime.now(UTC) - timedelta(minutes=2)
                made.write(f"{channel}-{number}", at, channels=channel)
        yield made
        assert tales.asked == set(PATHS.values())
        assert mail.told


def use(office: Office, form: str) -> None:
    (office.folder / "config.toml").write_bytes((office.folder / f"{form}.toml").read_bytes())


def attempted(office: Office) -> set[str]:
    """The channels that have tried something; a try that paused its channel counts too."""
    with closing(sqlite3.connect(office.folder / "state" / "outreach.db")) as database:
        ask = "SELECT DISTINCT channel FROM delivery JOIN attempt ON delivery.id = delivery_id"
        return {channel for (channel,) in database.execute(ask)}


def command(office: Office, *words: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command to its end."""
    typed = [sys.executable, "-m", "outreach", *words, "--config", str(office.config), "--verbose"]
    return subprocess.run(typed, capture_output=True, timeout=120, check=False)


def shown_by_system(running: Running) -> bytes:
    """What any process on the machine may see of the service, and what its own children were given."""
    here = Path("/proc") / str(running.process.pid)
    children = (here / "task" / here.name / "children").read_text().split()
    files = [here / "cmdline", *(Path("/proc") / child / "environ" for child in children)]
    return b"\n".join(file.read_bytes() for file in files)


@pytest.mark.asvs("14.2.4", "All that is left behind is searched for secrets")
@pytest.mark.asvs("16.2.5", "Logs hold none")
@pytest.mark.asvs("16.2.3", "What is logged is where it is written down")
def test_nothing_that_service_and_commands_leave_holds_a_secret(office: Office) -> None:
    said: dict[str, bytes] = {}
    for form in ("json", "text"):
        use(office, form)
        with office.service() as service:
            service.await_word("READY=1")
            wait_for(lambda: attempted(office) >= {*CHANNELS, WEBSITE}, "a try on each channel")
            said[f"proc {form}"] = shown_by_system(service)
            service.tell(signal.SIGTERM)
            assert service.end() == ExitCode.OK
            said[f"log {form}"] = service.said.encode()
    number = str(office.deliveries()[0].id)
    for words in (
        ("check",),
        ("plan",),
        ("doctor",),
        ("doctor", "--json"),
        ("status",),
        ("queue", "--json"),
        ("show", number),
        ("log", "--json"),
        ("report", "delivery-log", "--format", "csv"),
        ("preview", "facebook-0"),
        ("stats",),
        ("audit", "verify"),
        ("backup",),
        ("rehearse", CAMPAIGN, "--faults", "1"),
    ):
        done = run(*words, "--config", str(office.config), "--verbose")
        assert done.code in (ExitCode.OK, ExitCode.FOUND_PROBLEMS), (words, done.err)
        said[" ".join(words)] = (done.out + done.err).encode()
    with closing(sqlite3.connect(office.folder / "state" / "outreach.db")) as database:
        said["database"] = "\n".join(database.iterdump()).encode()
    (backup,) = (office.folder / "state" / "backups").glob("*.tar.gz")
    said["unpacked backup"] = gzip.decompress(backup.read_bytes())
    assert b"outreach-sealed-1." in said["unpacked backup"], "tokens are in it, sealed"
    for where, text in said.items():
        assert text, f"{where} says nothing"
        assert not found_in(text), where
    sealed = {"facebook_token"}
    assert set(found_below(office.folder)) == {f"secrets/{name}" for name in {*secrets(1)} - sealed}


def test_a_secret_in_the_database_would_be_found(tmp_path: Path) -> None:
    file = tmp_path / "outreach.db"
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE event (what TEXT)")
        database.execute("INSERT INTO event VALUES (?)", [CORES["zalo access"]])
        database.commit()
        assert set(found_below(tmp_path)) & {"outreach.db-wal", "outreach.db"}


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://office:{CORES['database password']}@127.0.0.1:1/outreach",
        f"postgresql://office:x@{CORES['database password']}@127.0.0.1:1/outreach",
        f"postgresql://office:{CORES['database password']}@127.0.0.1:port/outreach",
        f"postgresql://127.0.0.1:1/outreach?password={CORES['database password']}",
        f"mysql://office:{CORES['database password']}@127.0.0.1/outreach",
    ],
)
def test_no_command_shows_the_password_of_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    office = Office(tmp_path)
    office.set_up()
    text = office.config.read_text("utf-8") + '[database]\nurl = { env = "CANARY_DATABASE" }\n'
    office.config.write_text(text, "utf-8")
    monkeypatch.setenv("CANARY_DATABASE", address)
    done = command(office, "run")
    doctor = run("doctor", "--config", str(office.config), "--verbose")
    for code in (done.returncode, doctor.code):
        assert code not in (ExitCode.OK, ExitCode.FAULT), done.stderr
    for said in (done.stderr, done.stdout, doctor.out.encode(), doctor.err.encode()):
        assert not found_in(said), said
    assert done.stderr
    assert doctor.out
    assert not found_below(tmp_path)


def test_the_environment_stays_out_of_a_crash(tmp_path: Path) -> None:
    """A fault of ours, too, prints its traceback without secrets."""
    code = (
        "from outreach.cli.app import build_app\nimport outreach.bootstrap as b, os\n"
        "def fail(*_, **__): raise ZeroDivisionError(os.environ['CANARY'])\n"
        "b.open_desk = fail\nbuild_app()()\n"
    )
    (tmp_path / "config.toml").write_text(
        '[channels.x]\nadapter = "micropub"\nendpoint = "https://x.test/"\ntoken = { env = "CANARY" }\n'
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "status", "--verbose"],
        capture_output=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "CANARY": CORES["micropub token"]},
    )
    assert done.returncode == ExitCode.FAULT
    assert b"ZeroDivisionError" in done.stderr
    assert not found_in(done.stderr + done.stdout)
