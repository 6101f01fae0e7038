"""A reranker at an endpoint such as Cohere's or Jina's."""

import math
from collections.abc import Sequence
from dataclasses import replace

from msgspec import Struct

from sqlrag.domain.models import Models
from sqlrag.models.endpoint import Endpoint
from sqlrag.models.failures import Call, Names, Shape
from sqlrag.settings import ModelSettings

NAMES = Names("SQLRAG_RERANK_URL", "SQLRAG_RERANK_API_KEY", "/rerank")


class _Result(Struct):
    index: int
    relevance_score: float


class _Reply(Shape):
    lacks = "it has no list of results with index and relevance_score"
    results: list[_Result]


def add_reranker(models: Models, settings: ModelSettings) -> Models:
    """The models with a reranker at an endpoint of its own. Raises BadInput."""
    limits = settings.model_timeout, settings.model_retries, settings.model_concurrency
    endpoint = Endpoint(settings.rerank_key, settings.rerank_url, *limits, names=NAMES)
    return replace(
        models,
        reranker=HttpReranker(endpoint, (settings.rerank_model or "").strip()),
        closers=(*models.closers, endpoint.close),
        description=f"{models.description}; reranked at {endpoint.host}",
    )


class HttpReranker:
    """`POST URL {model, query, documents, top_n}`, answered by `{results: [{index,
    relevance_score}]}`; an empty `model` is not sent."""

    def __init__(self, endpoint: Endpoint, model: str) -> None:
        self.model = model
        self._endpoint = endpoint
        self._call = Call(endpoint, "rerank", model)

    async def rerank(
        self, question: str, documents: Sequence[str], top_n: int
    ) -> list[tuple[int, float]]:
        body = {"query": question, "documents": documents, "top_n": top_n}
        reply, _ = await self._endpoint.post(self._call, body, _Reply)
        self._check(reply.results, len(documents))
        # Best first, as endpoints send it, but not all promise it.
        order = sorted((-one.relevance_score, one.index) for one in reply.results)
        return [(place, -relevance) for relevance, place in order[:top_n]]

    def _check(self, results: list[_Result], count: int) -> None:
        places = [one.index for one in results]
        if not all(0 <= place < count for place in places):
            raise self._call.garbage(f"it names documents other than the {count} it was given")
        if len(set(places)) < len(places):
            raise self._call.garbage("it names a document twice")
        if not results or not all(math.isfinite(one.relevance_score) for one in results):
            raise self._call.garbage("it does not say how relevant each document is")
