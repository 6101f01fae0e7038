"""Real documents, ingested and asked as a newcomer does it: with every default."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sqlrag.app import Rag
from sqlrag.settings import Settings
from tests.conftest import make_database


@pytest.fixture(scope="session")
def library_url(server_url: str, template: str) -> str:
    return make_database(server_url, template)


@pytest.fixture
async def library(library_url: str, newcomers: Settings, shared_files: Path) -> AsyncIterator[Rag]:
    """Reports of fifty pages, an essay, three languages; the first test that asks ingests them."""
    async with Rag.open(library_url, settings=newcomers) as rag:
        results = await rag.ingest(shared_files)
        assert [result.error for result in results] == [None] * 6
        yield rag
