"""The base score says how much of a question is answered, not how near the best is to itself."""

from collections.abc import Sequence

import asyncpg
import numpy as np
import pytest

from sqlrag.app import Rag
from sqlrag.domain.documents import Source
from sqlrag.domain.retrieval import QueryParam

TEXTS = {
    "storm": "A storm broke the mast of the schooner, and the keeper wrote it down that night.",
    "supper": "Supper was bread and cheese, as on every other day of the winter.",
    "paint": "The lamp room wants fresh paint before the summer visitors arrive.",
    "goats": "Two goats graze behind the tower and give what milk there is.",
    "ledger": "The ledger lists coal, oil and wicks, with what each of them cost.",
}
DIMENSIONS = 512


@pytest.fixture
async def filled(rag: Rag, connection: asyncpg.Connection) -> asyncpg.Connection:
    """Each text's vector is an axis of its own, with a little of an axis that all share."""
    await rag.ingest(
        *(Source.of_text(text, key, language="english") for key, text in TEXTS.items())
    )
    for place, key in enumerate(TEXTS):
        await embed(connection, key, axis(place))
    return connection


def axis(place: int, shared: float = 0.3) -> str:
    vector = np.zeros(DIMENSIONS)
    vector[place], vector[-1] = 1.0, shared
    return str((vector / np.linalg.norm(vector)).tolist())


async def embed(connection: asyncpg.Connection, key: str, vector: str) -> None:
    await connection.execute(
        """UPDATE sqlrag.chunk_embeddings AS e SET embedding = $2::text::halfvec
        FROM rag.chunks AS c WHERE c.chunk_id = e.chunk_id AND c.source_key = $1""",
        key,
        vector,
    )


async def ranked(
    connection: asyncpg.Connection, words: str | None, vector: str | None
) -> dict[str, float]:
    rows = await connection.fetch(
        """SELECT item ->> 'source_key' AS key, score
        FROM rag.naive_search('default', $1, $2::text::halfvec) ORDER BY rank""",
        words,
        vector,
    )
    return {row["key"]: row["score"] for row in rows}


async def test_one_chance_word_does_not_beat_what_is_meant(filled: asyncpg.Connection) -> None:
    asked = "Was the winter too dark for lamp and oil to guide a ship?"
    assert set(await ranked(filled, asked, None)) == {"supper", "paint", "ledger"}
    assert next(iter(await ranked(filled, asked, axis(0)))) == "storm"


async def test_all_the_words_beat_what_is_only_a_little_nearer(filled: asyncpg.Connection) -> None:
    near = np.zeros(DIMENSIONS)
    near[[3, 4, -1]] = 0.5, 0.45, 0.3  # goats a little before the ledger
    vector = str((near / np.linalg.norm(near)).tolist())
    asked = "ledger of coal, oil and wicks"
    assert next(iter(await ranked(filled, None, vector))) == "goats"
    assert next(iter(await ranked(filled, asked, vector))) == "ledger"


async def test_a_score_is_the_share_of_the_question_that_is_answered(
    filled: asyncpg.Connection,
) -> None:
    (whole,) = (await ranked(filled, "goats graze", None)).values()
    half = await ranked(filled, "goats cheese", None)
    assert 0 < max(half.values()) < whole <= 0.5


async def test_vectors_that_are_all_the_same_say_nothing(filled: asyncpg.Connection) -> None:
    for key in TEXTS:
        await embed(filled, key, axis(0))
    assert set((await ranked(filled, None, axis(0))).values()) == {0.0}
    assert next(iter(await ranked(filled, "fresh paint", axis(0)))) == "paint"


SPREAD = "SELECT * FROM sqlrag.similarity_spread($1, $2::text::halfvec)"


async def similarities(connection: asyncpg.Connection, vector: str) -> Sequence[float]:
    rows = await connection.fetch(
        """SELECT 1 - (embedding <=> $1::text::halfvec) FROM sqlrag.chunk_embeddings
        WHERE workspace_id = 1""",
        vector,
    )
    return [row[0] for row in rows]


async def test_the_usual_similarity_is_that_of_all_where_they_are_few(
    filled: asyncpg.Connection,
) -> None:
    mean, deviation = await filled.fetchrow(SPREAD, 1, axis(0))
    every = await similarities(filled, axis(0))
    assert mean == pytest.approx(np.mean(every))
    assert deviation == pytest.approx(np.std(every))


async def test_the_usual_similarity_is_estimated_from_a_sample_of_many(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    chance = np.random.default_rng(5)
    words = [f"word{n}" for n in range(300)]
    await rag.insert([" ".join(chance.choice(words, 20)) for _ in range(900)])
    vector = str((await rag.embedder.embed([" ".join(words[:10])]))[0].tolist())
    mean, deviation = await connection.fetchrow(SPREAD, 1, vector)
    every = await similarities(connection, vector)
    assert mean == pytest.approx(np.mean(every), abs=float(np.std(every)) / 3)
    assert deviation == pytest.approx(np.std(every), rel=0.3)
    assert await connection.fetchrow(SPREAD, 2, vector) == (None, None)


async def test_other_workspaces_do_not_change_a_score(rag: Rag) -> None:
    for key, text in TEXTS.items():
        await rag.insert(text, key)
    asked = QueryParam("naive")
    before = [chunk.score for chunk in (await rag.search("goats and milk", asked)).chunks]
    await rag.in_workspace("other").insert(["Goats and milk.", *TEXTS.values()])
    after = [chunk.score for chunk in (await rag.search("goats and milk", asked)).chunks]
    assert after == before
