"""From a question to its context: what is meant, its vectors, then one SQL statement."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlrag.domain.errors import ModelError, SpaceMismatch
from sqlrag.domain.models import Reranker
from sqlrag.domain.retrieval import (
    MODES,
    Arm,
    Context,
    QueryParam,
    ScoredChunk,
    ScoredEntity,
    ScoredRelation,
)
from sqlrag.domain.search import RewrittenQuestion, SearchRequest, TraceStep
from sqlrag.domain.workspaces import Workspace
from sqlrag.rag.rewriting import Rewriter
from sqlrag.rag.selection import CANDIDATES, Selector, selects
from sqlrag.rag.workspaces import Workspaces
from sqlrag.repositories.postgres import Postgres
from sqlrag.repositories.searches import explain_search
from sqlrag.tracing import traced

Names = Mapping[tuple[str, int], str]
_FACTOR, _LEAST, _MOST = 3, 30, 1000  # candidates per chunk wanted, and their bounds
_NO_BUDGET = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Without a reranker and a selection, or where they fail, the order of retrieval stays."""

    storage: Postgres
    workspaces: Workspaces
    rewriter: Rewriter
    selector: Selector
    reranker: Reranker | None = None

    @traced("retrieve")
    async def retrieve(self, workspace: Workspace, question: str, param: QueryParam) -> Context:
        """The context of a question that has been checked, in any mode but 'bypass'.

        `seconds` tells how long each step took that there was: a chat model ('rewrite'), the
        embedder ('embed'), the statement ('search'), a reranker ('rerank'), a chat model again
        ('select'), a second look ('explain'). Raises BadInput for a filter that cannot be read and
        for a setting of the workspace that is wrong, ModelError of the embedder.
        """
        clock = Clock()
        param = replace(param, select=selects(workspace, param))
        rewritten = await self.rewriter.rewrite(workspace, question, param)
        clock.lap("rewrite", self.rewriter.asks(param))
        wide = self.widen(param)
        try:
            request, found = await self._search(workspace, rewritten, wide, clock)
        except SpaceMismatch:  # another process switched it since its handle was read
            workspace = await self.workspaces.renew(workspace)
            request, found = await self._search(workspace, rewritten, wide, clock)
        found = replace(found, notes=rewritten.notes)
        found = await self.arrange(workspace, rewritten.searched, found, param, clock)
        if param.explain:
            found = await self._explain(workspace, request, wide, found)
            clock.lap("explain")
        return replace(
            found,
            question=question,
            seconds=clock.seconds,
            searched=rewritten.searched,
            ll_keywords=rewritten.ll_keywords,
            hl_keywords=rewritten.hl_keywords,
        )

    async def _search(
        self, workspace: Workspace, rewritten: RewrittenQuestion, param: QueryParam, clock: "Clock"
    ) -> tuple[SearchRequest, Context]:
        request = await self._request(workspace, rewritten, param)
        clock.lap("embed")
        found = await self.storage.searches.search(workspace.id, request, param)
        clock.lap("search")
        return request, found

    async def _request(
        self, workspace: Workspace, rewritten: RewrittenQuestion, param: QueryParam
    ) -> SearchRequest:
        """In one call of the embedder, what the mode compares: question, names, themes."""
        question = rewritten.searched
        names, themes = ", ".join(rewritten.ll_keywords), ", ".join(rewritten.hl_keywords)
        request = SearchRequest(
            # Words that somebody gave are meant to be found; a model's are guesses.
            words=" ".join((question, *param.ll_keywords, *param.hl_keywords)),
            names="\n".join((rewritten.question, *rewritten.ll_keywords)),
            history=rewritten.history,
        )
        if workspace.space_id is None:
            return request
        said = {"question": question, "names": names or question, "themes": themes or question}
        texts = list(dict.fromkeys(said[part] for part in MODES[param.mode]))
        embedder = await self.workspaces.embedder_of(workspace)
        vectors = dict(zip(texts, await embedder.embed(texts), strict=True))
        return replace(
            request,
            # Where the question itself is not compared, the first that is stands in for it.
            embedding=vectors.get(question, vectors[texts[0]]),
            entity_embedding=vectors.get(names),
            relation_embedding=vectors.get(themes),
            space_id=workspace.space_id,
        )

    def _reranks(self, param: QueryParam) -> bool:
        return self.reranker is not None and param.enable_rerank

    def _chooses(self, param: QueryParam) -> bool:
        return self._reranks(param) or self.selector.asks(param)

    def widen(self, param: QueryParam) -> QueryParam:
        """What retrieval is to look for, so that there is something to choose from."""
        if not self._chooses(param):
            return param
        chunks = self._count_candidates(param)
        if self._reranks(param):
            chunks = max(chunks, min(max(_FACTOR * param.chunk_top_k, _LEAST), _MOST))
        return replace(param, chunk_top_k=chunks, max_total_tokens=_NO_BUDGET)

    def _count_candidates(self, param: QueryParam) -> int:
        """How many chunks have to be in their order before a model selects, if it does."""
        return max(param.chunk_top_k, CANDIDATES * self.selector.asks(param))

    async def arrange(
        self, workspace: Workspace, question: str, found: Context, param: QueryParam, clock: "Clock"
    ) -> Context:
        """What a widened retrieval found: reranked, then selected from, then cut to size."""
        if self._reranks(param):
            found = await self._rerank(question, found, param)
            clock.lap("rerank")
        if param.select:
            found = await self.selector.select(workspace, question, found)
            clock.lap("select", self.selector.asks(param))
        if not self._chooses(param):
            return found
        spent = sum(one.token_count for one in found.entities)
        spent += sum(one.token_count for one in found.relations)
        return replace(found, chunks=tuple(_cut(found.chunks, param, spent)))

    async def _rerank(self, question: str, found: Context, param: QueryParam) -> Context:
        """With a note where that failed. What the reranker left out is left out."""
        assert self.reranker, "it reranks"
        chunks, notes = found.chunks, found.notes
        documents = [f"{chunk.title}\n{chunk.content}".strip() for chunk in chunks]
        top_n = min(self._count_candidates(param), len(documents))
        try:
            order = await self.reranker.rerank(question, documents, top_n) if documents else []
            chunks = tuple(
                _place(chunks[place], rank, score) for rank, (place, score) in enumerate(order, 1)
            )
        except ModelError as error:
            notes = (*notes, f"The chunks are in the order of retrieval. {error}")
        return replace(found, chunks=chunks, notes=notes)

    async def _explain(
        self, workspace: Workspace, request: SearchRequest, param: QueryParam, found: Context
    ) -> Context:
        """The rows with what led to them, and the plan of the statement that found them: not for
        who may read some documents, since it counts the rows of all."""
        plan = None
        if self.storage.database.reader is None:
            plan = await self.storage.run(
                lambda session: explain_search(session, workspace.id, request, param)
            )
        traced = await trace_context(self.storage, workspace.id, found, param.filters)
        return replace(traced, plan=plan)


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


