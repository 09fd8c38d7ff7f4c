"""What seldom happens to a month: nothing in it, days outside it, a new year, withdrawals that fail, words that no font has."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from pypdf import PdfReader

from outreach.domain.campaign import Campaign, Window
from outreach.domain.delivery import Action, Delivery, Receipt, State
from outreach.domain.message import BannerDetails, ContestDetails, Kind, Message, Result
from outreach.domain.paperwork import Paperwork
from outreach.domain.schedule import Hang
from outreach.reports.official import final, tables, weekly
from outreach.reports.official.document import Document, Heading, Paragraph
from outreach.reports.official.month import month
from outreach.reports.official.typeset import in_our_letters, to_pdf
from outreach.reports.official.word import to_docx
from outreach.reports.source import Files, Question
from outreach.reports.writing import Format, write
from outreach.store.delivery_log import Event, Line
from tests.reports.test_rows import CAMPAIGN, DUE, MESSAGE, FakeSource, delivery, identity

DAY = timedelta(days=1)


class Source(FakeSource):
    """The fakes, with a campaign that a test may change."""

    campaign: Campaign = CAMPAIGN

    def files(self, question: Question) -> Sequence[Files]:
        return [replace(files, campaign=self.campaign) for files in super().files(question)]


def published(number: int, due: datetime = DUE, **more: Any) -> Delivery:
    receipt = Receipt(remote_id=f"{number}", at=due)
    of = identity(ordinal=number, **more)
    return delivery(State.PUBLISHED, of, id=number, due=due, receipt=receipt)


def logged(at: datetime, number: int = 1, what: str = "published") -> Line:
    event = Event(at=at, actor="service", what=what, delivery_id=number)
    return Line(seq=number, event=event, previous="", hash="0" * 64)


def said(document: Document | None) -> str:
    assert document is not None
    parts = [b.words for b in document.blocks if isinstance(b, Heading | Paragraph)]
    return "\n".join(parts).replace("\xa0", " ")


def test_a_month_without_any_delivery_is_told_without_figures() -> None:
    document = final.document(Source(), Question(), "vi")
    text = said(document)
    assert "0/0" not in text
    assert "0%" not in text
    assert document is not None
    assert (list(document.grids()), document.annexes) == ([], ())
    assert to_pdf(document)
    assert to_docx(document)


def test_what_was_published_outside_the_window_is_counted_in_its_own_week() -> None:
    """A window may be moved when something is public already."""
    early, late = DUE - 30 * DAY, DUE + 60 * DAY
    source = Source(queued=[published(1, early), published(2), published(3, late)])
    table = tables.by_week(month(source, source.files(Question())[0]))
    *rows, total = table.rows
    assert [row["name"] for row in rows] == [
        "16/10 – 16/10/2022",
        "14/11 – 20/11/2022",
        "09/01 – 14/01/2023",
    ]
    assert (total["planned"], total["done"]) == (3, 3)


def test_a_month_may_go_over_new_year() -> None:
    source = Source(queued=[published(1, datetime(2022, 12, 31, 17, 30, tzinfo=UTC))])
    source.campaign = replace(
        CAMPAIGN, window=Window(start=date(2022, 12, 26), end=date(2023, 1, 8))
    )
    table = tables.by_week(month(source, source.files(Question())[0]))
    assert [row["name"] for row in table.rows[:-1]] == ["26/12 – 01/01/2023"], "00:30 in Hà Nội"
    text = said(weekly.document(source, Question(day=date(2023, 1, 1)), "vi"))
    assert "01/01 lượt tin, bài" in text
    assert "Lũy kế đến ngày 01 tháng 01 năm 2023" in text


BANNER = replace(
    MESSAGE,
    id="bang-ron",
    kind=Kind.BANNER,
    title="Treo băng rôn",
    slogan="*Bình đẳng giới* | là chìa khóa",
    schedule=Hang(start=DUE, end=DUE + 12 * DAY),
    details=BannerDetails(size="8 x 0.8 m", places=("Cổng",)),
)


def hung(state: State, channel: str, **more: Any) -> list[Delivery]:
    """A banner that went up, and the withdrawal of it in that state."""
    down = identity("bang-ron", channel, action=Action.WITHDRAW)
    return [
        published(1, message="bang-ron", channel=channel),
        delivery(state, down, id=2, due=DUE + 12 * DAY, **more),
    ]


class Banners(Source):
    """The same, with a banner's content."""

    messages: Sequence[Message] = (BANNER,)

    def rendition(self, delivery: Delivery) -> Any:
        return BANNER


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (State.WITHDRAWN, "việc treo và tháo đã được xác nhận"),
        (State.NEEDS_PERSON, "việc tháo chưa được xác nhận"),
    ],
)
def test_a_banner_says_its_slogan_and_whether_it_came_down(state: State, told: str) -> None:
    source = Banners(queued=hung(state, "truc-tiep"), messages=(BANNER,))
    text = said(final.document(source, Question(), "vi"))
    assert "nội dung: “Bình đẳng giới là chìa khóa”" in text
    assert told in text


def test_the_report_of_a_week_does_not_know_what_came_down_later() -> None:
    source = Banners(queued=hung(State.WITHDRAWN, "truc-tiep"), messages=(BANNER,))
    text = said(weekly.document(source, Question(day=date(2022, 11, 16)), "vi"))
    assert "việc tháo chưa được xác nhận" in text


