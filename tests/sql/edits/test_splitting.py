"""Homonyms: one name, two entities."""

import asyncpg
import pytest

from sqlrag.app import Rag
from tests.sql.edits.test_entities import EDITS, ORPHANS
from tests.sql.edits.test_merging import MERGE, WRONG_WEIGHTS
from tests.sql.edits.test_relations import BETWEEN
from tests.sql.graph.making import entity_id, rows, write

SHOW = "SELECT name, chunk_count, relation_count, edited_by FROM rag.entity('default', $1)"
SPLIT = """SELECT name, type, chunk_count, relation_count, edited_by
    FROM rag.split_entity('default', 'Jordan', 'Jordan (country)', $1, 'me')"""
ATLAS = [("Jordan", "country", "It lies in Asia."), ("Amman", "city", "Its capital.")]
MATCH = [("Jordan", "person", "He plays."), ("Chicago", "city", "He plays there.")]


async def write_atlas(rag: Rag, key: str = "atlas", text: str = "Jordan: Amman.") -> None:
    await write(rag, key, text, ATLAS, [("Amman", "Jordan", "capital", "", 3.0)])


async def write_match(rag: Rag, key: str = "match") -> None:
    related = [("Jordan", "Chicago", "plays in", "", 2.0), ("Jordan", "Amman", "visits", "", 1.0)]
    mentions = [*MATCH, ("Amman", "city", "")]
    await write(rag, key, f"Jordan of Chicago in Amman, {key}.", mentions, related)


@pytest.fixture
async def homonyms(rag: Rag) -> Rag:
    await write_atlas(rag)
    await write_match(rag)
    return rag


async def test_what_some_documents_say_goes_to_a_new_entity(
    homonyms: Rag, connection: asyncpg.Connection
) -> None:
    assert await rows(connection, SPLIT, ["atlas"]) == [("Jordan (country)", "country", 1, 1, "me")]
    assert await rows(connection, SHOW, "Jordan") == [("Jordan", 1, 2, None)]
    assert await rows(connection, BETWEEN, "Jordan (country)", "Amman") == [
        ("Amman", "Jordan (country)", "capital", "", 3.0, 1, None)
    ]
    assert await rows(connection, BETWEEN, "Jordan", "Amman") == [
        ("Jordan", "Amman", "visits", "", 1.0, 1, None)
    ]
    assert await rows(connection, WRONG_WEIGHTS) == []
    assert await rows(connection, ORPHANS) == []
    assert await rows(connection, EDITS) == [("split_entity", "Jordan", "me")]


async def test_the_documents_lead_there_when_they_are_ingested_again(
    homonyms: Rag, connection: asyncpg.Connection
) -> None:
    await rows(connection, SPLIT, ["atlas"])
    country = await entity_id(connection, "jordan (country)")
    await write_atlas(homonyms, text="Jordan: Amman, and more.")
    await write_match(homonyms)
    await write_match(homonyms, "another")
    assert await rows(connection, SHOW, "Jordan (country)") == [("Jordan (country)", 1, 1, "me")]
    assert await entity_id(connection, "jordan (country)") == country
    assert (await rows(connection, SHOW, "Jordan"))[0][1:3] == (2, 2)
    assert await rows(connection, ORPHANS) == []


async def test_what_a_name_means_in_a_document_goes_with_it(
    homonyms: Rag, connection: asyncpg.Connection
) -> None:
    await rows(connection, SPLIT, ["atlas"])
    aliases = "SELECT count(*) FROM sqlrag.entity_aliases WHERE document_id <> 0"
    assert await rows(connection, aliases) == [(1,)]
    await homonyms.delete("atlas")
    assert await rows(connection, aliases) == [(0,)]
    assert await rows(connection, SHOW, "Jordan (country)") == [("Jordan (country)", 0, 0, "me")]
    assert await rows(connection, ORPHANS) == []


async def test_all_documents_may_go_to_the_new_one(
    homonyms: Rag, connection: asyncpg.Connection
) -> None:
    await rows(connection, SPLIT, ["atlas", "match"])
    assert (await rows(connection, SHOW, "Jordan (country)"))[0][1:3] == (2, 2)
    assert await rows(connection, SHOW, "Jordan") == [("Jordan (country)", 2, 2, "me")]
    assert await rows(connection, ORPHANS) == []


async def test_a_deleted_homonym_stays_away_and_leaves_the_other(
    homonyms: Rag, connection: asyncpg.Connection
) -> None:
    await rows(connection, SPLIT, ["atlas"])
    await connection.execute("SELECT rag.delete_entity('default', 'Jordan (country)')")
    await write_atlas(homonyms, text="Jordan: Amman, and more.")
    await write_match(homonyms)
    assert (await rows(connection, SHOW, "Jordan"))[0][1:3] == (1, 2)
    assert await rows(connection, SHOW, "Jordan (country)") == []


async def test_a_merge_takes_a_split_back(homonyms: Rag, connection: asyncpg.Connection) -> None:
    before = (await rows(connection, SHOW, "Jordan"))[0][:3]
    await rows(connection, SPLIT, ["atlas"])
    await rows(connection, MERGE, "default", ["Jordan (country)"], "Jordan")
    assert (await rows(connection, SHOW, "Jordan"))[0][:3] == before
    assert await rows(connection, WRONG_WEIGHTS) == []
    for _ in range(2):
        assert (await rows(connection, SHOW, "Jordan"))[0][:3] == before
        await write_atlas(homonyms, text="Jordan: Amman, and more.")


async def test_what_was_told_apart_is_no_duplicate(
    homonyms: Rag, connection: asyncpg.Connection
) -> None:
    await connection.execute("UPDATE sqlrag.mentions SET type = 'person'")
    embed = """SELECT sqlrag.embed_entity(1, sqlrag.find_entity(1, $1),
        (SELECT embedding FROM sqlrag.chunk_embeddings LIMIT 1))"""
    await connection.fetch(embed, "jordan")
    await connection.fetch(SPLIT.replace("Jordan (country)", "Jordann"), ["atlas"])
    vectors = """SELECT count(DISTINCT v.embedding), count(*) FROM sqlrag.entity_embeddings AS v
        WHERE v.entity_id IN (sqlrag.find_entity(1, 'jordan'), sqlrag.find_entity(1, 'jordann'))"""
    assert await rows(connection, vectors) == [(1, 2)], "a split copies the embedding"
    assert await rows(connection, "SELECT a, b FROM rag.duplicates('default')") == []


async def test_documents_that_do_not_speak_of_it_are_refused(
    homonyms: Rag, connection: asyncpg.Connection
) -> None:
    with pytest.raises(asyncpg.NoDataFoundError, match="source key nowhere, none"):
        await rows(connection, SPLIT, ["atlas", "nowhere", "none"])
    await write(homonyms, "silent", "Nothing.", [], [])
    for documents in (["silent"], []):
        with pytest.raises(asyncpg.DataError, match='None of these documents mentions "Jordan"'):
            await rows(connection, SPLIT, documents)
    assert await rows(connection, EDITS) == []
    assert await rows(connection, SHOW, "Jordan (country)") == []
