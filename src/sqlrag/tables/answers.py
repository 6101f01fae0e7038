"""The answers of models, kept while nothing changes."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from sqlrag.tables.columns import made_at, metadata, workspace_key

answers = Table(
    "answers",
    metadata,
    workspace_key(),
    Column("key_sha256", LargeBinary, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("question", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("answer", JSONB, nullable=False),
    made_at("created_at"),
)
Index("answers_by_age", answers.c.workspace_id, answers.c.created_at)
