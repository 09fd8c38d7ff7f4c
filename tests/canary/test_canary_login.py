"""Nor does a login: whatever the service echoes, what was typed in confidence is not printed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from outreach.cli.exit_codes import ExitCode
from tests.canary.canaries import CORES, found_below, found_in, secrets
from tests.canary.far_ends import misbehaviours
from tests.canary.office import write_config
from tests.channels.fault_server import FaultServer
from tests.cli.conftest import run

TYPED = {
    "facebook": (("--token-stdin",), f"EAA{CORES['facebook token']}\n"),
    "zalo": (("--pair", "--stdin"), f"{CORES['zalo access']}\n{CORES['zalo refresh']}\n"),
}


@pytest.fixture(scope="module")
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


@pytest.mark.parametrize("service", TYPED)
def test_no_answer_makes_a_login_print_a_secret(
    server: FaultServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, service: str
) -> None:
    monkeypatch.chdir(tmp_path)
    none = tmp_path / "none"
    environment = write_config(tmp_path, port=server.port, mail_port=1, certificates=none)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    words, keys = TYPED[service]
    known = [secret for name, secret in secrets(server.port).items() if name.startswith(service)]
    for how, handler in misbehaviours([*known, *keys.split()]).items():
        server.handler = handler
        done = run("login", service, *words, keys=keys)
        assert done.code in (ExitCode.OK, ExitCode.REFUSED, ExitCode.BAD_INPUT), (how, done.err)
        assert done.out + done.err
        assert not found_in((done.out + done.err).encode()), f"{how}: {done.out}{done.err}"
    sealed = {"facebook_token"} if service == "facebook" else set()
    assert set(found_below(tmp_path)) == {f"secrets/{name}" for name in {*secrets(1)} - sealed}
