"""The message pages change the files: as carefully as an editor on disk, for authors only, and never over others' words."""

from __future__ import annotations

import io
import os
import re
import unicodedata
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from outreach.cli.file_watch import FileWatch
from outreach.cli.web import office_of
from outreach.content import saving
from outreach.content.saving import fingerprint
from outreach.domain.message import Kind
from outreach.domain.role import Role
from outreach.review.pages import review_pages
from outreach.store.delivery_log import read, verify
from tests.review.house import CAMPAIGN, House
from tests.review.stage import HOSTILE, Browser
from tests.review.test_messages import lacking, word

PAGE = f"/messages/{CAMPAIGN}/mot"
EDIT = f"{PAGE}/edit"
CHANGES = ("file_saved", "file_made", "picture_added")


def file(office: House, name: str = "mot.md") -> Path:
    return office.campaign / name


def shown(page: str) -> str:
    """The text in the form as browsers take it: its lines end in LF, and the first line's end is dropped."""
    found = re.search(r"<textarea[^>]*>\n(.*)</textarea>", page, re.DOTALL)
    assert found
    return unescape(found[1]).replace("\r\n", "\n")


def began(page: str) -> str:
    found = re.search(r'name="began" value="(\w*)"', page)
    assert found
    return found[1]


def form(page: str, text: str | None = None, do: str = "save") -> dict[str, str]:
    """What a browser would send."""
    written = shown(page) if text is None else text
    return {"text": written.replace("\n", "\r\n"), "began": began(page), "do": do}


def logged(office: House) -> list[tuple[str, str, dict[str, str]]]:
    lines = read(office.desk.engine)
    return [(e.event.what, e.event.actor, e.event.data) for e in lines if e.event.what in CHANGES]


def photo(color: str = "#c05a12") -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (40, 30), color).save(kept, "JPEG")
    return kept.getvalue()


@pytest.fixture
def author(office: House) -> Browser:
    return office.signed_in(Role.AUTHOR)


def test_a_change_reaches_the_file_byte_for_byte_and_the_log(
    office: House, author: Browser
) -> None:
    before = file(office).read_bytes()
    page = author.get(EDIT).text
    assert shown(page) == before.decode()
    text = shown(page).replace("Xin chào.", "Kính chào “quý vị” & bạn bè <3.")
    answer = author.post(EDIT, form(page, text))
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?saved=yes")
    after = file(office).read_bytes()
    assert after == text.encode()
    assert "Đã lưu" in author.get(f"{PAGE}?saved=yes").text
    hashes = {"before": fingerprint(before), "after": fingerprint(after)}
    assert logged(office) == [("file_saved", "lan", {"file": f"{CAMPAIGN}/mot.md", **hashes})]
    assert verify(office.desk.engine).intact
    log = author.get("/log").text
    assert "đã sửa tệp thông điệp" in log
    assert f"{CAMPAIGN}/mot.md" in log


def test_the_queue_takes_the_change_as_any_other_and_approvals_end(
    office: House, author: Browser
) -> None:
    assert word(office, office.signed_in(Role.APPROVER, "hoa"), "approved") == 303
    assert lacking(office) == []
    page = author.get(EDIT).text
    author.post(EDIT, form(page, shown(page).replace("Xin chào.", "Chào cả nhà.")))
    office.apply()
    assert lacking(office) == ["facebook-page", "so-website"]
    assert "Khác bản đã duyệt" in author.get(PAGE).text


def test_a_file_that_nobody_changed_is_left_alone(office: House, author: Browser) -> None:
    office.write("mot", "Xin chào.\n\n\n  cuối", image="media/anh.png", image_alt="Lễ")
    file(office).write_bytes(b"\xef\xbb\xbf" + file(office).read_bytes().replace(b"\n", b"\r\n"))
    before, inode = file(office).read_bytes(), file(office).stat().st_ino
    assert author.post(EDIT, form(author.get(EDIT).text)).status_code == 303
    assert (file(office).read_bytes(), file(office).stat().st_ino) == (before, inode)
    assert logged(office) == []


def test_what_was_saved_shows_before_the_machine_tells_of_it(
    office: House, author: Browser
) -> None:
    class Deaf(FileWatch):
        """Has heard of nothing yet."""

        def touched(self) -> frozenset[str]:
            return frozenset()

    with Deaf(office.campaign.parent) as watch:
        office.office = office_of(office.desk, now=lambda: office.now, language="vi", watch=watch)
        office.app = review_pages(office.office)
        page = author.get(EDIT).text
        assert "<strong>Bài mot</strong>" in author.get("/messages").text
        sent = form(page, shown(page).replace("Bài mot", "Bài khác"))
        assert author.post(EDIT, sent).status_code == 303
        assert "<strong>Bài khác</strong>" in author.get("/messages").text


