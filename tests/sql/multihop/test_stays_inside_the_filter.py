import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.domain.retrieval import QueryParam
from tests.sql.multihop.making import CHAIN, OTHERS, QUESTION, fill, scores


@pytest.mark.parametrize("hidden", ["song", "singer", "town"])
async def test_what_is_not_permitted_is_no_seed_no_bridge_and_no_result(
    rag: Rag, hidden: str
) -> None:
    await fill(rag)
    keys = [key for key in CHAIN | OTHERS if key != hidden]
    context = await rag.search(QUESTION, QueryParam("multihop", filters={"source_keys": keys}))
    found = {chunk.chunk_id for chunk in context.chunks}
    assert hidden not in {chunk.source_key for chunk in context.chunks}
    for step in (step for chunk in context.chunks for step in chunk.path):
        assert {step.chunk_id, step.quoted_chunk_id} <= found


async def test_the_chain_breaks_where_its_link_is_not_permitted(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    await fill(rag)
    keys = [key for key in CHAIN | OTHERS if key != "singer"]
    found = await scores(connection, filters={"source_keys": keys})
    assert "town" not in found or found["town"]["hop"] is None


async def test_a_filter_that_admits_all_changes_nothing(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    await fill(rag)
    free = await scores(connection)
    filtered = await scores(connection, filters={"source_keys": list(CHAIN | OTHERS)})
    assert [tuple(row) for row in filtered.values()] == [tuple(row) for row in free.values()]


async def test_another_workspace_is_never_read(rag: Rag, connection: asyncpg.Connection) -> None:
    await fill(rag)
    before = await scores(connection)
    rag.workspace = "other"
    await fill(rag, {f"x{key}": passage for key, passage in CHAIN.items()})
    after = await scores(connection)
    assert [tuple(row) for row in after.values()] == [tuple(row) for row in before.values()]
