"""The channel `email`: press releases to newsrooms, one letter per recipient."""

from outreach.channels.email.adapter import Email
from outreach.channels.email.settings import EmailSettings

__all__ = ["Email", "EmailSettings"]
