"""From a question to its context: embed it, then one SQL statement."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlrag.domain.errors import BadInput
from sqlrag.domain.models import Embedder
from sqlrag.domain.retrieval import MODES, Context, QueryParam
from sqlrag.domain.storage import Storage
from sqlrag.rag.workspaces import WorkspaceDirectory

_MOST_TOKENS = 2**31 - 1  # an int of Postgres


@dataclass(frozen=True, slots=True)
class Retrieving:
    storage: Storage
    directory: WorkspaceDirectory
    embedder: Embedder

    async def retrieve(self, workspace: str, question: str, param: QueryParam) -> Context:
        """The context of a question; mode 'bypass' has none.

        `seconds` tells how long the embedder ('embed') and the statement ('search') took.
        Raises NotFound, BadInput for a filter that cannot be read, SpaceMismatch, ModelError.
        """
        check(question, param)
        if param.mode == "bypass":
            return Context(question, param.mode)
        found = await self.directory.find(workspace)
        clock = Clock()
        with_vectors = found.space_id is not None
        embedding = (await self.embedder.embed([question]))[0] if with_vectors else None
        clock.lap("embed")
        chunks = await self.storage.searches.naive_search(
            found.workspace_id,
            question,
            embedding,
            param.chunk_top_k,
            param.max_total_tokens,
            _plain(param.filters),
        )
        clock.lap("search")
        return Context(question, param.mode, tuple(chunks), clock.seconds)


def check(question: str, param: QueryParam) -> None:
    """Raises BadInput where no retrieval could be meant."""
    if not question.strip():
        raise BadInput("The question is empty; ask something.")
    if "\x00" in question:
        raise BadInput("The question holds a NUL character, which Postgres cannot look for.")
    if param.mode not in MODES:
        raise BadInput(f'There is no mode "{param.mode}"; use {" or ".join(MODES)}.')
    if not 1 <= param.chunk_top_k <= 1000:
        raise BadInput(f"chunk_top_k is {param.chunk_top_k}; use 1 to 1000.")
    if not 1 <= param.max_total_tokens <= _MOST_TOKENS:
        raise BadInput(f"max_total_tokens is {param.max_total_tokens}; use 1 to {_MOST_TOKENS}.")


def _plain(filters: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return dict(filters) if filters else None


@dataclass(slots=True)
class Clock:
    """Measures the steps of a piece of work, in seconds."""

    seconds: dict[str, float] = field(default_factory=dict)
    _last: float = field(default_factory=time.perf_counter)

    def lap(self, step: str) -> None:
        now = time.perf_counter()
        self.seconds[step] = now - self._last
        self._last = now
