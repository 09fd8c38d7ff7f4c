"""Editorial calendars as staff make them, each with the traps that it holds."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import docx
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

HEAD = ["STT", "Ngày", "Giờ", "Tiêu đề", "Nội dung", "Kênh"]


def sheet_of(book: Workbook, name: str = "Sheet1") -> Worksheet:
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = name
    return sheet


def saved(folder: Path, name: str, fill: Callable[[Worksheet], Any]) -> Path:
    book = Workbook()
    fill(sheet_of(book))
    book.save(folder / name)
    return folder / name


def plain_one(sheet: Worksheet) -> None:
    """Real dates and times, a title above the head, an empty row, a row of sums."""
    sheet.append(["LỊCH ĐĂNG TẢI THÁNG HÀNH ĐỘNG"])
    sheet.append([])
    sheet.append(HEAD)
    sheet.append(
        [1, date(2022, 11, 15), time(8, 0), "Lễ phát động", "Dòng một.\nDòng hai.", "website"]
    )
    sheet.append([])
    sheet.append(
        [
            2,
            datetime.fromisoformat("2022-11-16 11:30"),
            None,
            "Chủ đề năm nay",
            "Xin chào.",
            "Facebook, web",
        ]
    )
    sheet.append(["Tổng cộng", None, None, 2])


def merged_days(sheet: Worksheet) -> None:
    """A day merged over its rows, a week's title merged over all columns."""
    sheet.append(HEAD)
    sheet.append(["TUẦN 1"])
    sheet.merge_cells("A2:F2")
    sheet.append([1, "15/11/2022", "08:00", "Bài một", "a", "website"])
    sheet.append([2, None, "11:30", "Bài hai", "b", "facebook"])
    sheet.merge_cells("B3:B4")


def two_line_head(sheet: Worksheet) -> None:
    """`Thời gian` above `Ngày` and `Giờ`; the other heads merged over both lines."""
    sheet.append(["TT", "Thời gian", None, "Tên bài", "Kênh đăng", "Đơn vị thực hiện"])
    sheet.append([None, "Ngày", "Giờ", None, None, None])
    sheet.merge_cells("B1:C1")
    for column in "ADEF":
        sheet.merge_cells(f"{column}1:{column}2")
    sheet.append([1, "15/11/2022", "8h00", "Bài một", "Trang thông tin điện tử", "Văn phòng"])


def texts_as_days(sheet: Worksheet) -> None:
    """Every way to write a day and an hour into one cell."""
    sheet.append(["Thời gian", "Tiêu đề", "Kênh"])
    for number, text in enumerate(
        (
            "15/11/2022 8h00",
            "8 giờ 30 ngày 16/11/2022",
            "Thứ Năm, 17/11/2022, 14:00",
            "18-11-2022 09:15",
            "2022-11-21 10:00",
            "22/11 7h30",
            "ngày 23 tháng 11 năm 2022, 2 giờ chiều",
            "24.11.2022 lúc 19h30",
        )
    ):
        sheet.append([text, f"Bài {number}", "website"])


def numbers_as_days(sheet: Worksheet) -> None:
    """Excel's numbers where nobody told it that they are days: 44880 is 15/11/2022."""
    sheet.append(["Ngày", "Giờ", "Tiêu đề", "Kênh"])
    sheet.append([44880, 0.3333333333, "Bài một", "web"])
    sheet.append([44881.5, None, "Bài hai", "web"])


def weekdays(sheet: Worksheet) -> None:
    """A weekday in a column of its own: right, wrong, alone, and one that repeats."""
    sheet.append(["Thứ", "Ngày", "Giờ", "Tiêu đề", "Kênh"])
    sheet.append(["thứ Ba", "15/11/2022", "8h", "Đúng thứ", "web"])
    sheet.append(["thứ Hai", "15/11/2022", "8h", "Sai thứ", "web"])
    sheet.append([None, "thứ Hai", "8h", "Chỉ có thứ", "web"])
    sheet.append([None, "Hằng tuần vào thứ Hai", "11:30", "Hằng tuần", "facebook"])


def decomposed(sheet: Worksheet) -> None:
    """Everything in NFD, as a Mac saves it."""
    rows: list[list[Any]] = [
        HEAD,
        [1, "15/11/2022", "8h00", "Bình đẳng giới", "Chủ đề năm nay", "Trực tiếp"],
    ]
    for row in rows:
        sheet.append([unicodedata.normalize("NFD", c) if isinstance(c, str) else c for c in row])


def formulas(sheet: Worksheet) -> None:
    """A formula that nobody has reckoned out, and a text that looks like one."""
    sheet.append(["Ngày", "Giờ", "Tiêu đề", "Nội dung", "Kênh"])
    sheet.append(["15/11/2022", "08:00", '="Bài "&1', "a", "web"])
    sheet.append(["15/11/2022", "09:00", "'=Không phải công thức", "b", "web"])


def mistakes(sheet: Worksheet) -> None:
    """One mistake per row."""
    sheet.append(["Ngày", "Giờ", "Tiêu đề", "Nội dung", "Kênh", "Loại", "Chủ đề"])
    sheet.append(["31/11/2022", "08:00", "Ngày không có", "a", "web"])
    sheet.append(["15/11/2022", "25:00", "Giờ không có", "a", "web"])
    sheet.append([None, "08:00", "Thiếu ngày", "a", "web"])
    sheet.append(["15/11/2022", "08:00", "Kênh lạ", "a", "Tiktok"])
    sheet.append(["15/11/2022", "08:00", "Thiếu kênh", "a", None])
    sheet.append(["15/11/2022", "08:00", "Loại lạ", "a", "web", "phóng sự"])
    sheet.append(["15/11/2022", "08:00", "Chủ đề lạ", "a", "web", None, "không có"])
    sheet.append(["15/11 - 20/11/2022", "08:00", "Hai ngày", "a", "web"])
    sheet.append(["15/11/2022", "08:00", "Ảnh không lời", "a", "web"])


