"""From a question to its context: what is meant, its vectors, then one SQL statement."""

import time
from dataclasses import dataclass, field, replace
from typing import Any

from sqlrag.domain.asking import Sought, Understood
from sqlrag.domain.models import Embedder
from sqlrag.domain.retrieval import Context, Found, QueryParam
from sqlrag.domain.storage import Storage
from sqlrag.rag.bounds import check
from sqlrag.rag.explaining import explain, trace
from sqlrag.rag.reranking import Reranking
from sqlrag.rag.searching import search
from sqlrag.rag.understanding import Understanding
from sqlrag.rag.workspaces import WorkspaceDirectory


@dataclass(frozen=True, slots=True)
class Retrieving:
    storage: Storage
    directory: WorkspaceDirectory
    embedder: Embedder
    understanding: Understanding
    reranking: Reranking = field(default_factory=Reranking)

    async def retrieve(self, workspace: str, question: str, param: QueryParam) -> Context:
        """The context of a question; mode 'bypass' has none.

        `seconds` tells how long each step took that there was: a chat model ('understand'), the
        embedder ('embed'), the statement ('search'), a reranker ('rerank'), a second look
        ('explain'). Raises NotFound, BadInput for a filter that cannot be read, SpaceMismatch,
        ModelError of the embedder.
        """
        check(question, param)
        if param.mode == "bypass":
            return Context(question, param.mode, searched=question)
        found = await self.directory.find(workspace)
        clock = Clock()
        understood = await self.understanding.understand(found.workspace_id, question, param)
        clock.lap("understand", self.understanding.asks(param))
        sought = await self._seek(understood, param, with_vectors=found.space_id is not None)
        clock.lap("embed")
        wide = self.reranking.widen(param)
        result = await search(self.storage, found.workspace_id, sought, wide)
        clock.lap("search")
        result, notes = await self.reranking.rerank(understood.question, result, param)
        clock.lap("rerank", self.reranking.reranks(param))
        plan = None
        if param.explain:
            result, plan = await self._explain(found.workspace_id, sought, wide, result)
            clock.lap("explain")
        return Context(
            question,
            result.mode or param.mode,
            result.chunks,
            result.entities,
            result.relations,
            clock.seconds,
            reason=result.reason,
            rows_read=result.rows_read,
            searched=understood.question,
            ll_keywords=understood.ll_keywords,
            hl_keywords=understood.hl_keywords,
            notes=understood.notes + notes,
            plan=plan,
        )

    async def _seek(self, understood: Understood, param: QueryParam, with_vectors: bool) -> Sought:
        """In one call of the embedder, what the mode compares: question, names, themes."""
        question = understood.question
        names, themes = ", ".join(understood.ll_keywords), ", ".join(understood.hl_keywords)
        sought = Sought(
            # Words that somebody gave are meant to be found; a model's are guesses.
            words=" ".join((question, *param.ll_keywords, *param.hl_keywords)),
            names="\n".join((question, *understood.ll_keywords)),
            history=understood.history,
        )
        if not with_vectors:
            return sought
        needed = {
            "local": [names or question],
            "global": [themes or question],
            "hybrid": [names or question, themes or question],
            "mix": [question, names or question, themes or question],
        }
        texts = list(dict.fromkeys(needed.get(param.mode, [question])))
        vectors = dict(zip(texts, await self.embedder.embed(texts), strict=True))
        return replace(
            sought,
            # Where the question itself is not compared, the first that is stands in for it.
            embedding=vectors.get(question, vectors[texts[0]]),
            entity_embedding=vectors.get(names),
            relation_embedding=vectors.get(themes),
        )

    async def _explain(
        self, workspace_id: int, sought: Sought, param: QueryParam, found: Found
    ) -> tuple[Found, dict[str, Any]]:
        """The rows with what led to them, and the plan of the statement that found them."""
        plan = await explain(self.storage, workspace_id, sought, param)
        filters = dict(param.filters) if param.filters else None
        steps = await self.storage.searches.trace_context(workspace_id, found, filters)
        return trace(found, steps), plan


@dataclass(slots=True)
class Clock:
    """Measures the steps of a piece of work, in seconds."""

    seconds: dict[str, float] = field(default_factory=dict)
    _last: float = field(default_factory=time.perf_counter)

    def lap(self, step: str, counts: bool = True) -> None:
        now = time.perf_counter()
        if counts:
            self.seconds[step] = now - self._last
        self._last = now
