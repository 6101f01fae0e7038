"""Saved evaluations."""

from sqlalchemy import BigInteger, Column, Float, Identity, Integer, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from sqlrag.tables.columns import belongs_to, key, made_at, metadata, workspace_key

eval_runs = Table(
    "eval_runs",
    metadata,
    workspace_key(),
    Column("run_id", BigInteger, Identity(always=True), primary_key=True),
    Column("dataset", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("settings", JSONB, nullable=False),
    Column("measures", JSONB, nullable=False),
    made_at("created_at"),
)

eval_questions = Table(
    "eval_questions",
    metadata,
    key("workspace_id", Integer),
    key("run_id"),
    Column("question_id", Text, primary_key=True),
    Column("question", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("gold", ARRAY(Text), nullable=False),
    Column("found", ARRAY(Text), nullable=False),
    Column("milliseconds", Float(53), nullable=False),
    Column("rows_read", Integer, nullable=False),
    Column("answer", Text),
    Column("exact_match", Float(53)),
    Column("f1", Float(53)),
    belongs_to("run_id", "eval_runs"),
)
