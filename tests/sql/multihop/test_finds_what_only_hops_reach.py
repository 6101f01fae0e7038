import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.domain.retrieval import QueryParam
from tests.sql.multihop.making import QUESTION, fill, scores


@pytest.fixture
async def filled(rag: Rag) -> Rag:
    await fill(rag)
    return rag


@pytest.mark.parametrize(("hops", "last"), [(1, "singer"), (2, "town"), (3, "river")])
async def test_each_hop_goes_one_passage_further(
    filled: Rag, connection: asyncpg.Connection, hops: int, last: str
) -> None:
    found = await scores(connection, hops=hops)
    by_hop = {key: row["hop"] for key, row in found.items() if row["hop"]}
    assert by_hop[last] == hops == max(by_hop.values())


async def test_it_needs_no_vectors(filled: Rag, connection: asyncpg.Connection) -> None:
    assert set(list(await scores(connection))[:2]) == {"song", "singer"}


async def test_what_hops_find_stands_before_what_shares_a_word(filled: Rag) -> None:
    context = await filled.search(QUESTION, QueryParam("multihop", chunk_top_k=6))
    assert {chunk.source_key for chunk in context.chunks} >= {"song", "singer", "town"}
    assert context.mode == "multihop"
    assert context.reason == "The question names Grey Harbour."
    assert context.rows_read > 0


async def test_every_result_explains_its_way_with_quotes(
    filled: Rag, connection: asyncpg.Connection
) -> None:
    rows = await connection.fetch(
        "SELECT kind, item::jsonb FROM rag.multihop_search('default', $1, NULL, 5)", QUESTION
    )
    chunks = {row["item"]["chunk_id"]: row["item"] for row in rows if row["kind"] == "chunk"}
    (town,) = (item for item in chunks.values() if item["source_key"] == "town")
    names = ["Grey Harbour", "Ada Quist", "Harrow Vale"]
    assert [(step["entity"], step["title"]) for step in town["path"]] == [(n, n) for n in names]
    for step in town["path"]:
        assert step["entity"] in step["quote"]
        assert step["quote"] in chunks[step["quoted_chunk_id"]]["content"]
    assert town["path"][2]["quoted_chunk_id"] == town["path"][1]["chunk_id"]


async def test_a_name_that_another_document_taught_is_found_in_a_seed(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    """The extractor takes "Bread and Roses" for two names: only the other title tells."""
    await fill(
        rag,
        {
            "play": ("Still Water", "Still Water is a play after Bread and Roses by a doctor."),
            "book": ("Bread and Roses", "It is a novel in three parts about a mill."),
            "letters": ("Letters", "Who wrote a letter is its source, and who wrote it wrote it."),
        },
    )
    found = await scores(connection, "Who wrote the source of Still Water?")
    assert found["book"]["hop"] == 1


async def test_a_lower_case_question_names_entities_too(filled: Rag) -> None:
    context = await filled.search(QUESTION.lower(), QueryParam("multihop", chunk_top_k=5))
    assert context.reason == "The question names Grey Harbour."
    assert {chunk.source_key for chunk in context.chunks} >= {"song", "singer"}