def test_looking_it_over_saves_nothing_and_shows_every_channel(
    office: House, author: Browser
) -> None:
    before, page = file(office).read_bytes(), author.get(EDIT).text
    text = shown(page).replace("Xin chào.", "Chào **mừng**.")
    answer = author.post(EDIT, form(page, text, do="check"))
    assert answer.status_code == 200
    assert "Không thấy lỗi nào" in answer.text
    assert answer.text.count('class="face ') == 2
    assert "<strong>mừng</strong>" in answer.text
    assert (file(office).read_bytes(), logged(office)) == (before, [])


def test_mistakes_are_told_all_at_once_and_nothing_is_saved(office: House, author: Browser) -> None:
    before, page = file(office).read_bytes(), author.get(EDIT).text
    text = shown(page).replace("08:00", "25:00").replace("topic: phát động", "topic: phat dong")
    text += "{{ khong.co }}\n"
    answer = author.post(EDIT, form(page, text))
    assert answer.status_code == 422
    assert "Chưa lưu gì" in answer.text
    lines = [f"dòng {n}" for n, line in enumerate(text.splitlines(), 1) if line_is_wrong(line)]
    assert len(lines) == 3
    assert [line for line in lines if f"{line}:" not in answer.text] == []
    assert "<code>{{ khong.co }}</code>" in answer.text
    assert shown(answer.text).splitlines() == text.splitlines()
    assert (file(office).read_bytes(), logged(office)) == (before, [])


def line_is_wrong(line: str) -> bool:
    return any(mark in line for mark in ("25:00", "phat dong", "khong.co"))


@pytest.mark.parametrize("text", ["", "---\ntitle: x\n", "x" * 300_000, "---\n\u202etitle\n---\n"])
def test_what_is_no_message_is_refused(office: House, author: Browser, text: str) -> None:
    before, page = file(office).read_bytes(), author.get(EDIT).text
    answer = author.upload(EDIT, form(page, text), "", b"")
    assert answer.status_code == 422
    assert "Lỗi trong nội dung" in answer.text
    assert file(office).read_bytes() == before


def test_an_edit_on_disk_is_never_written_over_unseen(office: House, author: Browser) -> None:
    page = author.get(EDIT).text
    mine = shown(page).replace("Xin chào.", "Lời của tôi.")
    theirs = shown(page).replace("Xin chào.", "Lời của đồng nghiệp.")
    file(office).write_text(theirs, "utf-8")
    answer = author.post(EDIT, form(page, mine))
    assert answer.status_code == 409
    assert file(office).read_text("utf-8") == theirs
    assert "đồng nghiệp.</del>" in answer.text
    assert "tôi.</ins>" in answer.text
    assert shown(answer.text) == mine
    assert author.post(EDIT, form(answer.text, mine)).status_code == 303
    assert file(office).read_text("utf-8") == mine


def test_of_two_who_save_at_once_the_second_is_asked(office: House, author: Browser) -> None:
    other = office.signed_in(Role.AUTHOR, "minh")
    first, second = author.get(EDIT).text, other.get(EDIT).text
    one, two = (shown(first).replace("Xin chào.", said) for said in ("Một.", "Hai."))
    assert author.post(EDIT, form(first, one)).status_code == 303
    answer = other.post(EDIT, form(second, two))
    assert answer.status_code == 409
    assert file(office).read_text("utf-8") == one
    assert [actor for _, actor, _ in logged(office)] == ["lan"]


def test_a_second_click_is_no_clash(office: House, author: Browser) -> None:
    page = author.get(EDIT).text
    sent = form(page, shown(page).replace("Xin chào.", "Xin chào cả nhà."))
    assert [author.post(EDIT, sent).status_code for _ in range(2)] == [303, 303]
    assert len(logged(office)) == 1
    assert began(author.post(EDIT, {**sent, "do": "look"}).text) == fingerprint(
        file(office).read_bytes()
    )


def test_a_file_that_was_deleted_meanwhile_is_not_made_again(
    office: House, author: Browser
) -> None:
    page = author.get(EDIT).text
    file(office).unlink()
    answer = author.post(EDIT, form(page))
    assert answer.status_code == 409
    assert "đã bị xóa" in answer.text
    assert shown(answer.text) == shown(page)
    assert not file(office).exists()
    assert author.get(EDIT).status_code == 404


