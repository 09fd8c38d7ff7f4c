"""The offices whose pages the browser looks at: one in which everything has happened, an empty one, a broken one."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

from PIL import Image

from outreach.domain.approval import Verdict, Word
from outreach.domain.claim import Claim, Finish
from outreach.domain.counts import Metric
from outreach.domain.delivery import Delivery, Receipt, State
from outreach.domain.role import Role
from outreach.domain.text import Text
from outreach.review import second_factor
from outreach.review.office import Office
from outreach.review.signing import FIRST, first_code
from outreach.store.counts import CountSeries
from outreach.store.tokens import Scope, Token
from tests.review.house import BANNER, House, house
from tests.review.stage import PASSWORD

APPROVER, AUTHOR, REVIEWER, CAREFUL, INVITED = "Lan", "Minh", "Hoa", "Thu", "Mai"
"""Who works in the busy office besides the first person; `CAREFUL` uses a second factor, `INVITED` has not come yet."""

LONG = """Bài viết chờ duyệt.

## Lưu ý

- Mang theo thẻ.
- Đến sớm 15 phút.

| Giờ | Việc |
|---|---|
| 8:00 | Đón tiếp |

> Mỗi người một việc.
"""
"""A text with all that a text may be made of."""

ROLES = {
    APPROVER: Role.APPROVER,
    AUTHOR: Role.AUTHOR,
    REVIEWER: Role.REVIEWER,
    CAREFUL: Role.APPROVER,
}
ENDS = {
    "mot": State.PUBLISHED,
    "nghi": State.UNKNOWN,
    "loi": State.REJECTED,
    "lo": State.MISSED,
    "hoi": State.NEEDS_PERSON,
    "bang-ron": State.NEEDS_PERSON,
    "bang-ron-2": State.PUBLISHED,
}
"""How each message of the busy office ended; `sau` is still to come and `cho` waits for approval."""


def photo() -> bytes:
    """A photo of a banner."""
    kept = io.BytesIO()
    Image.new("RGB", (400, 300), "#c05a12").save(kept, "JPEG")
    return kept.getvalue()


def token_of(name: str) -> str:
    """What the cookie of a person says."""
    return f"session-of-{name}"


@contextmanager
def empty_office(folder: Path) -> Iterator[House]:
    """Nothing is planned."""
    with house(folder, empty=True) as made:
        first(made)
        made.office.people.sign_in(FIRST, token_of(FIRST), made.now + timedelta(days=1))
        yield made


@contextmanager
def busy_office(folder: Path) -> Iterator[House]:
    """Everything that pages show has happened at least once."""
    with house(folder, "optional") as made:
        first(made)
        staff(made)
        for name in ("nghi", "loi", "lo", "hoi"):
            made.write(name, title=f"Hội thảo về quyền của lao động nữ ({name})")
        made.put("bang-ron-2", {**BANNER, "title": "Treo băng rôn đợt 2"})
        made.write("sau", "Đoạn văn cũ.", at="2022-11-20 08:00")
        made.apply()
        for delivery in made.deliveries("sau").values():
            approve(made, delivery)
        made.wait(timedelta(days=1))
        _carry_out(made)
        _mend(made)
        yield made


def broken(office: Office) -> Office:
    """The same office when its database does not answer."""

    def breaks() -> NoReturn:
        raise OSError("disk I/O error")

    return replace(office, reading=breaks)


def first(made: House) -> None:
    """The first person has come."""
    people, code = made.office.people, first_code(made.office) or ""
    assert people.accept(FIRST, code, made.office.passwords.hash(PASSWORD), made.now)


def staff(made: House) -> None:
    """Everybody else has come, but one; all are signed in for the next day."""
    people, later = made.office.people, made.now + timedelta(days=1)
    people.sign_in(FIRST, token_of(FIRST), later, browser="Chrome · Windows")
    for name, role in ROLES.items():
        people.invite(name, role, f"code-of-{name}", actor=FIRST, now=made.now)
        people.accept(name, f"code-of-{name}", made.office.passwords.hash(PASSWORD), made.now)
        people.sign_in(name, token_of(name), later, browser="Firefox · Android")
    people.invite(INVITED, Role.AUTHOR, "a-code-of-one-day", actor=FIRST, now=later)
    secret = made.office.ways.factors.close(second_factor.new_secret())
    people.set_factor(CAREFUL, secret, 0, later)
    token = Token(
        name="Bảng điện tử",
        scopes=frozenset({Scope.READ_LOG}),
        made=later,
        expires=later + timedelta(days=30),
    )
    made.office.tokens.issue(token, "a-secret", actor=FIRST)


def approve(made: House, delivery: Delivery) -> None:
    """The approver's word for one text."""
    word = Word(
        person=APPROVER,
        digest=delivery.digest,
        verdict=Verdict.APPROVED,
        at=made.now,
        note="Đã đọc kỹ.",
    )
    made.office.approvals.give(word)


def _carry_out(made: House) -> None:
    slots = dict.fromkeys(made.office.adapters, 9)
    ended = [_ended(made, claim) for claim in made.queue.exchange([], slots, made.now).claims]
    made.queue.exchange(ended, {}, made.now)
    counts = CountSeries(made.desk.engine)
    for delivery in made.deliveries("mot").values():
        for day, views in enumerate((40, 180, 260)):
            read = {Metric.VIEWS: views, Metric.REACH: views // 2, Metric.SHARES: day}
            counts.keep(delivery.id, made.now + timedelta(minutes=day), read)


def _ended(made: House, claim: Claim) -> Finish:
    identity, at = claim.delivery.identity, made.now
    state = ENDS[identity.message]
    details = {"by": AUTHOR, **made.office.keep_photo("treo.jpg", photo())}
    return Finish(
        claim=claim,
        state=state,
        at=at,
        reason=None if state is State.PUBLISHED else Text("{why}", why="Máy chủ trả lời 503."),
        evidence={"request": {"path": "/100200300/photos"}, "reply": {"error": {"code": 368}}},
        receipt=Receipt(
            remote_id=f"100200300_{claim.delivery.id}",
            permalink=f"https://so.example/2022-binh-dang-gioi/{identity.message}/",
            at=at,
            details=details if identity.channel == "truc-tiep" else {},
        )
        if state is State.PUBLISHED
        else None,
    )


def _mend(made: House) -> None:
    """Files change: a text that was approved, a new one that waits, and one with a mistake."""
    made.rule("required")
    made.write("sau", "Đoạn văn mới, dài hơn đoạn cũ.", at="2022-11-20 08:00")
    made.write("cho", LONG, at="2022-11-16 08:00", image="media/anh.png", image_alt="Lễ")
    made.write("hong", text="{{ khong.co }}")
    made.apply()
    made.queue.pause(
        "facebook-page", Text("{why}", why="Đổi mật khẩu trang."), None, actor=FIRST, now=made.now
    )
