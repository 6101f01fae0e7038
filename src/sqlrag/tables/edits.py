"""The history of edits, and what was forgotten by hand."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Identity, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from sqlrag.tables.columns import made_at, metadata, workspace_key

edits = Table(
    "edits",
    metadata,
    workspace_key(),
    Column("edit_id", BigInteger, Identity(always=True), primary_key=True),
    made_at("edited_at"),
    Column("edited_by", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("before", JSONB),
    Column("after", JSONB),
    CheckConstraint(r"edited_by ~ '\S'", name="an_edit_says_whose_it_is"),
)

forgotten_relations = Table(
    "forgotten_relations",
    metadata,
    workspace_key(),
    Column("source_key", Text(collation="C"), primary_key=True),
    Column("target_key", Text(collation="C"), primary_key=True),
    Column("edited_by", Text, nullable=False),
    made_at("edited_at"),
    CheckConstraint("source_key < target_key", name="a_forgotten_pair_has_one_order"),
)
