from collections.abc import Iterator

import pytest

from sqlrag.app import Rag
from tests.sql.graph.making import DOCUMENTS, write
from tests.stub_openai import StubOpenAI


@pytest.fixture
def stub() -> Iterator[StubOpenAI]:
    with StubOpenAI() as stub:
        yield stub


@pytest.fixture
async def filled(rag: Rag) -> Rag:
    """A small graph over an essay, a news item, and a Russian and a Chinese text."""
    for key, (text, mentions, evidence) in DOCUMENTS.items():
        await write(rag, key, text, mentions, evidence)
    return rag
