"""Entities and relations are what their mentions and evidence say, unless a person said it."""

import asyncio
import json
from typing import Any

import asyncpg
import pytest

from sqlrag.app import Rag
from tests.sql.graph.making import edit, entity_id, rows, write

ENTITY = """SELECT name, type, description, chunk_count
    FROM sqlrag.describe_entities(1, ARRAY[$1::bigint], $2)"""
RELATION = """SELECT source, target, keywords, description, weight, chunk_count
    FROM sqlrag.describe_relations(1, ARRAY(SELECT relation_id FROM sqlrag.relations
        WHERE source_id IN ($1, $2) AND target_id IN ($1, $2)), $3)"""
ONLY_NEWS = {"source_keys": ["news"]}


async def test_the_most_used_name_and_type_win(filled: Rag, connection: asyncpg.Connection) -> None:
    for key, name, type_ in (("a", "YAHOO", "product"), ("b", "Yahoo Inc.", "product")):
        await write(filled, key, f"{name}.", [(name, type_, "Yahoo bought Viaweb.")], [])
    yahoo = await entity_id(connection, "yahoo")
    assert await rows(connection, ENTITY, yahoo, None) == [
        (
            "Yahoo Inc.",
            "product",
            "Yahoo bought Viaweb.\nYahoo is a portal, and a large one.",
            4,
        )
    ]
    await write(filled, "c", "YAHOO.", [("YAHOO", "organization", "")], [])
    assert (await rows(connection, ENTITY, yahoo, None))[0][0] == "YAHOO", "of equals, the shorter"


async def test_a_filter_hides_what_other_documents_say(
    filled: Rag, connection: asyncpg.Connection
) -> None:
    yahoo, viaweb = await entity_id(connection, "Yahoo"), await entity_id(connection, "Viaweb")
    said = [("Yahoo Inc.", "organization", "Yahoo is a portal, and a large one.", 1)]
    assert await rows(connection, ENTITY, yahoo, ONLY_NEWS) == said
    assert await rows(connection, ENTITY, viaweb, ONLY_NEWS) == []
    assert await rows(connection, RELATION, yahoo, viaweb, ONLY_NEWS) == []
    await write(
        filled,
        "news",
        "Yahoo Inc. paid for Viaweb.",
        [("Yahoo Inc.", "organization", "Rich."), ("Viaweb", "product", "Sold.")],
        [("Yahoo Inc.", "Viaweb", "price", "Yahoo paid.", 5.0)],
    )
    ((source, target, *rest),) = await rows(connection, RELATION, yahoo, viaweb, ONLY_NEWS)
    assert {source, target} == {"Yahoo Inc.", "Viaweb"}
    assert rest[:4] == ["price", "Yahoo paid.", 5.0, 1]
    ((*_, keywords, description, weight, chunk_count),) = await rows(
        connection, RELATION, yahoo, viaweb, None
    )
    assert keywords == "1998, acquisition, price"
    assert description.splitlines()[1] == "Yahoo paid."
    assert (weight, chunk_count) == (7.0, 2)


async def test_the_direction_is_that_of_most_evidence(
    filled: Rag, connection: asyncpg.Connection
) -> None:
    paul, viaweb = await entity_id(connection, "Paul Graham"), await entity_id(connection, "viaweb")
    people = [("Viaweb", "organization", ""), ("Paul Graham", "person", "")]
    for weight, backwards in ((1.0, False), (9.0, True)):
        await write(
            filled,
            "other",
            "x",
            people,
            [("Viaweb", "Paul Graham", "made", "It made him.", weight)],
        )
        ((source, *_),) = await rows(connection, RELATION, paul, viaweb, None)
        assert (source == "Viaweb") is backwards


async def test_an_edit_comes_before_every_vote(filled: Rag, connection: asyncpg.Connection) -> None:
    await edit(connection, "Viaweb", name="Viaweb (1995)", type="company", description="A shop.")
    viaweb = await entity_id(connection, "Viaweb")
    assert await rows(connection, ENTITY, viaweb, None) == [
        ("Viaweb (1995)", "company", "A shop.", 1)
    ]
    await filled.delete("essay")
    assert (await rows(connection, ENTITY, viaweb, None))[0][3] == 0
    assert await rows(connection, ENTITY, viaweb, {"source_keys": ["essay"]}) == []
    await connection.execute("UPDATE sqlrag.entities SET (name, type) = (NULL, NULL)")
    assert await rows(connection, ENTITY, viaweb, None) == [("viaweb", "concept", "A shop.", 0)]


