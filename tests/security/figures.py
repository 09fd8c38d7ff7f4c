"""The program's own figures, for the words of docs/security.md."""

from __future__ import annotations

from outreach.channels import _http
from outreach.channels.registry import ADAPTERS
from outreach.content import fields, front_matter, pictures, reader, template, template_worker
from outreach.content.editorial import sheets
from outreach.daemon import patience
from outreach.domain.role import PERMITS, Deed, Role
from outreach.review import links, passwords, provider, second_factor, wordlist
from outreach.review.tokens import SCOPES
from outreach.settings import Engine, secrets
from outreach.settings.model import Backup
from outreach.store import people, throttle, tokens
from outreach.store.tokens import Scope

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


DEEDS = {
    Deed.EDIT: "write messages",
    Deed.APPROVE: "approve texts or send them back",
    Deed.CONFIRM: "confirm work that people do",
    Deed.DECIDE: "decide about deliveries and channels",
    Deed.INVITE: "invite, appoint and remove people, issue tokens",
}
"""What each deed is, in words."""


def _ways_in() -> dict[str, object]:
    hour = 3600
    account, address = (throttle.RULES[kind] for kind in ("account", "address"))
    return {
        "shortest": passwords.SHORTEST,
        "longest": passwords.LONGEST,
        "recovery": second_factor.RECOVERY_CODES,
        "algorithms": ", ".join(provider.ALGORITHMS),
        "leeway": provider.LEEWAY_SECONDS,
        "link_days": links.GOOD_FOR.days,
        "token_days": tokens.LONGEST.days,
        "account_free": account.free,
        "account_forget": round(account.forget.total_seconds() / hour),
        "address_free": address.free,
        "address_forget": round(address.forget.total_seconds() / hour),
        "longest_wait": round(throttle.LONGEST_WAIT.total_seconds() / 60),
        "common": f"{sum(len(one) >= wordlist.LONG for one in wordlist.common()):,}",
        "common_length": wordlist.LONG,
        "own_letters": wordlist.OWN_LETTERS,
        "idle": round(people.IDLE.total_seconds() / hour),
        "session_hours": round(people.LONGEST.total_seconds() / hour),
        "roles": "\n".join(f"| `{role}` | {_may(role)} |" for role in Role),
        "scopes": "\n".join(f"| `{scope}` | {SCOPES[scope].msgid} |" for scope in Scope),
    }


def _may(role: Role) -> str:
    said = [DEEDS[deed] for deed in Deed if deed in PERMITS[role]]
    return "; ".join(said) or "read only"


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
        "silence": round(patience.SILENCE_SECONDS),
        "visitors": patience.MOST_CONNECTIONS,
        "drain": round(Engine().drain.total_seconds()),
        "backups": Backup.keep,
        "partners": partners,
        **_ways_in(),
    }
