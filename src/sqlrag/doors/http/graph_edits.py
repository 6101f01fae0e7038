"""Doors to the knowledge graph for editors. `editor` is who the history says it was."""

from typing import Annotated, Any

from litestar import delete, get, patch, post
from litestar.openapi.spec import Example
from litestar.params import Body, QueryParameter

from sqlrag.domain.editing import DeletedEntity, DeletedRelation, EditedEntity, EditedRelation
from sqlrag.doors.http.graph_examples import GRAPH_REQUESTS
from sqlrag.doors.http.graph_schemas import (
    EditPage,
    EntityChanges,
    EntityMerge,
    EntityRename,
    EntitySplit,
    NewEntity,
    NewRelation,
    RelationChanges,
)
from sqlrag.doors.http.indexing import Indexing
from sqlrag.doors.http.openapi import returns
from sqlrag.doors.http.services import Injected
from sqlrag.rag.editing import Editing

Editor = Annotated[str, QueryParameter(description="Who edits, for the history.")]
Name = Annotated[str, QueryParameter(description="The entity, by any of its names.")]
Source = Annotated[str, QueryParameter(description="One end of the relation.")]
Target = Annotated[str, QueryParameter(description="The other end.")]
Subject = Annotated[
    str | None,
    QueryParameter(
        description="Only edits of this entity, or of this relation as `source — target`, by the "
        "names of then."
    ),
]
Before = Annotated[int | None, QueryParameter(ge=1, description="The `next` of the page before.")]
Limit = Annotated[int, QueryParameter(ge=1, le=1000, description="How many, at most.")]


def _body(operation_id: str) -> Any:
    return Body(examples=[Example(value=GRAPH_REQUESTS[operation_id])])


@post(
    "/v1/graph/entities",
    operation_id="create_entity",
    summary="Create an entity",
    tags=["graph"],
    responses=returns("create_entity", EditedEntity, 201, (400, 409, 502, 503)),
)
async def create_entity(
    data: Annotated[NewEntity, _body("create_entity")],
    editing: Injected[Editing],
    workspace: str,
    editor: Editor = "api",
) -> EditedEntity:
    """It stays whatever documents say, and what they call by its name joins it. 409: the name is
    taken.
    """
    return await editing.create_entity(
        workspace, data.name, data.type, data.description, editor=editor
    )


@patch(
    "/v1/graph/entities",
    operation_id="edit_entity",
    summary="Edit an entity",
    tags=["graph"],
    responses=returns("edit_entity", EditedEntity, 200, (400, 404, 409, 502, 503)),
)
async def edit_entity(
    data: Annotated[EntityChanges, _body("edit_entity")],
    editing: Injected[Editing],
    workspace: str,
    editor: Editor = "api",
) -> EditedEntity:
    """Change its name, type or description; documents no longer do. 409: the name is taken."""
    return await editing.edit_entity(
        workspace, data.name, data.new_name, data.new_type, data.new_description, editor=editor
    )


@post(
    "/v1/graph/entities/rename",
    operation_id="rename_entity",
    summary="Rename an entity",
    tags=["graph"],
    status_code=200,
    responses=returns("rename_entity", EditedEntity, 200, (400, 404, 409, 502, 503)),
)
async def rename_entity(
    data: Annotated[EntityRename, _body("rename_entity")],
    editing: Injected[Editing],
    workspace: str,
    editor: Editor = "api",
) -> EditedEntity:
    """The old names lead to it as before, also in the next document. 409: the name is taken."""
    return await editing.rename_entity(workspace, data.name, data.new_name, editor=editor)


@post(
    "/v1/graph/entities/merge",
    operation_id="merge_entities",
    summary="Merge entities",
    tags=["graph"],
    status_code=200,
    responses=returns("merge_entities", EditedEntity, 200, (400, 404, 409, 503)),
)
async def merge_entities(
    data: Annotated[EntityMerge, _body("merge_entities")],
    editing: Injected[Editing],
    indexing: Injected[Indexing],
    workspace: str,
    editor: Editor = "api",
) -> EditedEntity:
    """Make one of several; all their names lead to it, with all that is said of them."""
    merged = await editing.merge_entities(workspace, data.names, data.into, editor=editor)
    indexing.start(workspace)
    return merged


