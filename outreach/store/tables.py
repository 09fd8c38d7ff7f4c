"""The tables. Models for reading and administration; hot paths use the same tables through Core."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

from outreach.store.columns import Counter, Instant, Json, Span


def _where(condition: str) -> dict[str, Any]:
    """What makes an index partial, for both databases."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class Row(SQLModel):
    """What all tables share: one catalogue of tables of our own."""

    metadata = MetaData()


class LeaseRow(Row, table=True):
    """Who may dispatch; `fence` grows by one with every holder."""

    __tablename__ = "lease"
    name: str = Field(primary_key=True)
    fence: int = Field(sa_type=BigInteger)
    holder: str
    taken: datetime | None = Field(default=None, sa_type=Instant)


class RenditionRow(Row, table=True):
    """Rendered content; `content` is the very text whose SHA-256 is `digest`, the other columns say the same to whoever searches."""

    __tablename__ = "rendition"
    __table_args__ = (Index("rendition_kind", "kind", "digest"),)
    digest: str = Field(primary_key=True)
    content: str = Field(sa_type=Text)
    stored: datetime = Field(sa_type=Instant)
    kind: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})
    title: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})
    topic: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})
    unit: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})


class MediaRow(Row, table=True):
    """A picture that some rendition shows; its bytes lie in the media folder under `sha256`."""

    __tablename__ = "media"
    sha256: str = Field(primary_key=True)
    mime: str
    width: int
    height: int
    size: int = Field(sa_type=BigInteger)
    stored: datetime = Field(sa_type=Instant)


class DeliveryRow(Row, table=True):
    """One delivery. `number` counts all attempts begun, `attempts` only the tries that were spent."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint(
            "campaign", "message", "channel", "ordinal", "action", name="delivery_identity"
        ),
        Index("delivery_ready", "channel", "state", "ready_at", "due", "id"),
        Index("delivery_state", "state", "due"),
        Index("delivery_lane", "channel", "state", "due", "id"),
        Index("delivery_digest", "digest"),
        Index("delivery_doubtful", "channel", "ready_at", **_where("state = 'unknown'")),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=Counter)
    key: str = Field(unique=True)
    campaign: str
    message: str
    channel: str
    ordinal: int
    action: str
    state: str
    due: datetime = Field(sa_type=Instant)
    ready_at: datetime = Field(sa_type=Instant)
    expires: datetime = Field(sa_type=Instant)
    late_policy: str
    late_limit: timedelta = Field(sa_type=Span)
    digest: str = Field(foreign_key="rendition.digest")
    number: int = 0
    attempts: int = 0
    looks: int = 0
    since: datetime | None = Field(default=None, sa_type=Instant)
    reason: dict[str, Any] | None = Field(default=None, sa_type=Json)
    receipt: dict[str, Any] | None = Field(default=None, sa_type=Json)
    asked: datetime | None = Field(default=None, sa_type=Instant)


class AttemptRow(Row, table=True):
    """One try: committed before the first byte is sent, completed by its outcome. `claimant` is the `Queue` that began it."""

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("delivery_id", "number", name="attempt_number"),
        Index("attempt_open", "delivery_id", **_where("finished IS NULL")),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=Counter)
    delivery_id: int = Field(sa_type=BigInteger, sa_column_args=[ForeignKey("delivery.id")])
    number: int
    key: str
    digest: str = Field(foreign_key="rendition.digest")
    fence: int = Field(sa_type=BigInteger)
    claimant: str
    started: datetime = Field(sa_type=Instant)
    finished: datetime | None = Field(default=None, sa_type=Instant)
    outcome: str | None = None
    reason: dict[str, Any] | None = Field(default=None, sa_type=Json)
    evidence: dict[str, Any] | None = Field(default=None, sa_type=Json)


class StepRecord(Row, table=True):
    """One durable step of a delivery: intent when `finished` is empty, done otherwise."""

    __tablename__ = "step"
    delivery_id: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_args=[ForeignKey("delivery.id")]
    )
    name: str = Field(primary_key=True)
    attempt: int = Field(sa_type=BigInteger)
    started: datetime = Field(sa_type=Instant)
    finished: datetime | None = Field(default=None, sa_type=Instant)
    value: Any = Field(default=None, sa_type=Json, nullable=True)


class ChannelRow(Row, table=True):
    """Whether a channel waits, until when and why."""

    __tablename__ = "channel_state"
    channel: str = Field(primary_key=True)
    paused: bool = False
    until: datetime | None = Field(default=None, sa_type=Instant)
    reason: dict[str, Any] | None = Field(default=None, sa_type=Json)


class EventRow(Row, table=True):
    """One line of the delivery log; `hash` seals it together with everything before it."""

    __tablename__ = "event"
    __table_args__ = (Index("event_delivery", "delivery_id", "seq"), Index("event_at", "at"))
    seq: int = Field(primary_key=True, sa_type=Counter, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_type=Instant)
    actor: str
    what: str
    delivery_id: int | None = Field(default=None, sa_type=BigInteger)
    data: str = Field(sa_type=Text)
    previous: str
    hash: str


class EventHead(Row, table=True):
    """The end of the delivery log: how many lines, and the hash of the last."""

    __tablename__ = "event_head"
    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    seq: int = Field(sa_type=BigInteger)
    hash: str


class PageView(Row, table=True):
    """How often a page was read on one local day."""

    __tablename__ = "page_view"
    day: date = Field(primary_key=True)
    path: str = Field(primary_key=True)
    count: int = Field(sa_type=BigInteger)


class CountRow(Row, table=True):
    """What one metric of a delivery's publication stood at when it was read back."""

    __tablename__ = "delivery_count"
    delivery_id: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_args=[ForeignKey("delivery.id")]
    )
    at: datetime = Field(primary_key=True, sa_type=Instant)
    metric: str = Field(primary_key=True)
    value: int = Field(sa_type=BigInteger)


