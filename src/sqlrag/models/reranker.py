"""A reranker at an endpoint such as Cohere's or Jina's."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlrag.models.endpoint import Endpoint, clean_text
from sqlrag.models.failures import Call

if TYPE_CHECKING:
    from sqlrag.settings import ModelSettings

NAMES = ("SQLRAG_RERANK_URL", "SQLRAG_RERANK_API_KEY", "/rerank")


def open_reranker(settings: "ModelSettings") -> tuple["HttpReranker", Endpoint]:
    """The reranker, and what is to be closed after it. Raises BadInput."""
    limits = settings.model_timeout, settings.model_retries, settings.model_concurrency
    endpoint = Endpoint(settings.rerank_key, settings.rerank_url, *limits, names=NAMES)
    return HttpReranker(endpoint, (settings.rerank_model or "").strip()), endpoint


class HttpReranker:
    """`POST URL {model, query, documents, top_n}`, answered by `{results: [{index,
    relevance_score}]}`; an empty `model` is not sent."""

    def __init__(self, endpoint: Endpoint, model: str) -> None:
        self.model = model
        self._endpoint = endpoint
        self._call = endpoint.name_call("rerank", model)

    async def rerank(
        self, question: str, documents: Sequence[str], top_n: int
    ) -> list[tuple[int, float]]:
        body = {
            "query": clean_text(question),
            "documents": [clean_text(document) for document in documents],
            "top_n": top_n,
        }
        reply = await self._endpoint.post(
            self._call, {"model": self.model, **body} if self.model else body
        )
        order = _read_order(reply, len(documents), self._call)
        # Best first, as endpoints send it, but not all promise it.
        return sorted(order, key=lambda pair: (-pair[1], pair[0]))[:top_n]


def _read_order(reply: Any, count: int, call: Call) -> list[tuple[int, float]]:
    try:
        order = [(one["index"], float(one["relevance_score"])) for one in reply["results"]]
    except (TypeError, LookupError, ValueError):
        raise call.garbage("it has no list of results with index and relevance_score") from None
    places = [place for place, _ in order]
    if not all(isinstance(place, int) and 0 <= place < count for place in places):
        raise call.garbage(f"it names documents other than the {count} it was given")
    if len(set(places)) < len(places):
        raise call.garbage("it names a document twice")
    if not order or not all(math.isfinite(relevance) for _, relevance in order):
        raise call.garbage("it does not say how relevant each document is")
    return order
