"""config.toml → `Settings`, or every mistake in it at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from outreach.domain.capabilities import Per, Quota
from outreach.domain.problem import Place, Problem, Problems
from outreach.domain.text import Text
from outreach.settings import values
from outreach.settings.alerts_table import read_alerts, read_loopback
from outreach.settings.database_table import read_database
from outreach.settings.model import (
    Audit,
    Backup,
    ChannelSettings,
    Engine,
    Guard,
    Limits,
    Log,
    Settings,
    Web,
)
from outreach.settings.positions import positions
from outreach.settings.review_table import read_review
from outreach.settings.sealed import opened
from outreach.settings.secrets import AbsentSecret, resolve_if_there
from outreach.settings.section import Section, Wrong

DEFAULT = """\
[web]
listen = "127.0.0.1:8080"

[channels.so-website]
adapter = "website"
tags = ["website"]
folder = "state/site"
base_url = "http://127.0.0.1:8080/"
site_title = "Trang thông tin tuyên truyền"
"""
"""What holds without a config.toml: files here, SQLite, and the website."""


def load_settings(file: Path | None = None) -> Settings:
    """The settings of a config.toml; the built-in defaults, with paths from the working folder, without one. Raises `Problems`."""
    if file is None:
        return parse_settings(DEFAULT, file=None, folder=Path.cwd())
    file = file.absolute()
    return parse_settings(read_config(file), file=file, folder=file.parent)


def all_secrets_are_there(settings: Settings) -> bool:
    """Whether every secret that the channels refer to was found."""
    values = (
        value for channel in settings.channels.values() for value in channel.settings.values()
    )
    return not any(isinstance(value, AbsentSecret) for value in values)


def parse_settings(text: str, *, file: Path | None, folder: Path) -> Settings:
    """The settings that a TOML text asks for; relative paths start from `folder`. Raises `Problems`."""
    shown = str(file) if file else "config.toml"
    problems: list[Problem] = []
    text = text.replace("\r\n", "\n")
    table = toml_table(text, shown)
    top = Section(table, (), file=shown, positions=positions(text), problems=problems)
    settings = _settings(top, file, folder)
    if problems:
        raise Problems(tuple(sorted(problems, key=lambda problem: problem.place)))
    return settings


def read_config(file: Path) -> str:
    """The text of a config.toml. Raises `Problems`."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        what = Text("The configuration cannot be read: {error}", error=error)
        mend = Text("Check the path; the file must be plain text in UTF-8.")
        place = Place(file=str(file))
        raise Problems(
            (Problem(place=place, code="settings.file", what=what, mend=mend),)
        ) from error