class ReadingHead(Row, table=True):
    """How many readings of counts there have been: who has worked something out from them sees whether more came."""

    __tablename__ = "reading_head"
    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    seq: int = Field(sa_type=BigInteger)


class RestorationRow(Row, table=True):
    """A backup was put back `at`; it was made at `backup`."""

    __tablename__ = "restoration"
    at: datetime = Field(primary_key=True, sa_type=Instant)
    backup: datetime = Field(sa_type=Instant)


class AlertRow(Row, table=True):
    """One cause that people are told of: `closed` when it was mended, `told` when it was handed to the queue."""

    __tablename__ = "alert"
    key: str = Field(primary_key=True)
    cause: dict[str, Any] = Field(sa_type=Json)
    opened: datetime = Field(sa_type=Instant)
    closed: datetime | None = Field(default=None, sa_type=Instant)
    told: datetime | None = Field(default=None, sa_type=Instant)


class RecheckRow(Row, table=True):
    """How a publication stood when it was looked at again."""

    __tablename__ = "recheck"
    delivery_id: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_args=[ForeignKey("delivery.id")]
    )
    at: datetime = Field(primary_key=True, sa_type=Instant)
    standing: str
    reason: dict[str, Any] | None = Field(default=None, sa_type=Json)


def table(name: str) -> Table:
    """The table of that name."""
    return Row.metadata.tables[name]


LEASE = table("lease")
RENDITION = table("rendition")
MEDIA = table("media")
DELIVERY = table("delivery")
ATTEMPT = table("attempt")
STEP = table("step")
CHANNEL = table("channel_state")
EVENT = table("event")
EVENT_HEAD = table("event_head")
PAGE_VIEW = table("page_view")
DELIVERY_COUNT = table("delivery_count")
READING_HEAD = table("reading_head")
ALERT = table("alert")
RECHECK = table("recheck")
RESTORATION = table("restoration")
