"""Mistakes that Vietnamese texts of campaigns really have: wrong letters, torn marks, last year's dates, unchecked numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from outreach.domain.campaign import Campaign
from outreach.domain.problem import Severity
from outreach.domain.text import Text

_ETH = re.compile("[Ðð]")
_TORN = re.compile(
    "(?:^|(?<=\\s)|(?<=[bcdđghklmnpqrstvxBCDĐGHKLMNPQRSTVX]))[\u0300-\u036f]", re.MULTILINE
)
_STRAY_HASH = re.compile(r"(?<!\w)#\w+#(?!\w)")
_LONG_NUMBER = re.compile(
    r"(?<![\d/.,-])(?:1[89]00(?:[ .]?\d{2,6}){1,3}|(?:\+84|0)(?:[ .-]?\d){9,10})(?![\d/%])"
)
_SHORT_NUMBER = re.compile(
    r"(?:tổng đài|đường dây nóng|hotline|gọi(?: ngay| đến| tới| số)*|bấm số)(?: quốc gia)?(?: số)?:?"
    r" \**(?P<number>1\d{2})(?![\d.,/]\d|\d)"
    r"(?=\**\s*(?:$|[.,;:!?)–-]|để |khi |hoặc |nếu |và |ngay|miễn phí))",
    re.IGNORECASE | re.MULTILINE,
)
_IN_TEMPLATE = re.compile(r"hotline\(\s*[\"']$")
_EMERGENCY = {"112", "113", "114", "115"}
_NAMED_YEAR = re.compile(
    r"tháng hành động(?P<between>[^.;:!?\n]{0,110}?)\bnăm (?P<year>20\d\d)\b", re.IGNORECASE
)
_TAGGED_YEAR = re.compile(r"#thanghanhdong\w*?(?P<year>20\d\d)\b", re.IGNORECASE)
_COMPARES = re.compile(r"so với|trước|từ năm|cùng kỳ|các năm|những năm", re.IGNORECASE)
_DATE = re.compile(r"(?<![\d/])(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})(?![\d/])")
_DOCUMENT = re.compile(
    r"luật|nghị định|nghị quyết|quyết định|thông tư|chỉ thị|công văn|kế hoạch|hướng dẫn|văn bản|báo cáo|số \d"
    r"|so với|năm trước|năm ngoái",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(
    r"(?P<name>thứ (?:hai|ba|tư|năm|sáu|bảy|[2-7])|chủ nhật),?\s+(?:ngày\s+)?(?=\d{1,2}/\d{1,2}/\d{4})",
    re.IGNORECASE,
)
_WEEKDAYS = ("hai", "ba", "tư", "năm", "sáu", "bảy")


@dataclass(frozen=True, kw_only=True)
class Remark:
    """Something noticed at `offset` of a text."""

    offset: int
    code: str
    what: Text
    mend: Text
    severity: Severity = Severity.ERROR


def spelling(text: str) -> Iterator[Remark]:
    """What is wrong in the letters themselves."""
    if found := _ETH.search(text):
        yield Remark(
            offset=found.start(),
            code="eth-for-d",
            what=Text(
                "“{letter}” is the Icelandic letter Eth, not the Vietnamese Đ.",
                letter=found.group(),
            ),
            mend=Text(
                "Type Đ or đ with a Vietnamese keyboard; searches do not find the other one."
            ),
            severity=Severity.WARNING,
        )
    if found := _TORN.search(text):
        yield Remark(
            offset=found.start(),
            code="torn-mark",
            what=Text("A tone mark is torn from its letter."),
            mend=Text("Type the word again; this happens when text is copied out of a PDF."),
        )
    for found in _STRAY_HASH.finditer(text):
        yield Remark(
            offset=found.start(),
            code="hashtag-stray",
            what=Text("The hashtag {tag} ends with a second #.", tag=found.group()),
            mend=Text("Write {tag}.", tag=found.group()[:-1]),
            severity=Severity.WARNING,
        )


def facts(text: str, campaign: Campaign) -> Iterator[Remark]:
    """What does not agree with the campaign: telephone numbers, years, days of the week."""
    yield from _numbers(text, campaign)
    yield from _years(text, campaign)
    for found in _DATE.finditer(text):
        if (day := _day(found)) is not None:
            yield from _stale(text, found, day, campaign)
            yield from _weekday(text, found, day)


def _numbers(text: str, campaign: Campaign) -> Iterator[Remark]:
    known = {_digits(hotline.number) for hotline in campaign.hotlines} | _EMERGENCY
    named = [(m.start(), m.group()) for m in _LONG_NUMBER.finditer(text)]
    named = [(at, n) for at, n in named if not _IN_TEMPLATE.search(text[max(at - 20, 0) : at])]
    named += [(m.start("number"), m["number"]) for m in _SHORT_NUMBER.finditer(text)]
    for offset, number in named:
        if _digits(number) not in known:
            yield Remark(
                offset=offset,
                code="hotline-unknown",
                what=Text(
                    "The number {number} is not among the campaign's hotlines.", number=number
                ),
                mend=Text(
                    "Check it; then add it to campaign.toml under [[hotlines]] with its source and the day."
                ),
                severity=Severity.WARNING,
            )


def _digits(number: str) -> str:
    digits = "".join(c for c in number if c.isdigit())
    return "0" + digits[2:] if number.startswith("+84") else digits


def _years(text: str, campaign: Campaign) -> Iterator[Remark]:
    years = range(campaign.window.start.year, campaign.window.end.year + 1)
    for found in [*_NAMED_YEAR.finditer(text), *_TAGGED_YEAR.finditer(text)]:
        compared = _COMPARES.search(text[max(found.start() - 40, 0) : found.start("year")])
        if int(found["year"]) not in years and not compared:
            yield _other_year(found.start("year"), found["year"], campaign)


def _other_year(offset: int, year: str, campaign: Campaign) -> Remark:
    return Remark(
        offset=offset,
        code="year-wrong",
        what=Text("{year} is not a year of this campaign.", year=year),
        mend=Text(
            "It begins on {start}; correct the year.", start=f"{campaign.window.start:%d/%m/%Y}"
        ),
        severity=Severity.WARNING,
    )


def _day(found: re.Match[str]) -> date | None:
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return None


def _stale(text: str, found: re.Match[str], day: date, campaign: Campaign) -> Iterator[Remark]:
    """A day of the window, but of the year before or after: left over from another campaign's text."""
    start = campaign.window.start
    document = _DOCUMENT.search(text[max(found.start() - 90, 0) : found.start()])
    if day in campaign.window or document or abs(day.year - start.year) != 1:
        return
    if (day.month, day.day) != (2, 29) and day.replace(year=start.year) in campaign.window:
        yield _other_year(found.start("year"), found["year"], campaign)


def _weekday(text: str, found: re.Match[str], day: date) -> Iterator[Remark]:
    before = [m for m in _WEEKDAY.finditer(text, 0, found.end()) if m.end() == found.start()]
    if before and _number(before[0]["name"]) != day.weekday():
        right = "Chủ nhật" if day.weekday() == 6 else f"Thứ {_WEEKDAYS[day.weekday()]}"
        yield Remark(
            offset=before[0].start(),
            code="weekday-wrong",
            what=Text("{day} is not a {name}.", day=found.group(), name=before[0]["name"]),
            mend=Text("Write {name}, or correct the date.", name=right),
            severity=Severity.WARNING,
        )


def _number(name: str) -> int:
    word = name.casefold().removeprefix("thứ ")
    if word == "chủ nhật":
        return 6
    return int(word) - 2 if word.isdigit() else _WEEKDAYS.index(word)