def test_another_channels_cancelled_withdrawal_does_not_hold_up_the_proof() -> None:
    queued = hung(State.WITHDRAWN, "truc-tiep")
    queued.append(delivery(State.CANCELLED, identity("bang-ron", action=Action.WITHDRAW), id=3))
    text = said(final.document(Banners(queued=queued, messages=(BANNER,)), Question(), "vi"))
    assert "việc treo và tháo đã được xác nhận" in text


@pytest.mark.parametrize(("until", "told"), [(11, False), (13, True)])
def test_what_should_have_come_down_by_itself_and_did_not_is_a_difficulty(
    until: int, *, told: bool
) -> None:
    queued = hung(State.REJECTED, "so-website")
    source = Banners(queued=queued, log=[logged(DUE + until * DAY)], messages=(BANNER,))
    text = said(final.document(source, Question(), "vi"))
    assert (
        "Còn 01 nội dung chưa gỡ được đúng hạn: “Treo băng rôn” trên so-website." in text
    ) is told


CONTEST = replace(
    MESSAGE,
    kind=Kind.CONTEST,
    details=ContestDetails(deadline=DUE + 9 * DAY, reminders=()),
    results=(Result(name="Bài dự thi", count=1234, measure="bài"),),
)


class Contests(Source):
    """The same, with a contest's content."""

    def rendition(self, delivery: Delivery) -> Any:
        return CONTEST


def test_figures_of_the_whole_month_are_not_called_those_of_a_week() -> None:
    source = Contests(queued=[published(1)], messages=(CONTEST,))
    whole = said(final.document(source, Question(), "vi"))
    assert "Kết quả: bài dự thi: 1.234 bài." in whole
    week = said(weekly.document(source, Question(day=date(2022, 11, 16)), "vi"))
    assert "Kết quả: " not in week
    assert week.index("Kết quả lũy kế") < week.index("Số liệu do các phòng, đơn vị tổng hợp đến")


class Titled(Source):
    """One publication whose title a test chooses."""

    title = ""

    def rendition(self, delivery: Delivery) -> Any:
        return replace(MESSAGE, title=self.title)


def titled(title: str) -> Titled:
    source = Titled(queued=[published(1)], log=[logged(DUE)])
    source.title = title
    return source


def files(title: str) -> tuple[str, str, list[Any]]:
    """The words of the PDF and of the Word file, and the cells of the workbook."""
    document = final.document(titled(title), Question(), "vi")
    assert document is not None
    pdf = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(to_pdf(document))).pages)
    word = docx.Document(io.BytesIO(to_docx(document)))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    packed = write(final.REPORT, Format.XLSX, titled(title), Question(), "vi")
    book = load_workbook(io.BytesIO(packed or b""))
    return (
        pdf,
        "\n".join(cells),
        [c for sheet in book.worksheets for r in sheet.iter_rows() for c in r],
    )


def test_pictures_in_a_title_are_left_out_of_the_pdf_and_kept_in_word() -> None:
    pdf, word, _ = files("Việc nhà 💜 là việc chung ✓")
    assert "Việc nhà là việc chung" in re.sub(r"\s+", " ", pdf)
    assert "Việc nhà 💜 là việc chung ✓" in word


@pytest.mark.parametrize("title", ["a\x01b", "a\ufffeb", "a\ud800b", "a\u202eb"])
def test_characters_that_no_file_may_hold_are_replaced(title: str) -> None:
    pdf, word, cells = files(title)
    assert "a?b" in pdf
    assert "a\ufffdb" in word
    assert "a\ufffdb" in {cell.value for cell in cells}


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_title_is_run_as_a_formula(start: str) -> None:
    title = f'{start}HYPERLINK("http://x.vn";"y")'
    _, word, cells = files(title)
    assert title in word
    found = [cell for cell in cells if cell.value == title]
    assert found
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in found)


@pytest.mark.parametrize("title", ["#strong[x] $y$ \\ @z `w`", "a" * 900, "Bình đẳng giới " * 200])
def test_a_title_is_neither_markup_nor_too_long(title: str) -> None:
    pdf, word, _ = files(title)
    bare = re.sub(r"\s|\u200b", "", title)
    assert bare in re.sub(r"\s|\u200b", "", word)
    assert bare[:200] in re.sub(r"\s|\u200b", "", pdf)


def test_the_offices_own_words_are_cleaned_too() -> None:
    source = Source(queued=[published(1)])
    paper = Paperwork(proposals=("Đề\x01nghị 💜",), signer="A\x02B", recipients=("C\ufffeD",))
    source.campaign = replace(CAMPAIGN, paperwork=paper)
    document = final.document(source, Question(), "vi")
    assert document is not None
    assert to_pdf(document)
    word = docx.Document(io.BytesIO(to_docx(document)))
    assert "Đề\ufffdnghị 💜" in [paragraph.text for paragraph in word.paragraphs]


@settings(max_examples=200)
@given(st.text(max_size=20))
def test_our_letters_are_all_that_is_set(words: str) -> None:
    drawn = in_our_letters(words)
    assert in_our_letters(drawn) == drawn
