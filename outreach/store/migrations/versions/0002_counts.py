"""How publications were received, over time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "delivery_count",
        sa.Column("delivery_id", sa.BigInteger, sa.ForeignKey("delivery.id"), primary_key=True),
        sa.Column("at", sa.BigInteger, primary_key=True),
        sa.Column("metric", sa.String, primary_key=True),
        sa.Column("value", sa.BigInteger, nullable=False),
    )
