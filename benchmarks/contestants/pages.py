"""The reviewers' pages of an office in a process of their own, beside whoever posts: says `ready`, then where, and the first code."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from benchmarks.deliveries import utc_now
from outreach.bootstrap import load_settings, open_desk
from outreach.cli import site_server
from outreach.cli.web import office_of
from outreach.review.pages import review_pages
from outreach.review.passwords import Passwords
from outreach.review.signing import first_code


def show(config: Path, told: Path) -> None:
    """Serve until the process is ended; the port and the code go into the file `told`."""
    site_server.give_way()
    with open_desk(load_settings(config)) as desk, site_server.listen(0) as listening:
        office = office_of(desk, now=utc_now, language="vi")
        cheap = replace(office, passwords=Passwords(memory=64, iterations=1, lanes=1))
        told.write_text(f"{listening.getsockname()[1]} {first_code(cheap)}")
        print("ready", flush=True)
        site_server.run((review_pages(cheap), listening))


if __name__ == "__main__":
    show(Path(sys.argv[1]), Path(sys.argv[2]))
