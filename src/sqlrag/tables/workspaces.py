"""Tenants, their embedding spaces and their totals."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from sqlrag.tables.columns import count, made_at, metadata, workspace_key

embedding_spaces = Table(
    "embedding_spaces",
    metadata,
    Column("space_id", Integer, Identity(always=True), primary_key=True),
    Column("model", Text, nullable=False),
    Column("dimensions", Integer, nullable=False),
    made_at("created_at"),
    Column("metric", Text, nullable=False, server_default=text("'cosine'::text")),
    UniqueConstraint("model", "dimensions", name="one_space_per_model_and_dimensions"),
    CheckConstraint("dimensions BETWEEN 1 AND 4000", name="dimensions_fit_a_halfvec_index"),
    CheckConstraint("metric IN ('cosine', 'ip', 'l2')", name="metric_is_known"),
)

workspaces = Table(
    "workspaces",
    metadata,
    Column("workspace_id", Integer, Identity(always=True), primary_key=True),
    Column("name", Text, nullable=False),
    Column(
        "space_id",
        ForeignKey("sqlrag.embedding_spaces.space_id"),
    ),
    made_at("created_at"),
    Column("settings", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    UniqueConstraint("name", name="workspace_name_is_unique"),
    CheckConstraint(r"name ~ '\S'", name="workspace_name_is_not_blank"),
)

workspace_totals = Table(
    "workspace_totals",
    metadata,
    workspace_key(),
    Column("total_id", BigInteger, Identity(always=True), primary_key=True),
    count("changes"),
    count("documents"),
    count("chunks"),
    count("terms"),
)
