"""Workspaces: the tenants, and what a write changed in one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlrag.domain.documents import IngestResult
from sqlrag.domain.errors import NotFound


@dataclass(frozen=True, slots=True)
class Workspace:
    """The handle of a tenant, made by rag/workspaces.py alone; below the doors there is no name.

    `model` and `dimensions` are its embedding space, None until its first document; `settings` its
    own options of extraction and retrieval, as they are stored.
    """

    id: int
    name: str
    space_id: int | None
    model: str | None
    dimensions: int | None
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class WorkspaceSummary:
    """How much a workspace holds."""

    workspace_id: int
    name: str
    documents: int
    chunks: int
    terms: int
    model: str | None
    dimensions: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Unembedded:
    """A chunk, an entity or a relation without a vector in some space, and what is embedded of it.

    `edited_at`: when a person last changed it.
    """

    id: int
    text: str
    edited_at: datetime | None


@dataclass(frozen=True, slots=True)
class UnembeddedCounts:
    """How many there are of each kind."""

    chunks: int
    entities: int
    relations: int

    def __add__(self, other: "UnembeddedCounts") -> "UnembeddedCounts":
        chunks, entities = self.chunks + other.chunks, self.entities + other.entities
        return UnembeddedCounts(chunks, entities, self.relations + other.relations)


@dataclass(frozen=True, slots=True)
class SpaceSwitch:
    """A workspace that was switched, to what, and how much was embedded for it."""

    workspace: str
    model: str
    dimensions: int
    chunks: int
    entities: int
    relations: int


def unknown_workspace(name: str) -> NotFound:
    return NotFound(f'There is no workspace "{name}"; ingest a document into it to make it.')


@dataclass(frozen=True, slots=True)
class Change:
    """What a write changed, as far as what must follow it depends on that.

    `document_ids` are documents that are new; `entity_ids` those whose summaries, or those of
    whose relations, a deletion made stale. None for documents where it is not known what was said
    before and may be said no more (a document changed, an entity was merged or split), so that all
    has to be looked at.
    `grew`: whether there are more vectors than before, so that an index may be due.
    """

    document_ids: tuple[int, ...] | None = None
    entity_ids: tuple[int, ...] = ()
    grew: bool = True

    @classmethod
    def of(cls, results: Sequence[IngestResult]) -> Self | None:
        """What an ingestion changed; None where it stored nothing."""
        written = [result for result in results if result.outcome in ("added", "updated")]
        if not written:
            return None
        if any(result.outcome == "updated" for result in written):
            return cls()
        return cls(tuple(one.document_id for one in written if one.document_id))

    def __or__(self, other: "Change") -> "Change":
        grew = self.grew or other.grew
        if self.document_ids is None or other.document_ids is None:
            return Change(grew=grew)
        documents = (*self.document_ids, *other.document_ids)
        return Change(documents, (*self.entity_ids, *other.entity_ids), grew)


EVERYTHING = Change()
