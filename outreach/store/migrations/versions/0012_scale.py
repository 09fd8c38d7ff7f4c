"""What pages look for, however much there is: contents by kind, topic and unit, deliveries by content and lane."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

FACTS = ("kind", "title", "topic", "unit")


def upgrade() -> None:
    for name in FACTS:
        op.add_column("rendition", sa.Column(name, sa.Text, nullable=False, server_default=""))
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    fact = "content::json->>'{}'" if on_postgresql else "json_extract(content, '$.{}')"
    told = ", ".join(f"{name} = coalesce({fact.format(name)}, '')" for name in FACTS)
    op.execute(f"UPDATE rendition SET {told}")  # noqa: S608 - constants of this file
    op.create_index("rendition_kind", "rendition", ["kind", "digest"])
    op.create_index("delivery_digest", "delivery", ["digest"])
    op.create_index("delivery_lane", "delivery", ["channel", "state", "due", "id"])
    head = op.create_table(
        "reading_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(head, [{"id": 1, "seq": 0}])
