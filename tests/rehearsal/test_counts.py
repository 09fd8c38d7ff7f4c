"""What the local platforms remember, held against what they were asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from outreach.channel import Receipt
from outreach.domain.delivery import Action
from outreach.rehearsal.clock import VirtualClock
from outreach.rehearsal.facebook import FacebookEnd
from outreach.rehearsal.memory import Asked
from outreach.rehearsal.zalo import COVER, ZaloEnd
from tests.domain.office import NOW
from tests.rehearsal.test_summary import ended, planned

WORDS = "Bình đẳng giới"


@pytest.fixture
def end(tmp_path: Path) -> FacebookEnd:
    return FacebookEnd(tmp_path, now=VirtualClock(NOW), faults=None)


def post(end: FacebookEnd, words: str = WORDS, **facts: Any) -> str:
    graph = end.sandbox.graph
    return str(graph.add_post(message=words, **{"app": graph.place.app, **facts})["id"])


def asked(name: str, post: str = "", words: str = WORDS, *, days: int = 0) -> Asked:
    delivery = ended(planned(name, days=days), 1)
    receipt = Receipt(remote_id=post or f"person:{name}", at=NOW)
    return Asked(delivery=replace(delivery, receipt=receipt), words=words)


def taking_down(of: Asked) -> Asked:
    identity = of.delivery.identity.of(Action.WITHDRAW)
    return Asked(delivery=replace(of.delivery, identity=identity))


def counts(end: FacebookEnd, *several: Asked) -> Mapping[str, int]:
    found = end.counts(several)
    names = {one.key: one.delivery.identity.message for one in several}
    return {names.get(key, "a stranger"): n for key, n in found.items() if n}


def test_each_post_belongs_to_one_publication(end: FacebookEnd) -> None:
    first, second = post(end), post(end)
    assert counts(end, asked("a", first), asked("b", second, days=7)) == {"a": 1, "b": 1}


def test_one_post_for_two_publications_leaves_one_without(end: FacebookEnd) -> None:
    only = post(end)
    found = counts(end, asked("a", only), asked("b", only, days=7))
    assert sorted(found.values()) == [1]


def test_a_second_post_counts_twice(end: FacebookEnd) -> None:
    first, _ = post(end), post(end)
    assert counts(end, asked("a", first)) == {"a": 2}


def test_what_a_person_saw_goes_to_the_publication_that_has_none(end: FacebookEnd) -> None:
    first, _ = post(end), post(end, f"  {WORDS}\n")
    assert counts(end, asked("a", first), asked("b", days=7)) == {"a": 1, "b": 1}


def test_a_receipt_for_other_words_proves_nothing(end: FacebookEnd) -> None:
    other = post(end, "Nobody asked for this")
    assert counts(end, asked("a", other)) == {"a stranger": 2}


def test_posts_by_hand_and_those_that_wait_are_nobodys(end: FacebookEnd) -> None:
    post(end, "By hand", app="")
    post(end, published=False)
    assert counts(end, asked("a")) == {}


def test_what_was_deleted_was_public_all_the_same(end: FacebookEnd, tmp_path: Path) -> None:
    first = post(end)
    one = asked("a", first)
    assert end.counts([one, taking_down(one)]) == Counter({one.key: 1})
    end.sandbox.graph.ledger.drop(first)
    again = FacebookEnd(tmp_path, now=VirtualClock(NOW), faults=None)
    both = Counter({one.key: 1, taking_down(one).key: 1})
    assert end.counts([one, taking_down(one)]) == again.counts([one, taking_down(one)]) == both


def test_a_cover_is_known_by_its_picture(end: FacebookEnd) -> None:
    graph = end.sandbox.graph
    for name, picture in (("1", "old"), ("2", "banner"), ("3", "banner"), ("4", "old")):
        graph.ledger.put(
            {"id": name, "kind": "photo", "sha256": picture, "created": 0.0, "visible": 0.0}
        )
    one = replace(asked("a", "2"), picture="banner")
    former = replace(asked("b", "1"), picture="old")
    for name in ("1", "2", "3"):
        graph.hang(name)
    assert end.counts([former, one, taking_down(one)]) == Counter({former.key: 1, one.key: 1})
    graph.hang("4")
    assert end.counts([former, one, taking_down(one)])[taking_down(one).key] == 1
    graph.hang("2")
    assert end.counts([former, one])[one.key] == 2


@pytest.fixture
def account(tmp_path: Path) -> ZaloEnd:
    clock = VirtualClock(NOW.replace(hour=3))
    found = ZaloEnd(
        tmp_path,
        now=clock,
        faults=None,
        pictures=tmp_path,
        cover_url="https://x.example/c.jpg",
        broadcast=True,
    )
    found.platform.faults.broadcasts_per_day = 9
    return found


def article(end: ZaloEnd, key: str, picture: str = "c.jpg") -> str:
    cover = {"cover_type": "photo", "photo_url": f"https://x.example/{picture}"}
    said = {"type": "normal", "title": "a", "author": "a", "description": "a", "status": "show"}
    body = [{"type": "text", "content": f"<p>{key}</p>"}]
    end.platform.create({**said, "cover": cover, "body": body})
    return str(end.platform.articles[-1]["id"])


def send(end: ZaloEnd, name: str) -> None:
    element = {"media_type": "article", "attachment_id": name}
    payload = {"template_type": "media", "elements": [element]}
    message = {"attachment": {"payload": payload}}
    end.platform.broadcast({"recipient": {"target": {}}, "message": message})


def test_an_article_counts_when_it_was_sent(account: ZaloEnd) -> None:
    one = asked("a")
    name = article(account, one.key)
    assert account.counts([one]) == Counter()
    send(account, name)
    assert account.counts([one, taking_down(one)]) == Counter({one.key: 1})
    send(account, name)
    assert account.counts([one])[one.key] == 2
    account.platform.remove({"id": name})
    assert account.counts([one, taking_down(one)])[taking_down(one).key] == 1


def test_two_articles_are_one_too_many(account: ZaloEnd) -> None:
    one = asked("a")
    send(account, article(account, one.key))
    article(account, one.key)
    assert account.counts([one])[one.key] == 2


def test_an_article_whose_cover_failed_was_never_seen(account: ZaloEnd) -> None:
    one = asked("a")
    article(account, one.key, "missing.jpg")
    assert account.counts([one]) == Counter()
    assert COVER.startswith(b"\xff\xd8\xff")