def toml_table(text: str, file: str) -> dict[str, Any]:
    """The tables of a TOML text. Raises `Problems`."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        match = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        line, column = (int(match[1]), int(match[2])) if match else (text.count("\n") + 1, 1)
        problem = Problem(
            place=Place(file=file, line=line, column=column),
            code="settings.toml",
            what=Text("This is not valid TOML: {error}", error=str(error).split(" (at ")[0]),
            mend=Text("Compare the line with config.example.toml; texts stand in quotation marks."),
        )
        raise Problems((problem,)) from error


def _settings(top: Section, file: Path | None, folder: Path) -> Settings:
    state = folder / top.take("state", values.text, "state")
    channels = _channels(top.section("channels"), folder)
    settings = Settings(
        file=file,
        messages=folder / top.take("messages", values.text, "messages"),
        state=state,
        language=top.take("language", values.one_of(values.Language), "vi"),
        database=read_database(top.section("database"), state, folder),
        log=_log(top.section("log")),
        guard=_guard(top.section("guard")),
        engine=_engine(top.section("engine")),
        alerts=read_alerts(top.section("alerts"), top.table.get("channels"), folder),
        web=_web(top.section("web")),
        metrics=read_loopback(top.section("metrics")),
        review=read_review(top.section("review"), top.table.get("channels"), folder),
        backup=_backup(top.section("backup"), state, folder),
        audit=_audit(top.section("audit"), folder, channels),
        channels=channels,
    )
    top.close()
    return settings


def _log(section: Section) -> Log:
    log = Log(
        format=section.take("format", values.one_of(values.LogFormat), Log.format),
        level=section.take("level", values.one_of(values.LogLevel), Log.level),
    )
    section.close()
    return log


def _guard(section: Section) -> Guard:
    guard = Guard(mass_delete=section.take("mass_delete", values.share, Guard.mass_delete))
    section.close()
    return guard


def _engine(section: Section) -> Engine:
    engine = Engine(
        tick=section.take("tick", values.positive_duration, Engine.tick),
        drain=section.take("drain", values.positive_duration, Engine.drain),
    )
    section.close()
    return engine


def _backup(section: Section, state: Path, folder: Path) -> Backup:
    own = section.take("folder", values.text, None)
    backup = Backup(
        folder=folder / own if own else state / "backups",
        at=section.take("at", values.daily, Backup.at),
        keep=section.take("keep", values.count, Backup.keep),
    )
    section.close()
    return backup


def _audit(section: Section, folder: Path, channels: Mapping[str, ChannelSettings]) -> Audit:
    def path(value: Any) -> Path:
        return folder / values.text(value)

    nobody: tuple[str, ...] = ()
    audit = Audit(
        at=section.take("at", values.daily, Audit.at),
        folder=section.take("folder", path, None),
        git=section.take("git", path, None),
        channel=section.take("channel", values.name, ""),
        recipients=section.take("recipients", values.texts, nobody),
    )
    named = channels.get(audit.channel)
    if audit.recipients and (named is None or named.adapter != "email"):
        what = Text("“{value}” is no channel for e-mail.", value=audit.channel)
        mend = Text('Name a channel with adapter = "email", whose mail server is used.')
        section.report("channel", Wrong(what, mend))
    section.close()
    return audit


def _web(section: Section) -> Web | None:
    web = section.take("listen", values.address, None)
    section.close()
    return web


def _channels(section: Section, folder: Path) -> dict[str, ChannelSettings]:
    channels = {}
    for key in section.table:
        channel = section.section(key)
        try:
            values.name(key)
        except Wrong as wrong:
            section.report(key, wrong)
        channels[key] = read_channel(key, channel, folder)
    if not channels:
        section.report(
            "",
            Wrong(
                Text("No channel is configured."),
                Text("Add at least one table such as [channels.website]."),
                code="settings.missing",
            ),
        )
    return channels


def read_channel(name: str, section: Section, folder: Path) -> ChannelSettings:
    """One table [channels.name], its secrets opened; mistakes are reported to the section."""
    adapter = section.take("adapter", values.text, "")
    if not adapter and "adapter" not in section.table:
        what = Text("The channel “{name}” names no adapter.", name=name)
        mend = Text('Add a line such as adapter = "website".')
        section.report("", Wrong(what, mend, code="settings.missing"))
    no_tags: frozenset[str] = frozenset()
    tags = section.take("tags", values.words, no_tags)
    limits = _limits(section)
    own = {
        key: section.take(key, lambda value: resolve_if_there(value, folder), None)
        for key in section.rest()
    }
    return ChannelSettings(
        name=name,
        adapter=adapter,
        tags=tags,
        limits=limits,
        settings=opened(own),
        places={key: section.place(key) for key in section.table},
        place=section.place(),
        folder=folder,
    )


def _limits(section: Section) -> Limits:
    per_month = section.take("quota_per_month", values.count, None)
    per_day = section.take("quota_per_day", values.count, None)
    if per_month and per_day:
        what = Text("A channel has one quota, per month or per day.")
        mend = Text("Keep the one that the service really counts and take the other out.")
        section.report("quota_per_day", Wrong(what, mend))
    quota = Quota(count=per_month, per=Per.MONTH) if per_month else None
    return Limits(
        quota=Quota(count=per_day, per=Per.DAY) if per_day else quota,
        hours=section.take("hours", values.hours, None),
        text_limit=section.take("text_limit", values.count, None),
        gap=section.take("gap", values.duration, None),
        slots=section.take("slots", values.count, None),
    )
