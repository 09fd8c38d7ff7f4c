"""The tables of people: who they are, where they are signed in, what they approve, and their programs' tokens."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field

from outreach.store.columns import Instant
from outreach.store.tables import Row, table


class PersonRow(Row, table=True):
    """Who may sign in: `password` is an Argon2id hash, `code` the SHA-256 of an invitation; empty where there is none.

    `totp` is the secret of the second factor as it is kept, `totp_used` the last half-minute whose code was used; `mail` is where
    letters go, `subject` who they are at a provider.
    """

    __tablename__ = "person"
    name: str = Field(primary_key=True)
    role: str
    password: str
    code: str
    invited: datetime = Field(sa_type=Instant)
    totp: str = Field(default="", sa_column_kwargs={"server_default": ""})
    totp_used: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    mail: str = Field(default="", sa_column_kwargs={"server_default": ""})
    subject: str = Field(default="", sa_column_kwargs={"server_default": ""})


class SessionRow(Row, table=True):
    """One signed-in browser; `digest` is the SHA-256 of what its cookie says."""

    __tablename__ = "web_session"
    digest: str = Field(primary_key=True)
    person: str = Field(foreign_key="person.name")
    begun: datetime = Field(sa_type=Instant)
    seen: datetime = Field(sa_type=Instant)
    browser: str = Field(default="", sa_column_kwargs={"server_default": ""})
    way: str = Field(default="password", sa_column_kwargs={"server_default": "password"})


class SignInFailureRow(Row, table=True):
    """How often in a row somebody failed to sign in under a name, or (`kind`) from an address, and when last."""

    __tablename__ = "sign_in_failure"
    kind: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    failures: int = Field(sa_type=BigInteger)
    at: datetime = Field(sa_type=Instant)


class RecoveryCodeRow(Row, table=True):
    """A code for who has lost the phone; `digest` is its SHA-256. A used one is gone."""

    __tablename__ = "recovery_code"
    digest: str = Field(primary_key=True)
    person: str = Field(foreign_key="person.name")


class ErrandRow(Row, table=True):
    """Somebody who was sent to a provider to sign in; `digest` is the SHA-256 of the state that must come back."""

    __tablename__ = "sign_in_errand"
    digest: str = Field(primary_key=True)
    nonce: str
    verifier: str
    begun: datetime = Field(sa_type=Instant)


class ApprovalRow(Row, table=True):
    """One person's word about a rendition: `approved` or `sent_back`."""

    __tablename__ = "approval"
    digest: str = Field(primary_key=True)
    person: str = Field(primary_key=True)
    verdict: str
    note: str
    at: datetime = Field(sa_type=Instant)


class ApprovalRuleRow(Row, table=True):
    """How many people must approve each text of a campaign."""

    __tablename__ = "approval_rule"
    campaign: str = Field(primary_key=True)
    needed: int = Field(sa_type=BigInteger)


class TokenRow(Row, table=True):
    """A token of another program; `digest` is the SHA-256 of its secret, `scopes` are words apart by blanks."""

    __tablename__ = "api_token"
    name: str = Field(primary_key=True)
    digest: str = Field(unique=True)
    scopes: str
    made: datetime = Field(sa_type=Instant)
    expires: datetime = Field(sa_type=Instant)


PERSON = table("person")
WEB_SESSION = table("web_session")
SIGN_IN_FAILURE = table("sign_in_failure")
RECOVERY_CODE = table("recovery_code")
SIGN_IN_ERRAND = table("sign_in_errand")
API_TOKEN = table("api_token")
APPROVAL = table("approval")
APPROVAL_RULE = table("approval_rule")