async def test_a_description_ends_at_its_budget(rag: Rag, connection: asyncpg.Connection) -> None:
    for n in range(12):
        await write(rag, f"d{n}", f"text {n}", [("Ada", "person", f"{n:02} " + "x" * 900)], [])
    ((_, _, description, chunk_count),) = await rows(
        connection, ENTITY, await entity_id(connection, "ada"), None
    )
    assert chunk_count == 12
    assert [line[:2] for line in description.splitlines()] == ["00", "01", "02", "03"]
    await write(rag, "long", "long", [("Bob", "person", "y" * 5000)], [])
    ((_, _, description, _),) = await rows(
        connection, ENTITY, await entity_id(connection, "bob"), None
    )
    assert len(description) == 4000


@pytest.mark.parametrize("filters", [None, {}, {"source_keys": []}])
async def test_nothing_is_described_by_nothing(
    filled: Rag, connection: asyncpg.Connection, filters: dict | None
) -> None:
    for ids in ([], [10**9], None):
        for kind in ("entities", "relations"):
            sql = f"SELECT * FROM sqlrag.describe_{kind}(1, $1, $2)"
            assert await connection.fetch(sql, ids, filters) == [], json.dumps(filters)


async def test_a_name_leads_to_its_entity(filled: Rag, connection: asyncpg.Connection) -> None:
    find = "SELECT sqlrag.find_entity(1, $1)"
    yahoo = await connection.fetchval(find, "Yahoo")
    assert yahoo
    assert await connection.fetchval(find, " the YAHOO, inc ") == yahoo
    assert await connection.fetchval(find, "анна АХМАТОВА")
    assert await connection.fetchval(find, "张三")
    for nothing in ("Zeppelin", "", None):
        assert await connection.fetchval(find, nothing) is None


async def test_a_homonym_of_one_document_comes_after_the_common_name(
    filled: Rag, connection: asyncpg.Connection
) -> None:
    paul, tim = (
        await entity_id(connection, "Paul Graham"),
        await entity_id(connection, "Tim Koogle"),
    )
    alias = "INSERT INTO sqlrag.entity_aliases VALUES (1, $1, $2, $3)"
    for name, document_id, entity in (
        ("yahoo", 7, paul),
        ("chief", 9, tim),
        ("chief", 8, max(paul, tim)),
    ):
        await connection.execute(alias, name, document_id, entity)
    assert await entity_id(connection, "yahoo") not in (paul, tim)
    assert await entity_id(connection, "chief") == min(tim, max(paul, tim))


@pytest.fixture
async def hub(filled: Rag, connection: asyncpg.Connection) -> int:
    """Viaweb with 5,000 more mentions, the last thousand by another name, beside as many entities
    that are mentioned once; without triggers, for the time."""
    viaweb = await entity_id(connection, "Viaweb")
    await connection.execute(
        f"""SET session_replication_role = replica;
        INSERT INTO sqlrag.chunks (workspace_id, document_id, ordinal, content, content_sha256,
            token_count, term_count, char_start, char_end)
        SELECT 1, 1, 100 + n, 'x', '', 1, 1, 0, 1 FROM generate_series(1, 5000) AS n;
        INSERT INTO sqlrag.mentions
            (workspace_id, entity_id, chunk_id, name, type, description, is_subject)
        SELECT 1, {viaweb}, chunk_id, CASE WHEN ordinal > 4100 THEN 'New' ELSE 'Old' END, 'shop',
            'Said ' || ordinal, false
        FROM sqlrag.chunks WHERE content = 'x';
        INSERT INTO sqlrag.mentions
            (workspace_id, entity_id, chunk_id, name, type, description, is_subject)
        SELECT 1, 1000 + ordinal, chunk_id, 'Other', 'shop', 'Rare.', false
        FROM sqlrag.chunks WHERE content = 'x';
        SET session_replication_role = DEFAULT;"""
    )
    await vacuum(connection, "sqlrag.mentions")
    return viaweb


