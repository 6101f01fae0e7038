"""Edits of the knowledge graph by people: what comes of them, and their history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlrag.domain.models import Vectors


@dataclass(frozen=True, slots=True)
class EditedEntity:
    """An entity as it is after an edit. `edited_by` is None where only documents made it."""

    name: str
    type: str
    description: str
    aliases: list[str]
    chunk_count: int
    relation_count: int
    edited_by: str | None


@dataclass(frozen=True, slots=True)
class EditedRelation:
    """A relation as it is after an edit, as it points; `chunk_count` chunks say it."""

    source: str
    target: str
    keywords: str
    description: str
    weight: float
    chunk_count: int
    edited_by: str | None


@dataclass(frozen=True, slots=True)
class DeletedEntity:
    """An entity that is gone, with how many mentions and relations went along."""

    name: str
    type: str
    mentions: int
    relations: int


@dataclass(frozen=True, slots=True)
class DeletedRelation:
    """A relation that is gone, with how many pieces of evidence went along."""

    source: str
    target: str
    evidence: int


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit in the history; `action` is the name of the method that made it.

    `before` and `after` are what was edited as it was and is, lists where it is several; None
    where there was or is nothing.
    """

    edit_id: int
    edited_at: datetime
    edited_by: str
    action: str
    subject: str
    before: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None
    after: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None


class Edits(Protocol):
    """Each method is one statement and one transaction; the workspace goes by its name.

    Without an editor the role of the connection is it. Raises NotFound for a name that leads to
    nothing, Conflict for one that is taken, BadInput for what nothing can be made of.
    """

    async def create_entity(
        self,
        workspace: str,
        name: str,
        type: str,
        description: str,
        editor: str | None,
        embedding: Vectors | None,
    ) -> EditedEntity: ...

    async def edit_entity(
        self,
        workspace: str,
        name: str,
        new_name: str | None,
        new_type: str | None,
        new_description: str | None,
        editor: str | None,
        embedding: Vectors | None,
    ) -> EditedEntity: ...

    async def rename_entity(
        self,
        workspace: str,
        name: str,
        new_name: str,
        editor: str | None,
        embedding: Vectors | None,
    ) -> EditedEntity: ...

    async def merge_entities(
        self, workspace: str, names: Sequence[str], into: str, editor: str | None
    ) -> EditedEntity: ...

    async def split_entity(
        self,
        workspace: str,
        name: str,
        new_name: str,
        documents: Sequence[str],
        editor: str | None,
        embedding: Vectors | None,
    ) -> EditedEntity: ...

    async def delete_entity(
        self, workspace: str, name: str, editor: str | None
    ) -> DeletedEntity: ...

    async def create_relation(
        self,
        workspace: str,
        source: str,
        target: str,
        keywords: str,
        description: str,
        weight: float,
        editor: str | None,
        embedding: Vectors | None,
    ) -> EditedRelation: ...

    async def edit_relation(
        self,
        workspace: str,
        source: str,
        target: str,
        new_keywords: str | None,
        new_description: str | None,
        new_weight: float | None,
        editor: str | None,
        embedding: Vectors | None,
    ) -> EditedRelation: ...

    async def delete_relation(
        self, workspace: str, source: str, target: str, editor: str | None
    ) -> DeletedRelation: ...

    async def show_entity(self, workspace: str, name: str) -> EditedEntity | None: ...

    async def show_relation(
        self, workspace: str, source: str, target: str
    ) -> EditedRelation | None: ...

    async def list_edits(
        self, workspace: str, subject: str | None = None, before: int | None = None, limit: int = 50
    ) -> list[Edit]:
        """Newest first; `before` is the edit_id at which the last page ended."""
        ...
