"""A streaming standby answers questions; what only writes for later is left out there."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from sqlrag.database.migrating import migrate
from sqlrag.domain.errors import ReadOnly
from sqlrag.domain.retrieval import MODES, QueryParam
from tests.rag.asking import KEYWORDS, keyword_calls, open_rag, with_keywords
from tests.stub_openai import StubOpenAI
from tests.support.standby import primary_and_standby

TEXT = "Ada Quist of Harrow Vale kept the light of Grey Harbour. Ada Quist wrote to Ivo Brandt."


async def follow(primary: str, standby: str) -> None:
    """Wait until the standby has all that the primary has written."""
    first, second = await asyncpg.connect(primary), await asyncpg.connect(standby)
    written = await first.fetchval("SELECT pg_current_wal_lsn()")
    async with asyncio.timeout(30):
        while not await second.fetchval("SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn", written):
            await asyncio.sleep(0.02)
    await first.close()
    await second.close()


async def test_a_standby_answers_in_every_mode_with_a_model(
    tmp_path: Path, stub: StubOpenAI, caplog: pytest.LogCaptureFixture
) -> None:
    stub.set(reply=with_keywords(KEYWORDS))
    with primary_and_standby(tmp_path) as (primary, standby):
        await asyncio.to_thread(migrate, primary)
        async with open_rag(primary, stub) as rag:
            await rag.insert(TEXT, "lamp.txt")
        await follow(primary, standby)
        async with open_rag(standby, stub, answer_cache=0) as rag:
            for mode in MODES:
                answer = await rag.query(f"Who kept the light, by {mode}?", QueryParam(mode))
                assert answer.text, mode
            assert keyword_calls(stub), "a model was asked, and what it said could not be kept"
            assert "calls of models were not recorded" in caplog.text
            (refused,) = await rag.insert("More.", "more.txt")
            assert "only reads" in (refused.error or "")
            with pytest.raises(ReadOnly, match="let DATABASE_URL name the primary"):
                await rag.graph.create_entity("Storm")
