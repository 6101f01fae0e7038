"""What the server that writers are forked from has ready: they may live for milliseconds only."""

from sqlrag.parsing.tokens import count_tokens
from tests.rag import killed_writers

count_tokens("It loads the vocabulary.")

__all__ = ["killed_writers"]
