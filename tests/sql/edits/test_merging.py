"""Several entities become one."""

import time

import asyncpg
import pytest

from sqlrag.app import Rag
from tests.sql.edits.test_entities import EDITS, ORPHANS, again
from tests.sql.edits.test_relations import BETWEEN
from tests.sql.graph.making import make_network, rows, write

MERGE = (
    "SELECT name, type, aliases, chunk_count, relation_count FROM rag.merge_entities($1, $2, $3)"
)
WRONG_WEIGHTS = """SELECT r.relation_id FROM sqlrag.relations AS r
    LEFT JOIN sqlrag.evidence AS v USING (workspace_id, relation_id)
    GROUP BY r.relation_id, r.weight, r.edited_weight
    HAVING abs(r.weight - coalesce(r.edited_weight, sum(v.weight))) > 1e-9"""
IBM = [
    ("IBM", "organization", "IBM is a company."),
    ("International Business Machines", "organization", "It makes machines."),
    ("Watson", "person", "He led it."),
    ("Deep Blue", "product", "It plays chess."),
]


async def write_machines(rag: Rag) -> None:
    await write(
        rag,
        "one",
        "IBM, short for International Business Machines, was led by Watson.",
        IBM[:3],
        [
            ("IBM", "International Business Machines", "short for", "", 1.0),
            ("Watson", "IBM", "leader", "Watson led IBM.", 2.0),
            ("International Business Machines", "Watson", "employer", "It paid Watson.", 3.0),
        ],
    )
    await write(
        rag,
        "two",
        "International Business Machines made Deep Blue.",
        [IBM[1], IBM[3]],
        [("International Business Machines", "Deep Blue", "maker", "", 4.0)],
    )


@pytest.fixture
async def machines(filled: Rag) -> Rag:
    await write_machines(filled)
    return filled


async def test_mentions_evidence_and_names_of_both_are_of_one(
    machines: Rag, connection: asyncpg.Connection
) -> None:
    vector = """SELECT embedding::text FROM sqlrag.entity_embeddings
        WHERE entity_id = sqlrag.find_entity(1, 'ibm')"""
    for at, name in enumerate(("ibm", IBM[1][0])):
        embed = """SELECT sqlrag.embed_entity(1, sqlrag.find_entity(1, $1), (
            SELECT embedding FROM sqlrag.chunk_embeddings ORDER BY chunk_id LIMIT 1 OFFSET $2))"""
        await connection.fetch(embed, name, at)
    (kept,) = await rows(connection, vector)
    merged = await rows(connection, MERGE, "default", ["IBM", IBM[1][0]], "ibm")
    assert merged == [("IBM", "organization", [IBM[1][0]], 2, 2)]
    assert await rows(connection, vector) == [kept], "the embedding of what it was merged into"
    assert await rows(connection, BETWEEN, "IBM", "Watson") == [
        ("IBM", "Watson", "employer, leader", "It paid Watson. Watson led IBM.", 5.0, 1, None)
    ], "of one chunk, as ingestion would have written it"
    found = await rows(connection, BETWEEN, "Deep Blue", "international business machines")
    assert found == [("IBM", "Deep Blue", "maker", "", 4.0, 1, None)]
    assert await rows(connection, WRONG_WEIGHTS) == []
    assert await rows(connection, ORPHANS) == []
    assert await rows(connection, EDITS.replace("edited_by", "after->>'name'")) == [
        ("merge_entities", f"IBM, {IBM[1][0]}", "IBM")
    ]
    before = "SELECT jsonb_array_length(before) FROM rag.edits"
    assert await rows(connection, before) == [(2,)]


async def test_ingesting_again_writes_what_the_merge_left(
    machines: Rag, connection: asyncpg.Connection
) -> None:
    await connection.fetch(MERGE, "default", [IBM[1][0]], "IBM")
    state = """SELECT d.source_key, n.name, m.name, m.description, m.is_subject
        FROM sqlrag.mentions AS m JOIN sqlrag.chunks USING (workspace_id, chunk_id)
        JOIN sqlrag.documents AS d USING (workspace_id, document_id)
        JOIN LATERAL sqlrag.name_entities(1, ARRAY[m.entity_id]) AS n ON true ORDER BY 1, 2"""
    proof = """SELECT d.source_key, a.name, v.keywords, v.description, v.weight
        FROM sqlrag.evidence AS v JOIN sqlrag.relations AS r USING (workspace_id, relation_id)
        JOIN sqlrag.chunks USING (workspace_id, chunk_id)
        JOIN sqlrag.documents AS d USING (workspace_id, document_id)
        JOIN LATERAL sqlrag.name_entities(1, ARRAY[r.source_id]) AS a ON true ORDER BY 1, 2, 5"""
    left = [await rows(connection, state), await rows(connection, proof)]
    await write_machines(machines)
    assert [await rows(connection, state), await rows(connection, proof)] == left
    assert await rows(connection, "SELECT count(*) FROM rag.entity('default', 'IBM')") == [(1,)]
    assert await rows(connection, ORPHANS) == []


