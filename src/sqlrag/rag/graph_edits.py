"""Edits of the knowledge graph: what people change stays changed, whatever documents say."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from msgspec import Meta

from sqlrag.domain.errors import BadInput, Conflict, ModelError, NotFound, SpaceMismatch
from sqlrag.domain.graph_views import DeletedEntity, DeletedRelation, Edit, Entity, Relation
from sqlrag.domain.names import Words, join_lines
from sqlrag.domain.operations import Id, Limit, operation
from sqlrag.domain.workspaces import Change

if TYPE_CHECKING:  # the command line reads what is declared here without waiting for these
    from sqlrag.domain.models import Vectors
    from sqlrag.rag.auditing import Witness
    from sqlrag.rag.upkeep import Upkeep
    from sqlrag.rag.workspaces import Workspaces
    from sqlrag.repositories.postgres import Postgres

T = TypeVar("T")
Name = Annotated[Words, Meta(description="The entity, by any of its names.")]
Source = Annotated[Words, Meta(description="One end of the relation.")]
Target = Annotated[Words, Meta(description="The other end.")]
_NewName = Annotated[Words, Meta(max_length=500)]
_Weight = Annotated[float, Meta(gt=0, description="A number above 0.")]
Editor = Annotated[str | None, Meta(description="Who edits, for the history.")]
_EDITS = (NotFound, Conflict)


@dataclass(frozen=True, slots=True)
class _Vector:
    """Of what an edit makes or changes; of nothing, where it changes no more than a type."""

    values: "Vectors | None" = None
    space_id: int | None = None


@dataclass(frozen=True, slots=True)
class GraphEdits:
    """`editor` is who made an edit, for the history; without one, it is the role of the connection.

    Each edit is one statement and one transaction. It raises Conflict for what is there already.
    """

    workspace: str
    workspaces: "Workspaces"
    storage: "Postgres"
    upkeep: "Upkeep"
    witness: "Witness | None" = None

    @operation(
        "POST graph/entities",
        "Create an entity",
        (Conflict, ModelError),
        status=201,
        command="create",
        role="writer",
    )
    async def create_entity(
        self,
        name: Annotated[_NewName, Meta(description="Its name.")],
        type: Annotated[str, Meta(description="Such as person.")] = "concept",
        description: Annotated[str, Meta(description="What it is.")] = "",
        *,
        editor: Editor = None,
    ) -> Entity:
        """It stays whatever documents say, and what they call by its name joins it. Refused
        where the name is taken. A workspace that does not exist is made.
        """
        await self.workspaces.open(self.workspace)
        embedding = await self._embed(name, description)
        return await self._edit(Entity, "create_entity", name, type, description, editor, embedding)

    @operation(
        "PATCH graph/entities",
        "Edit an entity",
        (*_EDITS, ModelError),
        command="edit",
        role="writer",
    )
    async def edit_entity(
        self,
        name: Name,
        new_name: Annotated[_NewName | None, Meta(description="Another name.")] = None,
        new_type: Annotated[str | None, Meta(description="Another type.")] = None,
        new_description: Annotated[str | None, Meta(description="Another description.")] = None,
        *,
        editor: Editor = None,
    ) -> Entity:
        """Change what is given of name, type and description; documents no longer do. Refused
        where the name is taken.
        """
        embedding = _Vector()
        if new_name is not None or new_description is not None:
            old = await self._show_entity(name)
            embedding = await self._embed(
                old.name if new_name is None else new_name,
                old.description if new_description is None else new_description,
            )
        changed = new_name, new_type, new_description
        return await self._edit(Entity, "edit_entity", name, *changed, editor, embedding)

    @operation(
        "POST graph/entities/rename",
        "Rename an entity",
        (*_EDITS, ModelError),
        command="rename",
        role="writer",
    )
    async def rename_entity(
        self,
        name: Name,
        new_name: Annotated[_NewName, Meta(description="The name that it gets.")],
        *,
        editor: Editor = None,
    ) -> Entity:
        """The old names lead to it as before, also in the next document. Refused where the name is
        taken.
        """
        old = await self._show_entity(name)
        embedding = await self._embed(new_name, old.description)
        return await self._edit(Entity, "rename_entity", name, new_name, editor, embedding)

    @operation(
        "POST graph/entities/merge", "Merge entities", _EDITS, command="merge", role="writer"
    )
    async def merge_entities(
        self,
        names: Annotated[
            Sequence[Words], Meta(min_length=1, description="The entities that are one.")
        ],
        into: Annotated[_NewName, Meta(description="The one that stays, or a new name for it.")],
        *,
        editor: Editor = None,
    ) -> Entity:
        """Make one of several; all their names lead to it, with all that is said of them: what
        `into` leads to, else the most mentioned, by that new name.
        """
        return await self._edit(Entity, "merge_entities", list(names), into, editor, moves=True)

    @operation(
        "POST graph/entities/split",
        "Split an entity",
        (*_EDITS, ModelError),
        command="split",
        role="writer",
    )
    async def split_entity(
        self,
        name: Annotated[Words, Meta(description="The entity that is two.")],
        new_name: Annotated[_NewName, Meta(description="The name of the other one.")],
        documents: Annotated[
            Sequence[Words],
            Meta(min_length=1, description="The source keys of the documents that mean the other."),
        ],
        *,
        editor: Editor = None,
    ) -> Entity:
        """Tell two apart that have one name: what some documents say is said of a new entity, which
        is returned.
        """
        old = await self._show_entity(name)
        embedding = await self._embed(new_name, old.description)
        split = name, new_name, list(documents)
        return await self._edit(Entity, "split_entity", *split, editor, embedding, moves=True)

    @operation(
        "DELETE graph/entities", "Delete an entity", (NotFound,), command="delete", role="writer"
    )
    async def delete_entity(self, name: Name, *, editor: Editor = None) -> DeletedEntity:
        """With its relations; documents that speak of it do not bring it back, creating it does."""
        return await self._edit(DeletedEntity, "delete_entity", name, editor)

    @operation(
        "POST graph/relations",
        "Create a relation",
        (*_EDITS, ModelError),
        status=201,
        command="relate",
        role="writer",
    )
    async def create_relation(
        self,
        source: Source,
        target: Target,
        keywords: str = "",
        description: str = "",
        weight: _Weight = 1.0,
        *,
        editor: Editor = None,
    ) -> Relation:
        """It stays, with both ends, whatever documents say. Refused where there is one already."""
        embedding = await self._embed(f"{source} — {target}", keywords, description)
        said = keywords, description, weight
        return await self._edit(
            Relation, "create_relation", source, target, *said, editor, embedding
        )

    @operation("PATCH graph/relations", "Edit a relation", (*_EDITS, ModelError), role="writer")
    async def edit_relation(
        self,
        source: Source,
        target: Target,
        new_keywords: str | None = None,
        new_description: str | None = None,
        new_weight: _Weight | None = None,
        *,
        editor: Editor = None,
    ) -> Relation:
        """Change what is given of keywords, description and weight; documents no longer do."""
        embedding = _Vector()
        if new_keywords is not None or new_description is not None:
            for old in await self._read(Relation, "relation", source, target):
                embedding = await self._embed(
                    f"{old.source} — {old.target}",
                    old.keywords if new_keywords is None else new_keywords,
                    old.description if new_description is None else new_description,
                )
        changed = new_keywords, new_description, new_weight
        return await self._edit(
            Relation, "edit_relation", source, target, *changed, editor, embedding
        )

    @operation(
        "DELETE graph/relations",
        "Delete a relation",
        (NotFound,),
        command="unrelate",
        role="writer",
    )
    async def delete_relation(
        self, source: Source, target: Target, *, editor: Editor = None
    ) -> DeletedRelation:
        """With its evidence; documents that tell of it do not bring it back, creating it does."""
        return await self._edit(DeletedRelation, "delete_relation", source, target, editor)

    @operation(
        "GET graph/edits",
        "List edits",
        (NotFound,),
        cursor=lambda edit: edit.edit_id,
        command="history",
        role="reader",
    )
    async def list_edits(
        self,
        subject: Annotated[
            str | None,
            Meta(
                description="Only edits of this entity, or of this relation as `source — target`, "
                "by the names of then."
            ),
        ] = None,
        before: Annotated[
            Id | None, Meta(description="Only what is older: the `next` of the page before.")
        ] = None,
        limit: Limit = 50,
    ) -> list[Edit]:
        """Who changed what, newest first, with what was before and what came after."""
        return await self._read(Edit, "list_edits", subject, before, limit)

    async def _read(self, kind: type[T], function: str, *arguments: Any) -> list[T]:
        workspace = await self.workspaces.get(self.workspace)
        return await self.storage.graph.fetch_all(kind, function, workspace.id, *arguments)

    async def _edit(self, kind: type[T], function: str, *arguments: Any, moves: bool = False) -> T:
        """One statement and one transaction, which returns what came of it. Where it `moves` what
        is said from one entity to another, upkeep follows."""
        workspace = await self.workspaces.get(self.workspace)
        if isinstance(arguments[-1], _Vector):
            arguments = (*arguments[:-1], arguments[-1].values, arguments[-1].space_id)
        try:
            fetch = self.storage.graph.fetch_all
            (edited,) = await fetch(kind, function, workspace.id, *arguments)
        except SpaceMismatch:
            self.workspaces.forget(self.workspace)  # it was switched since its handle was read
            raise
        await self.upkeep.follow(workspace, Change() if moves else None)
        return edited

    async def _show_entity(self, name: str) -> Entity:
        found = await self._read(Entity, "entity", name)
        if not found:
            raise NotFound(f'There is no entity named "{name}".')
        return found[0]

    async def _embed(self, name: str, *texts: str) -> "_Vector":
        """The vector of what ingestion would embed of it, too, in the workspace's space. What is
        made or described anew is embedded first, so that vectors find it."""
        if not name.strip():
            raise BadInput("An entity needs a name; this one is empty.")
        await self.workspaces.find(self.workspace)  # an edit makes no workspace
        workspace = await self.workspaces.open(self.workspace)
        embedder = await self.workspaces.embedder_of(workspace)
        vectors = await embedder.embed([join_lines(name, *texts)])
        return _Vector(vectors[0], workspace.space_id)
