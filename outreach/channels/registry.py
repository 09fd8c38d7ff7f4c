"""Which adapters there are, and how a channel of config.toml becomes one; third parties join by the entry point `outreach.channels`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from outreach.channel import AdapterPlace, Channel, Text
from outreach.channels._limited import Limited
from outreach.channels._veiled import Veiled
from outreach.channels._without_secrets import WithoutSecrets
from outreach.domain.problem import Place, Problem, Problems
from outreach.settings import AbsentSecret, ChannelSettings, Wrong, unknown_key
from outreach.settings.veil import Veil, secrets_in

ADAPTERS: Mapping[str, str] = {
    "apprise": "outreach.channels.apprise:Apprise",
    "email": "outreach.channels.email:Email",
    "facebook_page": "outreach.channels.facebook_page:FacebookPage",
    "in_person": "outreach.channels.in_person:InPerson",
    "micropub": "outreach.channels.micropub:Micropub",
    "outbox": "outreach.channels.outbox:Outbox",
    "webhook": "outreach.channels.webhook:Webhook",
    "website": "outreach.channels.website:Website",
    "wordpress": "outreach.channels.wordpress:WordPress",
    "zalo_oa": "outreach.channels.zalo_oa:ZaloOA",
}
"""The adapters that come with the program: name → `module:class`."""

LOGINS: Mapping[str, str] = {
    "facebook_page": "outreach.channels.facebook_page.login:FacebookLogin",
    "zalo_oa": "outreach.channels.zalo_oa.login:ZaloLogin",
}
"""Adapters to which a person can give permission in a browser."""

GROUP = "outreach.channels"
"""The entry-point group of everyone else's."""

_FORM = "https://absent.invalid"
"""Stands for a secret that is not there, where a field gives no example of its form; good as a password and as an address."""

_WANTED = {
    "bool_": Text("It must be true or false."),
    "int_": Text("It must be a whole number."),
    "string_type": Text("It must be a text in quotation marks."),
    "string_too_short": Text("It must not be empty."),
    "path_type": Text("It must be a text in quotation marks."),
    "list_type": Text("It must be a list."),
    "tuple_type": Text("It must be a list."),
}


@dataclass(frozen=True, kw_only=True)
class Opened:
    """The channels that could be built, and why the others could not; `absent` secrets matter only to those who publish."""

    channels: Mapping[str, Channel] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    absent: tuple[Problem, ...] = ()


def adapters() -> Mapping[str, str]:
    """Every adapter that a configuration may name; our own names cannot be taken over."""
    theirs = {point.name: point.value for point in entry_points(group=GROUP)}
    return {**theirs, **ADAPTERS}


def open_channels(
    configured: Iterable[ChannelSettings], place: Callable[[str], AdapterPlace]
) -> Opened:
    """Build every channel; one that cannot be built is a problem of its own and holds up no other.

    One whose secrets are not there is built all the same, for planning: it never calls.
    """
    channels: dict[str, Channel] = {}
    problems: list[Problem] = []
    absent: list[Problem] = []
    for settings in configured:
        try:
            channel = open_channel(settings, place(settings.name))
            missing = _absent(settings)
        except Problems as error:
            problems += error.problems
            continue
        absent += missing
        channels[settings.name] = WithoutSecrets(channel, missing[0].what) if missing else channel
    return Opened(channels=channels, problems=tuple(problems), absent=tuple(absent))


def build(name: str, adapter: str, settings: Mapping[str, Any], place: AdapterPlace) -> Channel:
    """A channel from plain values, for programs and tests; relative paths start from the working folder. Raises `Problems`."""
    configured = ChannelSettings(
        name=name,
        adapter=adapter,
        settings=settings,
        place=Place(file="config.toml"),
        folder=Path.cwd(),
    )
    return open_channel(configured, place)


def open_channel(configured: ChannelSettings, place: AdapterPlace) -> Channel:
    """The channel that config.toml asks for, with the limits that it gives. Raises `Problems`."""
    adapter = _adapter(configured)
    settings = _validated(adapter, configured)
    channel: Channel = adapter(configured.name, settings, place)
    if veil := Veil(secrets_in(dict(settings))):
        channel = Veiled(channel, veil)
    return Limited(channel, configured.limits) if configured.limits.given else channel


def open_login(configured: ChannelSettings, place: AdapterPlace) -> Any:
    """What logs in to the channel's service. Raises `Problems`."""
    if missing := _absent(configured):
        raise Problems(tuple(missing))
    module, _, attribute = LOGINS[configured.adapter].partition(":")
    login = getattr(import_module(module), attribute)
    return login(configured.name, _validated(login, configured), place)


def settings_of(adapter: str) -> type[BaseModel]:
    """The settings that an adapter takes. Raises `Wrong`."""
    model: type[BaseModel] = _load(adapter).Settings
    return model


