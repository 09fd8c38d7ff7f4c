"""What a person types. Everything here is thin: rows and formats live in reports, decisions in the domain."""

from __future__ import annotations

from outreach.cli.app import main

__all__ = ["main"]
