"""The sample campaign on the channels of config.example.toml, as a newcomer has them: no account, no secret."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from outreach.bootstrap import open_desk, open_service
from outreach.channels.facebook_page import FacebookPage
from outreach.channels.zalo_oa import ZaloOA
from outreach.domain.problem import Problems
from outreach.settings import load_settings
from tests.sample.sample import FOLDER, on

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
START = datetime(2022, 11, 14, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FACEBOOK_TOKEN", "ZALO_APP_SECRET", "ZALO_TOKEN_KEY"):
        monkeypatch.delenv(name, raising=False)


def innermost(channel: Any) -> Any:
    """The adapter itself, without what was put around it."""
    while hasattr(channel, "inner"):
        channel = channel.inner
    return channel


def test_no_limit_of_a_platform_is_broken(tmp_path: Path) -> None:
    example = load_settings(EXAMPLE)
    database = type(example.database)(f"sqlite:///{tmp_path / 'outreach.db'}")
    settings = replace(example, state=tmp_path, database=database)
    with open_desk(settings) as desk:
        assert desk.problems == ()
        assert isinstance(innermost(desk.channels["facebook-page"]), FacebookPage)
        assert isinstance(innermost(desk.channels["zalo-oa"]), ZaloOA)
        proposal = desk.sync.look(FOLDER.name, START)
        assert proposal.problems == ()
        planned = [p for p in proposal.plan.planned if p.identity.channel == "zalo-oa"]
        assert len(planned) == len(on("zalo-oa")) == 4


def test_the_service_names_each_secret_that_is_missing(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(EXAMPLE.read_text("utf-8"), "utf-8")
    with open_service(config) as service, pytest.raises(Problems) as refused:
        service.build()
    found = {
        str(problem.what).split("”")[0].split("“")[1]: problem for problem in refused.value.problems
    }
    assert set(found) == {"token", "app_secret", "token_key"}
    assert "FACEBOOK_TOKEN is not set" in str(found["token"].what)
    lines = config.read_text("utf-8").splitlines()
    for key, problem in found.items():
        assert problem.place.file == str(config)
        assert lines[problem.place.line - 1].startswith(f"{key} = ")
