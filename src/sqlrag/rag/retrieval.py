"""From a question to its context: what is meant, its vectors, then one SQL statement."""

import time
from dataclasses import dataclass, field, replace

from sqlrag.domain.models import Embedder
from sqlrag.domain.retrieval import MODES, Context, QueryParam
from sqlrag.domain.search import RewrittenQuestion, SearchRequest
from sqlrag.domain.workspaces import Workspace
from sqlrag.rag.rerank_step import RerankStep
from sqlrag.rag.rewriting import Rewriter
from sqlrag.rag.tracing import trace
from sqlrag.repositories.postgres import Postgres
from sqlrag.repositories.searches import explain_search


@dataclass(frozen=True, slots=True)
class Retrieval:
    storage: Postgres
    embedder: Embedder
    rewriter: Rewriter
    rerank_step: RerankStep = field(default_factory=RerankStep)

    async def retrieve(self, workspace: Workspace, question: str, param: QueryParam) -> Context:
        """The context of a question that has been checked, in any mode but 'bypass'.

        `seconds` tells how long each step took that there was: a chat model ('rewrite'), the
        embedder ('embed'), the statement ('search'), a reranker ('rerank'), a second look
        ('explain'). Raises BadInput for a filter that cannot be read, ModelError of the embedder.
        """
        clock = Clock()
        rewritten = await self.rewriter.rewrite(workspace, question, param)
        clock.lap("rewrite", self.rewriter.asks(param))
        request = await self._request(rewritten, param, workspace.space_id is not None)
        clock.lap("embed")
        wide = self.rerank_step.widen(param)
        found = await self.storage.searches.search(workspace.id, request, wide)
        clock.lap("search")
        found = replace(found, notes=rewritten.notes)
        found = await self.rerank_step.rerank(rewritten.question, found, param)
        clock.lap("rerank", self.rerank_step.reranks(param))
        if param.explain:
            found = await self._explain(workspace, request, wide, found)
            clock.lap("explain")
        return replace(
            found,
            question=question,
            seconds=clock.seconds,
            searched=rewritten.question,
            ll_keywords=rewritten.ll_keywords,
            hl_keywords=rewritten.hl_keywords,
        )

    async def _request(
        self, rewritten: RewrittenQuestion, param: QueryParam, with_vectors: bool
    ) -> SearchRequest:
        """In one call of the embedder, what the mode compares: question, names, themes."""
        question = rewritten.question
        names, themes = ", ".join(rewritten.ll_keywords), ", ".join(rewritten.hl_keywords)
        request = SearchRequest(
            # Words that somebody gave are meant to be found; a model's are guesses.
            words=" ".join((question, *param.ll_keywords, *param.hl_keywords)),
            names="\n".join((question, *rewritten.ll_keywords)),
            history=rewritten.history,
        )
        if not with_vectors:
            return request
        said = {"question": question, "names": names or question, "themes": themes or question}
        texts = list(dict.fromkeys(said[part] for part in MODES[param.mode].embeds))
        vectors = dict(zip(texts, await self.embedder.embed(texts), strict=True))
        return replace(
            request,
            # Where the question itself is not compared, the first that is stands in for it.
            embedding=vectors.get(question, vectors[texts[0]]),
            entity_embedding=vectors.get(names),
            relation_embedding=vectors.get(themes),
        )

    async def _explain(
        self, workspace: Workspace, request: SearchRequest, param: QueryParam, found: Context
    ) -> Context:
        """The rows with what led to them, and the plan of the statement that found them."""
        plan = await self.storage.run(
            lambda session: explain_search(session, workspace.id, request, param)
        )
        traced = await trace(self.storage, workspace.id, found, param.filters)
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