def validated(configured: ChannelSettings) -> Any:
    """The settings of a channel as its adapter takes them. Raises `Problems`."""
    return _validated(_adapter(configured), configured)


def _adapter(configured: ChannelSettings) -> Any:
    try:
        return _load(configured.adapter)
    except Wrong as wrong:
        raise Problems((_problem(configured, "adapter", wrong),)) from wrong


def _load(name: str) -> Any:
    known = ADAPTERS if name in ADAPTERS else adapters()  # looking through all packages is slow
    if name not in known:
        wrong = unknown_key(name, known)
        what = Text("There is no adapter “{name}”.", name=name)
        raise Wrong(what, wrong.mend, code="settings.adapter")
    module, _, attribute = known[name].partition(":")
    try:
        return getattr(import_module(module), attribute)
    except Exception as error:
        what = Text(
            "The adapter “{name}” cannot be loaded: {error}",
            name=name,
            error=f"{type(error).__name__}: {error}",
        )
        mend = Text("Install what it needs, or take the channel out until then.")
        raise Wrong(what, mend, code="settings.adapter") from error


def _validated(adapter: Any, configured: ChannelSettings) -> BaseModel:
    model: type[BaseModel] = adapter.Settings
    values, wrong = {}, {}
    for key, value in configured.settings.items():
        try:
            values[key] = _prepared(model.model_fields.get(key), value, configured.folder)
        except Wrong as error:
            wrong[key] = error
    try:
        settings = model.model_validate(values)
    except ValidationError as error:
        for details in error.errors(include_input=False):
            key = str(details["loc"][0]) if details["loc"] else ""
            wrong.setdefault(key, _wrong(key, model, details))
    if wrong:
        raise Problems(tuple(_problem(configured, key, error) for key, error in wrong.items()))
    return settings


def _prepared(known: FieldInfo | None, value: Any, folder: Path) -> Any:
    """The value as the adapter's field wants it: secrets opened only where a plain text is asked for, paths from `folder`."""
    types = _types(known.annotation) if known else frozenset()
    if isinstance(value, AbsentSecret):
        forms = known.examples if known and known.examples else [_FORM]
        value = SecretStr(str(forms[0]))
    if isinstance(value, SecretStr) and SecretStr not in types:
        value = value.get_secret_value()
    if isinstance(value, str) and SecretStr in types and str not in types:
        what = Text("A secret stands in the open here.")
        mend = Text('Keep it elsewhere and write {{ env = "NAME" }} or {{ file = "path" }}.')
        raise Wrong(what, mend, code="settings.secret")
    return folder / value if isinstance(value, str) and Path in types else value


def _absent(configured: ChannelSettings) -> list[Problem]:
    """Each secret that the configuration refers to and that is not there."""
    known = settings_of(configured.adapter).model_fields
    problems = []
    for key, value in configured.settings.items():
        if isinstance(value, AbsentSecret):
            why = value.wrong
            what = Text(
                "The secret “{key}” of the channel “{channel}” is missing: {why}",
                key=key,
                channel=configured.name,
                why=why.what,
            )
            meaning = _text(known[key].description or key)
            mend = Text("It means: {meaning} {mend}", meaning=meaning, mend=why.mend)
            problems.append(_problem(configured, key, Wrong(what, mend, code="settings.absent")))
    return problems


def _types(annotation: Any) -> frozenset[Any]:
    inner = [_types(argument) for argument in get_args(annotation)]
    return frozenset({annotation}).union(*inner)


def _wrong(key: str, model: type[BaseModel], error: ErrorDetails) -> Wrong:
    if error["type"] == "extra_forbidden":
        return unknown_key(key, model.model_fields)
    known = model.model_fields.get(key)
    mend = Text("It means: {meaning}", meaning=_text(known.description or key if known else key))
    if error["type"] == "missing":
        what = Text("The setting “{key}” is missing.", key=key)
        return Wrong(what, mend, code="settings.missing")
    return Wrong(Text("“{key}” cannot be used: {reason}", key=key, reason=_reason(error)), mend)


def _reason(error: ErrorDetails) -> Text:
    """Pydantic's most frequent words in ours, which the catalogue knows; a validator's own sentence as it stands."""
    if error["type"] == "literal_error":
        return Text("Write one of: {words}.", words=error["ctx"]["expected"])
    for prefix, reason in _WANTED.items():
        if error["type"].startswith(prefix):
            return reason
    return _text(error["msg"].removeprefix("Value error, "))


def _text(sentence: str) -> Text:
    """Someone else's sentence, which may contain braces."""
    return Text("{said}", said=sentence) if "{" in sentence or "}" in sentence else Text(sentence)


def _problem(configured: ChannelSettings, key: str, wrong: Wrong) -> Problem:
    place = configured.places.get(key, configured.place)
    return Problem(place=place, code=wrong.code, what=wrong.what, mend=wrong.mend)
