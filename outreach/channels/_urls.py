"""Addresses as services take them."""

from __future__ import annotations

from urllib.parse import quote, urlsplit, urlunsplit


def percent_encoded(url: str) -> str:
    """The address in ASCII: some services refuse blanks and other letters. What is encoded already stays as it is."""
    parts = urlsplit(url)
    host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode()
    path, query = quote(parts.path, safe="/%:@!$&'()*+,;=~"), quote(parts.query, safe="=&%+/?:@,;")
    return urlunsplit((parts.scheme, host, path, query, ""))