def _place(chunk: ScoredChunk, rank: int, relevance: float) -> ScoredChunk:
    return replace(chunk, score=relevance, arms=[*chunk.arms, Arm("rerank", rank, relevance)])


def _cut(chunks: tuple[ScoredChunk, ...], param: QueryParam, spent: int) -> Iterable[ScoredChunk]:
    """The first chunks that fit; the very first always, as in SQL."""
    for rank, chunk in enumerate(chunks[: param.chunk_top_k], start=1):
        spent += chunk.token_count
        if rank > 1 and spent > param.max_total_tokens:
            return
        yield replace(chunk, rank=rank)


async def trace_context(
    storage: Postgres, workspace_id: int, found: Context, filters: Mapping[str, Any] | None = None
) -> Context:
    """The rows with what led to each of them, in names."""
    steps = await storage.looks.fetch_all(
        TraceStep,
        "trace_context",
        workspace_id,
        [one.via_relation_id for one in found.entities if one.via_relation_id is not None],
        [chunk.chunk_id for chunk in found.chunks],
        [entity.entity_id for entity in found.entities],
        [relation.relation_id for relation in found.relations],
        filters,
    )
    names: dict[tuple[str, int], str] = {
        **{("entity", one.entity_id): one.name for one in found.entities},
        **{("relation", r.relation_id): f"{r.source} → {r.target}" for r in found.relations},
        **{(step.kind, step.id): step.name for step in steps if step.name is not None},
    }
    spoken_of = {step.id: step for step in steps if step.kind == "chunk"}
    entities = {one.name for one in found.entities}
    return replace(
        found,
        chunks=tuple(replace(one, about=_about(one, spoken_of, names)) for one in found.chunks),
        entities=tuple(replace(one, path=_way(one, names)) for one in found.entities),
        relations=tuple(replace(one, path=_ends(one, entities)) for one in found.relations),
    )


def _about(chunk: ScoredChunk, spoken_of: Mapping[int, TraceStep], names: Names) -> list[str]:
    step = spoken_of[chunk.chunk_id]
    return [
        *(names["entity", one] for one in step.entity_ids or ()),
        *(names["relation", one] for one in step.relation_ids or ()),
    ]


def _way(entity: ScoredEntity, names: Names) -> list[str]:
    came_by = ("entity", entity.from_entity_id), ("relation", entity.via_relation_id)
    return [names[kind, one] for kind, one in came_by if one is not None and (kind, one) in names]


def _ends(relation: ScoredRelation, entities: set[str]) -> list[str]:
    """What a relation comes by, unless a vector alone was near to it."""
    if not any(arm.arm == "entity" for arm in relation.arms):
        return []
    return [name for name in (relation.source, relation.target) if name in entities]