def test_another_id_would_publish_twice_and_is_refused(office: House, author: Browser) -> None:
    page = author.get(EDIT).text
    answer = author.post(EDIT, form(page, shown(page).replace("title:", "id: hai\ntitle:")))
    assert answer.status_code == 422
    assert "hai thay vì mot" in answer.text
    assert "id:" not in file(office).read_text("utf-8")


def test_a_file_of_another_name_than_its_message_is_found(office: House, author: Browser) -> None:
    for form_of_name in ("NFC", "NFD"):
        name = unicodedata.normalize(form_of_name, "Phát động.md")
        text = file(office).read_text("utf-8").replace("title:", "id: ba\ntitle:")
        file(office, name).write_text(text, "utf-8")
        page = author.get(f"/messages/{CAMPAIGN}/ba/edit").text
        saved = shown(page).replace("Xin chào.", f"Chào {form_of_name}.")
        assert author.post(f"/messages/{CAMPAIGN}/ba/edit", form(page, saved)).status_code == 303
        assert file(office, name).read_text("utf-8") == saved
        file(office, name).unlink()


def test_what_a_browser_could_not_give_back_is_not_opened(office: House, author: Browser) -> None:
    for content in ("---\ntitle: x\n---\n".encode("utf-16"), b"---\ntitle: \xff\n", b"a\0b"):
        file(office, "la.md").write_bytes(content)
        answer = author.get(f"/messages/{CAMPAIGN}/la/edit")
        assert answer.status_code == 409
        assert "<textarea" not in answer.text


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    disk=st.binary(max_size=60) | st.text(max_size=60).map(lambda t: t.encode("utf-8", "replace")),
    typed=st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    valid=st.booleans(),
)
def test_whatever_lies_there_and_whatever_is_typed_it_is_saved_whole_or_not_at_all(
    office: House, author: Browser, disk: bytes, typed: str, valid: bool
) -> None:
    """Whatever an editor has left on disk, and whatever is typed over it, as the body of a good message or as it is."""
    office.write("la")
    head = file(office, "la.md").read_bytes()
    file(office, "la.md").write_bytes(disk)
    path = f"/messages/{CAMPAIGN}/la/edit"
    answer = author.get(path)
    assert answer.status_code in (200, 409)
    text = head.decode() + typed if valid else typed
    sent = {"text": text, "began": fingerprint(disk), "do": "save"}
    saved = author.post(path, sent)
    assert saved.status_code in (303, 422)
    wanted = saving.as_before(text.replace("\0", ""), disk)
    assert file(office, "la.md").read_bytes() == (wanted if saved.status_code == 303 else disk)


def test_what_was_typed_is_kept_when_the_file_became_unreadable(
    office: House, author: Browser
) -> None:
    page = author.get(EDIT).text
    file(office).write_bytes(b"---\ntitle: \xff\n")
    answer = author.post(EDIT, form(page, shown(page) + "đang soạn\n"))
    assert answer.status_code == 422
    assert "UTF-8" in answer.text
    assert "đang soạn" in shown(answer.text)
    assert file(office).read_bytes() == b"---\ntitle: \xff\n"


def test_a_secret_in_a_file_is_neither_shown_nor_blotted_out_for_good(
    office: House, author: Browser
) -> None:
    veiled = replace(office.office, hide=lambda text: text.replace("Xin chào", "•••"))
    office.app, before = review_pages(veiled), file(office).read_bytes()
    answer = author.get(EDIT)
    assert answer.status_code == 409
    assert "Xin chào" not in answer.text
    assert file(office).read_bytes() == before


@pytest.mark.asvs("5.2.1", "A text of more than a megabyte is not even read to its end.")
def test_what_is_absurdly_long_is_cut_off(office: House, author: Browser) -> None:
    page = author.get(EDIT).text
    for long in ({"text": "x" * 1_100_000}, {f"field-{n}": "x" for n in range(201)}):
        assert author.upload(EDIT, {**form(page), **long}, "", b"").status_code == 413
    assert logged(office) == []


def test_a_picture_of_a_stranger_is_not_even_read(office: House) -> None:
    for path in (EDIT, "/messages/new"):
        sent = {"text": "x", "campaign": CAMPAIGN, "do": "picture"}
        assert office.browser().upload(path, sent, "a.jpg", photo()).status_code == 303
    assert {p.name for p in (office.campaign / "media").iterdir()} == {"anh.png"}


