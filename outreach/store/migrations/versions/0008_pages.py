"""The order in which pages look at the queue."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_index("delivery_state", "delivery", ["state", "due"])
