"""The sample campaign on the tenth evening of its month, as reviewers would find it: most went well, some things need a hand."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from outreach.bootstrap import load_settings, open_desk
from outreach.domain.claim import Claim, Finish
from outreach.domain.counts import Metric
from outreach.domain.delivery import Delivery, Receipt, State
from outreach.domain.text import Text
from outreach.review.links import GOOD_FOR, Link, Links
from outreach.review.signing import FIRST
from outreach.store.counts import CountSeries
from outreach.store.lease import Lease
from outreach.store.queue import Queue
from tests.browser.offices import APPROVER, AUTHOR, approve, first, photo, staff
from tests.review.house import CONFIG, House
from tests.store.blank import blank

ROOT = Path(__file__).parents[2]
EVENING = datetime(2022, 11, 24, 9, 40, tzinfo=UTC)
ZALO = """
[channels.zalo-oa]
adapter = "zalo_oa"
tags = ["zalo", "social"]
app_id = "1234567890"
app_secret = { env = "ZALO_SECRET_OF_NOBODY" }
token_key = { env = "ZALO_KEY_OF_NOBODY" }
picture_base_url = "https://so.example/media/"
"""
SETTINGS = CONFIG.replace('["facebook"]', '["facebook", "social"]') + ZALO
LINKS = Links([bytes(32)])
NO_REPLY = Text("The service did not answer in time.")
IN_DOUBT = Text("The connection broke before the service had answered.")
REFUSED = Text("{why}", why="Facebook từ chối: ảnh đang bị hạn chế (mã 368).")
BY_HAND = Text("Only a person can say whether this work was done.")
ENDS: Mapping[tuple[str, str], tuple[State, Text]] = {
    ("truyen-thong-truc-tiep", "facebook-page"): (State.UNKNOWN, IN_DOUBT),
    ("thong-diep", "facebook-page"): (State.REJECTED, REFUSED),
    ("truyen-thong-truc-tiep", "truc-tiep"): (State.NEEDS_PERSON, BY_HAND),
    ("to-gap", "truc-tiep"): (State.NEEDS_PERSON, BY_HAND),
}
"""What did not go well; everything else did, and one delivery at the second try."""

SECOND_TRY = ("luat-binh-dang-gioi", "facebook-page")
EDITED = "luat-phong-chong-bao-luc-gia-dinh.md"
TO_APPROVE = ("ngay-25-11", "bang-ron-16-ngay")
READERS = {"facebook-page": 940, "so-website": 310, "zalo-oa": 1480}
HOSTS = {
    "facebook-page": "https://www.facebook.example/100200300/posts/",
    "so-website": "https://so.example/2022-binh-dang-gioi/",
    "zalo-oa": "https://oa.zalo.example/bai-viet/",
}


@contextmanager
def showcase(folder: Path) -> Iterator[House]:
    """Open it."""
    (folder / "state").mkdir(parents=True)
    (folder / "config.toml").write_text(SETTINGS, "utf-8")
    blank(folder / "state" / "outreach.db").dispose()
    shutil.copytree(ROOT / "messages", folder / "messages")
    settings = load_settings(folder / "config.toml")
    with open_desk(settings) as desk:
        lease = Lease.take(desk.engine, settings.state)
        queue = Queue(desk.engine, media_folder=desk.media_folder, fence=lease.fence)
        made = House(folder, desk, queue)
        made.let_in_by(links=LINKS)
        _live(made)
        yield made
        lease.release()


def letter(made: House, message: str, channel: str) -> str:
    """The address in a letter that approves one text."""
    digest = made.deliveries(message)[channel].digest
    link = Link(person=APPROVER, digest=digest, until=made.now + GOOD_FOR)
    return f"/approve?link={LINKS.sign(link)}"


def _live(made: House) -> None:
    first(made)
    _edit(made, "campaign.toml", "[plan]", 'approval = "required"\n\n[plan]')
    made.apply()
    for delivery in made.queue.list():
        if delivery.identity.message not in TO_APPROVE:
            approve(made, delivery)
    _carry_out(made)
    _count(made)
    made.now = EVENING - timedelta(days=1)
    staff(made)
    made.now = EVENING
    _edit(made, EDITED, "Phòng ngừa là chính, lấy người bị", "Lấy phòng ngừa làm chính, người bị")
    _edit(made, EDITED, "người bị bạo lực là trung tâm", "người bị bạo lực được bảo vệ trước")
    _edit(made, "chien-luoc-quoc-gia.md", "at: 2022-11-30 08:00", "at: 2022-11-31 08:00")
    made.apply()
    why = Text("{why}", why="Đổi người quản trị tài khoản Zalo; xong việc sẽ cho chạy lại.")
    made.queue.pause("zalo-oa", why, None, actor=FIRST, now=made.now)


def _edit(made: House, name: str, old: str, new: str) -> None:
    path = made.campaign / name
    text = path.read_text("utf-8")
    assert old in text, (name, old)
    path.write_text(text.replace(old, new, 1), "utf-8")


def _carry_out(made: House) -> None:
    """Claim whatever is due, and let it end as it ended, until the evening."""
    slots, ended = dict.fromkeys(made.office.adapters, 4), list[Finish]()
    while True:
        found = made.queue.exchange(ended, slots, made.now)
        ended = [_end(made, claim) for claim in found.claims]
        if ended:
            made.wait(timedelta(seconds=7))
        elif found.next_due is None or found.next_due > EVENING:
            return
        else:
            made.now = max(made.now, found.next_due)


def _end(made: House, claim: Claim) -> Finish:
    identity, at = claim.delivery.identity, made.now + timedelta(seconds=3)
    name = (identity.message, identity.channel)
    if name == SECOND_TRY and claim.number == 1:
        later = at + timedelta(minutes=1)
        return _finish(claim, State.SCHEDULED, at, NO_REPLY, ready_at=later)
    if name in ENDS:
        state, why = ENDS[name]
        return _finish(claim, state, at, why)
    return _finish(claim, State.PUBLISHED, at, None, receipt=_receipt(made, claim.delivery, at))


def _finish(claim: Claim, state: State, at: datetime, why: Text | None, **more: Any) -> Finish:
    asked = {"method": "POST", "url": "https://graph.facebook.example/v24.0/100200300/photos"}
    said = {} if state is State.PUBLISHED else {"request": asked, "error": "ReadTimeout"}
    return Finish(claim=claim, state=state, at=at, reason=why, evidence=said, **more)


def _receipt(made: House, delivery: Delivery, at: datetime) -> Receipt:
    identity = delivery.identity
    if identity.channel == "truc-tiep":
        details = {"by": AUTHOR, **made.office.keep_photo("treo.jpg", photo())}
        return Receipt(remote_id=identity.key, at=at, details=details)
    details = {"pictures": "89a02ed5481ca389"} if identity.channel == "facebook-page" else {}
    number = f"100200300_{100_100 + delivery.id}"
    link = f"{HOSTS[identity.channel]}{identity.message}"
    return Receipt(remote_id=number, permalink=link, at=at, details=details)


def _count(made: House) -> None:
    """What readers did, read back each evening."""
    series = CountSeries(made.desk.engine)
    for delivery in made.queue.list(state=State.PUBLISHED):
        most = READERS.get(delivery.identity.channel, 0)
        days = (EVENING - delivery.due).days if most else 0
        for day in range(days):
            reach = int(most * (1 - 0.6 ** (day + 1)) * (1 + delivery.id % 7 / 5))
            read = {
                Metric.VIEWS: reach * 4 // 3,
                Metric.REACH: reach,
                Metric.REACTIONS: reach // 16,
                Metric.SHARES: reach // 55,
            }
            series.keep(delivery.id, delivery.due + timedelta(days=day, hours=12), read)
