"""What staff write for the office's documents: the table `[report]` and the figures of a message."""

from __future__ import annotations

from datetime import date

import pytest

from outreach.content.campaign_file import read_campaign_file, stand_in
from outreach.content.findings import Findings
from outreach.content.message_file import read_message
from outreach.domain.message import Message, Result
from outreach.domain.paperwork import Paperwork
from outreach.domain.rendition import Rendition

CAMPAIGN = """
name = "Tháng hành động"
short_name = "Tháng"
theme = "x"
office = "Sở"
[window]
from = 2022-11-15
until = 2022-12-15
"""


def paperwork(table: str) -> tuple[Paperwork | None, list[tuple[str, int]]]:
    """What the table says, and the code and line of each mistake (the first line of the table is 10)."""
    findings = Findings()
    found = read_campaign_file(f"{CAMPAIGN}\n[report]\n{table}", "thang", "campaign.toml", findings)
    return found.paperwork if found else None, [(p.code, p.place.line) for p in findings.sorted()]


def test_every_key_of_the_table() -> None:
    found, mistakes = paperwork(
        'parent = "Ủy ban"\nsymbol = "BC-SCT"\nplace = "Huế"\nsigned = 2022-12-16\nto = "Sở Nội vụ"\n'
        'recipients = ["Như trên", "Lưu: VT"]\nauthority = ["KT. Giám đốc"]\nsigner = "A"\ndirecting = ["a"]\n'
        'difficulties = ["b"]\nproposals = ["c"]\n[report.channels]\nso-website = "Trang tin"\n'
    )
    assert mistakes == []
    assert found == Paperwork(
        parent="Ủy ban",
        symbol="BC-SCT",
        place="Huế",
        signed=date(2022, 12, 16),
        to=("Sở Nội vụ",),
        recipients=("Như trên", "Lưu: VT"),
        authority=("KT. Giám đốc",),
        signer="A",
        directing=("a",),
        difficulties=("b",),
        proposals=("c",),
        channels={"so-website": "Trang tin"},
    )


def test_without_the_table_nothing_is_known() -> None:
    assert paperwork("")[0] == Paperwork()


@pytest.mark.parametrize(
    ("table", "mistake"),
    [
        ('singer = "A"', ("unknown-key", 11)),
        ('signed = "16/12/2022"', ("date-unreadable", 11)),
        ("parent = 5", ("wrong-type", 11)),
        ("[report.channels]\nso-website = 5", ("wrong-type", 12)),
        ('channels = "x"', ("wrong-type", 11)),
    ],
)
def test_each_mistake_has_its_line(table: str, mistake: tuple[str, int]) -> None:
    assert mistake in paperwork(table)[1]


def message(head: str) -> tuple[Message | None, list[tuple[str, int]]]:
    findings = Findings()
    text = f"---\ntitle: Tin\nchannels: [web]\nat: 2022-11-15 08:00\n{head}\n---\nXin chào.\n"
    found = read_message(text, "tin.md", "tin", stand_in("thang"), findings).message
    return found, [(p.code, p.place.line) for p in findings.sorted()]


def test_figures_that_staff_counted() -> None:
    found, mistakes = message(
        "results:\n  - name: Tờ gấp\n    count: 420\n    measure: tờ\n  - name: Người\n    count: 0"
    )
    assert mistakes == []
    assert found is not None
    assert found.results == (
        Result(name="Tờ gấp", count=420, measure="tờ"),
        Result(name="Người", count=0),
    )


@pytest.mark.parametrize(
    ("entry", "mistake"),
    [
        ("name: Tờ gấp", ("missing-key", 6)),
        ("count: 3", ("missing-key", 6)),
        ("{name: Tờ gấp, count: nhiều}", ("number-unreadable", 6)),
        ("{name: Tờ gấp, count: 1, who: x}", ("unknown-key", 6)),
        ("Tờ gấp", ("wrong-type", 6)),
    ],
)
def test_a_figure_that_cannot_be_read(entry: str, mistake: tuple[str, int]) -> None:
    assert mistake in message(f"results:\n  - {entry}")[1]


def test_a_figure_is_no_part_of_what_is_published() -> None:
    """Otherwise counting leaflets would ask channels to change a publication."""
    assert not {"results", "paperwork"} & set(Rendition.__dataclass_fields__)
