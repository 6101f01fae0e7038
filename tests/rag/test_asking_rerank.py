"""A reranker chooses among more chunks than are wanted; without it the order of retrieval stays."""

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.domain.errors import BadInput
from sqlrag.domain.retrieval import QueryParam
from sqlrag.settings import Settings
from tests.conftest import HASHING
from tests.counting import count_statements
from tests.rag.asking import open_rag
from tests.stub_openai import RERANK, StubOpenAI

QUESTION = "green door key"
TEXTS = [
    *(f"A door, a door: door number {n} of the long corridor." for n in range(40)),
    "The green door has a key.",
    "A green key lies there.",
]


async def fill(rag: Rag) -> None:
    await rag.insert(TEXTS, [f"text-{n}" for n in range(len(TEXTS))])


def rerank_settings(stub: StubOpenAI) -> dict[str, str]:
    return {
        "rerank_url": f"{stub.base_url}/rerank",
        "rerank_model": "rerank-small",
        "rerank_api_key": "sk-rerank-0123456789",
    }


@pytest.mark.parametrize("mode", ["naive", "mix"])
async def test_chunks_come_in_the_order_of_the_reranker_in_one_statement(
    url: str, stub: StubOpenAI, mode: str
) -> None:
    async with open_rag(url, stub, **rerank_settings(stub)) as rag:
        await fill(rag)
        param = QueryParam(mode=mode, chunk_top_k=2, ll_keywords=("key",))  # type: ignore[arg-type]
        await rag.search(QUESTION, param)
        with count_statements(rag.storage.database._pool) as sent:
            context = await rag.search(QUESTION, param)
        assert len(sent) == 1
        assert [chunk.content for chunk in context.chunks] == TEXTS[40:]
        assert [chunk.rank for chunk in context.chunks] == [1, 2]
        assert [chunk.score for chunk in context.chunks] == [1.0, pytest.approx(2 / 3)]
        arm = context.chunks[1].arms[-1]
        assert (arm.arm, arm.rank) == ("rerank", 2)
        assert arm.score == pytest.approx(2 / 3)
        assert "rerank" in context.seconds
        request = stub.requests(RERANK)[-1]
        assert request.body["model"] == "rerank-small"
        assert request.body["query"] == QUESTION
        assert request.body["top_n"] == 2
        assert len(request.body["documents"]) == 30
        assert request.headers["authorization"] == "Bearer sk-rerank-0123456789"


async def test_budgets_hold_after_reranking(url: str, stub: StubOpenAI) -> None:
    async with open_rag(url, stub, **rerank_settings(stub)) as rag:
        await fill(rag)
        every = await rag.search(QUESTION, QueryParam(chunk_top_k=5))
        two = sum(chunk.token_count for chunk in every.chunks[:2])
        for budget, kept in ((two, 2), (two - 1, 1), (1, 1)):
            found = await rag.search(QUESTION, QueryParam(max_total_tokens=budget))
            assert found.chunks == every.chunks[:kept]


async def test_a_reranker_can_be_left_out(url: str, stub: StubOpenAI) -> None:
    async with open_rag(url, stub, **rerank_settings(stub)) as rag:
        await fill(rag)
        context = await rag.search(QUESTION, QueryParam(enable_rerank=False, chunk_top_k=3))
        assert "rerank" not in context.seconds
        nothing = await rag.search(QUESTION, QueryParam(filters={"tags": ["none"]}))
        assert nothing.chunks == ()
        assert stub.requests(RERANK) == []


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        ("401", "set a valid SQLRAG_RERANK_API_KEY"),
        ("404", "check SQLRAG_RERANK_MODEL and SQLRAG_RERANK_URL"),
        ("429", "rate limit"),
        ("500", "trouble of its own"),
        ("not_json", "not JSON"),
        ("wrong_shape", "no list of results"),
        ("out_of_range", "names documents other than"),
        ("twice", "names a document twice"),
        ("empty", "how relevant"),
        ("drop", "SQLRAG_RERANK_URL is right"),
    ],
)
async def test_a_reranker_that_fails_leaves_the_order_of_retrieval(
    url: str, stub: StubOpenAI, behaviour: str, words: str
) -> None:
    async with open_rag(url, stub, **rerank_settings(stub)) as rag:
        await rag.insert(TEXTS[36:], [f"text-{n}" for n in range(6)])
        plain = await rag.search(QUESTION, QueryParam(enable_rerank=False, chunk_top_k=3))
        stub.behave(RERANK, behaviour)  # type: ignore[arg-type]
        context = await rag.search(QUESTION, QueryParam(chunk_top_k=3))
        assert context.chunks == plain.chunks
        (note,) = context.notes
        assert note.startswith("The chunks are in the order of retrieval. The rerank call to ")
        assert words in note
        assert "sk-rerank" not in note


async def test_a_reranker_works_beside_offline_models(
    url: str, stub: StubOpenAI, connection: asyncpg.Connection
) -> None:
    url_of = f"{stub.base_url}/rerank"
    settings = Settings(_env_file=None, models="offline", rerank_url=url_of, **HASHING)
    async with Rag.open(url, settings=settings) as rag:
        assert rag.models.description.endswith(f"; reranked at {stub.host}")
        await fill(rag)
        context = await rag.search(QUESTION, QueryParam(chunk_top_k=1))
        assert context.chunks[0].content == TEXTS[40]
        assert "model" not in stub.requests(RERANK)[0].body


async def test_a_url_that_is_none_is_told(url: str) -> None:
    settings = Settings(_env_file=None, models="offline", rerank_url="rerank.example.org")
    with pytest.raises(BadInput, match="SQLRAG_RERANK_URL is not a URL of the form"):
        async with Rag.open(url, settings=settings):
            pass
