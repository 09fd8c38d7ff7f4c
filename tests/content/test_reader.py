"""Reading a whole folder: what is usable, what is held, and that nothing a person can save raises."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from outreach.content.campaign_file import read_campaign_file, stand_in
from outreach.content.findings import Findings, Refused
from outreach.content.message_file import read_message
from outreach.content.preflight import preflight
from outreach.content.reader import list_campaigns, read_campaign
from outreach.content.render import Renderer
from outreach.content.source_text import decode
from outreach.content.template import TemplateProcess
from outreach.content.understood import Made, Understood
from outreach.domain.capabilities import Capabilities, ChannelProfile
from outreach.domain.message import BannerDetails, Kind
from outreach.domain.schedule import Hang, Once, Rule, Spread, Weekly
from tests.content.corpus import GOOD, PROFILES, lay_out

SAMPLE = Path(__file__).parents[2] / "messages" / "2022-binh-dang-gioi"
HEAD = "---\ntitle: Tên\nchannels: [website]\nat: 2022-11-16 08:00\n---\nBài.\n"


def codes(folder: Path) -> list[str]:
    return [f"{p.place.file.rsplit('/', 1)[-1]} {p.code}" for p in read_campaign(folder).problems]


def test_the_sample_campaign_has_no_problem() -> None:
    content = read_campaign(SAMPLE)
    assert content.problems == ()
    assert content.campaign is not None
    assert len(content.messages) == len(list(SAMPLE.glob("*.md"))) >= 24
    assert {message.kind for message in content.messages} == set(Kind)


def test_the_sample_campaign_has_no_problem_on_its_channels(templates: TemplateProcess) -> None:
    content = read_campaign(SAMPLE)
    assert content.campaign is not None
    people = ChannelProfile(
        name="truc-tiep",
        tags=frozenset({"in-person"}),
        capabilities=Capabilities(carried_out_by_people=True),
    )
    renderer = Renderer(content.campaign, SAMPLE, SAMPLE / "media", templates=templates)
    assert preflight(content.drafts, (*PROFILES, people), renderer) == ()


def test_places_are_written_as_staff_see_files(tmp_path: Path) -> None:
    content = read_campaign(lay_out(tmp_path))
    assert content.messages[0].file == "messages/chien-dich/khong-loi.md"
    assert str(content.messages[0].place("title")) == "messages/chien-dich/khong-loi.md:2:8"
    assert content.messages[0].place("body").line == 8


@pytest.mark.asvs(
    "1.1.1", "Encoding, line ends and composed letters are settled once, before anything is read"
)
@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + HEAD.encode(),
        HEAD.replace("\n", "\r\n").encode(),
        HEAD.replace("\n", "\r").encode(),
        unicodedata.normalize("NFD", HEAD).encode(),
        b"\n\n" + HEAD.encode(),
    ],
)
@pytest.mark.fault(39, "marks, line ends and compositions of editors")
def test_what_editors_do_to_a_file_does_not_change_the_message(tmp_path: Path, data: bytes) -> None:
    folder = lay_out(tmp_path)
    (folder / "x.md").write_bytes(data)
    content = read_campaign(folder)
    assert content.problems == ()
    found = next(m for m in content.messages if m.id == "x")
    assert (found.title, found.body) == ("Tên", "Bài.")
    assert unicodedata.is_normalized("NFC", found.title)


def test_only_the_broken_file_is_held(tmp_path: Path) -> None:
    content = read_campaign(lay_out(tmp_path, "many-mistakes"))
    assert [message.id for message in content.messages] == ["khong-loi"]
    assert list(content.broken) == ["x"]
    assert [draft.id for draft in content.drafts] == ["khong-loi", "x"]


def test_a_broken_campaign_file_still_lets_messages_be_checked(tmp_path: Path) -> None:
    folder = lay_out(tmp_path, "campaign-missing-theme")
    (folder / "x.md").write_text(HEAD.replace("title", "tittle"))
    content = read_campaign(folder)
    assert content.campaign is None
    assert content.messages == ()
    assert {p.code for p in content.problems} == {"missing-key", "unknown-key"}


@pytest.mark.fault(43, "two files of one name")
def test_files_of_one_id_hold_each_other(tmp_path: Path) -> None:
    folder = lay_out(tmp_path)
    (folder / "y.md").write_text(HEAD.replace("title", "id: khong-loi\ntitle"))
    content = read_campaign(folder)
    assert content.messages == ()
    assert codes(folder) == ["khong-loi.md duplicate-id", "y.md duplicate-id"]
    assert content.broken["khong-loi"].code == "duplicate-id"


def test_a_broken_file_holds_its_twin_too(tmp_path: Path) -> None:
    folder = lay_out(tmp_path)
    (folder / "y.md").write_text("---\nid: khong-loi\n---\n")
    assert read_campaign(folder).messages == ()


def test_temporary_files_are_not_looked_at(tmp_path: Path) -> None:
    folder = lay_out(tmp_path)
    for name in (".x.md.swp", "x.md~", "4913", "x.md.tmp", "~$x.docx"):
        (folder / name).write_bytes(b"\0")
    assert codes(folder) == []


def test_pipes_links_and_devices_among_messages_are_refused(tmp_path: Path) -> None:
    folder = lay_out(tmp_path)
    os.mkfifo(folder / "pipe.md")
    (folder / "link.md").symlink_to(folder / "khong-loi.md")
    (folder / "zero.md").symlink_to("/dev/zero")
    with (folder / "big.md").open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    assert codes(folder) == [
        "big.md file-too-large",
        "link.md symlink",
        "pipe.md not-a-file",
        "zero.md symlink",
    ]


def test_a_picture_cannot_be_a_link(tmp_path: Path) -> None:
    folder = lay_out(tmp_path)
    (folder / "media" / "anh.png").rename(folder / "that.png")
    (folder / "media" / "anh.png").symlink_to("../that.png")
    assert codes(folder) == ["khong-loi.md symlink"]


def test_a_name_that_is_not_text_is_reported_readably(tmp_path: Path) -> None:
    folder = lay_out(tmp_path)
    (folder / os.fsdecode(b"x\xff.md")).write_text(HEAD)
    assert codes(folder) == ["x\ufffd.md id-unusable"]


def test_no_folder_no_campaign_no_exception(tmp_path: Path) -> None:
    assert [p.code for p in read_campaign(tmp_path / "nowhere").problems] == ["file-missing"]
    assert list_campaigns(tmp_path / "nowhere") == ()
    (tmp_path / "messages" / "a").mkdir(parents=True)
    (tmp_path / "messages" / ".git").mkdir()
    assert [folder.name for folder in list_campaigns(tmp_path / "messages")] == ["a"]
    assert codes(tmp_path / "messages" / "a") == ["campaign.toml file-missing"]


def schedule(head: str) -> object:
    findings = Findings()
    text = f"---\ntitle: T\nchannels: [a]\n{head}\n---\nBài.\n"
    campaign = read_campaign(GOOD).campaign
    assert campaign is not None
    reading = read_message(text, "x.md", "x", campaign, findings)
    assert findings.sorted() == ()
    assert reading.message is not None
    return reading.message.schedule


def test_each_way_of_saying_when() -> None:
    assert isinstance(schedule("at: 2022-11-16 08:00"), Once)
    assert isinstance(schedule("repeat: hằng tuần vào thứ 2 lúc 08:00"), Weekly)
    assert schedule("spread: 4") == Spread(count=4)
    rule = schedule("at: 2022-11-16 08:00\nrepeat: FREQ=WEEKLY;BYDAY=TU")
    assert isinstance(rule, Rule)
    assert rule.start is not None
    assert rule.start.tzinfo is None
    assert rule.start.hour == 8


def test_a_banner_hangs_for_the_window_unless_it_says_otherwise() -> None:
    whole = schedule("kind: banner")
    assert isinstance(whole, Hang)
    assert whole.start.isoformat() == "2022-11-15T00:00:00+00:00"
    assert whole.end.isoformat() == "2022-12-15T10:00:00+00:00"
    part = schedule("kind: banner\nfrom: 2022-11-20\nuntil: 2022-11-25 12:00")
    assert isinstance(part, Hang)
    assert part.end.isoformat() == "2022-11-25T05:00:00+00:00"


def test_an_event_without_a_time_to_post_is_due_at_its_start() -> None:
    when = schedule("kind: event\nstart: 2022-11-20 08:00\nend: 2022-11-20 10:00\nplace: Sở")
    assert isinstance(when, Once)
    assert when.at[0].isoformat() == "2022-11-20T01:00:00+00:00"


def test_details_of_the_kinds() -> None:
    content = read_campaign(SAMPLE)
    banners = [m.details for m in content.messages if m.kind is Kind.BANNER]
    assert all(isinstance(details, BannerDetails) for details in banners)
    assert any(isinstance(d, BannerDetails) and d.places for d in banners)


def take(data: bytes) -> None:
    findings = Findings()
    try:
        text = decode(data)
        reading = read_message(text, "x.md", "x", stand_in("c"), findings)
        assert reading.message is not None or findings.first_error is not None
        read_campaign_file(text, "c", "campaign.toml", findings)
    except Refused as refused:
        findings.extend([refused.problem("x.md")])
    for problem in findings.sorted():
        assert str(problem.what)
        assert str(problem.mend)
        assert problem.place.line >= 1
        assert problem.place.column >= 1


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    take(data)


@given(st.binary(max_size=200), st.integers(min_value=0, max_value=2000))
def test_any_damage_to_a_good_file_is_read_or_refused(noise: bytes, at: int) -> None:
    good = (SAMPLE / "cuoc-thi.md").read_bytes()
    take(good[:at] + noise + good[at + len(noise) :])


KEYS = [
    "title",
    "kind",
    "channels",
    "at",
    "repeat",
    "spread",
    "late",
    "image",
    "images",
    "hashtags",
    "start",
    "end",
]
KEYS += ["deadline", "reminders", "collectives", "from", "until", "id", "link", "places", "topic"]
VALUES = st.one_of(
    st.sampled_from(
        [
            "",
            "banner",
            "event",
            "contest",
            "commendation",
            "2022-11-16 08:00",
            "[a, b]",
            "- a",
            "[{name: a}]",
            "{a: b}",
            "0",
            "-1",
        ]
    ),
    st.text(max_size=20),
)


@given(st.lists(st.tuples(st.sampled_from(KEYS), VALUES), max_size=8), st.text(max_size=40))
def test_any_values_under_known_keys_are_read_or_refused(
    pairs: list[tuple[str, str]], body: str
) -> None:
    head = "".join(f"{key}: {value}\n" for key, value in pairs)
    take(f"---\n{head}---\n{body}\n".encode("utf-8", "replace"))


@given(st.text(alphabet="[]{}=\"',.#ab1 \n-:", max_size=120))
def test_any_toml_is_read_or_refused(text: str) -> None:
    take(text.encode())


class Counted(Understood):
    """Notes which files were worked out."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[str] = []

    def of(self, name: str, content: bytes, make: Callable[[], Made]) -> Made:
        def noted() -> Made:
            self.made.append(name)
            return make()

        return super().of(name, content, noted)


