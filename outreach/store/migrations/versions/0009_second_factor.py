"""A second factor for people who wish one, and what a session is called in their list."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("person", sa.Column("totp", sa.String, nullable=False, server_default=""))
    op.add_column(
        "person", sa.Column("totp_used", sa.BigInteger, nullable=False, server_default="0")
    )
    op.add_column("web_session", sa.Column("browser", sa.String, nullable=False, server_default=""))
