"""BM25 in SQL against an independent implementation."""

import json
from pathlib import Path

import asyncpg
import bm25s
import numpy as np
import pytest

from sqlrag.app import Rag
from sqlrag.domain.documents import ChunkDraft, ParsedDocument, PreparedDocument, Source
from sqlrag.offline import NoExtractor
from tests.support.rags import with_ingestion


async def tokens(connection: asyncpg.Connection, texts: list[str]) -> list[list[str]]:
    rows = await connection.fetch(
        """SELECT place, lexeme, frequency
        FROM unnest($1::text[]) WITH ORDINALITY AS t (text, place),
            sqlrag.lexemes(text, 'english')""",
        texts,
    )
    listed: list[list[str]] = [[] for _ in texts]
    for row in rows:
        listed[row["place"] - 1] += [row["lexeme"]] * row["frequency"]
    return listed


class EachLineAChunk:
    """A parser whose documents have a chunk for every line."""

    async def prepare(self, source: Source) -> PreparedDocument:
        chunks, start = [], 0
        for line in source.data.decode().splitlines():
            chunks.append(ChunkDraft(line, 1, start, start + len(line)))
            start += len(line) + 1
        parsed = ParsedDocument(source.data.decode(), "text/plain", "")
        return PreparedDocument(parsed, "english", tuple(chunks))


async def assert_equals_reference(
    rag: Rag, connection: asyncpg.Connection, passages: list[str], questions: list[str]
) -> None:
    """The ten best of every question are those of bm25s, ties aside."""
    ingesting = with_ingestion(rag, parser=EachLineAChunk(), extractor=NoExtractor())
    (result,) = await ingesting.ingest(Source.of_text("\n".join(passages), "all"))
    assert result.chunk_count == len(passages)
    corpus = await tokens(connection, passages)
    reference = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    reference.index(corpus, show_progress=False)
    vocabulary = {token for document in corpus for token in document}
    for question in questions:
        asked = await connection.fetch("SELECT * FROM sqlrag.query_lexemes(1, $1)", question)
        weights = {row["lexeme"]: row["weight"] for row in asked if row["lexeme"] in vocabulary}
        scores = np.zeros(len(corpus))
        for lexeme, weight in weights.items():
            scores += weight * np.asarray(reference.get_scores([lexeme]))
        rows = await connection.fetch(
            """SELECT c.ordinal, s.score
            FROM rag.lexical_search('default', $1, 10) AS s
            JOIN sqlrag.chunks AS c USING (chunk_id)
            ORDER BY s.score DESC""",
            question,
        )
        ours = [row["score"] for row in rows]
        assert len(ours) == min(10, int((scores > 0).sum()))
        best = np.sort(scores)[::-1][: len(ours)]
        np.testing.assert_allclose(ours, best, rtol=1e-4, err_msg=question)
        theirs = [scores[row["ordinal"]] for row in rows]
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, err_msg=question)


async def test_scores_equal_the_reference(rag: Rag, connection: asyncpg.Connection) -> None:
    rng = np.random.default_rng(5)
    # Zipf, as in language: a few words in most texts, most words in few.
    words = [f"w{n}" for n in rng.zipf(1.3, 60_000) % 3000]
    lengths = rng.integers(3, 60, 800)
    ends = np.cumsum(lengths)
    passages = [
        " ".join(words[end - length : end]) for end, length in zip(ends, lengths, strict=True)
    ]
    questions = [" ".join(rng.choice(words, n)) for n in rng.integers(1, 12, 60)]
    await assert_equals_reference(rag, connection, passages, questions)


async def test_frequent_terms_are_pruned_without_a_change(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    """Enough postings that lexical_search looks frequent terms up in candidates only."""
    rng = np.random.default_rng(6)
    common = [f"c{n}" for n in range(3)]
    rare = [f"r{n}" for n in range(40)]
    passages = [
        " ".join(
            [
                *rng.choice(common, 6),
                *rng.choice(rare, 2 if place % 50 == 0 else 0),
                f"x{place % 97}",
            ]
        )
        for place in range(9000)
    ]
    questions = [" ".join([*common, *rng.choice(rare, 4)]) for _ in range(15)] + [" ".join(common)]
    await assert_equals_reference(rag, connection, passages, questions)


async def test_the_ten_best_of_real_questions_equal_the_reference(
    rag: Rag, connection: asyncpg.Connection, shared_retrieval: Path
) -> None:
    folder = shared_retrieval / "hotpotqa_train100"
    corpus = [json.loads(line) for line in (folder / "corpus.jsonl").read_text().splitlines()]
    queries = [json.loads(line) for line in (folder / "queries.jsonl").read_text().splitlines()]
    passages = [" ".join(f"{row['title']} {row['text']}".split()) for row in corpus]
    await assert_equals_reference(rag, connection, passages, [query["text"] for query in queries])


@pytest.mark.parametrize(
    ("text", "language", "wanted"),
    [
        ("Running countries", "english", {"run": 1, "countri": 1}),
        ("and/or e-mail", "english", {"e": 1, "mail": 1, "email": 1}),
        ("Компании отчитались", "russian", {"компан": 1, "отчита": 1}),
        ("异步异步", "simple", {"异步": 2, "步异": 1, "步": 1}),
        ("船", "simple", {"船": 1}),
        ("ＦＵＬＬ ｗｉｄｔｈ", "simple", {"full": 1, "width": 1}),
        ("", "english", {}),
        ("the of", "english", {}),
    ],
)
async def test_lexemes(
    connection: asyncpg.Connection, text: str, language: str, wanted: dict[str, int]
) -> None:
    rows = await connection.fetch(
        "SELECT lexeme, frequency FROM sqlrag.lexemes($1, $2)", text, language
    )
    assert {row["lexeme"]: row["frequency"] for row in rows} == wanted
