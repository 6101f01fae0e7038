"""Summaries of entities and relations: derived values, made again when what they are of changes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DueSummary:
    """An entity or a relation (`kind`) that is to be summarised.

    `descriptions` are distinct, in the order in which they were first given, and those that most
    chunks give where there are too many; `inputs_sha256` is as sqlrag.inputs_sha256 has it;
    `entity_ids` are itself, or its two ends.
    """

    kind: str
    id: int
    inputs_sha256: bytes
    name: str
    descriptions: list[str]
    entity_ids: list[int]


@dataclass(frozen=True, slots=True)
class NewSummary:
    """A summary as it is to be stored, with the hash of what it was made of."""

    kind: str
    id: int
    summary: str
    inputs_sha256: bytes


@dataclass(frozen=True, slots=True)
class SummaryReport:
    """What became of the summaries that were due; `failed` are still due, `error` is the first."""

    entities: int = 0
    relations: int = 0
    failed: int = 0
    error: str | None = None

    def __add__(self, other: "SummaryReport") -> "SummaryReport":
        counts = self.entities + other.entities, self.relations + other.relations
        return SummaryReport(*counts, self.failed + other.failed, self.error or other.error)
