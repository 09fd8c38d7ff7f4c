"""The channel `zalo_oa`: articles of a Zalo Official Account, and their broadcasts to followers."""

from outreach.channels.zalo_oa.adapter import ZaloOA
from outreach.channels.zalo_oa.settings import ZaloSettings

__all__ = ["ZaloOA", "ZaloSettings"]
