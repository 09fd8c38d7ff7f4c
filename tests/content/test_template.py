"""Staff's templates: what they may know, and that nothing they do reaches further or lasts longer than it may."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.content.reader import read_campaign
from outreach.content.render import campaign_context
from outreach.content.simple_marks import fill_in
from outreach.content.template import TemplateProcess
from outreach.domain.problem import Place, Problems
from tests.content.corpus import GOOD

PLACE = Place(file="x.md", line=10, column=1)


@pytest.fixture(scope="session")
def context() -> dict[str, Any]:
    campaign = read_campaign(GOOD).campaign
    assert campaign is not None
    return campaign_context(campaign) | {"message": {"title": "Tên"}, "days_left": 3}


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ campaign.theme }}", "Đảm bảo an sinh xã hội"),
        ("{{ campaign.window.start | day }}", "15/11/2022"),
        ("{{ campaign.window.end }}", "2022-12-15"),
        ("{{ campaign.plan.number }}, {{ campaign.plan.date | day }}", "91/KH-SCT, 28/10/2022"),
        ('{{ hotline("111").name }}', "Tổng đài quốc gia bảo vệ trẻ em"),
        ("{{ campaign.hashtags | join(' ') | upper }}", "#BINHDANGGIOI"),
        ("{% for tag in campaign.hashtags %}{{ tag }}{% endfor %}", "#BinhDangGioi"),
        ("{% if days_left == 1 %}mai{% else %}{{ days_left }} ngày{% endif %}", "3 ngày"),
        ("không có dấu", "không có dấu"),
    ],
)
def test_what_templates_know(
    templates: TemplateProcess, context: dict[str, Any], source: str, text: str
) -> None:
    assert templates.render(source, context, PLACE) == text


def refusal(templates: TemplateProcess, context: dict[str, Any], source: str) -> str:
    with pytest.raises(Problems) as raised:
        templates.render(source, context, PLACE)
    (problem,) = raised.value.problems
    assert str(problem.what)
    assert str(problem.mend)
    return f"{problem.place.line}:{problem.place.column} {problem.code}"


@pytest.mark.parametrize(
    ("source", "where"),
    [
        ("a\nb {{ nix }}", "11:6 template-undefined"),
        ("a\n\n{{ campaign.nix }}", "12:13 template-undefined"),
        ("{{ a", "10:1 template-syntax"),
        ("a\n{% endif %}", "11:1 template-syntax"),
        ("a {{ 1 | nix }}", "10:10 template-syntax"),
        ("a\n{{ 1 / 0 }}", "11:1 template-error"),
        ('a\n{{ hotline("113") }}', "11:13 template-hotline"),
        ("{{ campaign | day }}", "10:1 template-error"),
    ],
)
def test_mistakes_are_placed_in_the_file(
    templates: TemplateProcess, context: dict[str, Any], source: str, where: str
) -> None:
    assert refusal(templates, context, source) == where


@pytest.mark.asvs("1.3.7", "Escapes from the sandbox end as mistakes")
@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ hotline.__globals__ }}",
        "{{ hotline.__init__.__globals__['__builtins__'] }}",
        "{{ self.__init__ }}",
        "{{ self._TemplateReference__context }}",
        "{{ campaign.update({'a': 1}) }}",
        "{{ campaign.hashtags.append(1) }}",
        "{{ '{0.__class__}'.format(campaign) }}",
        "{{ '{a.__class__}'.format_map({'a': 1}) }}",
        "{{ campaign | attr('__class__') }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ lipsum(n=100000) }}",
        "{{ joiner }}{{ namespace() }}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}{{ os }}",
        "{% extends 'x' %}",
        "{{ campaign | map('upper') }}",
    ],
)
def test_nothing_else_is_within_reach(
    templates: TemplateProcess, context: dict[str, Any], source: str
) -> None:
    assert "template-" in refusal(templates, context, source)


@pytest.mark.asvs("15.2.2", "A template without end is stopped, the next goes on")
@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("{{ 'a' * 10**9 }}", "template-memory"),
        ("{{ 'a'.ljust(10**9) }}", "template-memory"),
        ("{{ [1] * 10**9 }}", "template-memory"),
        ("{{ 'a' * 10**6 }}", "template-long"),
        ("{{ 9 ** (9 ** 9) }}", "template-time"),
        (
            "{% for a in 'x' * 10**6 %}{% for b in 'x' * 10**6 %}{% endfor %}{% endfor %}",
            "template-time",
        ),
    ],
)
@pytest.mark.fault(44, "endless loops and huge strings")
def test_what_takes_too_much_is_stopped_and_the_next_goes_on(
    context: dict[str, Any], source: str, code: str
) -> None:
    with TemplateProcess() as own:
        assert refusal(own, context, source).endswith(code)
        assert own.render("{{ campaign.office }}", context, PLACE) == "Sở Công Thương"


def children() -> set[str]:
    own = Path(f"/proc/self/task/{os.getpid()}/children")
    return set(own.read_text("ascii").split())


def test_no_process_is_started_before_it_is_needed_or_left_behind(context: dict[str, Any]) -> None:
    before = children()
    process = TemplateProcess()
    process.render("không có dấu", context, PLACE)
    assert children() == before
    process.render("{{ campaign.office }}", context, PLACE)
    assert len(children() - before) == 1
    process.close()
    assert children() == before


def test_a_forgotten_process_ends_with_its_owner(context: dict[str, Any]) -> None:
    before = children()
    process = TemplateProcess()
    process.render("{{ campaign.office }}", context, PLACE)
    del process
    gc.collect()
    assert children() == before


SIMPLE = st.sampled_from(
    [
        "{{ campaign.theme }}",
        "{{campaign.window.start|day}}",
        "{{ campaign.window.end }}",
        "{{ campaign.theme | upper }}",
        "{{ campaign.theme | day }}",
        "{{ campaign.hashtags }}",
        "{{ campaign.items }}",
        "{{ campaign.plan }}",
        "{{ campaign.nix }}",
        "{{ message.title|lower }}",
        "{{ days_left }}",
        "{{ days_left | upper }}",
        "{{ nix }}",
        *("{", "}", "}}", "{#", "%}", " ", "\n", "chữ"),
    ]
)


@given(st.lists(SIMPLE, max_size=6).map("".join))
def test_the_short_cut_gives_what_the_process_gives(
    templates: TemplateProcess, context: dict[str, Any], source: str
) -> None:
    quick = fill_in(source, context)
    if quick is not None:
        assert templates.render(source, context, PLACE) == quick


def test_the_short_cut_is_taken_by_the_usual_marks(context: dict[str, Any]) -> None:
    assert (
        fill_in("{{ campaign.theme }} {{ campaign.window.start | day }}", context)
        == "Đảm bảo an sinh xã hội 15/11/2022"
    )
    assert fill_in("{% if a %}{% endif %}", context) is None
    assert fill_in("{{ nix }}", context) is None
