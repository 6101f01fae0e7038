"""What models are told, and how their replies are read; no transport.

All that others may use of this room is named here.
"""

from sqlrag.prompts.answer import render_context, render_messages
from sqlrag.prompts.chunk_graph import ChunkGraph
from sqlrag.prompts.extraction import (
    make_schema,
    render_gleaning,
    render_repair,
    render_start,
    render_summary,
)
from sqlrag.prompts.keywords import read_keywords, render_keywords
from sqlrag.prompts.replies import Reply, read_reply

__all__ = [
    "ChunkGraph",
    "Reply",
    "make_schema",
    "read_keywords",
    "read_reply",
    "render_context",
    "render_gleaning",
    "render_keywords",
    "render_messages",
    "render_repair",
    "render_start",
    "render_summary",
]
