"""A local Zalo Official Account platform: articles, broadcasts and OAuth that behave like the real ones, and fail on request."""

from outreach.sandbox.zalo.app import zalo_app, zalo_pages
from outreach.sandbox.zalo.faults import Faults
from outreach.sandbox.zalo.platform import Pair, Platform, ZaloError

__all__ = ["Faults", "Pair", "Platform", "ZaloError", "zalo_app", "zalo_pages"]
