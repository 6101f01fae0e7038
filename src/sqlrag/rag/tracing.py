"""How a context came about: what led to each of its rows."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlrag.domain.retrieval import Context, ScoredChunk, ScoredEntity, ScoredRelation
from sqlrag.domain.search import TraceStep
from sqlrag.repositories.postgres import Postgres

Names = Mapping[tuple[str, int], str]


async def trace(
    storage: Postgres, workspace_id: int, found: Context, filters: Mapping[str, Any] | None = None
) -> Context:
    """The rows with their paths, in names."""
    steps = await storage.fetch_all(
        TraceStep,
        "trace_context",
        workspace_id,
        [one.via_relation_id for one in found.entities if one.via_relation_id is not None],
        [chunk.chunk_id for chunk in found.chunks],
        [entity.entity_id for entity in found.entities],
        [relation.relation_id for relation in found.relations],
        filters,
    )
    names: dict[tuple[str, int], str] = {
        **{("entity", one.entity_id): one.name for one in found.entities},
        **{("relation", r.relation_id): f"{r.source} → {r.target}" for r in found.relations},
        **{(step.kind, step.id): step.name for step in steps if step.name is not None},
    }
    spoken_of = {step.id: step for step in steps if step.kind == "chunk"}
    entities = {one.name for one in found.entities}
    return replace(
        found,
        chunks=tuple(replace(one, about=_about(one, spoken_of, names)) for one in found.chunks),
        entities=tuple(replace(one, path=_way(one, names)) for one in found.entities),
        relations=tuple(replace(one, path=_ends(one, entities)) for one in found.relations),
    )


def _about(chunk: ScoredChunk, spoken_of: Mapping[int, TraceStep], names: Names) -> list[str]:
    step = spoken_of[chunk.chunk_id]
    return [
        *(names["entity", one] for one in step.entity_ids or ()),
        *(names["relation", one] for one in step.relation_ids or ()),
    ]


def _way(entity: ScoredEntity, names: Names) -> list[str]:
    came_by = ("entity", entity.from_entity_id), ("relation", entity.via_relation_id)
    return [names[kind, one] for kind, one in came_by if one is not None and (kind, one) in names]


def _ends(relation: ScoredRelation, entities: set[str]) -> list[str]:
    """What a relation comes by, unless a vector alone was near to it."""
    if not any(arm.arm == "entity" for arm in relation.arms):
        return []
    return [name for name in (relation.source, relation.target) if name in entities]