def test_only_the_text_comes_from_the_form(office: House, author: Browser) -> None:
    """Neither the file's name nor its folder."""
    page = author.get(EDIT).text
    more = {"name": "../../config.toml", "campaign": "..", "message": "bang-ron"}
    author.post(EDIT, {**form(page, shown(page) + "\nThêm.\n"), **more})
    assert "Thêm." in file(office).read_text("utf-8")
    assert len(logged(office)) == 1


@pytest.mark.asvs("5.3.2", "No address and no name in a form leads out of the campaign's folder.")
@pytest.mark.parametrize(
    "path",
    [
        f"/messages/{CAMPAIGN}/..%2f..%2fconfig/edit",
        f"/messages/{CAMPAIGN}/campaign.toml/edit",
        f"/messages/{CAMPAIGN}/.an/edit",
        f"/messages/{CAMPAIGN}/lien-ket/edit",
        "/messages/..%2fstate/mot/edit",
        "/messages/khong-co/mot/edit",
        "/messages/@nobody/mot/edit",
    ],
)
def test_no_other_file_is_opened_or_written(office: House, author: Browser, path: str) -> None:
    file(office, "lien-ket.md").symlink_to(office.folder / "config.toml")
    file(office, ".an.md").write_text("ẩn", "utf-8")
    before = {p: p.read_bytes() for p in office.folder.rglob("*.*") if p.suffix in (".toml", ".md")}
    assert author.get(path).status_code in (404, 409)
    sent = {"text": "x", "began": "", "do": "save"}
    author.get("/")
    assert author.post(path, sent).status_code in (404, 405, 409, 422)
    assert {p: p.read_bytes() for p in before} == before
    assert logged(office) == []


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.APPROVER])
@pytest.mark.asvs("8.2.1", "Who does not write messages changes no file, also without the form.")
def test_nobody_else_changes_anything(office: House, role: Role) -> None:
    browser, before = office.signed_in(role), file(office).read_bytes()
    assert "/edit" not in browser.get(PAGE).text
    assert "/messages/new" not in browser.get("/messages").text
    for path in (EDIT, "/messages/new"):
        assert browser.get(path).status_code == 403
        sent = {"text": "x", "began": fingerprint(before), "do": "save", "campaign": CAMPAIGN}
        assert browser.post(path, {**sent, "name": "x"}).status_code == 403
        assert browser.upload(path, sent, "a.jpg", photo()).status_code == 403
    assert file(office).read_bytes() == before
    assert {p.name for p in (office.campaign / "media").iterdir()} == {"anh.png"}
    assert logged(office) == []


def test_without_the_seal_nothing_is_saved(office: House, author: Browser) -> None:
    page, before = author.get(EDIT).text, file(office).read_bytes()
    author.seal = "0" * 64
    sent = form(page, shown(page) + "x")
    assert author.post(EDIT, sent).status_code == 403
    assert author.upload(EDIT, sent, "a.jpg", photo()).status_code == 403
    assert file(office).read_bytes() == before
    assert logged(office) == []


def test_what_is_typed_is_shown_but_never_run(office: House, author: Browser) -> None:
    page = author.get(EDIT).text
    text = shown(page) + f"</textarea>{HOSTILE}\n"
    for do in ("check", "save"):
        answer = author.post(EDIT, form(page, text, do=do))
        assert "<script" not in answer.text
        assert not re.search(r"<[^>]*\son\w+=", answer.text)
        assert answer.status_code == 303 or shown(answer.text) == text
    file(office).write_text(text, "utf-8")
    again = author.get(EDIT).text
    assert "<script" not in again
    assert shown(again) == text
    theirs = author.post(EDIT, form(page, text + HOSTILE))
    assert theirs.status_code == 409
    assert "<script" not in theirs.text


