"""When a backup was put back, and of when it was."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "restoration",
        sa.Column("at", sa.BigInteger, primary_key=True),
        sa.Column("backup", sa.BigInteger, nullable=False),
    )
