"""The clock on the wall of an office that names no other."""

from __future__ import annotations

ZONE = "Asia/Ho_Chi_Minh"
"""A name and not the zone itself, whose table may be exchanged on the disk while the service runs."""
