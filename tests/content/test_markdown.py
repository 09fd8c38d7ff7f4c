"""Markdown becomes clean HTML for the website and readable text for everyone else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.content.markdown import parse, to_html, to_text


def html(markdown: str) -> str:
    return to_html(parse(markdown))


def text(markdown: str) -> str:
    return to_text(parse(markdown))


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("# Đề mục\n\nMột **hai** *ba* `bốn`.", "Đề mục\n\nMột hai ba bốn."),
        ("Một\nhai", "Một hai"),
        ("Một  \nhai", "Một\nhai"),
        ("- một\n- hai\n\nsau", "• một\n• hai\n\nsau"),
        ("3. một\n4. hai", "3. một\n4. hai"),
        ("- một\n  - con\n- hai", "• một\n  • con\n• hai"),
        ("- một\n\n- hai", "• một\n• hai"),
        ("Xem [luật](https://vbpl.vn/x).", "Xem luật: https://vbpl.vn/x."),
        ("<https://vbpl.vn>", "https://vbpl.vn"),
        ("[111](tel:111)", "111"),
        ("[thư](mailto:a@b.vn)", "thư: a@b.vn"),
        ("> lời trích", "lời trích"),
        ("| a | b |\n|---|---|\n| c | d |", "a | b\nc | d"),
        ("a\n\n---\n\nb", "a\n\n———\n\nb"),
        ("```\nx = 1\n```\ny", "x = 1\n\ny"),
        ("~~cũ~~ mới", "cũ mới"),
        ("&amp; \\*sao\\*", "& *sao*"),
        ("", ""),
    ],
)
def test_plain_text_reads_well(markdown: str, plain: str) -> None:
    assert text(markdown) == plain


@pytest.mark.parametrize(
    ("markdown", "clean"),
    [
        ("# Một\n\n### Hai", "<h2>Một</h2>\n<h4>Hai</h4>"),
        ("## Một", "<h2>Một</h2>"),
        ("[a](https://b.vn)", '<p><a href="https://b.vn" rel="noopener">a</a></p>'),
        ("~~a~~", "<p><s>a</s></p>"),
        ("![x](https://b.vn/x.png)", "<p></p>"),
    ],
)
def test_html_is_simple(markdown: str, clean: str) -> None:
    assert html(markdown) == clean


@pytest.mark.asvs("1.2.1", "Hostile Markdown stays words")
@pytest.mark.asvs("1.2.2", "Only harmless schemes pass")
@pytest.mark.asvs("1.3.1", "nh3 keeps a few tags")
@pytest.mark.asvs("1.3.5", "Markdown brings neither script nor style")
@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a](javascript:alert(1))",
        "[a](data:text/html;base64,PHNjcmlwdD4=)",
        "[a](vbscript:x)",
        "<a href='javascript:x'>a</a>",
        "<style>*{display:none}</style>",
        "<iframe src=//b.vn></iframe>",
        '[a](https://b.vn "\\" onclick=alert(1) x=\\"")',
    ],
)
def test_nothing_hostile_survives(hostile: str) -> None:
    made = html(hostile)
    tags = [part.split(">")[0] for part in made.split("<")[1:]]
    assert all(tag.strip("/").split()[0] in ("p", "a") for tag in tags)
    assert not any("onclick=" in tag.replace('title="&quot; onclick=', "") for tag in tags)
    assert 'href="javascript' not in made
    assert 'href="data' not in made


@given(st.text(max_size=200))
def test_any_text_can_be_rendered(markdown: str) -> None:
    tokens = parse(markdown)
    assert isinstance(to_text(tokens), str)
    assert "<script" not in to_html(tokens)
