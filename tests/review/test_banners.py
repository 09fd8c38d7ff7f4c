"""Work that people do is confirmed from a phone, with a photo; only by those who do it, and only when it is its turn."""

from __future__ import annotations

import hashlib
import io
from datetime import timedelta

import pytest
from PIL import Image

from outreach.domain.claim import Finish
from outreach.domain.delivery import Delivery, State
from outreach.domain.role import Role
from outreach.domain.text import Text
from tests.review.house import House


def handed_out(office: House) -> Delivery:
    """The banner is due and its task sheet is written."""
    office.rule("optional")
    office.apply()
    office.wait(timedelta(days=1))
    (claim,) = office.queue.exchange([], {"truc-tiep": 1}, office.now).claims
    waits = Finish(claim=claim, state=State.NEEDS_PERSON, at=office.now, reason=Text("Waits."))
    office.queue.exchange([waits], {}, office.now)
    return claim.delivery


def photo() -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (40, 30), "#c05a12").save(kept, "JPEG")
    return kept.getvalue()


def state(office: House, delivery: Delivery) -> State:
    found = office.queue.get(delivery.id)
    assert found
    return found.state


def test_a_photo_proves_that_it_hangs(office: House) -> None:
    work, browser = handed_out(office), office.signed_in(Role.AUTHOR)
    page = browser.get("/banners").text
    assert "Cổng chính trụ sở Sở" in page
    assert "29/11/2022" in page
    answer = browser.upload(f"/banners/{work.id}", {"note": "đã treo"}, "treo.jpg", photo())
    assert answer.status_code == 303
    found = office.queue.get(work.id)
    assert found
    assert found.state is State.PUBLISHED
    assert found.receipt
    digest = hashlib.sha256(photo()).hexdigest()
    assert found.receipt.details["photo_sha256"] == digest
    assert found.receipt.details["by"] == "lan"
    assert browser.get(f"/photos/{digest}").content == photo()
    assert office.browser().get(f"/photos/{digest}").status_code == 303
    assert f"/photos/{digest}" in browser.get("/banners").text


def test_it_may_be_confirmed_without_a_photo(office: House) -> None:
    work, browser = handed_out(office), office.signed_in(Role.APPROVER)
    browser.get("/banners")
    assert browser.upload(f"/banners/{work.id}", {}, "", b"").status_code == 303
    assert state(office, work) is State.PUBLISHED


@pytest.mark.parametrize("content", [b"<svg onload=alert(1)>", b"MZ\x90", b"%!PS"])
def test_only_photos_are_taken(office: House, content: bytes) -> None:
    work, browser = handed_out(office), office.signed_in()
    browser.get("/banners")
    assert browser.upload(f"/banners/{work.id}", {}, "../../x.jpg", content).status_code == 409
    assert state(office, work) is State.NEEDS_PERSON


def test_a_file_without_a_session_is_not_even_read(office: House) -> None:
    work = handed_out(office)
    browser = office.browser()
    assert browser.upload(f"/banners/{work.id}", {}, "a.jpg", photo()).status_code == 303
    assert state(office, work) is State.NEEDS_PERSON
    assert not office.office.evidence_folder.exists()


def test_a_reviewer_confirms_nothing_and_nobody_what_is_not_due(office: House) -> None:
    reviewer, author = office.signed_in(Role.REVIEWER), office.signed_in(Role.AUTHOR, "minh")
    early = office.deliveries("bang-ron")["truc-tiep"]
    author.get("/banners")
    assert author.upload(f"/banners/{early.id}", {}, "", b"").status_code == 409
    reviewer.get("/banners")
    assert reviewer.upload(f"/banners/{early.id}", {}, "", b"").status_code == 403
    website = office.deliveries("mot")["so-website"]
    assert author.upload(f"/banners/{website.id}", {}, "", b"").status_code == 409
    assert author.upload("/banners/999", {}, "", b"").status_code == 404
