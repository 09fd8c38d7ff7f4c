"""From a name in config.toml to a channel, or to sentences that say why not."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from typing import Any

import pytest

from outreach.channel import (
    AdapterPlace,
    Channel,
    NotPublished,
    PauseChannel,
    Receipt,
    Reject,
    Rendition,
    SetupPoint,
    Steps,
    Text,
    counting,
)
from outreach.channels import registry
from outreach.channels._limited import Limited
from outreach.channels.outbox import Outbox
from outreach.domain.problem import Place, Problem, Problems
from outreach.locale import translate
from outreach.settings import ChannelSettings, Limits, parse_settings
from outreach.testing import FakeChannel, MemorySteps, outcome_of, sample_rendition

HOOK = {"url": "https://x.example/"}


def place(name: str = "x") -> AdapterPlace:
    return AdapterPlace(state=Path("unused") / name, clock=lambda: datetime.now(UTC))


def problems(adapter: str, settings: Mapping[str, Any]) -> tuple[Problem, ...]:
    with pytest.raises(Problems) as caught:
        registry.build("x", adapter, settings, place())
    return caught.value.problems


def configured(text: str, folder: Path) -> tuple[ChannelSettings, ...]:
    return tuple(parse_settings(text, file=None, folder=folder).channels.values())


def test_an_unknown_adapter_is_named_with_the_one_that_was_meant() -> None:
    (problem,) = problems("webhok", {})
    assert str(problem.mend) == "Did you mean “webhook”?"


def test_all_mistakes_of_a_channel_are_reported_where_they_stand(tmp_path: Path) -> None:
    text = (
        '[channels.hook]\nadapter = "webhook"\nsecret = "whsec_open"\ndeduplicates = "maybe"\n'
        'find_urll = "x"\nfind_url = "ftp://x"\nwithdraws = []\n'
    )
    (settings,) = configured(text, tmp_path)
    with pytest.raises(Problems) as caught:
        registry.open_channel(settings, place())
    found = {p.place.line: (p.code, str(p.what), str(p.mend)) for p in caught.value.problems}
    assert sorted(found) == [1, 3, 4, 5, 6, 7]
    assert found[1][1] == "The setting “url” is missing."
    assert found[3][0] == "settings.secret"
    assert "true or false" in found[4][1]
    assert found[5][2] == "Did you mean “find_url”?"
    assert "https://" in found[6][1]
    assert "whsec_open" not in str(found)
    vietnamese = [translate(p.what, "vi") + translate(p.mend, "vi") for p in caught.value.problems]
    assert any("Phải là true hoặc false" in sentence for sentence in vietnamese)


def test_references_are_opened_only_where_a_plain_text_is_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_URL", "https://x.example/geheim")
    monkeypatch.setenv("HOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    text = '[channels.h]\nadapter = "webhook"\nurl = {env = "HOOK_URL"}\nsecret = {env = "HOOK_SECRET"}'
    assert registry.open_channel(configured(text, tmp_path)[0], place()).name == "h"


ABSENT = """
[channels.h]
adapter = "webhook"
url = "https://x.example/"
secret = { env = "NOT_SET_A" }
[channels.f]
adapter = "facebook_page"
page_id = "1"
app_id = "1"
token = { env = "NOT_SET_B" }
proxy = { env = "NOT_SET_C" }
[channels.z]
adapter = "zalo_oa"
app_id = "1"
app_secret = { env = "NOT_SET_D" }
token_key = { env = "NOT_SET_E" }
picture_base_url = "https://x.example/media"
[channels.a]
adapter = "apprise"
url = { env = "NOT_SET_F" }
[channels.w]
adapter = "wordpress"
url = "https://x.example/"
user = "x"
password = { env = "NOT_SET_G" }
"""


def test_channels_without_their_secrets_can_be_planned_and_never_call(tmp_path: Path) -> None:
    opened = registry.open_channels(configured(ABSENT, tmp_path), place)
    assert opened.problems == ()
    assert set(opened.channels) == {"h", "f", "z", "a", "w"}
    said = [str(problem.what) for problem in opened.absent]
    assert all(f"NOT_SET_{letter}" in " ".join(said) for letter in "ABCDEFG")
    assert opened.absent[0].place.line == 5
    assert "Signing secret" in str(opened.absent[0].mend)
    for channel in opened.channels.values():
        assert "NOT_SET" in str(asyncio.run(channel.check()).summary)
        with pytest.raises(PauseChannel, match="is missing"):
            asyncio.run(channel.publish(sample_rendition(), key="k", steps=MemorySteps()))


def test_paths_start_from_the_configurations_folder(tmp_path: Path) -> None:
    (settings,) = configured('[channels.o]\nadapter = "outbox"\nfolder = "out"', tmp_path)
    channel = registry.open_channel(settings, place())
    assert isinstance(channel, Outbox)
    assert channel.folder == tmp_path / "out"


def test_the_installers_limits_hold(tmp_path: Path) -> None:
    text = '[channels.o]\nadapter = "outbox"\nfolder = "out"\ntext_limit = 5\nslots = 1'
    channel = registry.open_channel(configured(text, tmp_path)[0], place())
    assert isinstance(channel, Limited)
    assert (channel.capabilities.text_limit, channel.capabilities.slots) == (5, 1)
    assert channel.capabilities.can_find
    (problem,) = channel.preview(sample_rendition(text="Bình đẳng")).problems
    assert "9 characters" in str(problem.what)
    assert channel.preview(sample_rendition(text="e\u0301" * 5)).problems == ()


COUNTED = """
[channels.w]
adapter = "website"
folder = "site"
base_url = "https://so.example.vn/"
site_title = "Sở"
views = true
[channels.f]
adapter = "facebook_page"
page_id = "1"
app_id = "2"
token = { env = "COUNTED_TOKEN" }
[channels.z]
adapter = "zalo_oa"
app_id = "1"
app_secret = { env = "COUNTED_TOKEN" }
token_key = { env = "COUNTED_KEY" }
picture_base_url = "https://so.example.vn/media/"
text_limit = 5
"""


def test_channels_as_they_are_configured_give_back_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is put around an adapter must hand its counts on."""
    monkeypatch.setenv("COUNTED_TOKEN", "EAAcountedTOKEN")
    monkeypatch.setenv("COUNTED_KEY", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
    here = replace(place(), state=tmp_path, views=lambda path: 0)
    for settings in configured(COUNTED, tmp_path):
        assert counting(registry.open_channel(settings, here)) is not None


def test_the_installers_limit_is_measured_in_previews(tmp_path: Path) -> None:
    text = '[channels.o]\nadapter = "outbox"\nfolder = "out"\ntext_limit = 5'
    channel = registry.open_channel(configured(text, tmp_path)[0], place())
    last = channel.preview(sample_rendition(text="Bình đẳng")).gauges[-1]
    assert (last.used, last.limit) == (9, 5)


class Changing(FakeChannel):
    """Asks for something, and changes what is public."""

    async def setup(self) -> tuple[SetupPoint, ...]:
        return (SetupPoint(what=Text("A key."), found=True),)

    async def update(
        self, receipt: Receipt, rendition: Rendition, *, key: str, steps: Steps
    ) -> Receipt:
        return receipt


def test_limits_hide_nothing_that_a_channel_has_besides(tmp_path: Path) -> None:
    async def asked(inner: Channel) -> tuple[int, Receipt | NotPublished]:
        channel = Limited(inner, Limits(text_limit=5))
        receipt = Receipt(remote_id="1", at=datetime.now(UTC))
        update = channel.update(receipt, sample_rendition(), key="k", steps=MemorySteps())
        return len(await channel.setup()), await outcome_of(update)

    count, outcome = asyncio.run(asked(Changing()))
    assert (count, type(outcome)) == (1, Receipt)
    plain = configured('[channels.o]\nadapter = "outbox"\nfolder = "out"', tmp_path)[0]
    count, outcome = asyncio.run(asked(registry.open_channel(plain, place())))
    assert (count, type(outcome)) == (0, Reject)


@pytest.fixture
def third_parties(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "outreach_broken_adapter.py").write_text("import not_installed_anywhere")
    monkeypatch.syspath_prepend(str(tmp_path))
    points = EntryPoints(
        [
            EntryPoint("broken", "outreach_broken_adapter:Broken", registry.GROUP),
            EntryPoint("gone", "outreach.channels.outbox:Gone", registry.GROUP),
            EntryPoint("theirs", "outreach.channels.outbox:Outbox", registry.GROUP),
            EntryPoint("outbox", "outreach_broken_adapter:Broken", registry.GROUP),
        ]
    )
    monkeypatch.setattr(registry, "entry_points", lambda *, group: points.select(group=group))
    sys.modules.pop("outreach_broken_adapter", None)


@pytest.mark.usefixtures("third_parties")
def test_a_third_partys_broken_adapter_holds_up_no_other(tmp_path: Path) -> None:
    text = "".join(
        f'[channels.{name}-x]\nadapter = "{name}"\nfolder = "out"\n'
        for name in ("broken", "gone", "theirs", "outbox")
    )
    opened = registry.open_channels(configured(text, tmp_path), place)
    assert set(opened.channels) == {"theirs-x", "outbox-x"}
    broken, gone = opened.problems
    assert broken.place == Place(file="config.toml", line=2, column=1)
    assert "not_installed_anywhere" in str(broken.what)
    assert "Gone" in str(gone.what)


@pytest.mark.parametrize("adapter", sorted(registry.ADAPTERS))
def test_every_adapter_of_ours_loads(adapter: str) -> None:
    assert registry.settings_of(adapter).model_config["extra"] == "forbid"


def test_sentences_of_others_may_contain_braces() -> None:
    wrong = registry._wrong(
        "a",
        registry.settings_of("outbox"),
        {"type": "x", "loc": ("a",), "msg": "no {braces}", "input": None},
    )
    assert "no {braces}" in str(wrong.what)
