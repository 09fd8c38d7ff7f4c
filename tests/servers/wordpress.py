"""A real WordPress of one's own: Debian's packages, a temporary folder, MariaDB on a Unix socket, PHP on loopback."""

from __future__ import annotations

import base64
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.memory import roomy

OURS = Path(__file__).with_name("wordpress_site")
DEBIANS = Path("/usr/share/wordpress")
TRANSLATIONS = Path("/var/lib/wordpress/wp-content/languages")
NEEDED = ("php", "mariadbd", "mariadb", "mariadb-install-db")

AT_WORK = ("01", "03", "08")
"""Linux's numbers for a connection that is open, is being opened, or was left by its caller alone (proc_net_tcp)."""

PHP = ["php", "-d", "display_errors=0", "-d", "log_errors=1", "-d", "error_log="]
PHP += ["-d", "memory_limit=256M", "-d", "sendmail_path=/bin/true", "-d", "date.timezone=UTC"]
PHP += ["-d", "opcache.enable_cli=1", "-d", "opcache.revalidate_freq=0"]
PHP += ["-d", "variables_order=EGPCS"]

DATABASE = ["--no-defaults", "--skip-networking", "--skip-log-bin", "--performance-schema=OFF"]
DATABASE += ["--innodb-buffer-pool-size=64M", "--innodb-flush-log-at-trx-commit=2"]
DATABASE += ["--character-set-server=utf8mb4", "--collation-server=utf8mb4_unicode_520_ci"]


