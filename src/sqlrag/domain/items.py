"""Items of a store: texts with vectors that the caller brings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from sqlrag.domain.retrieval import Arm

HalfVectors = NDArray[np.float16]
Metric = Literal["cosine", "ip", "l2"]
GIVEN = "given:"  # with the metric, the name of a model that is not ours
METRICS: tuple[Metric, ...] = get_args(Metric)


@dataclass(frozen=True, slots=True)
class NewItem:
    """An item as it is to be stored.

    `replaces` lets it take the place of an item of the same id; otherwise such an item refuses
    the call that brought it.
    """

    id: str
    text: str
    embedding: HalfVectors
    metadata: Mapping[str, Any]
    tags: Sequence[str]
    token_count: int
    replaces: bool


@dataclass(frozen=True, slots=True)
class Item:
    """An item as stored; `embedding` has the precision of halfvec, about three digits."""

    id: str
    text: str
    embedding: list[float]
    metadata: dict[str, Any]
    tags: list[str]


@dataclass(frozen=True, slots=True)
class Match:
    """An item that a query found, best first from rank 1.

    `score` is greater for what is nearer: the cosine, the inner product or the negative distance;
    of a hybrid query the mean of both arms' shares, from 0 to 1, with `arms` telling them apart.
    """

    rank: int
    id: str
    score: float
    text: str
    metadata: dict[str, Any]
    tags: list[str]
    arms: list[Arm] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class VectorQuery:
    """What is asked of a store: the `top_k` items nearest to a vector, of those permitted."""

    embedding: HalfVectors
    top_k: int
    filters: Mapping[str, Any] | None = None
