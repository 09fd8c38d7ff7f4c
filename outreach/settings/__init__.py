"""What the installer decides, in config.toml."""

from outreach.settings.model import (
    Alerts,
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
from outreach.settings.reader import all_secrets_are_there, load_settings, parse_settings
from outreach.settings.secrets import AbsentSecret
from outreach.settings.section import Wrong, unknown_key

__all__ = [
    "AbsentSecret",
    "Alerts",
    "Audit",
    "Backup",
    "ChannelSettings",
    "Engine",
    "Guard",
    "Limits",
    "Log",
    "Settings",
    "Web",
    "Wrong",
    "all_secrets_are_there",
    "load_settings",
    "parse_settings",
    "unknown_key",
]
