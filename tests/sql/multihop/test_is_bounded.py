import asyncpg

from sqlrag.app import Rag
from tests.sql.multihop.making import fill, scores

HUB = 100_000


async def make_hub(connection: asyncpg.Connection, name: str) -> None:
    """100,000 chunks that mention an entity; without triggers, which would take the time."""
    await connection.execute(
        f"""SET session_replication_role = replica;
        INSERT INTO sqlrag.chunks (workspace_id, document_id, ordinal, content, content_sha256,
            token_count, term_count, char_start, char_end)
        SELECT 1, 1, n, 'x', '', 1, 1, 0, 1 FROM generate_series(1, {HUB}) AS n;
        INSERT INTO sqlrag.mentions
            (workspace_id, entity_id, chunk_id, name, type, description, is_subject)
        SELECT 1, sqlrag.find_entity(1, '{name}'), chunk_id, '{name}', 'concept', '', false
        FROM sqlrag.chunks WHERE content = 'x';
        SET session_replication_role = DEFAULT;
        ANALYZE sqlrag.mentions;"""
    )


async def test_a_hub_of_100000_mentions_is_no_bridge_and_costs_little(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    await fill(rag)
    before = await scores(connection)
    await make_hub(connection, "Ada Quist")
    after = await scores(connection)
    assert after["song"]["rows_read"] <= before["song"]["rows_read"] + 2 * 101
    assert before["singer"]["hop"] == 1
    assert after.get("singer", {"hop": None})["hop"] is None


async def test_a_hub_that_the_question_names_still_leads_to_what_is_about_it(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    await fill(rag)
    await make_hub(connection, "Grey Harbour")
    found = await scores(connection)
    assert found["song"]["hop"] == 0
    assert found["singer"]["hop"] == 1
    assert found["song"]["rows_read"] < 500


async def test_a_circle_of_passages_is_walked_once(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    """Ada leads to Bela, Bela to Cora, Cora to Ada: four hops read no more than three."""
    names = ["Ada Quist", "Bela Norn", "Cora Wend"]
    await fill(
        rag,
        {
            name: (name, f"{name} is the elder cousin of {names[place - 2]} by the lake.")
            for place, name in enumerate(names)
        },
    )
    question = "Which cousin of Ada Quist has a boat?"
    three = await scores(connection, question, hops=3)
    four = await scores(connection, question, hops=4)
    assert {key: row["hop"] for key, row in four.items()} == {
        key: row["hop"] for key, row in three.items()
    }
    assert {row["rows_read"] for row in four.values()} == {
        row["rows_read"] for row in three.values()
    }
