"""Failures by account and by address, recovery codes, sign-ins at a provider, and where people get letters."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("person", sa.Column("mail", sa.String, nullable=False, server_default=""))
    op.add_column("person", sa.Column("subject", sa.String, nullable=False, server_default=""))
    op.add_column(
        "web_session", sa.Column("way", sa.String, nullable=False, server_default="password")
    )
    op.drop_table("sign_in_failure")
    op.create_table(
        "sign_in_failure",
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("failures", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "recovery_code",
        sa.Column("digest", sa.String, primary_key=True),
        sa.Column("person", sa.String, sa.ForeignKey("person.name"), nullable=False),
    )
    op.create_table(
        "sign_in_errand",
        sa.Column("digest", sa.String, primary_key=True),
        sa.Column("nonce", sa.String, nullable=False),
        sa.Column("verifier", sa.String, nullable=False),
        sa.Column("begun", sa.BigInteger, nullable=False),
    )
