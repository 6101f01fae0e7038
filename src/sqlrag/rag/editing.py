"""People edit the knowledge graph: what they change stays changed, whatever documents say."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlrag.domain.editing import (
    DeletedEntity,
    DeletedRelation,
    Edit,
    EditedEntity,
    EditedRelation,
)
from sqlrag.domain.errors import BadInput, NotFound
from sqlrag.domain.models import Embedder, Vectors
from sqlrag.domain.storage import Storage
from sqlrag.rag.workspaces import WorkspaceDirectory


@dataclass(frozen=True, slots=True)
class Editing:
    """Each method has the name of the function of schema rag that does it.

    What is created or described anew is embedded first, so that vectors find it. `editor` is who
    did it, for the history; without one it is the role of the connection. All raise NotFound for
    an unknown workspace or name, Conflict for a name that is taken, BadInput and ModelError.
    """

    storage: Storage
    directory: WorkspaceDirectory
    embedder: Embedder

    async def create_entity(
        self,
        workspace: str,
        name: str,
        type: str = "concept",
        description: str = "",
        *,
        editor: str | None = None,
    ) -> EditedEntity:
        """Make an entity, in a new workspace where there is none of this name."""
        await self.directory.open(workspace)
        embedding = await self._embed(workspace, name, description)
        return await self.storage.edits.create_entity(
            workspace, name, type, description, editor, embedding
        )

    async def edit_entity(
        self,
        workspace: str,
        name: str,
        new_name: str | None = None,
        new_type: str | None = None,
        new_description: str | None = None,
        *,
        editor: str | None = None,
    ) -> EditedEntity:
        """Change what is given; None leaves it as it is."""
        embedding = None
        if new_name is not None or new_description is not None:
            old = await self._show_entity(workspace, name)
            embedding = await self._embed(
                workspace,
                old.name if new_name is None else new_name,
                old.description if new_description is None else new_description,
            )
        return await self.storage.edits.edit_entity(
            workspace, name, new_name, new_type, new_description, editor, embedding
        )

    async def rename_entity(
        self, workspace: str, name: str, new_name: str, *, editor: str | None = None
    ) -> EditedEntity:
        """Give another name; the old ones lead there as before, also in the next document."""
        old = await self._show_entity(workspace, name)
        embedding = await self._embed(workspace, new_name, old.description)
        return await self.storage.edits.rename_entity(workspace, name, new_name, editor, embedding)

    async def merge_entities(
        self, workspace: str, names: Sequence[str], into: str, *, editor: str | None = None
    ) -> EditedEntity:
        """Make one of several: what `into` leads to, else the most mentioned, by that new name."""
        return await self.storage.edits.merge_entities(workspace, names, into, editor)

    async def split_entity(
        self,
        workspace: str,
        name: str,
        new_name: str,
        documents: Sequence[str],
        *,
        editor: str | None = None,
    ) -> EditedEntity:
        """Tell homonyms apart: what these documents (source keys) say is said of a new entity."""
        old = await self._show_entity(workspace, name)
        embedding = await self._embed(workspace, new_name, old.description)
        return await self.storage.edits.split_entity(
            workspace, name, new_name, documents, editor, embedding
        )

    async def delete_entity(
        self, workspace: str, name: str, *, editor: str | None = None
    ) -> DeletedEntity:
        """Delete with all relations; documents do not bring it back, create_entity does."""
        return await self.storage.edits.delete_entity(workspace, name, editor)

    async def create_relation(
        self,
        workspace: str,
        source: str,
        target: str,
        keywords: str = "",
        description: str = "",
        weight: float = 1.0,
        *,
        editor: str | None = None,
    ) -> EditedRelation:
        """Relate two entities."""
        embedding = await self._embed(workspace, f"{source} — {target}", keywords, description)
        return await self.storage.edits.create_relation(
            workspace, source, target, keywords, description, weight, editor, embedding
        )

    async def edit_relation(
        self,
        workspace: str,
        source: str,
        target: str,
        new_keywords: str | None = None,
        new_description: str | None = None,
        new_weight: float | None = None,
        *,
        editor: str | None = None,
    ) -> EditedRelation:
        """Change what is given; None leaves it as it is."""
        embedding = None
        if new_keywords is not None or new_description is not None:
            old = await self.storage.edits.show_relation(workspace, source, target)
            if old is not None:
                embedding = await self._embed(
                    workspace,
                    f"{old.source} — {old.target}",
                    old.keywords if new_keywords is None else new_keywords,
                    old.description if new_description is None else new_description,
                )
        return await self.storage.edits.edit_relation(
            workspace, source, target, new_keywords, new_description, new_weight, editor, embedding
        )

    async def delete_relation(
        self, workspace: str, source: str, target: str, *, editor: str | None = None
    ) -> DeletedRelation:
        """Delete with all evidence; documents do not bring it back, create_relation does."""
        return await self.storage.edits.delete_relation(workspace, source, target, editor)

    async def list_edits(
        self,
        workspace: str,
        subject: str | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> list[Edit]:
        """The history, newest first; `before` is the edit_id at which the last page ended.

        `subject` is the name of an entity, or "source — target" of a relation, as it was then.
        """
        if not 1 <= limit <= 1000:
            raise BadInput(f"limit is {limit}; use 1 to 1000.")
        return await self.storage.edits.list_edits(workspace, subject, before, limit)

    async def _show_entity(self, workspace: str, name: str) -> EditedEntity:
        found = await self.storage.edits.show_entity(workspace, name)
        if found is None:
            raise NotFound(f'There is no entity named "{name}".')
        return found

    async def _embed(self, workspace: str, name: str, *texts: str) -> Vectors:
        """The vector of what ingestion would embed of it too, in the workspace's space."""
        if not name.strip():
            raise BadInput("An entity needs a name; this one is empty.")
        await self.directory.find(workspace)  # an edit makes no workspace
        await self.directory.open(workspace)
        vectors = await self.embedder.embed(["\n".join(text for text in (name, *texts) if text)])
        embedding: Vectors = vectors[0]
        return embedding