def test_a_folder_that_is_shut_says_so_before_and_after(
    office: House, author: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, before = author.get(EDIT).text, file(office).read_bytes()

    def shut(*_: object, **__: object) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(saving, "token_hex", shut)
    answer = author.post(EDIT, form(page, shown(page) + "x\n"))
    assert answer.status_code == 422
    assert "không có quyền ghi" in answer.text
    assert file(office).read_bytes() == before
    assert logged(office) == []
    monkeypatch.setattr(os, "access", lambda *_: False)
    page = author.get(EDIT).text
    assert "không có quyền ghi" in page
    assert 'value="save"' not in page


def test_in_a_rehearsal_no_file_is_changed(office: House, author: Browser) -> None:
    office.app = review_pages(replace(office.office, messages=None))
    assert "/edit" not in author.get(PAGE).text
    for path in (EDIT, "/messages/new"):
        assert author.get(path).status_code == 403
        assert author.post(path, {"text": "x", "do": "save"}).status_code == 403


def test_a_picture_comes_into_the_folder_and_the_text_is_kept(
    office: House, author: Browser
) -> None:
    page = author.get(EDIT).text
    sent = form(page, shown(page) + "đang soạn\n", do="picture")
    answer = author.upload(EDIT, sent, "Lễ phát động.jpeg", photo())
    assert answer.status_code == 200
    assert "image: media/le-phat-dong.jpg" in answer.text
    assert "đang soạn" in shown(answer.text)
    assert began(answer.text) == began(page)
    kept = office.campaign / "media" / "le-phat-dong.jpg"
    change = {"file": f"{CAMPAIGN}/media/{kept.name}", "before": ""}
    after = {"after": fingerprint(kept.read_bytes())}
    assert logged(office) == [("picture_added", "lan", change | after)]
    again = author.upload(EDIT, sent, "le-phat-dong.jpg", photo("#123456"))
    assert "image: media/le-phat-dong-2.jpg" in again.text
    text = shown(page).replace("media/anh.png", "media/le-phat-dong.jpg")
    assert author.post(EDIT, form(page, text)).status_code == 303


@pytest.mark.parametrize("content", [b"<svg onload=alert(1)>", b"\xff\xd8\xff<?php", b"MZ\x90"])
def test_only_pictures_are_taken(office: House, author: Browser, content: bytes) -> None:
    page = author.get(EDIT).text
    answer = author.upload(EDIT, form(page, do="picture"), "../../x.jpg", content)
    assert answer.status_code == 422
    assert {p.name for p in (office.campaign / "media").iterdir()} == {"anh.png"}
    assert logged(office) == []


@pytest.mark.parametrize("kind", list(Kind))
def test_a_new_message_of_each_kind_begins_clean_and_is_made(
    office: House, author: Browser, kind: Kind
) -> None:
    asked = f"/messages/new?campaign={CAMPAIGN}&kind={kind}&title=Lễ: “ký” %22kết%22 {kind}"
    page = author.get(asked).text
    assert f"kind: {kind}" in shown(page)
    name = re.search(r'name="name" value="([\w-]+)"', page)
    assert name
    assert name[1] == f"le-ky-ket-{kind}"
    sent = form(page, do="check") | {"campaign": CAMPAIGN, "name": name[1]}
    checked = author.post("/messages/new", sent)
    assert "Không thấy lỗi nào" in checked.text
    assert checked.text.count('class="face ') >= 1
    untouched = author.post("/messages/new", {**sent, "do": "save"})
    assert untouched.status_code == 422
    text = shown(page).replace("summary:", "summary: Thật.")
    made = author.post("/messages/new", {**sent, "text": text, "do": "save"})
    assert made.headers["location"] == f"/messages/{CAMPAIGN}/{name[1]}?saved=yes"
    assert file(office, f"{name[1]}.md").read_text("utf-8") == text
    ((what, actor, change),) = logged(office)
    assert (what, actor, change["before"]) == ("file_made", "lan", "")
    office.apply()
    assert office.deliveries(name[1])
    again = author.post("/messages/new", {**sent, "text": text + "x", "do": "save"})
    assert again.status_code == 422
    assert file(office, f"{name[1]}.md").read_text("utf-8") == text


@pytest.mark.parametrize(
    "name", ["../x", "..", "", "a/b", "Phát", ".x", "campaign.toml", "x" * 81, "MOT"]
)
def test_a_new_file_has_a_name_of_ours(office: House, author: Browser, name: str) -> None:
    page = author.get(f"/messages/new?campaign={CAMPAIGN}&title=x").text
    before = sorted(p for p in office.folder.rglob("*") if not p.name.startswith("outreach.db"))
    sent = form(page, shown(page) + "Thật.\n") | {"campaign": CAMPAIGN, "name": name}
    assert author.post("/messages/new", sent).status_code == 422
    after = sorted(p for p in office.folder.rglob("*") if not p.name.startswith("outreach.db"))
    assert after == before


def test_new_messages_are_for_campaigns_that_exist(office: House, author: Browser) -> None:
    for campaign in ("..", "khong-co", ""):
        sent = {"campaign": campaign, "name": "x", "text": "x", "do": "save", "began": ""}
        author.get("/messages/new")
        answer = author.post("/messages/new", sent)
        assert 'name="title"' in answer.text
    assert logged(office) == []
