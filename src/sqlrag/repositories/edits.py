from collections.abc import Sequence

from sqlrag.database.pool import Statements, halfvec
from sqlrag.database.statements import SQL
from sqlrag.domain.editing import (
    DeletedEntity,
    DeletedRelation,
    Edit,
    EditedEntity,
    EditedRelation,
)
from sqlrag.domain.models import Vectors


class Edits:
    def __init__(self, db: Statements) -> None:
        self._db = db

    async def create_entity(
        self,
        workspace: str,
        name: str,
        type: str,
        description: str,
        editor: str | None,
        embedding: Vectors | None,
    ) -> EditedEntity:
        row = await self._db.fetchrow(
            SQL["create_entity"], workspace, name, type, description, editor, halfvec(embedding)
        )
        assert row, "an edit returns what came of it"
        return EditedEntity(**row)

    async def edit_entity(
        self,
        workspace: str,
        name: str,
        new_name: str | None,
        new_type: str | None,
        new_description: str | None,
        editor: str | None,
        embedding: Vectors | None,
    ) -> EditedEntity:
        row = await self._db.fetchrow(
            SQL["edit_entity"],
            workspace,
            name,
            new_name,
            new_type,
            new_description,
            editor,
            halfvec(embedding),
        )
        assert row, "an edit returns what came of it"
        return EditedEntity(**row)

    async def rename_entity(
        self,
        workspace: str,
        name: str,
        new_name: str,
        editor: str | None,
        embedding: Vectors | None,
    ) -> EditedEntity:
        row = await self._db.fetchrow(
            SQL["rename_entity"], workspace, name, new_name, editor, halfvec(embedding)
        )
        assert row, "an edit returns what came of it"
        return EditedEntity(**row)

    async def merge_entities(
        self, workspace: str, names: Sequence[str], into: str, editor: str | None
    ) -> EditedEntity:
        row = await self._db.fetchrow(SQL["merge_entities"], workspace, list(names), into, editor)
        assert row, "an edit returns what came of it"
        return EditedEntity(**row)

    async def split_entity(
        self,
        workspace: str,
        name: str,
        new_name: str,
        documents: Sequence[str],
        editor: str | None,
        embedding: Vectors | None,
    ) -> EditedEntity:
        row = await self._db.fetchrow(
            SQL["split_entity"],
            workspace,
            name,
            new_name,
            list(documents),
            editor,
            halfvec(embedding),
        )
        assert row, "an edit returns what came of it"
        return EditedEntity(**row)

    async def delete_entity(self, workspace: str, name: str, editor: str | None) -> DeletedEntity:
        row = await self._db.fetchrow(SQL["delete_entity"], workspace, name, editor)
        assert row, "an edit returns what came of it"
        return DeletedEntity(**row)

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
    ) -> EditedRelation:
        row = await self._db.fetchrow(
            SQL["create_relation"],
            workspace,
            source,
            target,
            keywords,
            description,
            weight,
            editor,
            halfvec(embedding),
        )
        assert row, "an edit returns what came of it"
        return EditedRelation(**row)

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
    ) -> EditedRelation:
        row = await self._db.fetchrow(
            SQL["edit_relation"],
            workspace,
            source,
            target,
            new_keywords,
            new_description,
            new_weight,
            editor,
            halfvec(embedding),
        )
        assert row, "an edit returns what came of it"
        return EditedRelation(**row)

    async def delete_relation(
        self, workspace: str, source: str, target: str, editor: str | None
    ) -> DeletedRelation:
        row = await self._db.fetchrow(SQL["delete_relation"], workspace, source, target, editor)
        assert row, "an edit returns what came of it"
        return DeletedRelation(**row)

    async def show_entity(self, workspace: str, name: str) -> EditedEntity | None:
        row = await self._db.fetchrow(SQL["show_entity"], workspace, name)
        return EditedEntity(**row) if row else None

    async def show_relation(
        self, workspace: str, source: str, target: str
    ) -> EditedRelation | None:
        row = await self._db.fetchrow(SQL["show_relation"], workspace, source, target)
        return EditedRelation(**row) if row else None

    async def list_edits(
        self, workspace: str, subject: str | None = None, before: int | None = None, limit: int = 50
    ) -> list[Edit]:
        rows = await self._db.fetch(SQL["list_edits"], workspace, subject, before, limit)
        return [Edit(**row) for row in rows]
