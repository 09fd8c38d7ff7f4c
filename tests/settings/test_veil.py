"""A secret is hidden in every form in which it may come back, and nothing else is touched."""

from __future__ import annotations

import base64
import html
import json
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from outreach.domain.text import Text
from outreach.settings.veil import BLOT, Veil, passwords_in, secrets_in, without_tokens

SECRET = 'Kx7q/+ü"<Zw9p&2Lm'


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        quote(SECRET),
        quote(SECRET, safe=""),
        quote_plus(SECRET)
        .replace("%2F", "%2f")
        .replace("%2B", "%2b")
        .replace("%C3%BC", "%c3%bc")
        .replace("%3C", "%3c"),
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET, ensure_ascii=False)[1:-1].replace("/", "\\/"),
        html.escape(SECRET),
        repr(SECRET.encode()),
        SECRET.encode().hex(),
    ],
)
def test_each_form_is_hidden(form: str) -> None:
    said = Veil([SECRET]).text(f"before {form} after")
    assert BLOT in said
    assert said.startswith("before ")
    assert said.endswith(" after")
    assert "Zw9p" not in said


@given(
    before=st.binary(max_size=7),
    after=st.binary(max_size=7),
    secret=st.text(min_size=8, max_size=30),
)
def test_base64_that_holds_a_secret_keeps_nothing_of_it(
    before: bytes, after: bytes, secret: str
) -> None:
    """At most the letters that also hold bits of its neighbours stay."""
    packed = base64.b64encode(before + secret.encode() + after).decode()
    shown = Veil([secret]).text(packed).replace(BLOT, "")
    assert len(shown) <= len(packed) - (len(secret.encode()) * 8 // 6 - 1)


@given(secret=st.text(min_size=6, max_size=40), around=st.text(max_size=20))
def test_no_text_keeps_a_secret(secret: str, around: str) -> None:
    assert secret not in Veil([secret]).text(f"{around}{secret}{around}").replace(BLOT, "")


def test_what_is_no_secret_stays() -> None:
    assert not Veil(["", "12345"])
    assert Veil(["12345"]).text("12345") == "12345"
    assert Veil([SECRET]).text("Bearer of news") == "Bearer of news"


@pytest.mark.parametrize(
    ("secret", "alone"),
    [
        ("Bearer Kx7qZw9p2LmT", "Kx7qZw9p2LmT"),
        ("https://hook.test/t/Kx7qZw9p2LmT?key=Ab3dEf6gHi", "Kx7qZw9p2LmT"),
        ("https://hook.test/t/Kx7qZw9p2LmT?key=Ab3dEf6gHi", "Ab3dEf6gHi"),
        ("abcd efgh ijkl", "abcdefghijkl"),
        ("json://office:p%40ssword1@host/", "p@ssword1"),
        (" padded-secret\n", "padded-secret"),
    ],
)
def test_parts_that_come_back_alone_are_hidden(secret: str, alone: str) -> None:
    assert alone not in Veil([secret]).text(f"x {alone} y")


def test_values_are_hidden_however_deep() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Said:
        words: Text
        more: tuple[object, ...]

    error = ValueError(f"no {SECRET}")
    said = Said(words=Text("It fails: {error}", error=error), more=({SECRET: [SECRET]}, 5, None))
    hidden = Veil([SECRET]).over(said)
    assert str(hidden.words) == f"It fails: no {BLOT}"
    assert hidden.more == ({BLOT: [BLOT]}, 5, None)
    assert Veil().over(said) is said


def test_secrets_and_passwords_are_collected() -> None:
    kept = {"a": SecretStr("one"), "b": [{"c": SecretStr("two")}], "d": "open"}
    assert list(secrets_in(kept)) == ["one", "two"]
    assert "s3cr:et@x" in passwords_in("postgresql://user:s3cr:et@x@host/db")
    assert "geheim" in passwords_in("postgresql://host/db?password=geheim&x=1")
    assert not passwords_in("sqlite:////var/lib/outreach.db")


@pytest.mark.parametrize(
    "said",
    [
        '{"access_token": "Kx7q", "next": 1}',
        '{\\"refresh_token\\":\\"Kx7q\\"}',
        "https://graph.test/v1?limit=1&access_token=Kx7q&after=b",
        "{'secret_key': 'Kx7q'}",
        "password=Kx7q",
    ],
)
def test_tokens_are_known_by_their_names(said: str) -> None:
    assert without_tokens(said) == said.replace("Kx7q", BLOT)


@pytest.mark.parametrize(
    "said", ['{"name": "token", "id": "5"}', "the token is wrong", '{"id":""}']
)
def test_other_words_are_left_alone(said: str) -> None:
    assert without_tokens(said) == said
