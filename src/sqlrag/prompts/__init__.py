"""What models are told, and how their replies are read; no transport.

All that others may use of this room is named here.
"""

from sqlrag.prompts.answer import render_context as render_context
from sqlrag.prompts.answer import render_messages as render_messages
from sqlrag.prompts.chunk_graph import ChunkGraph as ChunkGraph
from sqlrag.prompts.extraction import EXTRACTION_SCHEMA as EXTRACTION_SCHEMA
from sqlrag.prompts.extraction import render_gleaning as render_gleaning
from sqlrag.prompts.extraction import render_repair as render_repair
from sqlrag.prompts.extraction import render_start as render_start
from sqlrag.prompts.extraction import render_summary as render_summary
from sqlrag.prompts.keywords import read_keywords as read_keywords
from sqlrag.prompts.keywords import render_keywords as render_keywords
from sqlrag.prompts.replies import Reply as Reply
from sqlrag.prompts.replies import read_reply as read_reply
from sqlrag.prompts.selection import read_selection as read_selection
from sqlrag.prompts.selection import render_selection as render_selection
