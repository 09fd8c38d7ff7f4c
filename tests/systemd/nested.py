"""A systemd of our own, in namespaces of its own, that runs our unit from the checkout's .venv below /opt/outreach."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.daemon.office import wait_for
from tests.house.source import ROOT

BOOT = Path(__file__).with_name("boot.sh")
PLUGIN = Path(__file__).parent / "hangs" / "outreach_hangs.py"
PRIVATE = ("--mount", "--pid", "--uts", "--ipc", "--net", "--cgroup")
FOLDERS = (
    *("usr", "proc", "sys", "run", "tmp", "dev", "root", "home", "var/lib", "var/log", "var/tmp"),
    *(
        "opt/outreach",
        "opt/python",
        "opt/changes",
        "etc/systemd/system",
        "etc/systemd/generators",
        "srv/outreach/messages",
    ),
)
LINKS = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
TARGETS = ("sysinit", "basic", "shutdown", "network-online", "time-sync", "multi-user")
OFFICE = "[Unit]\nWants=outreach.service\n"
CGROUPS = tuple(Path("/sys/fs/cgroup", name) for name in ("unified", "."))


@cache
def refusal() -> str:
    """Why a systemd cannot be nested here; empty if it can."""
    needed = ("unshare", "nsenter", "systemctl", "mount", "pivot_root")
    absent = [name for name in needed if not shutil.which(name)]
    if absent or not Path("/usr/lib/systemd/systemd").exists():
        return f"not installed here: {', '.join(absent) or 'systemd'}"
    if os.geteuid():
        return "only root may nest a systemd"
    if not _cgroup2():
        return "there is no writable cgroup2 here"
    tried = subprocess.run(
        ["unshare", *PRIVATE, "--fork", "mount", "-t", "proc", "proc", "/proc"],
        capture_output=True,
        text=True,
        check=False,
    )
    return f"namespaces are refused here: {tried.stderr.strip()}" if tried.returncode else ""


def _cgroup2() -> Path | None:
    found = (path for path in CGROUPS if (path / "cgroup.subtree_control").exists())
    return next((path for path in found if os.access(path, os.W_OK)), None)


@dataclass(frozen=True)
class Machine:
    """The nested system; `root` is its disk as we see it, without what it has mounted."""

    root: Path
    init: int

    def systemctl(self, *words: str) -> str:
        command = ["nsenter", f"--target={self.init}", "--mount", "--pid", "systemctl", *words]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()

    def shown(self, name: str) -> str:
        """One property of our unit."""
        return self.systemctl("show", "outreach.service", f"--property={name}", "--value")

    @property
    def state(self) -> Path:
        return self.root / "var/lib/private/outreach"

    @property
    def said(self) -> str:
        """What the service has written."""
        file = self.root / "var/log/outreach.log"
        return file.read_text("utf-8") if file.exists() else ""


def prepare(root: Path) -> None:
    """The disk of a machine on which docs/install.md was followed, short of configuration and messages."""
    for name in FOLDERS:
        (root / name).mkdir(parents=True, exist_ok=True)
    for name in LINKS:
        if Path("/", name).is_symlink():
            (root / name).symlink_to(Path("/", name).readlink())
    (root / "etc/localtime").symlink_to("/usr/share/zoneinfo/Asia/Ho_Chi_Minh")
    (root / "var/run").symlink_to("/run")
    (root / "etc/passwd").write_text("root:x:0:0::/root:/bin/sh\n", "ascii")
    (root / "etc/group").write_text("root:x:0:\n", "ascii")
    (root / "etc/machine-id").write_text(f"{1:032x}\n", "ascii")
    units = root / "etc/systemd/system"
    for name in TARGETS:
        (units / f"{name}.target").write_text("[Unit]\nDefaultDependencies=no\n", "ascii")
    (units / "office.target").write_text(OFFICE, "ascii")
    shutil.copy(ROOT / "packaging/outreach.service", units)
    _move(root / "opt/moved")


def _move(moved: Path) -> None:
    """What of the checkout's .venv names its place, now naming /opt/outreach; and the plugin that hangs."""
    venv, packages = ROOT / ".venv", site_packages()
    editable = [file for file in packages.glob("*.pth") if str(ROOT) in file.read_text("utf-8")]
    for file in (venv / "bin/outreach", *editable):
        copy = moved / file.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(file.read_text("utf-8").replace(str(ROOT), "/opt/outreach"), "utf-8")
        copy.chmod(0o755)
    (moved / ".venv/pyvenv.cfg").write_text("home = /opt/python/bin\n", "ascii")
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    (moved / ".venv/bin/python3").symlink_to(f"/opt/python/bin/{version}")
    theirs = moved / packages.relative_to(ROOT)
    theirs.mkdir(parents=True, exist_ok=True)
    shutil.copy(PLUGIN, theirs)
    said = theirs / "outreach_hangs-1.dist-info"
    said.mkdir()
    (said / "METADATA").write_text("Metadata-Version: 2.1\nName: outreach-hangs\nVersion: 1\n")
    (said / "entry_points.txt").write_text(
        "[outreach.channels]\nhanging = outreach_hangs:Hanging\n"
    )


def site_packages() -> Path:
    """Of the checkout's .venv."""
    (found,) = (ROOT / ".venv/lib").glob("python3*/site-packages")
    return found


@contextmanager
def machine(root: Path) -> Iterator[Machine]:
    """Start what stands prepared in `root`; at the end all its processes are gone."""
    base = _cgroup2()
    assert base
    cgroup = base / f"outreach-test-{os.getpid()}"
    cgroup.mkdir()
    enter = 'echo $$ > "$0/cgroup.procs"; exec "$@"'
    boot = ["sh", str(BOOT), str(root), str(ROOT), sys.base_prefix]
    apart = ["unshare", *PRIVATE, "--fork", "--kill-child", *boot]
    with (root / "console").open("ab") as console:
        process = subprocess.Popen(
            ["sh", "-c", enter, str(cgroup), *apart],
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=console,
        )
    try:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        wait_for(lambda: process.poll() is not None or children.read_text("ascii"), "a child")
        assert process.poll() is None, (root / "console").read_text("utf-8")
        yield Machine(root=root, init=int(children.read_text("ascii")))
    finally:
        process.kill()
        process.wait()
        _remove(cgroup)


def _remove(cgroup: Path) -> None:
    """A group of processes, and those within it, once the processes are gone."""
    events = cgroup / "cgroup.events"
    wait_for(lambda: "populated 0" in events.read_text("ascii"), "the end of its processes")
    for folder in (*sorted(cgroup.rglob("*/"), reverse=True), cgroup):
        folder.rmdir()
