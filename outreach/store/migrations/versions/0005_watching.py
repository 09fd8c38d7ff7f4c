"""What people were told, and what was seen of publications later."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "alert",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("opened", sa.BigInteger, nullable=False),
        sa.Column("closed", sa.BigInteger),
        sa.Column("told", sa.BigInteger),
    )
    op.create_table(
        "recheck",
        sa.Column("delivery_id", sa.BigInteger, sa.ForeignKey("delivery.id"), primary_key=True),
        sa.Column("at", sa.BigInteger, primary_key=True),
        sa.Column("standing", sa.String, nullable=False),
        sa.Column("reason", sa.Text),
    )
