"""Addresses as services take them."""

from __future__ import annotations

from urllib.parse import quote, urlsplit, urlunsplit

from outreach.channels._text import _


def expect_https(url: str, *, inside: bool) -> None:
    """An address outside is called over TLS; one `inside` our own network may do without. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(_("The address must begin with https:// and name a host."))
    if parts.scheme == "http" and not inside:
        raise ValueError(
            _(
                "The address must begin with https://; http:// is only for our own network, with allow_private = true."
            )
        )


def percent_encoded(url: str) -> str:
    """The address in ASCII: some services refuse blanks and other letters. What is encoded already stays as it is."""
    parts = urlsplit(url)
    host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode()
    path, query = quote(parts.path, safe="/%:@!$&'()*+,;=~"), quote(parts.query, safe="=&%+/?:@,;")
    return urlunsplit((parts.scheme, host, path, query, ""))
