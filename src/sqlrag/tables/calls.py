"""The calls of models, and what could not be used of their replies."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Float,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)

from sqlrag.tables.columns import belongs_to, key, made_at, metadata, workspace_key

model_calls = Table(
    "model_calls",
    metadata,
    workspace_key(),
    Column("call_id", BigInteger, Identity(always=True), primary_key=True),
    Column("key_sha256", LargeBinary, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("source_key", Text),
    Column("response", Text),
    Column("error", Text),
    Column("prompt_tokens", Integer),
    Column("completion_tokens", Integer),
    Column("seconds", Float(53), nullable=False, server_default=text("0")),
    made_at("created_at"),
    CheckConstraint(
        "(response IS NULL) <> (error IS NULL)", name="a_call_has_a_response_or_an_error"
    ),
)
Index(
    "model_calls_by_key",
    model_calls.c.workspace_id,
    model_calls.c.key_sha256,
    postgresql_where=text("response IS NOT NULL"),
)
Index("model_calls_by_day", model_calls.c.workspace_id, model_calls.c.created_at)

rejects = Table(
    "rejects",
    metadata,
    key("workspace_id", Integer),
    Column("reject_id", BigInteger, Identity(always=True), primary_key=True),
    Column("chunk_id", BigInteger, nullable=False),
    Column("record", Text, nullable=False),
    Column("reason", Text, nullable=False),
    made_at("created_at"),
    belongs_to("chunk_id", "chunks"),
)
Index("rejects_by_chunk", rejects.c.workspace_id, rejects.c.chunk_id)