def test_a_reading_after_another_works_out_only_what_is_new(tmp_path: Path) -> None:
    folder, understood = lay_out(tmp_path), Counted()
    (folder / "hai.md").write_text(HEAD, "utf-8")
    (folder / "hong.md").write_text(HEAD.replace("title", "titel"), "utf-8")

    def read(**unsaved: str) -> list[str]:
        """What is worked out; whatever is told must be what a first reading tells."""
        understood.made.clear()
        others = {f"{name}.md": text.encode() for name, text in unsaved.items()}
        assert read_campaign(folder, others, understood) == read_campaign(folder, others)
        return list(understood.made)

    every = sorted(file.name for file in folder.glob("*.md"))
    assert (read(), read()) == ([*every], [])
    (folder / "hai.md").write_text(HEAD.replace("Tên", "Tên khác"), "utf-8")
    assert read() == ["hai.md"]
    (folder / "ba.md").write_text(HEAD, "utf-8")
    assert read(hai=HEAD) == ["ba.md", "hai.md"]
    assert read() == ["hai.md"]
    (folder / "ba.md").unlink()
    assert read() == []
    (folder / "ba.md").write_text(HEAD, "utf-8")
    assert read() == ["ba.md"]
    rules = (folder / "campaign.toml").read_text("utf-8")
    (folder / "campaign.toml").write_text("broken", "utf-8")
    assert read() == sorted([*every, "ba.md"])
    (folder / "campaign.toml").write_text(rules, "utf-8")
    assert read() == sorted([*every, "ba.md"])


def test_a_picture_that_goes_is_missed_though_the_text_is_the_same(tmp_path: Path) -> None:
    folder, understood = lay_out(tmp_path), Understood()
    shown = HEAD.replace("---\nBài", "image: media/anh.png\nimage_alt: Ảnh\n---\nBài")
    (folder / "anh.md").write_text(shown, "utf-8")
    (folder / "media").mkdir(exist_ok=True)
    Image.new("RGB", (1200, 800)).save(folder / "media" / "anh.png")
    before = read_campaign(folder, understood=understood)
    (folder / "media" / "anh.png").unlink()
    after = read_campaign(folder, understood=understood)
    assert ("anh" in before.broken, "anh" in after.broken) == (False, True)
