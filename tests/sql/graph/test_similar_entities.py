"""What means nearly the same is near by its vector, and an entity is not similar to itself."""

from typing import Any

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.domain.errors import NotFound


async def test_the_nearest_vectors_come_first(filled: Rag, connection: asyncpg.Connection) -> None:
    found = await filled.graph.similar_entities("viaweb", limit=3)
    exact = """SELECT n.name, (1 - (v.embedding <=> mine.embedding))::float8 AS similarity
        FROM sqlrag.entity_embeddings AS mine
        JOIN sqlrag.entity_embeddings AS v
            ON v.workspace_id = 1 AND v.space_id = mine.space_id AND v.entity_id <> mine.entity_id
        JOIN sqlrag.name_entities(1, ARRAY(SELECT entity_id FROM sqlrag.entities)) AS n
            ON n.entity_id = v.entity_id
        WHERE mine.workspace_id = 1 AND mine.entity_id = sqlrag.find_entity(1, 'Viaweb')
        ORDER BY similarity DESC, name LIMIT 3"""
    wanted: list[Any] = [
        (row["name"], pytest.approx(row["similarity"])) for row in await connection.fetch(exact)
    ]
    assert [(one.name, one.similarity) for one in found] == wanted
    assert "Viaweb" not in [one.name for one in found]
    by_name = await connection.fetch("SELECT * FROM rag.similar_entities('default', 'Viaweb', 3)")
    assert [row["name"] for row in by_name] == [one.name for one in found]


async def test_an_unknown_entity_is_told(filled: Rag) -> None:
    with pytest.raises(NotFound, match='no entity "Nobody"'):
        await filled.graph.similar_entities("Nobody")
