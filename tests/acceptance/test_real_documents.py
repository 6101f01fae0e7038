"""The whole way over real files, offline: reports of fifty pages, an essay, three languages."""

import re
from bisect import bisect_right
from pathlib import Path

import pytest

from sqlrag.app import Rag
from sqlrag.domain.retrieval import QueryParam, ScoredChunk


def page_of(chunk: ScoredChunk, words: str) -> int:
    """The page on which words of a chunk stand."""
    assert chunk.page is not None
    position = chunk.char_start + chunk.content.index(words)
    return chunk.page + bisect_right(chunk.page_breaks, position)


async def test_every_file_is_ingested(library: Rag) -> None:
    documents = {Path(d.source_key).name: d for d in await library.list_documents()}
    assert len(documents) == 6
    assert {document.status for document in documents.values()} == {"ready"}
    assert documents["2023_Q3_AMZN.pdf"].title.startswith("AMAZON.COM, INC.")
    languages = {name: document.language for name, document in documents.items()}
    assert languages["ru_llamaindex_milvus.md"] == "russian"
    assert languages["paul_graham_essay.txt"] == "english"


async def test_chunks_of_a_report_know_their_pages(library: Rag) -> None:
    (report,) = [d for d in await library.list_documents() if "AMZN" in d.source_key]
    chunks = await library.list_chunks(report.document_id, limit=1000)
    assert chunks[0].page == 1
    last = chunks[-1].page_end
    assert last is not None
    assert 45 <= last <= 55


@pytest.mark.parametrize(
    ("question", "figure", "pages"),
    [
        # Net sales of the quarter stand in four tables of the report.
        (
            "What were Amazon's total net sales in the third quarter of 2023?",
            "143,083",
            {4, 19, 20, 24, 30},
        ),
        ("How many shares of common stock did Amazon have outstanding?", "10,334,030,586", {1}),
        ("What was NVIDIA's total revenue in the third quarter of fiscal 2024?", "18,120", None),
    ],
)
async def test_a_figure_is_among_the_ten_best_with_its_page(
    library: Rag, question: str, figure: str, pages: set[int] | None
) -> None:
    context = await library.search(question, QueryParam(chunk_top_k=10))
    holding = [chunk for chunk in context.chunks if figure in chunk.content]
    assert holding, [(chunk.title, chunk.page) for chunk in context.chunks]
    for chunk in holding:
        assert "AMZN" in chunk.source_key or "NVDA" in chunk.source_key
        if pages:
            assert page_of(chunk, figure) in pages


@pytest.mark.parametrize(
    ("question", "file"),
    [
        ("LightRAG 为什么要使用异步?", "zh-hans_async_lightrag.txt"),
        ("Celery 在這個專案中的功能是什麼?", "zh-hant_celery_rag.txt"),
        (
            "Как построить RAG с помощью LlamaIndex и асинхронного API Milvus?",
            "ru_llamaindex_milvus.md",
        ),
        ("Who persuaded Paul Graham to publish essays online?", "paul_graham_essay.txt"),
    ],
)
async def test_a_question_finds_the_page_in_its_language_first(
    library: Rag, question: str, file: str
) -> None:
    context = await library.search(question)
    assert Path(context.chunks[0].source_key).name == file


async def test_citations_are_exact_to_the_character(library: Rag) -> None:
    for question in ("What is Viaweb?", "What was Amazon's operating income?", "什么是异步?"):
        answer = await library.query(question)
        assert answer.references, question
        for reference in answer.references:
            chunk = answer.context.chunks[reference.number - 1]
            start = reference.char_start - chunk.char_start
            assert chunk.content[start : start + len(reference.quote)] == reference.quote
            assert f"[{reference.number}]" in answer.text


async def test_what_the_documents_do_not_say_is_not_answered(library: Rag) -> None:
    answer = await library.query("Which zebra won the Wimbledon yodelling championship?")
    assert not answer.references
    assert re.search("cannot find", answer.text)
