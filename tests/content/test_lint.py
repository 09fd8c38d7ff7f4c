"""What a careful colleague notices, and above all what is no mistake at all."""

from __future__ import annotations

from datetime import date

import pytest

from outreach.content.reader import read_campaign
from outreach.content.vietnamese import facts, spelling
from outreach.domain.campaign import Campaign
from tests.content.corpus import GOOD


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    found = read_campaign(GOOD).campaign
    assert found is not None
    return found


def remarks(text: str, campaign: Campaign) -> list[str]:
    return [f"{r.offset} {r.code}" for r in (*spelling(text), *facts(text, campaign))]


@pytest.mark.parametrize(
    "text",
    [
        "Luật Bình đẳng giới ngày 29/11/2006 có hiệu lực từ 01/7/2007.",
        "Bộ luật Lao động năm 2019; Luật Phòng, chống bạo lực gia đình năm 2022.",
        "Nghị quyết số 28/NQ-CP ngày 03/3/2021 về Chiến lược quốc gia giai đoạn 2021-2030.",
        "Kế hoạch 91/KH-SCT ban hành ngày 28/10/2022.",
        "Văn bản ngày 30/11/2021 của Bộ.",
        "Tháng hành động được tổ chức hằng năm từ năm 2016.",
        "So với Tháng hành động vì bình đẳng giới năm 2021, số người tham gia tăng.",
        "Hưởng ứng Tháng hành động vì bình đẳng giới và phòng ngừa, ứng phó với bạo lực trên cơ sở giới năm 2022.",
        "#ThangHanhDong2022 #BinhDangGioi",
        "Gọi 111 hoặc 113. Tổng đài quốc gia 111 miễn phí, 24/7.",
        "Gọi 150 người đến dự; tổng đài nhận 12.000 cuộc gọi.",
        "Kinh phí 1.800.000 đồng, 0,5 % tổng chi; đường 1800 m; năm 1900.",
        "Từ 08:00 đến 09:30 ngày 15/11/2022, mục 01.02.03.",
        "Thứ Ba, ngày 15/11/2022; Chủ nhật 20/11/2022; thứ 6, 25/11/2022.",
        "Ngày 25/11/1999 và 17/12/1999 không thuộc chiến dịch.",
        "Đường, đi, ☎️ 🇻🇳 👩‍👩‍👧, xóa/xoá, khóa/khoá, hòa/hoà.",
        "Ngày 31/02/2022 không có trong lịch.",
    ],
)
def test_no_false_alarm(text: str, campaign: Campaign) -> None:
    assert remarks(text, campaign) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("BLÐTBXH-VBÐG", "2 eth-for-d"),
        ("Hay h ̃ ành đông, đó c ̣ ó", "6 torn-mark"),
        ("ch\u0309ú", "2 torn-mark"),
        ("#tuyentruyenbinhdanggioi#", "0 hashtag-stray"),
        ("1900545559", "0 hotline-unknown"),
        ("Số 1800 1567.", "3 hotline-unknown"),
        ("024 3333 5599", "0 hotline-unknown"),
        ("+84 24 3333 5599", "0 hotline-unknown"),
        ("Đường dây nóng: 119", "16 hotline-unknown"),
        ("Tháng hành động năm 2023", "20 year-wrong"),
        ("ngày 25/11/2023", "11 year-wrong"),
        ("Thứ Hai, ngày 15/11/2022", "0 weekday-wrong"),
        ("chủ nhật 15/11/2022", "0 weekday-wrong"),
    ],
)
def test_each_mistake_where_it_stands(text: str, found: str, campaign: Campaign) -> None:
    assert remarks(text, campaign) == [found]


def test_the_days_of_these_tests_are_what_they_claim() -> None:
    assert date(2022, 11, 15).weekday() == 1