@post(
    "/v1/graph/entities/split",
    operation_id="split_entity",
    summary="Split an entity",
    tags=["graph"],
    status_code=200,
    responses=returns("split_entity", EditedEntity, 200, (400, 404, 409, 502, 503)),
)
async def split_entity(
    data: Annotated[EntitySplit, _body("split_entity")],
    editing: Injected[Editing],
    indexing: Injected[Indexing],
    workspace: str,
    editor: Editor = "api",
) -> EditedEntity:
    """Tell two apart that have one name: what some documents say is said of a new entity, which is
    returned.
    """
    split_off = await editing.split_entity(
        workspace, data.name, data.new_name, data.documents, editor=editor
    )
    indexing.start(workspace)
    return split_off


@delete(
    "/v1/graph/entities",
    operation_id="delete_entity",
    summary="Delete an entity",
    tags=["graph"],
    status_code=200,
    responses=returns("delete_entity", DeletedEntity, 200, (400, 404, 503)),
)
async def delete_entity(
    editing: Injected[Editing], workspace: str, name: Name, editor: Editor = "api"
) -> DeletedEntity:
    """With its relations; documents that speak of it do not bring it back, creating it does."""
    return await editing.delete_entity(workspace, name, editor=editor)


@post(
    "/v1/graph/relations",
    operation_id="create_relation",
    summary="Create a relation",
    tags=["graph"],
    responses=returns("create_relation", EditedRelation, 201, (400, 404, 409, 502, 503)),
)
async def create_relation(
    data: Annotated[NewRelation, _body("create_relation")],
    editing: Injected[Editing],
    workspace: str,
    editor: Editor = "api",
) -> EditedRelation:
    """It stays, with both of its ends, whatever documents say. 409: there is one already."""
    return await editing.create_relation(
        workspace,
        data.source,
        data.target,
        data.keywords,
        data.description,
        data.weight,
        editor=editor,
    )


@patch(
    "/v1/graph/relations",
    operation_id="edit_relation",
    summary="Edit a relation",
    tags=["graph"],
    responses=returns("edit_relation", EditedRelation, 200, (400, 404, 409, 502, 503)),
)
async def edit_relation(
    data: Annotated[RelationChanges, _body("edit_relation")],
    editing: Injected[Editing],
    workspace: str,
    editor: Editor = "api",
) -> EditedRelation:
    """Change its keywords, description or weight; documents no longer do."""
    return await editing.edit_relation(
        workspace,
        data.source,
        data.target,
        data.new_keywords,
        data.new_description,
        data.new_weight,
        editor=editor,
    )


@delete(
    "/v1/graph/relations",
    operation_id="delete_relation",
    summary="Delete a relation",
    tags=["graph"],
    status_code=200,
    responses=returns("delete_relation", DeletedRelation, 200, (400, 404, 503)),
)
async def delete_relation(
    editing: Injected[Editing],
    workspace: str,
    source: Source,
    target: Target,
    editor: Editor = "api",
) -> DeletedRelation:
    """With its evidence; documents that tell of it do not bring it back, creating it does."""
    return await editing.delete_relation(workspace, source, target, editor=editor)


@get(
    "/v1/graph/edits",
    operation_id="list_edits",
    summary="List edits",
    tags=["graph"],
    responses=returns("list_edits", EditPage, 200, (400, 404, 503)),
)
async def list_edits(
    editing: Injected[Editing],
    workspace: str,
    subject: Subject = None,
    before: Before = None,
    limit: Limit = 50,
) -> EditPage:
    """Who changed what, newest first, with what was before and what came after."""
    items = await editing.list_edits(workspace, subject, before, limit)
    return EditPage(items, items[-1].edit_id if len(items) == limit else None)


EDITING_DOORS = [
    create_entity,
    edit_entity,
    rename_entity,
    merge_entities,
    split_entity,
    delete_entity,
    create_relation,
    edit_relation,
    delete_relation,
    list_edits,
]