async def test_a_new_name_is_given_to_the_most_mentioned(
    machines: Rag, connection: asyncpg.Connection
) -> None:
    merged = await rows(connection, MERGE, "default", ["IBM", IBM[1][0]], "Big Blue")
    assert merged[0][0] == "Big Blue"
    assert set(merged[0][2]) == {"IBM", IBM[1][0]}
    await again(machines, "essay")
    for name in ("ibm", "big blue", IBM[1][0]):
        found = f"SELECT name FROM rag.entity('default', '{name}')"
        assert await rows(connection, found) == [("Big Blue",)]


async def test_what_people_set_is_kept(machines: Rag, connection: asyncpg.Connection) -> None:
    long = IBM[1][0]
    await connection.execute(
        f"SELECT rag.edit_entity('default', '{long}', new_description => 'A maker.')"
    )
    await connection.execute(
        f"SELECT rag.edit_relation('default', 'Watson', '{long}', 'boss', new_weight => 10)"
    )
    await connection.execute("SELECT rag.create_relation('default', 'IBM', 'Viaweb', 'none')")
    await connection.fetch(MERGE, "default", [long], "IBM")
    described = "SELECT description FROM rag.entity('default', 'ibm')"
    assert await rows(connection, described) == [("A maker.",)]
    found = await rows(connection, BETWEEN, "IBM", "Watson")
    assert (found[0][2], found[0][4]) == ("boss", 12.0), "its 10 and the 2 of the other's evidence"
    assert len(await rows(connection, BETWEEN, "IBM", "Viaweb")) == 1
    assert await rows(connection, WRONG_WEIGHTS) == []


async def test_a_forgotten_relation_stays_forgotten_after_a_merge(
    machines: Rag, connection: asyncpg.Connection
) -> None:
    gone = "SELECT rag.delete_relation('default', 'Deep Blue', $1)"
    await connection.fetch(gone, IBM[1][0])
    await connection.fetch(MERGE, "default", [IBM[1][0]], "IBM")
    await write(
        machines,
        "three",
        "IBM made Deep Blue.",
        [IBM[0], IBM[3]],
        [("IBM", "Deep Blue", "maker", "", 1.0)],
    )
    assert await rows(connection, BETWEEN, "IBM", "Deep Blue") == []


async def test_two_hubs_with_common_neighbours_become_one(connection: asyncpg.Connection) -> None:
    edges = [(1, n, 1.0) for n in range(3, 2003)] + [(2, n, 2.0) for n in range(1003, 3003)]
    await make_network(connection, [*edges, (1, 2, 5.0)])
    await connection.execute(
        """UPDATE sqlrag.relations
        SET edited_by = 'me', edited_at = now(), edited_weight = weight, keywords = ''"""
    )
    started = time.perf_counter()
    merged = await rows(connection, MERGE, "default", ["n1", "n2"], "n1")
    assert time.perf_counter() - started < 20
    assert merged[0][::4] == ("n1", 3000)
    weights = "SELECT weight, count(*) FROM sqlrag.relations GROUP BY 1 ORDER BY 1"
    assert await rows(connection, weights) == [(1.0, 1000), (2.0, 1000), (3.0, 1000)]
    ends = """SELECT count(*) FROM sqlrag.relations AS r
        WHERE 1 NOT IN (r.source_id, r.target_id) OR 2 IN (r.source_id, r.target_id)"""
    assert await rows(connection, ends) == [(0,)]


async def test_one_entity_cannot_be_merged_with_itself(
    filled: Rag, connection: asyncpg.Connection
) -> None:
    for names in (["Yahoo", "yahoo inc."], ["Yahoo"], []):
        with pytest.raises(asyncpg.DataError, match="nothing to merge"):
            await connection.fetch(MERGE, "default", names, "YAHOO")
    assert await rows(connection, EDITS) == []