@dataclass(frozen=True, kw_only=True)
class Site:
    """A running site; `accounts` holds name and application password by role."""

    url: str
    folder: Path
    accounts: dict[str, tuple[str, str]]

    @property
    def api(self) -> str:
        return f"{self.url}wp-json/"

    def sql(self, statement: str) -> list[list[str]]:
        """The rows of a statement, asked of WordPress's own database."""
        command = ["mariadb", "--no-defaults", "-S", str(self.folder / "db.sock"), "-N", "-B"]
        done = subprocess.run(
            [*command, "wordpress", "-e", statement], capture_output=True, text=True, check=True
        )
        return [line.split("\t") for line in done.stdout.splitlines()]

    def posts(self, key: str) -> list[tuple[int, str]]:
        """Number and status of every post that carries the mark, the lowest number first."""
        rows = self.sql(
            "SELECT ID, post_status FROM wp_posts WHERE post_type = 'post'"
            f" AND post_content LIKE '%outreach:{key} %' ORDER BY ID"
        )
        return [(int(number), status) for number, status in rows]

    def public(self, key: str) -> int:
        """How many posts with this mark readers see."""
        return sum(status == "publish" for _, status in self.posts(key))

    def marked(self) -> dict[str, list[str]]:
        """The mark of every post that has one -> the status of each post with it, the lowest number first."""
        rows = self.sql(
            "SELECT REGEXP_SUBSTR(post_content, 'outreach:[a-z2-7]{16}'), post_status FROM wp_posts"
            " WHERE post_type = 'post' AND post_content LIKE '%<!-- outreach:%' ORDER BY ID"
        )
        found: dict[str, list[str]] = {}
        for mark, status in rows:
            found.setdefault(mark.removeprefix("outreach:"), []).append(status)
        return found

    @property
    def busy(self) -> bool:
        """Whether the site still works at a request, also at one whose caller is dead."""
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        port = f":{urlsplit(self.url).port:04X}"
        return any(row[1].endswith(port) and row[3] in AT_WORK for row in rows)

    def as_admin(self, method: str, route: str, content: dict[str, Any] | None = None) -> Any:
        """What an administrator's call answers."""
        name, password = self.accounts["administrator"]
        sign = base64.b64encode(f"{name}:{password}".encode()).decode()
        request = urllib.request.Request(
            f"{self.api}wp/v2/{route}",
            method=method,
            data=json.dumps(content).encode() if content is not None else None,
            headers={"authorization": f"Basic {sign}", "content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def read(self, address: str) -> str:
        """A page as readers get it."""
        with urllib.request.urlopen(address, timeout=30) as answer:
            page: str = answer.read().decode()
            return page

    @contextmanager
    def failing(self, **faults: Any) -> Iterator[None]:
        """The site fails like this for a while (see faults.php)."""
        file = self.folder / "www/wp-content/mu-plugins/faults.json"
        file.write_text(json.dumps(faults))
        try:
            yield
        finally:
            file.unlink()

    @property
    def held(self) -> Path:
        """Exists while the site holds a request back (the fault `held`); whoever removes it lets the request go on."""
        return self.folder / "www/wp-content/mu-plugins/held"

    @contextmanager
    def maintenance(self) -> Iterator[None]:
        """The site is closed, as while WordPress updates itself."""
        file = self.folder / "www/.maintenance"
        file.write_text("<?php $upgrading = time();")
        try:
            yield
        finally:
            file.unlink()


@contextmanager
def wordpress() -> Iterator[Site]:
    """Start a fresh site; stop it and remove its files at the end."""
    _demand_packages()
    folder = Path(tempfile.mkdtemp(prefix="wp-", dir=roomy()))
    url = f"http://127.0.0.1:{_free_port()}/"
    environment = {
        **os.environ,
        "SITE_URL": url.rstrip("/"),
        "SITE_DB_PASSWORD": secrets.token_hex(16),
        "SITE_DB_SOCKET": str(folder / "db.sock"),
        "PHP_CLI_SERVER_WORKERS": "4",
    }
    try:
        with _database(folder, environment["SITE_DB_PASSWORD"]):
            accounts = _install(folder, environment)
            site = Site(url=url, folder=folder, accounts=accounts)
            address = url.removeprefix("http://").rstrip("/")
            www = folder / "www"
            server = [*PHP, "-S", address, "-t", str(www), str(OURS / "router.php")]
            with _process(server, folder / "http.log", environment) as process:
                _await(lambda: _answers(site), process, folder / "http.log")
                yield site
    finally:
        shutil.rmtree(folder)


def _demand_packages() -> None:
    """A missing package fails the tests instead of skipping them."""
    missing = [name for name in NEEDED if not shutil.which(name)]
    if missing or not (DEBIANS / "wp-load.php").exists():
        raise FileNotFoundError(
            f"WordPress and what it needs are not installed ({', '.join(missing) or 'wordpress'}); "
            "run scripts/debian.sh, or leave these tests out with -m 'not slow'"
        )


@contextmanager
def _database(folder: Path, password: str) -> Iterator[None]:
    as_whom = ["--user=root"] if os.geteuid() == 0 else []
    tables = folder / "tables"  # a server empties its folder for temporary tables when it starts
    tables.mkdir()
    place = [f"--datadir={folder / 'db'}", f"--tmpdir={tables}", *as_whom]
    name = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
    install = ["mariadb-install-db", "--no-defaults", *place, "--skip-test-db"]
    install += ["--auth-root-authentication-method=socket", f"--auth-root-socket-user={name}"]
    subprocess.run(install, check=True, capture_output=True)
    log, sock = folder / "db.log", folder / "db.sock"
    start = ["mariadbd", *DATABASE, *place, f"--socket={sock}", f"--pid-file={folder / 'db.pid'}"]
    with _process(start, log, dict(os.environ)) as process:
        ask = ["mariadb", "--no-defaults", "-S", str(sock), "-e"]
        alive = [*ask, "SELECT 1"]
        _await(
            lambda: subprocess.run(alive, capture_output=True, check=False).returncode == 0,
            process,
            log,
        )
        make = (
            "CREATE DATABASE wordpress; GRANT ALL ON wordpress.* TO wordpress@localhost"
            f" IDENTIFIED BY '{password}'"
        )
        subprocess.run([*ask, make], check=True, capture_output=True)
        yield


def _install(folder: Path, environment: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Copy Debian's WordPress, its links followed, and fill the database."""
    www = folder / "www"
    shutil.copytree(DEBIANS, www, ignore=_unwanted, ignore_dangling_symlinks=True)
    content = www / "wp-content"
    if TRANSLATIONS.exists():
        shutil.copytree(TRANSLATIONS, content / "languages", dirs_exist_ok=True)
    for name in ("uploads", "plugins", "mu-plugins"):
        (content / name).mkdir(exist_ok=True)
    shutil.copy(OURS / "wp-config.php", www)
    shutil.copy(OURS / "faults.php", content / "mu-plugins")
    install = [*PHP, str(OURS / "install.php"), str(www)]
    done = subprocess.run(install, env=environment, capture_output=True, text=True, check=False)
    if done.returncode or not done.stdout:
        raise RuntimeError(f"WordPress was not installed: {done.stderr[-2000:]}")
    return {role: (name, word) for role, (name, word) in json.loads(done.stdout).items()}


def _unwanted(_folder: str, names: list[str]) -> set[str]:
    return {"wp-config.php", "db.php"} & set(names)


def _answers(site: Site) -> bool:
    try:
        site.as_admin("GET", "users/me")
    except (urllib.error.URLError, ConnectionError):
        return False
    return True


@contextmanager
def _process(
    command: list[str], log: Path, environment: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """A process and its children, ended together."""
    with log.open("wb") as written:
        process = subprocess.Popen(
            command, stdout=written, stderr=written, env=environment, start_new_session=True
        )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=30)


def _await(ready: Any, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 60
    while not ready():
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"{process.args!r} did not start: {log.read_text()[-2000:]}")
        time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
