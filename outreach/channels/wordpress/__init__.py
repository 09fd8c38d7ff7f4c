"""The channel `wordpress`: posts and banners on a WordPress site, through its REST API and an application password."""

from outreach.channels.wordpress.adapter import WordPress
from outreach.channels.wordpress.settings import WordPressSettings

__all__ = ["WordPress", "WordPressSettings"]
