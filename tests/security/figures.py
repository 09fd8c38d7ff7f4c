"""The program's own figures, for the words of docs/security.md."""

from __future__ import annotations

from outreach.channels import _http
from outreach.channels.registry import ADAPTERS
from outreach.content import fields, front_matter, pictures, reader, template, template_worker
from outreach.content.editorial import sheets
from outreach.daemon import server
from outreach.settings import Engine, secrets
from outreach.settings.model import Backup

KB, MB = 1024, 1024 * 1024

SPEAKS_WITH = {
    "apprise": "The services whose addresses stand in its `urls`; the library Apprise calls them.",
    "email": "The mail server in its settings, over TLS.",
    "facebook_page": "graph.facebook.com, and www.facebook.com for a login.",
    "in_person": "Nobody: it writes files.",
    "micropub": "The site's Micropub address.",
    "outbox": "Nobody: it writes files.",
    "webhook": "The receiver's address.",
    "website": "Nobody: it writes files.",
    "wordpress": "The site's address, over TLS.",
    "zalo_oa": "openapi.zalo.me and oauth.zaloapp.com, over TLS.",
}
"""Whom each adapter calls."""


def figures() -> dict[str, object]:
    """What prose.md may name."""
    partners = "\n".join(f"| `{name}` | {SPEAKS_WITH[name]} |" for name in sorted(ADAPTERS))
    return {
        "message_kb": reader.LARGEST_FILE // KB,
        "head_kb": front_matter.LARGEST // KB,
        "depth": front_matter.DEEPEST,
        "nodes": front_matter.MOST_NODES,
        "value": fields.LONGEST_VALUE,
        "picture_mb": pictures.LARGEST_PICTURE // MB,
        "megapixels": pictures.MOST_PIXELS // 1_000_000,
        "side": pictures.LARGEST_SIDE,
        "template_ms": round(template_worker.SECONDS * 1000),
        "template_mb": template_worker.GROWTH // MB,
        "template_wall": round(template.WALL_SECONDS),
        "rendered": template_worker.LONGEST,
        "calendar_mb": sheets.LARGEST // MB,
        "unpacked_mb": sheets.LARGEST_UNPACKED // MB,
        "rows": sheets.MOST_ROWS,
        "secret_kb": secrets.LARGEST // KB,
        "deadline": round(_http.DEADLINE),
        "reply_mb": _http.LARGEST // 1_000_000,
        "connections": _http.CONNECTIONS,
        "silence": round(server.SILENCE_SECONDS),
        "visitors": server.MOST_CONNECTIONS,
        "drain": round(Engine().drain.total_seconds()),
        "backups": Backup.keep,
        "partners": partners,
    }
