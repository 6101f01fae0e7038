"""A text that several documents have stands once among what is found, and names the others."""

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.domain.documents import Source
from sqlrag.domain.retrieval import MODES, QueryParam
from sqlrag.prompts import render_messages
from sqlrag.rag.citations import refer_to_chunks

PASSAGE = "The lamp of Grey Harbour was lit by Ada Quist, who kept it for thirty years."
OTHER = "Ada Quist was born in Harrow, and went to sea before she came to the lamp."
COUNT = 120  # more than retrieval looks at, if they were different
QUESTION = "Who lit the lamp of Grey Harbour?"


@pytest.fixture
async def copied(rag: Rag) -> Rag:
    copies = [Source.of_text(PASSAGE, f"copy {n}", title=f"Leaf {n}") for n in range(COUNT)]
    await rag.ingest(*copies, Source.of_text(OTHER, "other", title="Sea"))
    return rag


async def test_one_copy_stands_for_all_in_every_mode(copied: Rag) -> None:
    for mode in MODES:
        if mode == "bypass":
            continue
        context = await copied.search(QUESTION, QueryParam(mode=mode, chunk_top_k=5))
        assert [chunk.content for chunk in context.chunks] == [PASSAGE, OTHER], mode
        first, other = context.chunks
        keys = {first.source_key, *(copy.source_key for copy in first.copies)}
        assert len(first.copies) == COUNT - 1, mode
        assert keys == {f"copy {n}" for n in range(COUNT)}
        assert [chunk.rank for chunk in context.chunks] == [1, 2]
        assert other.copies == []


async def test_a_filter_names_only_what_it_admits(copied: Rag) -> None:
    param = QueryParam(mode="mix", filters={"source_keys": ["copy 3", "copy 8"]})
    (found,) = (await copied.search(QUESTION, param)).chunks
    (copy,) = found.copies
    assert {found.source_key, copy.source_key} == {"copy 3", "copy 8"}
    assert {found.title, copy.title} == {"Leaf 3", "Leaf 8"}


async def test_references_and_the_prompt_name_the_others(copied: Rag) -> None:
    context = await copied.search(QUESTION, QueryParam(mode="naive"))
    first, other = refer_to_chunks(context)
    assert len(first.copies) == COUNT - 1
    assert other.copies == []
    head = render_messages(QUESTION, context, QueryParam())[0].content
    titles = [copy.title for copy in context.chunks[0].copies]
    assert f"— also in {', '.join(titles[:3])} and {COUNT - 4} more\n" in head
    assert head.count(PASSAGE) == 1


async def test_psql_has_the_documents_of_copies(
    copied: Rag, connection: asyncpg.Connection
) -> None:
    rows = await connection.fetch("SELECT * FROM rag.search('default', $1)", QUESTION)
    assert [len(row["copies"]) for row in rows] == [COUNT - 1, 0]


async def test_chunks_of_one_length_with_other_words_are_no_copies(rag: Rag) -> None:
    await rag.insert(["The lamp is red today.", "The lamp is new today."], ["a", "b"])
    context = await rag.search("lamp", QueryParam(mode="naive"))
    assert [chunk.copies for chunk in context.chunks] == [[], []]


async def test_items_of_a_store_are_all_found(rag: Rag) -> None:
    store = await rag.store("points", 2)
    await store.upsert("a", [1, 0], "same")
    await store.upsert("b", [0.9, 0.1], "same")
    assert len(await store.hybrid_query("same", [1, 0], 5)) == 2
