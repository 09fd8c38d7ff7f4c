"""What config.toml says, understood and frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any, Literal

from pydantic import SecretStr

from outreach.domain import viet_nam
from outreach.domain.capabilities import Capabilities, Quota
from outreach.domain.problem import Place
from outreach.settings.veil import Veil, passwords_in, secrets_in


@dataclass(frozen=True, kw_only=True)
class Log:
    """How the service writes what it does: `text` for people, `json` for programs."""

    format: Literal["text", "json"] = "text"
    level: Literal["debug", "info", "warning", "error"] = "info"


@dataclass(frozen=True, kw_only=True)
class Guard:
    """Everything is held when more than this share (0 to 1) of the waiting deliveries would vanish at once."""

    mass_delete: float = 0.3


@dataclass(frozen=True, kw_only=True)
class Engine:
    """How often the dispatcher looks at the queue and how long a stop may take."""

    tick: timedelta = timedelta(seconds=15)
    drain: timedelta = timedelta(seconds=30)


@dataclass(frozen=True, kw_only=True)
class Alerts:
    """Who is told what is wrong, by the names of their channels, and when; `zone` is that of `digest`, None for no digest.

    `ping` is the address that hears a sign of life every `ping_every`.
    """

    channels: tuple[str, ...] = ()
    zone: str = viet_nam.ZONE
    digest: time | None = time(17)
    silence: timedelta = timedelta(hours=6)
    gather: timedelta = timedelta(minutes=5)
    free_disk_mb: int = 1024
    ping: SecretStr | None = None
    ping_every: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Backup:
    """Where backups go, at which time of the machine's day one is made (None: only by hand), and how many are kept."""

    folder: Path
    at: time | None = time(2)
    keep: int = 14


@dataclass(frozen=True, kw_only=True)
class Audit:
    """When and to where the end of the delivery log leaves the machine; `channel` is an e-mail channel whose mail server is used."""

    at: time | None = time(17, 30)
    folder: Path | None = None
    git: Path | None = None
    channel: str = ""
    recipients: tuple[str, ...] = ()

    @property
    def is_wanted(self) -> bool:
        """Whether there is anywhere to go."""
        return bool(self.folder or self.git or self.recipients)


@dataclass(frozen=True, kw_only=True)
class Web:
    """Where the built-in server listens."""

    host: str
    port: int


@dataclass(frozen=True, kw_only=True)
class OpenId:
    """A provider that people sign in at. `claim` holds the e-mail or name of somebody in our list.

    `roles` gives a role to who is not in it, by a word in the claim `roles_claim`; `strength` is the `acr` that is asked for.
    """

    issuer: str
    client_id: str
    client_secret: SecretStr | None = None
    claim: str = "email"
    roles_claim: str = "groups"
    roles: Mapping[str, str] = field(default_factory=dict)
    strength: str = ""


@dataclass(frozen=True, kw_only=True)
class Review:
    """The reviewers' pages. `address` is how people call them from elsewhere, empty for this machine only.

    `proxies` are the networks of the reverse proxies that are believed, `user_header` the header in which they name who signed in
    there. `key` seals second factors and signs links; `letters` is the e-mail channel by which approvers get theirs, daily at `letters_at`.
    """

    listen: Web | None = None
    address: str = ""
    proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    user_header: str = ""
    second_factor: Literal["optional", "required"] = "optional"
    key: SecretStr | None = None
    letters: str = ""
    letters_at: time = time(7, 30)
    oidc: OpenId | None = None


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What the installer says about a channel in place of what its adapter says; None leaves the adapter's word."""

    quota: Quota | None = None
    hours: tuple[time, time] | None = None
    text_limit: int | None = None
    gap: timedelta | None = None
    slots: int | None = None

    def apply(self, capabilities: Capabilities) -> Capabilities:
        """The capabilities with every limit that is given; a quota takes the place of the one for the same span of time."""
        given = self.given
        if quota := given.pop("quota", None):
            others = tuple(one for one in capabilities.quotas if one.per is not quota.per)
            given["quotas"] = (*others, quota)
        return replace(capabilities, **given)

    @property
    def given(self) -> dict[str, Any]:
        """The limits that are not None."""
        return {key: value for key, value in vars(self).items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class ChannelSettings:
    """One configured channel. `settings` are the adapter's own keys, `places` where each stands, `folder` what paths start from."""

    name: str
    adapter: str
    tags: frozenset[str] = frozenset()
    limits: Limits = field(default_factory=Limits)
    settings: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    place: Place
    folder: Path


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The whole configuration; paths are absolute, `file` is None for the built-in defaults, `web` when no server is wanted."""

    file: Path | None
    messages: Path
    state: Path
    language: Literal["vi", "en"]
    database: SecretStr
    log: Log
    guard: Guard
    engine: Engine
    alerts: Alerts = field(default_factory=Alerts)
    backup: Backup
    audit: Audit
    web: Web | None
    metrics: Web | None = None
    review: Review = field(default_factory=Review)
    channels: Mapping[str, ChannelSettings]

    @property
    def veil(self) -> Veil:
        """Hides the password of the database and whatever else config.toml keeps elsewhere."""
        kept = [
            secret for channel in self.channels.values() for secret in secrets_in(channel.settings)
        ]
        ping = [self.alerts.ping.get_secret_value()] if self.alerts.ping else []
        oidc = self.review.oidc
        given = (self.review.key, oidc.client_secret if oidc else None)
        kept += [word for secret in given if secret for word in secret.get_secret_value().split()]
        return Veil([*passwords_in(self.database.get_secret_value()), *ping, *kept])