async def vacuum(connection: asyncpg.Connection, table: str) -> None:
    """Until index-only scans find every page visible, which an ANALYZE by autovacuum prevents."""
    visible = "SELECT relallvisible = relpages FROM pg_class WHERE oid = $1::text::regclass"
    for _ in range(300):
        await connection.execute(f"VACUUM ANALYZE {table}")
        if await connection.fetchval(visible, table):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"{table} has pages that are not visible to all")


async def count_fetched(connection: asyncpg.Connection, query: str, *arguments: Any) -> int:
    """How many rows of mentions a query reads from the table itself."""
    fetched = "SELECT idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'mentions'"
    async with connection.transaction():
        before = await connection.fetchval(fetched) or 0
        await connection.fetch(query, *arguments)
        return await connection.fetchval(fetched) - before


async def test_a_hub_is_described_by_the_latest_that_is_said_of_it(
    hub: int, connection: asyncpg.Connection
) -> None:
    assert await count_fetched(connection, ENTITY, hub, None) <= 1000
    ((name, type_, description, count),) = await rows(connection, ENTITY, hub, None)
    said = "SELECT count(*) FROM sqlrag.mentions WHERE entity_id = $1"
    assert (name, type_, count) == ("New", "shop", await connection.fetchval(said, hub))
    assert sorted(description.splitlines()) == sorted(f"Said {n}" for n in range(5001, 5101))


async def test_the_hash_of_a_hub_reads_little_and_knows_every_change(
    hub: int, connection: asyncpg.Connection
) -> None:
    hashing = "SELECT sqlrag.inputs_sha256(1, 'entity', $1)"
    assert await count_fetched(connection, hashing, hub) <= 1000
    hashes = [await connection.fetchval(hashing, hub)]
    for change in (
        "DELETE FROM sqlrag.mentions WHERE entity_id = $1 AND description = 'Said 101'",
        "UPDATE sqlrag.mentions SET description = 'New' WHERE entity_id = $1"
        " AND description = 'Said 5100'",
        "DELETE FROM sqlrag.mentions WHERE entity_id = $1 AND description = 'Said 5000'",
    ):
        assert not (await connection.execute(change, hub)).endswith(" 0")
        hashes.append(await connection.fetchval(hashing, hub))
    assert len(set(hashes)) == len(hashes)


async def test_a_relation_that_is_said_very_often_is_described_by_the_latest_evidence(
    hub: int, connection: asyncpg.Connection
) -> None:
    paul = await entity_id(connection, "Paul Graham")
    relation, source = await connection.fetchrow(
        "SELECT relation_id, source_id FROM sqlrag.relations"
        " WHERE source_id = least($1::bigint, $2) AND target_id = greatest($1, $2)",
        *(hub, paul),
    )
    await connection.execute(
        """INSERT INTO sqlrag.evidence
            (workspace_id, relation_id, chunk_id, is_reversed, keywords, description, weight)
        SELECT 1, $1, chunk_id, (ordinal > 4100) = $2,
            CASE WHEN ordinal > 4100 THEN 'new' ELSE 'old' END, 'Said ' || ordinal, 2
        FROM sqlrag.chunks WHERE content = 'x'""",
        *(relation, source == hub),
    )
    evidence = "FROM sqlrag.evidence WHERE relation_id = $1"
    await connection.execute(
        f"UPDATE sqlrag.relations SET weight = (SELECT sum(weight) {evidence})"
        " WHERE relation_id = $1",
        relation,
    )
    whole = await connection.fetchrow(f"SELECT sum(weight), count(*) {evidence}", relation)
    keys = await connection.fetchval("SELECT array_agg(source_key) FROM sqlrag.documents")
    for filters in (None, {"source_keys": keys}):
        ((first, _, keywords, description, weight, count),) = await rows(
            connection, RELATION, hub, paul, filters
        )
        assert (keywords, first == "New") == ("new", False)
        assert sorted(description.splitlines()) == sorted(f"Said {n}" for n in range(5001, 5101))
        assert (weight, count) == tuple(whole)
