"""The tables as SQLAlchemy metadata, for those who query or autogenerate with it.

Describes what src/sql/schema makes; sqlrag itself never reads or writes through it.
"""

from sqlrag.tables import calls, documents, evaluation, graph, workspaces
from sqlrag.tables.columns import metadata

__all__ = ["calls", "documents", "evaluation", "graph", "metadata", "workspaces"]
