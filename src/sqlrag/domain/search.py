"""What becomes of a question on its way to a context: rewritten, searched for, traced."""

from dataclasses import dataclass

from sqlrag.domain.models import Vectors


@dataclass(frozen=True, slots=True)
class RewrittenQuestion:
    """A question that stands alone, and its keywords: names (`ll`) and themes (`hl`).

    `history` is text of the last turns whose names are to be looked for too, None where the
    question says all; `subject` are words of theirs that it is about. `notes` say what could not be
    understood.
    """

    question: str
    ll_keywords: tuple[str, ...] = ()
    hl_keywords: tuple[str, ...] = ()
    history: str | None = None
    notes: tuple[str, ...] = ()
    subject: str = ""

    @property
    def searched(self) -> str:
        return f"{self.question} {self.subject}".rstrip()


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What the statement of a retrieval looks for.

    `words` are those of BM25. `names` and `history` are texts that may name entities; None: the
    words, and nothing. The vectors are those of chunks, entities and relations; where one of the
    latter is None the first stands in, and without any nothing is found by meaning. `space_id` is
    the space they are of; None: the workspace's, whatever it is.
    """

    words: str
    names: str | None = None
    history: str | None = None
    embedding: Vectors | None = None
    entity_embedding: Vectors | None = None
    relation_embedding: Vectors | None = None
    space_id: int | None = None


@dataclass(frozen=True, slots=True)
class TraceStep:
    """Of one row of a context, what led to it. `kind` is entity, relation or chunk.

    Entities and relations have a `name`; chunks the ids, best first, of what they speak of.
    """

    kind: str
    id: int
    name: str | None
    entity_ids: list[int] | None
    relation_ids: list[int] | None
