"""The tables as SQLAlchemy metadata, for those who query or autogenerate with it.

Describes what src/sql/schema makes; sqlrag itself never reads or writes through it.
"""

from sqlrag.tables import answers, calls, documents, edits, evaluation, graph, summaries, workspaces
from sqlrag.tables.columns import metadata

__all__ = [
    "answers",
    "calls",
    "documents",
    "edits",
    "evaluation",
    "graph",
    "metadata",
    "summaries",
    "workspaces",
]
