"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

COUNTER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _lease_and_content()
    _delivery()
    _attempt()
    _step_and_channel()
    _event()
    _seal()
    op.create_table(
        "page_view",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("path", sa.String, primary_key=True),
        sa.Column("count", sa.BigInteger, nullable=False),
    )


def _lease_and_content() -> None:
    op.create_table(
        "lease",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("fence", sa.BigInteger, nullable=False),
        sa.Column("holder", sa.String, nullable=False),
        sa.Column("taken", sa.BigInteger),
    )
    op.execute("INSERT INTO lease (name, fence, holder) VALUES ('dispatcher', 0, '')")
    op.create_table(
        "rendition",
        sa.Column("digest", sa.String, primary_key=True),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("stored", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "media",
        sa.Column("sha256", sa.String, primary_key=True),
        sa.Column("mime", sa.String, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("stored", sa.BigInteger, nullable=False),
    )


def _delivery() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", COUNTER, primary_key=True),
        sa.Column("key", sa.String, nullable=False, unique=True),
        sa.Column("campaign", sa.String, nullable=False),
        sa.Column("message", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("due", sa.BigInteger, nullable=False),
        sa.Column("ready_at", sa.BigInteger, nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=False),
        sa.Column("late_policy", sa.String, nullable=False),
        sa.Column("late_limit", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.String, sa.ForeignKey("rendition.digest"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("looks", sa.Integer, nullable=False),
        sa.Column("since", sa.BigInteger),
        sa.Column("reason", sa.Text),
        sa.Column("receipt", sa.Text),
        sa.Column("asked", sa.BigInteger),
        sa.UniqueConstraint(
            "campaign", "message", "channel", "ordinal", "action", name="delivery_identity"
        ),
    )
    op.create_index("delivery_ready", "delivery", ["channel", "state", "ready_at", "due", "id"])
    _partial_index("delivery_doubtful", "delivery", ["channel", "ready_at"], "state = 'unknown'")


def _partial_index(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def _attempt() -> None:
    op.create_table(
        "attempt",
        sa.Column("id", COUNTER, primary_key=True),
        sa.Column("delivery_id", sa.BigInteger, sa.ForeignKey("delivery.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("digest", sa.String, sa.ForeignKey("rendition.digest"), nullable=False),
        sa.Column("fence", sa.BigInteger, nullable=False),
        sa.Column("claimant", sa.String, nullable=False),
        sa.Column("started", sa.BigInteger, nullable=False),
        sa.Column("finished", sa.BigInteger),
        sa.Column("outcome", sa.String),
        sa.Column("reason", sa.Text),
        sa.Column("evidence", sa.Text),
        sa.UniqueConstraint("delivery_id", "number", name="attempt_number"),
    )
    _partial_index("attempt_open", "attempt", ["delivery_id"], "finished IS NULL")


def _step_and_channel() -> None:
    op.create_table(
        "step",
        sa.Column("delivery_id", sa.BigInteger, sa.ForeignKey("delivery.id"), primary_key=True),
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("attempt", sa.BigInteger, nullable=False),
        sa.Column("started", sa.BigInteger, nullable=False),
        sa.Column("finished", sa.BigInteger),
        sa.Column("value", sa.Text),
    )
    op.create_table(
        "channel_state",
        sa.Column("channel", sa.String, primary_key=True),
        sa.Column("paused", sa.Boolean, nullable=False),
        sa.Column("until", sa.BigInteger),
        sa.Column("reason", sa.Text),
    )


def _event() -> None:
    op.create_table(
        "event",
        sa.Column("seq", COUNTER, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("what", sa.String, nullable=False),
        sa.Column("delivery_id", sa.BigInteger),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("previous", sa.String, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
    )
    op.create_index("event_delivery", "event", ["delivery_id", "seq"])
    op.create_index("event_at", "event", ["at"])
    op.create_table(
        "event_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
    )
    op.execute("INSERT INTO event_head (id, seq, hash) VALUES (1, 0, '')")


def _seal() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER event_no_{verb.lower()} BEFORE {verb} ON event "
                "BEGIN SELECT RAISE(ABORT, 'the delivery log is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the delivery log is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event "
        "FOR EACH STATEMENT EXECUTE FUNCTION event_is_append_only()"
    )