def repeated_titles(sheet: Worksheet) -> None:
    """The same message at several times, and another one of the same title."""
    sheet.append(["Ngày", "Giờ", "Tiêu đề", "Nội dung", "Kênh"])
    for day, text in (
        ("15/11/2022", "a"),
        ("22/11/2022", "a"),
        ("29/11/2022", "a"),
        ("30/11/2022", "b"),
    ):
        sheet.append([day, "08:00", "Hai số điện thoại", text, "facebook"])


def ticked_channels(sheet: Worksheet) -> None:
    """A column per channel below the merged word `Kênh đăng`, with marks in it."""
    sheet.append(["Ngày", "Giờ", "Tên bài", "Kênh đăng", None, None])
    sheet.append([None, None, None, "Facebook", "Website", "Trực tiếp"])
    sheet.merge_cells("D1:F1")
    sheet.append(["15/11/2022", "08:00", "Hai kênh", "x", "X", None])
    sheet.append(["15/11/2022", "09:00", "Một kênh", 0, "không", "✓"])
    sheet.append(["15/11/2022", "10:00", "Không kênh nào", None, None, None])


def no_hours(sheet: Worksheet) -> None:
    """No column for hours at all, on a workday and on a Sunday."""
    sheet.append(["Ngày", "Nội dung", "Kênh"])
    sheet.append(["15/11/2022", "Xin chào.", "web"])
    sheet.append(["Chủ nhật 20/11/2022", "Chào chủ nhật.", "web"])


def semicolon_csv(folder: Path) -> Path:
    """What Excel saves in Viet Nam: semicolons, a byte-order mark, quotes around line ends."""
    text = 'Ngày;Giờ;Tiêu đề;Nội dung;Kênh\r\n15/11/2022;8h00;"Bài; một";"Dòng một\nDòng hai";web\r\n;;;;\r\n'
    (folder / "lich.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    return folder / "lich.csv"


def word_table(folder: Path) -> Path:
    """A table in a Word document, below a paragraph, with a day merged downwards."""
    document = docx.Document()
    document.add_paragraph("Kế hoạch đăng bài")
    table = document.add_table(rows=3, cols=4)
    content = [
        ["Ngày, giờ", "Tên bài viết", "Nội dung", "Kênh"],
        ["15/11/2022 8h00", "Bài một", "a", "web"],
        ["", "Bài hai", "b", "facebook"],
    ]
    for row, words in zip(table.rows, content, strict=True):
        for cell, said in zip(row.cells, words, strict=True):
            cell.text = said
    table.cell(1, 0).merge(table.cell(2, 0)).text = "15/11/2022 8h00"
    written = io.BytesIO()
    document.save(written)
    (folder / "lich.docx").write_bytes(written.getvalue())
    return folder / "lich.docx"


def every_kind(sheet: Worksheet) -> None:
    """Rows that are more than posts, as an office's plan of activities has them."""
    sheet.append(
        [
            *("Từ ngày", "Giờ", "Đến ngày", "Tên hoạt động", "Hình thức", "Kênh", "Địa điểm"),
            *("Kích thước", "Khẩu hiệu", "Hạn nhận bài", "Tập thể", "Cá nhân"),
        ]
    )
    sheet.append(
        [
            *("15/11/2022", "", "29/11/2022", "Treo băng rôn đợt 1", "Băng rôn", "trực tiếp"),
            *("Cổng trụ sở\nHội trường Sở", "8 x 0.8 m", "Bình đẳng giới là chìa khóa"),
        ]
    )
    sheet.append(
        ["24/11/2022", "14h", "16h30", "Buổi nói chuyện", "Tọa đàm", "web", "Hội trường Sở"]
    )
    sheet.append(["18/11/2022", "8h", "", "Thi viết", "Cuộc thi", "web", *[""] * 3, "09/12/2022"])
    sheet.append(
        [
            *("13/12/2022", "8h", "", "Biểu dương", "Biểu dương", "web", "", "", "", ""),
            *("- Công đoàn cơ sở: vận động tốt\n- Thanh tra Sở", "Bà Lê Thị A – Văn phòng Sở"),
        ]
    )


def kinds_without_what_they_need(sheet: Worksheet) -> None:
    """A row of each kind that lacks what this kind needs."""
    sheet.append(["Ngày", "Giờ", "Tiêu đề", "Loại", "Kênh", "Địa điểm", "Kết thúc", "Hạn nộp"])
    sheet.append(["15/11/2022", "8h", "Nói chuyện", "sự kiện", "web"])
    sheet.append(["15/11/2022", "8h", "Thi", "cuộc thi", "web"])
    sheet.append(["15/11/2022", "8h", "Khen", "biểu dương", "web"])
    sheet.append(["15/11/2022", "8h", "Treo", "băng rôn", "trực tiếp", "Cổng", "hôm nào đó"])
    sheet.append(["hằng tuần vào thứ Hai", "8h", "Lặp", "sự kiện", "web", "Sở", "9h"])
    sheet.append(["15/11/2022", "9h", "Ngược", "sự kiện", "web", "Sở", "8h"])
