"""The channel `facebook_page`: posts and the cover picture of one Facebook Page."""

from outreach.channels.facebook_page.adapter import FacebookPage
from outreach.channels.facebook_page.settings import FacebookPageSettings

__all__ = ["FacebookPage", "FacebookPageSettings"]
