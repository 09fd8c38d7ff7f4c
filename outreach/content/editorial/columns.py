"""Which column of a calendar is what, from the words in its head: one line or two, wherever it stands."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from outreach.content.editorial.sheets import Cell, Sheet

WORDS: Mapping[str, tuple[str, ...]] = {
    "day": (
        *("ngày", "ngày đăng", "ngày tháng", "ngày thực hiện", "ngày giờ", "ngày, giờ", "day", "date"),
        *("từ ngày", "ngày bắt đầu", "bắt đầu", "ngày treo"),
        *("thời gian", "thời gian đăng", "thời gian thực hiện"),
    ),
    "clock": ("giờ", "giờ đăng", "khung giờ", "thời điểm", "hour", "time"),
    "weekday": ("thứ", "thứ trong tuần", "weekday"),
    "title": ("tiêu đề", "tên bài", "tên bài viết", "tên tin bài", "tin bài", "tên hoạt động", "hoạt động", "title"),
    "text": ("nội dung", "nội dung chi tiết", "nội dung bài", "nội dung đăng", "nội dung tuyên truyền", "content", "text"),
    "channels": ("kênh", "kênh đăng", "kênh đăng tải", "kênh truyền thông", "nơi đăng", "nền tảng", "channel", "channels"),
    "kind": ("loại", "loại bài", "loại tin", "loại hình", "hình thức", "kind"),
    "topic": ("chủ đề", "nhóm chủ đề", "topic"),
    "unit": (
        *("đơn vị", "đơn vị chủ trì", "đơn vị thực hiện", "đơn vị phụ trách", "phòng", "unit"),
        *("phòng, đơn vị", "bộ phận", "phụ trách", "chủ trì", "responsible unit"),
    ),
    "summary": ("tóm tắt", "mô tả", "summary"),
    "link": ("đường dẫn", "liên kết", "link"),
    "image": ("ảnh", "hình ảnh", "tệp ảnh", "image"),
    "image_alt": ("mô tả ảnh", "chú thích ảnh", "image description"),
    "until": (
        *("đến ngày", "đến", "ngày kết thúc", "kết thúc", "giờ kết thúc", "ngày tháo", "until", "end"),
    ),
    "deadline": ("hạn nhận bài", "hạn nộp", "hạn nộp bài", "hạn chót", "thời hạn", "deadline"),
    "place": ("địa điểm", "nơi tổ chức", "nơi treo", "vị trí treo", "place", "places"),
    "size": ("kích thước", "khổ", "size"),
    "slogan": ("khẩu hiệu", "câu khẩu hiệu", "slogan"),
    "collectives": ("tập thể", "tập thể được biểu dương", "collectives"),
    "individuals": ("cá nhân", "cá nhân được biểu dương", "individuals"),
    "id": ("mã", "mã thông điệp", "id"),
    "nothing": ("stt", "tt", "số tt", "số thứ tự", "no", "item no", "ghi chú", "note", "người soạn", "trạng thái", "người duyệt"),
}  # fmt: skip
"""What staff call each column."""

SAME: tuple[tuple[str, ...], ...] = (
    ("facebook", "facebook-page", "fb", "fanpage", "trang facebook", "facebook page"),
    ("zalo", "zalo-oa", "zalo oa", "oa"),
    (
        *("website", "so-website", "web", "trang web", "trang tin", "cổng thông tin"),
        *("trang thông tin điện tử", "trang ttđt"),
    ),
    ("truc-tiep", "in-person", "trực tiếp", "tại chỗ", "offline"),
)
"""Names that mean the same kind of channel, those first that a configuration is likely to have."""

CHANNEL_NAMES = frozenset(name for names in SAME for name in names)
FIELD_OF = {word: name for name, words in WORDS.items() for word in words}
SEARCHED = 20
"""The head stands in one of so many first rows."""


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The number of each known column, and the number of the first row below the head.

    `ticks` are columns of their own for single channels, in which a mark says that the message goes there.
    """

    places: Mapping[str, int]
    below: int
    ticks: Mapping[int, str] = field(default_factory=dict)

    def of(self, row: Sequence[Cell], name: str) -> Cell | None:
        """The cell of a row in that column, None when there is no such column."""
        return row[self.places[name]] if name in self.places else None

    @property
    def known(self) -> int:
        """How many columns are understood."""
        return len(self.places) + len(self.ticks)

    @property
    def is_calendar(self) -> bool:
        """Whether there is enough to make messages of: what, and when."""
        return "day" in self.places and bool({"title", "text"} & self.places.keys())


def plain(words: str) -> str:
    """Words as they are compared: NFC, small letters, without signs at the end."""
    normal = unicodedata.normalize("NFC", words).casefold()
    return re.sub(r"\s*[.:*()]+\s*$", "", " ".join(re.sub(r"\(.*?\)", "", normal).split()))


def find_columns(sheet: Sheet) -> Columns | None:
    """The head that knows most columns; of two equals the shorter. None when no row is one."""
    heads = [
        _columns(sheet.rows[number : number + length], below=number + length)
        for number in range(min(SEARCHED, len(sheet.rows)))
        for length in (1, 2)
        if number + length <= len(sheet.rows)
    ]
    return max(heads, key=lambda head: (head.known, -head.below), default=None)


def _columns(rows: Sequence[Sequence[Cell]], *, below: int) -> Columns:
    """The lower line of a head names a column; the upper one where the lower is silent or unknown."""
    places: dict[str, int] = {}
    ticks: dict[int, str] = {}
    for number, cells in enumerate(zip(*rows, strict=True)):
        known = [FIELD_OF[words] for cell in cells if (words := plain(cell.words)) in FIELD_OF]
        lowest = plain(cells[-1].words)
        if lowest in CHANNEL_NAMES:
            ticks[number] = lowest
        elif known and (len(rows) == 1 or _heads(cells)):
            places.setdefault(known[-1], number)
    places.pop("nothing", None)
    return Columns(places=places, below=below, ticks=ticks)


def _heads(cells: Sequence[Cell]) -> bool:
    """Whether the lower cell belongs to a head: named, empty, or the same as the one above (merged)."""
    lower = plain(cells[-1].words)
    return lower in FIELD_OF or lower in ("", plain(cells[0].words))
