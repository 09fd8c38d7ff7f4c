"""What people say about texts, and which campaigns ask for that."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "approval",
        sa.Column("digest", sa.String, primary_key=True),
        sa.Column("person", sa.String, primary_key=True),
        sa.Column("verdict", sa.String, nullable=False),
        sa.Column("note", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "approval_rule",
        sa.Column("campaign", sa.String, primary_key=True),
        sa.Column("needed", sa.BigInteger, nullable=False),
    )
