"""From a question to its context: embed it, then one SQL statement."""

import time
from dataclasses import dataclass, field

from sqlrag.domain.errors import BadInput
from sqlrag.domain.models import Embedder, Vectors
from sqlrag.domain.retrieval import MODES, Context, Found, QueryParam
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
        words = " ".join((question, *param.ll_keywords, *param.hl_keywords))
        with_vectors = found.space_id is not None
        embedding = (await self.embedder.embed([words]))[0] if with_vectors else None
        clock.lap("embed")
        result = await self._search(found.workspace_id, words, embedding, param)
        clock.lap("search")
        return Context(
            question,
            result.mode or param.mode,
            result.chunks,
            result.entities,
            result.relations,
            clock.seconds,
            result.reason,
            result.rows_read,
        )

    async def _search(
        self, workspace_id: int, words: str, embedding: Vectors | None, param: QueryParam
    ) -> Found:
        searches = self.storage.searches
        match param.mode:
            case "auto":
                return await searches.auto_search(workspace_id, words, embedding, param)
            case "multihop":
                return await searches.multihop_search(workspace_id, words, embedding, param)
            case "local":
                return await searches.local_search(workspace_id, words, embedding, param)
            case "global":
                return await searches.global_search(workspace_id, words, embedding, param)
            case "hybrid":
                return await searches.hybrid_search(workspace_id, words, embedding, param)
            case "mix":
                return await searches.mix_search(workspace_id, words, embedding, param)
        chunks = await searches.naive_search(
            workspace_id,
            words,
            embedding,
            param.chunk_top_k,
            param.max_total_tokens,
            dict(param.filters) if param.filters else None,
        )
        return Found(tuple(chunks))


def check(question: str, param: QueryParam) -> None:
    """Raises BadInput where no retrieval could be meant."""
    if not question.strip():
        raise BadInput("The question is empty; ask something.")
    if "\x00" in question:
        raise BadInput("The question holds a NUL character, which Postgres cannot look for.")
    if param.mode not in MODES:
        known = ", ".join(MODES)
        raise BadInput(f'There is no mode "{param.mode}"; use one of {known}.')
    for name, value, most in (
        ("chunk_top_k", param.chunk_top_k, 1000),
        ("top_k", param.top_k, 1000),
        ("hops", 1 if param.hops is None else param.hops, 4),
    ):
        if not 1 <= value <= most:
            raise BadInput(f"{name} is {value}; use 1 to {most}.")
    if not 1 <= param.max_total_tokens <= _MOST_TOKENS:
        raise BadInput(f"max_total_tokens is {param.max_total_tokens}; use 1 to {_MOST_TOKENS}.")


@dataclass(slots=True)
class Clock:
    """Measures the steps of a piece of work, in seconds."""

    seconds: dict[str, float] = field(default_factory=dict)
    _last: float = field(default_factory=time.perf_counter)

    def lap(self, step: str) -> None:
        now = time.perf_counter()
        self.seconds[step] = now - self._last
        self._last = now
