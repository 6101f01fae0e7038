"""What becomes of a question on its way: what is meant, what is looked for, what was answered."""

from dataclasses import dataclass
from typing import Protocol

from sqlrag.domain.models import Vectors
from sqlrag.domain.retrieval import Answer


@dataclass(frozen=True, slots=True)
class Understood:
    """A question that stands alone, and its keywords: names (`ll`) and themes (`hl`).

    `history` is text of the last turns whose names are to be looked for too, None where the
    question says all. `notes` say what could not be understood.
    """

    question: str
    ll_keywords: tuple[str, ...] = ()
    hl_keywords: tuple[str, ...] = ()
    history: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sought:
    """What the statement of a retrieval looks for.

    `words` are those of BM25. `names` and `history` are texts that may name entities; None: the
    words, and nothing. The vectors are those of chunks, entities and relations; where one of the
    latter is None the first stands in, and without any nothing is found by meaning.
    """

    words: str
    names: str | None = None
    history: str | None = None
    embedding: Vectors | None = None
    entity_embedding: Vectors | None = None
    relation_embedding: Vectors | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """Of one row of a context, what led to it. `kind` is entity, relation or chunk.

    Entities and relations have a `name`; chunks the ids, best first, of what they speak of.
    """

    kind: str
    id: int
    name: str | None
    entity_ids: list[int] | None
    relation_ids: list[int] | None


@dataclass(frozen=True, slots=True)
class Reads:
    """How many rows were read of a table, by scanning it, or of an index."""

    name: str
    is_index: bool
    rows: int


class Answers(Protocol):
    """The answers that are kept of each workspace."""

    async def find_answer(self, workspace_id: int, key_sha256: bytes) -> tuple[int, Answer | None]:
        """The version of the workspace's data, and the answer kept under the key at this one."""
        ...

    async def keep_answer(
        self, workspace_id: int, key_sha256: bytes, version: int, answer: Answer, most: int
    ) -> None:
        """Keep an answer given at a version of the data; older ones go, and all but `most`."""
        ...
