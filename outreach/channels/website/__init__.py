"""The channel `website`: a static site in a folder, complete after every publication."""

from outreach.channels.website.adapter import Website
from outreach.channels.website.settings import Settings

__all__ = ["Settings", "Website"]
