"""What the installer decides, in config.toml."""

from outreach.settings.model import (
    ChannelSettings,
    Engine,
    Guard,
    Limits,
    Log,
    Settings,
    Web,
)
from outreach.settings.reader import load_settings, parse_settings
from outreach.settings.section import Wrong, unknown_key

__all__ = [
    "ChannelSettings",
    "Engine",
    "Guard",
    "Limits",
    "Log",
    "Settings",
    "Web",
    "Wrong",
    "load_settings",
    "parse_settings",
    "unknown_key",
]
