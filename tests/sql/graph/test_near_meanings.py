"""Names that mean the same, found by their vectors."""

import time

import asyncpg
import numpy as np

from sqlrag.app import Rag
from sqlrag.database.vectors import halfvec
from tests.sql.graph.making import make_network, rows, write

DUPLICATES = "SELECT a, b, by FROM rag.duplicates('default', $1)"


async def embed(connection: asyncpg.Connection, vectors: dict[int, np.ndarray]) -> None:
    """Vectors of entities of workspace 1, whatever they were embedded by."""
    await connection.execute(
        """INSERT INTO sqlrag.embedding_spaces (model, dimensions) VALUES ('m', 64);
        UPDATE sqlrag.workspaces SET space_id = (
            SELECT space_id FROM sqlrag.embedding_spaces WHERE model = 'm')"""
    )
    await connection.executemany(
        """INSERT INTO sqlrag.entity_embeddings (workspace_id, entity_id, space_id, embedding)
        SELECT 1, $1, space_id, $2 FROM sqlrag.embedding_spaces WHERE model = 'm'""",
        [(entity, halfvec(vector)) for entity, vector in vectors.items()],
    )


def near(chance: np.random.Generator, vector: np.ndarray, cosine: float) -> np.ndarray:
    """A unit vector at that cosine from a unit vector."""
    other = chance.normal(size=vector.shape)
    other -= other @ vector * vector
    other /= np.linalg.norm(other)
    return cosine * vector + np.sqrt(1 - cosine**2) * other


def draw(chance: np.random.Generator, count: int, dimensions: int = 64) -> np.ndarray:
    vectors = chance.normal(size=(count, dimensions))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


async def test_two_names_of_one_meaning_are_listed_unless_one_text_has_both(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    names = ["IBM", "Big Blue", "Watson", "Holmes", "Room 1", "Suite 2", "Nile", "Paint"]
    types = dict.fromkeys(names, "thing") | {"Paint": "colour"}
    await write(rag, "a", "a", [(name, types[name], "") for name in names[::2]], [])
    await write(rag, "b", "b", [(name, types[name], "") for name in names[1::2]], [])
    await write(rag, "c", "c", [("Watson", "thing", ""), ("Holmes", "thing", "")], [])
    chance = np.random.default_rng(1)
    vectors: dict[int, np.ndarray] = {}
    for vector, pair in zip(
        draw(chance, 4), zip(names[::2], names[1::2], strict=True), strict=True
    ):
        one, other = [
            await connection.fetchval("SELECT sqlrag.find_entity(1, $1)", n) for n in pair
        ]
        vectors |= {one: vector, other: near(chance, vector, 0.9)}
    await embed(connection, vectors)
    assert await rows(connection, DUPLICATES, 50) == [("IBM", "Big Blue", "embedding")]


async def test_the_best_by_name_and_by_meaning_come_in_turn(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    pairs = [
        ("Nortel Networks", "Nortel Network"),
        ("Jon Smith", "John Smith"),
        ("IBM", "Big Blue"),
    ]
    for at in (0, 1):
        await write(rag, str(at), f"d{at}", [(pair[at], "thing", "") for pair in pairs], [])
    one, other = [
        await connection.fetchval("SELECT sqlrag.find_entity(1, $1)", n) for n in pairs[2]
    ]
    (vector,) = draw(np.random.default_rng(2), 1)
    await embed(connection, {one: vector, other: vector})
    found = await rows(connection, DUPLICATES, 50)
    assert [by for *_, by in found] == ["name", "embedding", "name"]
    assert await rows(connection, DUPLICATES, 2) == found[:2]


async def test_near_vectors_among_thousands_are_found_in_bounded_time(
    connection: asyncpg.Connection,
) -> None:
    count, pairs = 4000, 100
    chance = np.random.default_rng(3)
    vectors = draw(chance, count)
    for at in range(pairs):
        vectors[at + pairs] = near(chance, vectors[at], 0.95)
    await make_network(connection, [(n, n + 1, 1.0) for n in range(1, count)])
    await embed(connection, {at + 1: vector for at, vector in enumerate(vectors)})
    await connection.execute("ANALYZE sqlrag.entity_embeddings")
    started = time.perf_counter()
    found = await rows(connection, "SELECT a_id, b_id FROM sqlrag.near_meanings(1, 1000)")
    assert time.perf_counter() - started < 15
    planted = {(at, at + pairs) for at in range(1, pairs + 1)}
    assert len(planted & set(found)) >= 90
    assert set(found) <= planted
