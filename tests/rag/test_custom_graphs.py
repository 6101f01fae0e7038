"""Graphs and chunks that users bring along."""

from typing import Any

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.domain.errors import BadInput, DocumentTooLarge
from sqlrag.domain.retrieval import QueryParam
from sqlrag.settings import Settings
from tests.counting import count_statements
from tests.sql.graph.making import rows

KG: dict[str, Any] = {
    "chunks": [
        {"content": "Alice and Bob study tides.", "source_id": "s1", "file_path": "tides.txt"},
        {"content": "The lamp burns oil.", "source_id": "s2", "file_path": "lamp.txt"},
        {"content": "Bob keeps the lamp.", "source_id": "s3", "file_path": "lamp.txt"},
    ],
    "entities": [
        {
            "entity_name": "Alice",
            "entity_type": "person",
            "description": "Alice studies tides.",
            "source_id": "s1",
            "file_path": "tides.txt",
        },
        {
            "entity_name": "Bob",
            "entity_type": "person",
            "description": "Bob keeps a lamp.",
            "source_id": "s1<SEP>s3",
        },
        {"entity_name": "lamp", "entity_type": "thing", "description": "", "source_id": "s2"},
    ],
    "relationships": [
        {
            "src_id": "Alice",
            "tgt_id": "Bob",
            "description": "They study together.",
            "keywords": "study, colleagues",
            "weight": 2.0,
            "source_id": "s1",
        },
        {
            "src_id": "Bob",
            "tgt_id": "lamp",
            "keywords": "keeper",
            "weight": 3,
            "source_id": "s2<SEP>s3",
        },
        {"src_id": "lamp", "tgt_id": "oil", "description": "It burns oil.", "source_id": "s2"},
    ],
}
MENTIONS = """SELECT d.source_key, c.ordinal, m.name, m.type, m.description
    FROM sqlrag.mentions AS m JOIN sqlrag.chunks AS c USING (workspace_id, chunk_id)
    JOIN sqlrag.documents AS d USING (workspace_id, document_id) ORDER BY 1 DESC, 2, 3"""
RELATIONS = """SELECT d.source, d.target, d.keywords, d.description, d.weight, d.chunk_count
    FROM sqlrag.describe_relations(1, ARRAY(SELECT relation_id FROM sqlrag.relations)) AS d
    ORDER BY d.weight"""
EVERYTHING = [
    ("tides.txt", 0, "Alice", "person", "Alice studies tides."),
    ("tides.txt", 0, "Bob", "person", "Bob keeps a lamp."),
    ("lamp.txt", 0, "Bob", "person", ""),
    ("lamp.txt", 0, "lamp", "thing", ""),
    ("lamp.txt", 0, "oil", "concept", ""),
    ("lamp.txt", 1, "Bob", "person", "Bob keeps a lamp."),
    ("lamp.txt", 1, "lamp", "thing", ""),
]


def changed(where: str, at: int, **fields: Any) -> dict[str, Any]:
    """The graph with one record changed; a field of None is left out."""
    records = [dict(record) for record in KG[where]]
    records[at] = {k: v for k, v in (records[at] | fields).items() if v is not None}
    return KG | {where: records}


