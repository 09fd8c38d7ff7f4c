"""What the people of an office may do on the reviewers' pages."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Deed(StrEnum):
    """Something that not everyone may do; everyone who is signed in may read."""

    EDIT = "edit"
    APPROVE = "approve"
    CONFIRM = "confirm"
    DECIDE = "decide"
    INVITE = "invite"


class Role(StrEnum):
    """A person's part: `reviewer` reads, `author` writes, `approver` approves, `admin` does everything."""

    REVIEWER = "reviewer"
    AUTHOR = "author"
    APPROVER = "approver"
    ADMIN = "admin"


PERMITS: Mapping[Role, frozenset[Deed]] = {
    Role.REVIEWER: frozenset(),
    Role.AUTHOR: frozenset({Deed.EDIT, Deed.CONFIRM}),
    Role.APPROVER: frozenset({Deed.APPROVE, Deed.CONFIRM}),
    Role.ADMIN: frozenset(Deed),
}
"""Who may do what."""
