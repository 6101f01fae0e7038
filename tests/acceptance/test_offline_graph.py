"""The graph of real files, offline: what is most spoken of reads sensibly, and paths tell why."""

import asyncio
import re
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.offline import is_function_word
from sqlrag.settings import Settings
from tests.conftest import HASHING, make_database

FILES = {
    "essay": "paul_graham_essay.txt",
    "amazon": "2023_Q3_AMZN.pdf",
    "nvidia": "2023_Q3_NVDA.pdf",
    "russian": "ru_llamaindex_milvus.md",
    "simplified": "zh-hans_async_lightrag.txt",
    "traditional": "zh-hant_celery_rag.txt",
}
EXPECTED = {
    "essay": {"Robert Morris", "Viaweb", "Y Combinator", "Jessica Livingston", "Lisp", "Harvard"},
    "amazon": {"Amazon.com, Inc.", "AWS", "North America", "net sales", "cash flow"},
    "nvidia": {"NVIDIA Corporation", "Data Center", "China", "export controls"},
    "russian": {"Milvus", "Zilliz Cloud", "OpenAI"},
    "simplified": {"LightRAG", "异步", "asyncio"},
    "traditional": {"celery", "LangChain", "Chroma", "向量資料庫"},
}
ONE_THING = [
    ("essay", "YC", "Y Combinator"),
    ("essay", "Morris", "Robert Morris"),
    ("essay", "Jessica", "Jessica Livingston"),
    ("amazon", "Amazon", "Amazon.com, Inc."),
    ("amazon", "SEC", "Securities and Exchange Commission"),
    ("nvidia", "NVIDIA", "NVIDIA Corporation"),
    ("nvidia", "GPU", "GPUs"),
]
# Of tables, pages and lists: numbers with a unit or none, single letters, rows of dots.
DEBRIS = re.compile(
    r"[\W\d_]*|\W*\d[\d,.]*\s?(?:%|million|billion|pages?)?|.|page \d+|.*\.{3}.*", re.I
)
OPENERS = {"however", "therefore", "also", "then", "after", "before", "while", "when", "there"}


@pytest.fixture(scope="module")
def filled_url(server_url: str, template: str, home: Path, shared_files: Path) -> str:
    """A workspace for each file."""
    url = make_database(server_url, template)

    async def fill() -> None:
        async with Rag.open(url, settings=Settings(home=home, _env_file=None, **HASHING)) as rag:
            for workspace, file in FILES.items():
                (result,) = await rag.in_workspace(workspace).ingest(shared_files / file)
                assert result.error is None

    asyncio.run(fill())
    return url


@pytest.fixture
async def graph(filled_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(filled_url)
    yield connection
    await connection.close()


async def fetch(connection: asyncpg.Connection, function: str, *given: Any) -> list[Any]:
    places = ", ".join(f"${number}" for number in range(1, len(given) + 1))
    return await connection.fetch(f"SELECT * FROM rag.{function}({places})", *given)


@pytest.mark.parametrize("workspace", sorted(FILES))
async def test_the_forty_most_popular_entities_read_sensibly(
    graph: asyncpg.Connection, workspace: str
) -> None:
    found = [row["name"] for row in await fetch(graph, "popular_entities", workspace, 40)]
    assert EXPECTED[workspace] <= set(found), found
    for name in found:
        assert not DEBRIS.fullmatch(name), name
        assert not all(is_function_word(word) for word in name.lower().split()), name
        assert name.split()[0].lower() not in OPENERS, name
    keys = [name.lower().removesuffix("s") for name in found]
    assert len(set(keys)) == len(keys), "no singular beside its plural"


@pytest.mark.parametrize(("workspace", "short", "full"), ONE_THING)
async def test_names_of_one_thing_are_one_entity(
    graph: asyncpg.Connection, workspace: str, short: str, full: str
) -> None:
    found = [row["name"] for row in await fetch(graph, "popular_entities", workspace, 1000)]
    assert full in found
    assert short not in found


@pytest.mark.parametrize(
    ("a", "b", "most"),
    [
        ("Paul Graham", "Robert Morris", 3),
        ("Jessica Livingston", "Trevor Blackwell", 1),
        ("Dan Giffin", "Sam Altman", 4),
        ("Idelle Weber", "Rich Draves", 2),
    ],
)
async def test_a_path_between_people_of_the_essay_explains_itself_by_quotes(
    graph: asyncpg.Connection, shared_files: Path, a: str, b: str, most: int
) -> None:
    essay = " ".join((shared_files / FILES["essay"]).read_text().split())
    steps = await fetch(graph, "find_path", "essay", a, b)
    assert 1 <= len(steps) <= most
    assert (steps[0]["source"], steps[-1]["target"]) == (a, b)
    for before, step in pairwise(steps):
        assert before["target"] == step["source"]
    for step in steps:
        quote = step["quote"].rstrip("…")
        assert quote in essay
        assert step["document"].endswith("paul_graham_essay.txt")


async def test_where_said_quotes_the_page_of_a_report(graph: asyncpg.Connection) -> None:
    said = await graph.fetch("SELECT page, quote FROM rag.where_said('amazon', 'Rivian')")
    assert said
    assert all(row["page"] and "Rivian" in row["quote"] for row in said)
