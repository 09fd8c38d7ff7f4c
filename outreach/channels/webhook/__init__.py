"""The channel `webhook`: publications handed to any other program by signed calls."""

from outreach.channels.webhook.adapter import Webhook
from outreach.channels.webhook.settings import WebhookSettings

__all__ = ["Webhook", "WebhookSettings"]