async def test_chunks_entities_and_relations_are_written_as_they_are_given(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    results = await rag.insert_custom_kg(KG)
    assert [(r.source_key, r.outcome, r.chunk_count) for r in results] == [
        ("tides.txt", "added", 1),
        ("lamp.txt", "added", 2),
    ]
    chunks = "SELECT content FROM rag.chunks WHERE source_key = 'lamp.txt' ORDER BY ordinal"
    assert await rows(connection, chunks) == [("The lamp burns oil.",), ("Bob keeps the lamp.",)]
    assert await rows(connection, MENTIONS) == EVERYTHING
    assert await rows(connection, RELATIONS) == [
        ("lamp", "oil", "", "It burns oil.", 1.0, 1),
        ("Alice", "Bob", "colleagues, study", "They study together.", 2.0, 1),
        ("Bob", "lamp", "keeper", "", 3.0, 2),
    ], "a weight is shared by its chunks"
    said = "SELECT document, quote FROM rag.where_said('default', 'Alice', 'Bob'::text)"
    assert await rows(connection, said) == [("tides.txt", "They study together.")]
    assert await rows(connection, "SELECT * FROM rag.orphans") == []
    embedded = """SELECT (SELECT count(*) FROM sqlrag.entity_embeddings),
        (SELECT count(*) FROM sqlrag.relation_embeddings)"""
    assert await rows(connection, embedded) == [(4, 3)]
    context = await rag.search("Who keeps the lamp?")
    assert context.chunks[0].content == "Bob keeps the lamp."


async def test_the_same_graph_again_changes_nothing_and_another_one_replaces_it(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    await rag.insert_custom_kg(KG)
    again = await rag.insert_custom_kg(KG)
    assert [result.outcome for result in again] == ["unchanged", "unchanged"]
    other = changed("entities", 2, description="It stands on a rock.", entity_type="light")
    results = await rag.insert_custom_kg(other)
    assert [result.outcome for result in results] == ["unchanged", "updated"]
    wanted = [
        (*row[:3], "light", "It stands on a rock." if row[1] == 0 else "")
        if row[2] == "lamp"
        else row
        for row in EVERYTHING
    ]
    assert await rows(connection, MENTIONS) == wanted, "though no chunk has changed"
    await rag.insert_custom_kg(KG)
    assert await rows(connection, MENTIONS) == EVERYTHING
    assert await rows(connection, "SELECT * FROM rag.orphans") == []


async def test_a_document_takes_its_part_along(rag: Rag, connection: asyncpg.Connection) -> None:
    await rag.insert_custom_kg(KG)
    await rag.delete("lamp.txt")
    assert await rows(connection, MENTIONS) == EVERYTHING[:2]
    assert len(await rows(connection, RELATIONS)) == 1
    assert await rows(connection, "SELECT count(*) FROM sqlrag.entities") == [(2,)]


async def test_with_a_key_all_chunks_are_one_document(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    (result,) = await rag.insert_custom_kg(KG, "all")
    assert (result.source_key, result.chunk_count) == ("all", 3)
    assert len(await rows(connection, MENTIONS)) == 7


async def test_without_a_path_a_second_graph_is_added_to_the_first(rag: Rag) -> None:
    def graph(content: str) -> dict[str, Any]:
        return {"chunks": [{"content": content, "source_id": "x"}]}

    for content in ("One.", "Two.", "One."):
        await rag.insert_custom_kg(graph(content))
    assert len(await rag.list_documents()) == 2


async def test_chunks_stand_in_the_order_they_are_given(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    chunks = [
        {"content": f"Part {order}.", "source_id": f"s{order}", "chunk_order_index": order}
        for order in (2, 0, 1)
    ]
    await rag.insert_custom_kg({"chunks": chunks}, "parts")
    found = "SELECT ordinal, content FROM rag.chunks ORDER BY ordinal"
    assert await rows(connection, found) == [(n, f"Part {n}.") for n in range(3)]


async def test_a_document_takes_two_statements(rag: Rag) -> None:
    await rag.insert("warm", "warm")
    for graph in (KG, changed("entities", 0, description="Else.")):
        one = {
            "chunks": [{**chunk, "file_path": "one"} for chunk in graph["chunks"]],
            "entities": graph["entities"],
            "relationships": graph["relationships"],
        }
        with count_statements(rag.storage.database._pool) as sent:
            await rag.insert_custom_kg(one)
        assert len(sent) - 1 == 2, "one more looks whether an index is due"


@pytest.mark.parametrize(
    ("graph", "sentence"),
    [
        (changed("entities", 1, source_id="s9"), r'entities\[1\] \("Bob"\) has the source_id "s9"'),
        (changed("entities", 1, source_id="s1<SEP>s9"), 'source_id "s9", which no chunk has'),
        (changed("entities", 1, source_id=None), r'entities\[1\] \("Bob"\) has no "source_id"'),
        (changed("entities", 0, entity_name=None), r'entities\[0\] has no "entity_name"'),
        (changed("entities", 0, entity_name="  "), r'entities\[0\] .* has no "entity_name"'),
        (changed("entities", 0, description=7), r'entities\[0\] \("Alice"\) has no "description"'),
        (changed("entities", 0, description="\x00"), "holds a NUL character"),
        (changed("entities", 0, entity_name="\ud800"), "is not valid Unicode"),
        (changed("relationships", 1, tgt_id=None), r'relationships\[1\] \("Bob"\) has no "tgt_id"'),
        (changed("relationships", 0, tgt_id="Alice"), r'"Alice — Alice"\) relates an entity to it'),
        (changed("relationships", 0, weight=0), r'"weight" of relationships\[0\] .* is 0'),
        (changed("relationships", 0, weight="2"), "use a number above 0"),
        (changed("relationships", 0, weight=float("nan")), "use a number above 0"),
        (changed("chunks", 2, content=" "), r'chunks\[2\] has no "content"'),
        (changed("chunks", 2, chunk_order_index="1"), "use a whole number"),
        (KG | {"entities": ["Alice"]}, r"entities\[0\] is not a record"),
        (KG | {"entities": "Alice"}, '"entities" of a custom graph is a list'),
        (KG | {"relations": []}, 'has no "relations"; it has chunks, entities, relationships'),
        ([KG], "is a mapping of chunks"),
    ],
)
async def test_one_wrong_record_is_named_and_nothing_is_written(
    rag: Rag, graph: Any, sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence):
        await rag.insert_custom_kg(graph)
    assert await rag.list_documents() == []


async def test_a_graph_that_is_too_large_is_refused(url: str, settings: Settings) -> None:
    small = settings.model_copy(update={"max_file_bytes": 500})
    async with Rag.open(url, settings=small) as rag:
        with pytest.raises(DocumentTooLarge, match=r"tides\.txt is too large"):
            await rag.insert_custom_kg(KG)
        assert await rag.list_documents() == []


TEXT = (
    "The lamp was lit by Anna Weber in 1874. Anna Weber kept it.\n\nPeter Holm painted the tower."
)
PARTS = ["The lamp was lit by Anna Weber in 1874.", "Anna Weber kept it.", TEXT[-30:].strip()]


async def test_a_text_is_kept_in_the_chunks_given_and_its_names_are_found(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    result = await rag.insert_custom_chunks(TEXT, PARTS, "log")
    assert (result.outcome, result.chunk_count) == ("added", 3)
    spans = "SELECT content, char_start, char_end FROM rag.chunks ORDER BY ordinal"
    found = await rows(connection, spans)
    assert [content for content, _, _ in found] == PARTS
    assert [TEXT[start:end] for _, start, end in found] == PARTS
    assert "Anna Weber" in [m[2] for m in await rows(connection, MENTIONS)]
    again = await rag.insert_custom_chunks(TEXT, PARTS, "log")
    assert again.outcome == "unchanged"
    fewer = await rag.insert_custom_chunks(TEXT, PARTS[:2], "log")
    assert (fewer.outcome, fewer.embedded_count) == ("updated", 0)


async def test_chunks_that_are_not_in_the_text_stand_one_after_another(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    result = await rag.insert_custom_chunks("Short.", ["Something else.", "Short."])
    (again,) = await rag.insert(["Short."])
    assert again.source_key == result.source_key, "equal texts are one document"
    result = await rag.insert_custom_chunks("Short.", ["Something else.", "Short."])
    assert result.outcome == "updated"
    spans = "SELECT content, char_start FROM rag.chunks ORDER BY ordinal"
    assert await rows(connection, spans) == [("Something else.", 0), ("Short.", 17)]


@pytest.mark.parametrize("chunks", [[], "text", [""], ["a", 1], ["a", "\x00"]])
async def test_what_are_no_chunks_is_refused(rag: Rag, chunks: Any) -> None:
    with pytest.raises(BadInput, match=r"text_chunks|Postgres cannot store"):
        await rag.insert_custom_chunks("text", chunks)
    assert await rag.list_documents() == []


async def test_a_relation_of_a_context_points_the_same_way_by_ids_as_by_names(rag: Rag) -> None:
    await rag.insert_custom_kg(
        {
            "chunks": [{"content": "Zed leads Abe.", "source_id": "1"}],
            "entities": [{"entity_name": name, "source_id": "1"} for name in ("Abe", "Zed")],
            "relationships": [{"src_id": "Zed", "tgt_id": "Abe", "source_id": "1"}],
        }
    )
    context = await rag.search("Who leads Abe?", QueryParam(mode="local"))
    ids = {entity.name: entity.entity_id for entity in context.entities}
    (relation,) = context.relations
    assert (relation.source, relation.target) == ("Zed", "Abe")
    assert (relation.source_id, relation.target_id) == (ids["Zed"], ids["Abe"])
