"""The corpus of broken files: how each case is laid out, read, and written down."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

from outreach.content.preflight import preflight
from outreach.content.reader import read_campaign
from outreach.content.render import Renderer
from outreach.content.template import TemplateProcess
from outreach.domain.capabilities import Capabilities, ChannelProfile
from outreach.domain.problem import Problem

CORPUS = Path(__file__).parents[1] / "corpus"
GOOD = CORPUS / "good"
EXPECTED: dict[str, list[str]] = tomllib.loads((CORPUS / "expected.toml").read_text("utf-8"))
PROFILES = (
    ChannelProfile(name="so-website", tags=frozenset({"website"})),
    ChannelProfile(name="facebook-page", tags=frozenset({"facebook", "social"})),
    ChannelProfile(
        name="zalo-oa",
        tags=frozenset({"zalo", "social"}),
        capabilities=Capabilities(text_limit=1000, title_limit=150, media_limit=1),
    ),
)


def lay_out(tmp: Path, name: str | None = None) -> Path:
    """A campaign's folder without mistakes, with those of one case laid over it."""
    folder = tmp / "messages" / "chien-dich"
    shutil.copytree(GOOD, folder)
    if name is not None:
        shutil.copytree(CORPUS / "broken" / name, folder, dirs_exist_ok=True)
    return folder


def problems_of(folder: Path, templates: TemplateProcess) -> tuple[Problem, ...]:
    """Everything that can be found out about a folder."""
    content = read_campaign(folder)
    if content.campaign is None:
        return content.problems
    with Renderer(
        content.campaign, folder, folder.parent / "media", templates=templates
    ) as renderer:
        return (*content.problems, *preflight(content.drafts, PROFILES, renderer))


def written(problems: tuple[Problem, ...]) -> list[str]:
    """Problems as the table of expectations writes them."""
    ordered = sorted(problems, key=lambda problem: (problem.place, problem.code))
    return [f"{p.place} {p.code}".removeprefix("messages/chien-dich/") for p in ordered]
