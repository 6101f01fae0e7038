import pytest

from sqlrag.app import Rag
from tests.sql.graph.making import DOCUMENTS, write


@pytest.fixture
async def filled(rag: Rag) -> Rag:
    for key, (text, mentions, evidence) in DOCUMENTS.items():
        await write(rag, key, text, mentions, evidence)
    return rag
