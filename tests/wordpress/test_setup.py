"""`outreach channel setup` on a real WordPress: each point is found, or missing with its mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from outreach.channel import SetupPoint
from outreach.cli.exit_codes import ExitCode
from tests.cli.conftest import Said, run
from tests.servers.wordpress import Site
from tests.wordpress.conftest import Office
from tests.wordpress.test_banners import placed

__all__ = ["placed"]

pytestmark = pytest.mark.slow


def points(office: Office, **settings: object) -> list[SetupPoint]:
    return list(office.run(lambda channel: channel.setup(), **settings))


def found(office: Office, **settings: object) -> list[bool]:
    return [point.found for point in points(office, **settings)]


def test_without_a_block_only_the_account_counts(office: Office) -> None:
    assert found(office) == [True, True]
    assert found(office, role="contributor") == [False, True]


def test_a_block_that_is_placed_is_seen_even_before_its_first_banner(
    office: Office, placed: int
) -> None:
    assert found(office, banner_block=placed) == [True, True, True]


def test_a_block_that_stands_nowhere_is_seen_before_its_first_banner(
    office: Office, block: int
) -> None:
    account, exists, shown = points(office, banner_block=block)
    assert (account.found, exists.found, shown.found) == (True, True, False)
    assert f'<!-- wp:block {{"ref":{block}}} /-->' in str(shown.what)
    assert shown.mend


def test_a_block_that_is_missing_or_not_ours_is_told(office: Office, block: int) -> None:
    assert found(office, banner_block=987654) == [True, False, False]
    assert found(office, banner_block=block, role="author")[1] is False


def test_what_stands_in_a_block_already_is_left_alone(
    office: Office, site: Site, block: int
) -> None:
    ours = {"content": "<p>Số điện thoại của cơ quan</p>"}
    site.as_admin("POST", f"blocks/{block}", ours)
    assert found(office, banner_block=block) == [True, True, False]
    left = site.as_admin("GET", f"blocks/{block}?context=edit")["content"]["raw"]
    assert left == ours["content"]


def typed(site: Site, folder: Path, role: str, monkeypatch: pytest.MonkeyPatch) -> Said:
    user, password = site.accounts[role]
    monkeypatch.chdir(folder)
    monkeypatch.setenv("SITE_PASSWORD", password)
    (folder / "messages").mkdir(exist_ok=True)
    (folder / "config.toml").write_text(
        f"""messages = "messages"
state = "state"
[channels.trang]
adapter = "wordpress"
url = "{site.url}"
user = "{user}"
password = {{ env = "SITE_PASSWORD" }}
""",
        "utf-8",
    )
    return run("channel", "setup", "trang", language="vi")


def test_the_command_explains_in_vietnamese_and_its_exit_code_tells(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    well = typed(site, tmp_path, "editor", monkeypatch)
    assert well.code is ExitCode.OK
    assert "✓ Một tài khoản riêng" in well.out
    assert "✗" not in well.out
    wrong = typed(site, tmp_path, "contributor", monkeypatch)
    assert wrong.code is ExitCode.FOUND_PROBLEMS
    assert "✗ Một tài khoản riêng" in wrong.out
    assert "→" in wrong.out
