"""Edits of the graph as clients of LightRAG make them."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from litestar import Request
from litestar.params import JSONBody
from msgspec import UNSET, Meta, Struct, UnsetType

from sqlrag.domain.errors import BadInput, Conflict, ModelError, NotFound
from sqlrag.domain.graph_views import Entity, Relation
from sqlrag.domain.names import Words
from sqlrag.doors.http.addresses import RagOfWorkspace
from sqlrag.doors.http.dialects.conversations import tell
from sqlrag.doors.http.dialects.lightrag.speaking import lightrag
from sqlrag.rag.shelf import is_entity

_EDITS = (NotFound, Conflict, ModelError)
# What is theirs is named as ours; where it came from, our documents say.
_OF_ENTITIES = {"entity_type": "type", "description": "description"}
_OF_RELATIONS = {"keywords": "keywords", "description": "description", "weight": "weight"}
_ORIGINS = ("source_id", "file_path", "created_at", "entity_id")
_Changes = Annotated[
    dict[str, Any], tell("entity_name, entity_type, description; where it is from is left out.")
]
_Told = Annotated[dict[str, Any], tell("keywords, description, weight.")]


class EntityEdit(Struct, frozen=True):
    entity_name: Words
    updated_data: _Changes
    allow_rename: bool = False
    allow_merge: bool = False


class RelationEdit(Struct, frozen=True):
    source_id: Words
    target_id: Words
    updated_data: _Told


class EntityMade(Struct, frozen=True):
    entity_name: Words
    entity_data: _Changes


class RelationMade(Struct, frozen=True):
    source_entity: Words
    target_entity: Words
    relation_data: _Told


class Merge(Struct, frozen=True):
    entities_to_change: Annotated[list[Words], Meta(min_length=1)]
    entity_to_change_into: Words


class EntityGone(Struct, frozen=True):
    entity_name: Words


class RelationGone(Struct, frozen=True):
    source_entity: Words
    target_entity: Words


class _Summary(Struct, frozen=True):
    merged: bool
    merge_status: Literal["success", "not_attempted"]
    merge_error: None
    operation_status: Literal["success"]
    target_entity: str | None
    final_entity: str
    renamed: bool


class Edited(Struct, frozen=True):
    status: Literal["success"]
    message: str
    data: dict[str, Any]
    operation_summary: _Summary | UnsetType = UNSET


class Gone(Struct, frozen=True):
    status: Literal["success"]
    doc_id: str
    message: str
    status_code: int = 200


@lightrag(
    "POST /graph/entity/edit", "Edit an entity as a client of LightRAG does", _EDITS,
    takes=EntityEdit, role="writer",
)  # fmt: skip
async def update_entity(data: JSONBody[Any], rag: RagOfWorkspace) -> Edited:
    """Another name has to be allowed by `allow_rename`, and where it is another entity's, that both
    become one, by `allow_merge`."""
    changes = _read(data.updated_data, {**_OF_ENTITIES, "entity_name": "name"})
    old: Entity = await rag.graph.entity(data.entity_name)
    wanted = changes.pop("name", None)
    new_name = wanted if wanted not in (None, old.name) else None
    if new_name is not None and not data.allow_rename:
        raise BadInput("The name is another; set allow_rename to true to rename the entity.")
    name, merges = data.entity_name, False
    if new_name and data.allow_merge and await _is_other(rag, new_name, old):
        name, merges = (await rag.graph.merge_entities([name], new_name)).name, True
    made = {f"new_{one}": value for one, value in changes.items()}
    if new_name is not None and not merges:
        made["new_name"] = new_name
    edited = await (rag.graph.edit_entity(name, **made) if made else rag.graph.entity(name))
    summary = _Summary(
        merged=merges,
        merge_status="success" if merges else "not_attempted",
        merge_error=None,
        operation_status="success",
        target_entity=new_name if merges else None,
        final_entity=edited.name,
        renamed=new_name is not None and not merges,
    )
    done = "merged into" if merges else "edited as"
    return Edited("success", f'The entity was {done} "{edited.name}".', _show(edited), summary)


@lightrag(
    "POST /graph/relation/edit", "Edit a relation as a client of LightRAG does", _EDITS,
    takes=RelationEdit, role="writer",
)  # fmt: skip
async def update_relation(data: JSONBody[Any], rag: RagOfWorkspace) -> Edited:
    """Changes what is given; documents no longer do."""
    changes = _read(data.updated_data, _OF_RELATIONS)
    made = {f"new_{one}": value for one, value in changes.items()}
    edited = await rag.graph.edit_relation(data.source_id, data.target_id, **made)
    return Edited("success", "The relation was edited.", _show_relation(edited))


@lightrag(
    "POST /graph/entity/create", "Create an entity as a client of LightRAG does",
    (Conflict, ModelError), takes=EntityMade, role="writer",
)  # fmt: skip
async def add_entity(data: JSONBody[Any], rag: RagOfWorkspace) -> Edited:
    """It stays whatever documents say."""
    told = _read(data.entity_data, _OF_ENTITIES)
    made = await rag.graph.create_entity(data.entity_name, **told)
    return Edited("success", f'The entity "{made.name}" was created.', _show(made))


@lightrag(
    "POST /graph/relation/create", "Create a relation as a client of LightRAG does", _EDITS,
    takes=RelationMade, role="writer",
)  # fmt: skip
async def add_relation(data: JSONBody[Any], rag: RagOfWorkspace) -> Edited:
    """It stays, with both ends, whatever documents say."""
    told = _read(data.relation_data, _OF_RELATIONS)
    made = await rag.graph.create_relation(data.source_entity, data.target_entity, **told)
    return Edited("success", "The relation was created.", _show_relation(made))


@lightrag(
    "POST /graph/entities/merge", "Merge entities as a client of LightRAG does", _EDITS,
    takes=Merge, role="writer",
)  # fmt: skip
async def join_entities(data: JSONBody[Any], rag: RagOfWorkspace) -> Edited:
    """All their names lead to the one that stays, with all that is said of them."""
    merged = await rag.graph.merge_entities(data.entities_to_change, data.entity_to_change_into)
    return Edited("success", f'The entities were merged into "{merged.name}".', _show(merged))


@lightrag(
    "DELETE /graph/entity/delete", "Delete an entity as a client of LightRAG does", (NotFound,),
    takes=EntityGone, role="writer",
)  # fmt: skip
async def remove_entity(request: Request[Any, Any, Any], rag: RagOfWorkspace) -> Gone:
    """With its relations; documents that speak of it do not bring it back."""
    data: EntityGone = await request.json()
    await rag.graph.delete_entity(data.entity_name)
    name = data.entity_name
    return Gone("success", name, f'The entity "{name}" was deleted.')


@lightrag(
    "DELETE /graph/relation/delete", "Delete a relation as a client of LightRAG does", (NotFound,),
    takes=RelationGone, role="writer",
)  # fmt: skip
async def remove_relation(request: Request[Any, Any, Any], rag: RagOfWorkspace) -> Gone:
    """With its evidence; documents that tell of it do not bring it back."""
    data: RelationGone = await request.json()
    await rag.graph.delete_relation(data.source_entity, data.target_entity)
    ends = f"{data.source_entity} -> {data.target_entity}"
    return Gone("success", ends, f"The relation {ends} was deleted.")


def _read(given: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """What is given, as it is named here. Raises BadInput."""
    kept = {name: value for name, value in given.items() if name not in _ORIGINS}
    for name, value in kept.items():
        if name not in names:
            raise BadInput(f'There is no "{name[:80]}" to be set; use {", ".join(names)}.')
        kind = int | float if name == "weight" else str
        if not isinstance(value, kind) or isinstance(value, bool):
            wanted = "a number" if name == "weight" else "a text"
            raise BadInput(f"{name} is {str(value)[:80]}; give {wanted}.")
    return {names[name]: value for name, value in kept.items()}


async def _is_other(rag: Any, name: str, old: Entity) -> bool:
    """Whether another entity has a name."""
    return await is_entity(rag, name) and (await rag.graph.entity(name)).name != old.name


def _show(one: Entity) -> dict[str, Any]:
    told = {"entity_id": one.name, "entity_type": one.type, "description": one.description}
    return {"entity_name": one.name, "graph_data": told}


def _show_relation(one: Relation) -> dict[str, Any]:
    told = {name: getattr(one, name) for name in ("keywords", "description", "weight")}
    return {"src_entity": one.source, "tgt_entity": one.target, "graph_data": told}


DOORS = (
    *update_entity, *update_relation, *add_entity, *add_relation, *join_entities, *remove_entity,
    *remove_relation,
)  # fmt: skip
