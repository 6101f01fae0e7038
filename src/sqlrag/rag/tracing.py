"""How a context came about: what led to each of its rows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlrag.domain.retrieval import QueryParam, ScoredChunk, ScoredEntity, ScoredRelation
from sqlrag.domain.search import SearchRequest, SearchResult, TableReads, TraceStep
from sqlrag.domain.workspaces import Workspace
from sqlrag.repositories.postgres import Postgres, Session

Names = Mapping[tuple[str, int], str]


async def explain(
    storage: Postgres, workspace: Workspace, request: SearchRequest, param: QueryParam
) -> dict[str, Any]:
    """The plan of the statement, with what was read under "Reads": rows, tables and indexes.

    A plan does not look into functions; the counters of the connection do.
    """

    async def work(session: Session) -> dict[str, Any]:
        before = {one.name: one.rows for one in await session.searches.count_reads()}
        plan = await session.searches.explain_search(workspace.id, request, param)
        after = await session.searches.count_reads()
        read = [replace(one, rows=one.rows - before.get(one.name, 0)) for one in after]
        return {**plan, "Reads": _sum_up([one for one in read if one.rows > 0])}

    return await storage.run(work)


def _sum_up(read: Sequence[TableReads]) -> dict[str, Any]:
    return {
        "rows": sum(one.rows for one in read),
        "tables": {one.name: one.rows for one in read if not one.is_index},
        "indexes": {one.name: one.rows for one in read if one.is_index},
    }


def trace(found: SearchResult, steps: Sequence[TraceStep]) -> SearchResult:
    """The rows with their paths, in names."""
    names: dict[tuple[str, int], str] = {
        **{("entity", one.entity_id): one.name for one in found.entities},
        **{("relation", one.relation_id): _name(one) for one in found.relations},
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


def _name(relation: ScoredRelation) -> str:
    return f"{relation.source} → {relation.target}"
