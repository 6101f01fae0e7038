"""An answer is given again only while nothing it rests on has changed."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.domain.errors import ModelError
from sqlrag.domain.retrieval import Answer, Context, Message, QueryParam
from tests.counting import count_statements
from tests.rag.asking import answer_calls, open_rag
from tests.sql.graph.making import DOCUMENTS, write
from tests.stub_openai import CHAT, EMBEDDINGS, RERANK, StubOpenAI

QUESTION = "Who founded Viaweb?"


async def fill(rag: Rag) -> None:
    for key, (text, mentions, evidence) in DOCUMENTS.items():
        await write(rag, key, text, mentions, evidence)


async def test_a_kept_answer_is_one_statement_and_the_same_answer(
    url: str, stub: StubOpenAI
) -> None:
    async with open_rag(url, stub) as rag:
        await fill(rag)
        first = await rag.query(QUESTION)
        called = len(stub.requests())
        with count_statements(rag.storage.database._pool) as sent:
            again = await rag.query(QUESTION)
        assert len(sent) == 1, sent
        assert len(stub.requests()) == called
        assert (first.cached, again.cached) == (False, True)
        kept = replace(first, cached=True, seconds=again.seconds)
        assert again == replace(kept, prompt_tokens=0, completion_tokens=0)
        assert again.references
        assert again.context.chunks[0].created_at == first.context.chunks[0].created_at
        steps = [step async for step in rag.stream(QUESTION)]
        context, *pieces, answer = steps
        assert isinstance(context, Context)
        assert context == first.context
        assert "".join(map(str, pieces)) == first.text
        assert isinstance(answer, Answer)
        assert answer.cached


async def test_whatever_matters_makes_another_answer(url: str, stub: StubOpenAI) -> None:
    async with open_rag(url, stub) as rag:
        await fill(rag)
        plain = QueryParam()
        for question, param in (
            (QUESTION, plain),
            (QUESTION + "?", plain),
            (QUESTION, replace(plain, mode="mix")),
            (QUESTION, replace(plain, chunk_top_k=1)),
            (QUESTION, replace(plain, filters={"tags": ["essay"]})),
            (QUESTION, replace(plain, filters={"tags": ["news"]})),
            (QUESTION, replace(plain, response_type="List")),
            (QUESTION, replace(plain, user_prompt="Be brief.")),
            (QUESTION, replace(plain, ll_keywords=("Viaweb",))),
            (QUESTION, replace(plain, conversation_history=(Message("user", "Hi."),))),
            (QUESTION, replace(plain, include_references=False)),
        ):
            assert not (await rag.query(question, param)).cached, param
            assert (await rag.query(question, replace(param, stream=True))).cached, param
        for param in (replace(plain, use_cache=False), replace(plain, explain=True)):
            assert not (await rag.query(QUESTION, param)).cached
        only = await rag.query(QUESTION, replace(plain, only_need_prompt=True))
        assert only.text.startswith("[system]")
    async with open_rag(url, stub, chat_model="another") as rag:
        assert not (await rag.query(QUESTION)).cached
    async with open_rag(url, stub, workspace="other") as rag:
        await fill(rag)
        assert not (await rag.query(QUESTION)).cached


async def insert(rag: Rag, _: asyncpg.Connection) -> None:
    await rag.insert("Something else.", "else")


async def change(rag: Rag, _: asyncpg.Connection) -> None:
    await rag.insert("Viaweb was founded by nobody.", "essay")


async def tag(rag: Rag, _: asyncpg.Connection) -> None:
    await rag.insert(DOCUMENTS["essay"][0], "essay", tags=["retagged"])


async def delete(rag: Rag, _: asyncpg.Connection) -> None:
    await rag.delete("ru")


def by_hand(*statements: str) -> Callable[[Rag, asyncpg.Connection], Awaitable[None]]:
    async def run(_: Rag, connection: asyncpg.Connection) -> None:
        for statement in statements:
            await connection.execute(statement)

    return run


CHANGES = {
    "an entity made by a person": by_hand(
        """INSERT INTO sqlrag.entities (workspace_id, name, edited_by, edited_at)
        VALUES (1, 'Ulla', 'me', now())"""
    ),
    "an entity renamed": by_hand(
        """UPDATE sqlrag.entities SET name = 'V', edited_by = 'me', edited_at = now()
        WHERE entity_id = sqlrag.find_entity(1, 'Viaweb')"""
    ),
    "an edit taken back": by_hand(
        """UPDATE sqlrag.entities SET name = NULL, edited_by = NULL, edited_at = NULL
        WHERE entity_id = sqlrag.find_entity(1, 'Viaweb')"""
    ),
    "a relation described": by_hand(
        """UPDATE sqlrag.relations SET description = 'so', edited_by = 'me', edited_at = now()
        WHERE source_id = sqlrag.find_entity(1, 'Viaweb')
            OR target_id = sqlrag.find_entity(1, 'Viaweb')"""
    ),
    "a relation deleted": by_hand(
        "DELETE FROM sqlrag.relations WHERE target_id = sqlrag.find_entity(1, 'Viaweb')"
    ),
    "a name added": by_hand(
        """INSERT INTO sqlrag.entity_aliases (workspace_id, name_key, entity_id)
        VALUES (1, 'the shop', sqlrag.find_entity(1, 'Viaweb'))"""
    ),
    "a name that leads elsewhere": by_hand(
        """UPDATE sqlrag.entity_aliases SET entity_id = sqlrag.find_entity(1, 'Tim Koogle')
        WHERE name_key = 'the shop'"""
    ),
    "an entity deleted": by_hand(
        "DELETE FROM sqlrag.entities WHERE entity_id = sqlrag.find_entity(1, 'Viaweb')"
    ),
    "a new document": insert,
    "a changed document": change,
    "changed tags": tag,
    "a deleted document": delete,
    "a document deleted by hand": by_hand("DELETE FROM sqlrag.documents WHERE source_key = 'zh'"),
}


async def test_no_answer_is_older_than_the_data(
    url: str, stub: StubOpenAI, connection: asyncpg.Connection
) -> None:
    param = QueryParam(mode="mix", ll_keywords=("Viaweb",))
    async with open_rag(url, stub) as rag:
        await fill(rag)
        await rag.query(QUESTION, param)
        for what, make in CHANGES.items():
            assert (await rag.query(QUESTION, param)).cached, f"before {what}"
            await make(rag, connection)
            assert not (await rag.query(QUESTION, param)).cached, what
            assert await connection.fetchval("SELECT count(*) FROM sqlrag.answers") == 1
        for fold in range(3):
            await connection.execute("SELECT sqlrag.fold_totals(1)")
            assert (await rag.query(QUESTION, param)).cached, fold


async def test_what_changes_while_a_model_writes_is_not_missed(url: str, stub: StubOpenAI) -> None:
    async with open_rag(url, stub) as rag:
        await fill(rag)
        steps = rag.stream(QUESTION)
        await anext(steps)
        await rag.insert("Something that the answer cannot know.", "later")
        assert [step async for step in steps]
        assert not (await rag.query(QUESTION)).cached
        assert (await rag.query(QUESTION)).cached


async def test_only_so_many_answers_are_kept(
    url: str, stub: StubOpenAI, connection: asyncpg.Connection
) -> None:
    async with open_rag(url, stub, answer_cache=3) as rag:
        await fill(rag)
        for number in range(5):
            await rag.query(f"{QUESTION} {number}")
        kept = await connection.fetch("SELECT question FROM sqlrag.answers ORDER BY created_at")
        assert [row["question"] for row in kept] == [f"{QUESTION} {n}" for n in (2, 3, 4)]
    async with open_rag(url, stub, answer_cache=0) as rag:
        assert not (await rag.query(f"{QUESTION} 4")).cached


async def test_offline_answers_cost_nothing_and_are_not_kept(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    await fill(rag)
    with count_statements(rag.storage.database._pool) as sent:
        for _ in range(2):
            assert not (await rag.query(QUESTION)).cached
    assert len(sent) == 2
    assert await connection.fetchval("SELECT count(*) FROM sqlrag.answers") == 0


@pytest.mark.parametrize("mode", ["ok", "no_usage"])
async def test_answers_are_in_the_ledger(
    url: str, stub: StubOpenAI, connection: asyncpg.Connection, mode: str
) -> None:
    stub.behave(CHAT, mode)  # type: ignore[arg-type]
    async with open_rag(url, stub) as rag:
        await fill(rag)
        answer = await rag.query(QUESTION)
        await rag.query(f"{QUESTION} Again?")
        await rag.query("Hello?", QueryParam(mode="bypass"))
        # An endpoint that refuses to count is asked to once.
        assert len(answer_calls(stub)) == (3 if mode == "ok" else 4)
        stub.behave(CHAT, "drop")
        with pytest.raises(ModelError):
            await rag.query("And this?")
    recorded = await connection.fetch("SELECT * FROM sqlrag.model_calls ORDER BY call_id")
    assert {row["purpose"] for row in recorded} == {"answer"}
    assert [row["response"] is None for row in recorded] == [False, False, False, True]
    assert recorded[0]["response"] == answer.text
    assert recorded[0]["seconds"] > 0
    assert "broke off" in recorded[3]["error"]
    counted = [row["completion_tokens"] for row in recorded[:3]]
    assert all(counted) if mode == "ok" else counted == [None] * 3


async def test_an_answer_is_given_even_if_it_cannot_be_kept(
    url: str, stub: StubOpenAI, connection: asyncpg.Connection
) -> None:
    async with open_rag(url, stub) as rag:
        await fill(rag)
        await connection.execute("ALTER TABLE sqlrag.answers ADD CHECK (question <> 'Who?')")
        for _ in range(2):
            answer = await rag.query("Who?")
            assert answer.text.startswith("The stub answers: Who?")
            assert not answer.cached
        assert len(stub.requests(EMBEDDINGS)) > 2


async def test_an_answer_of_another_shape_is_not_given(
    url: str, stub: StubOpenAI, connection: asyncpg.Connection
) -> None:
    async with open_rag(url, stub) as rag:
        await fill(rag)
        await rag.query(QUESTION)
        await connection.execute("UPDATE sqlrag.answers SET answer = answer - 'context'")
        assert not (await rag.query(QUESTION)).cached
        assert (await rag.query(QUESTION)).cached


async def test_an_answer_that_had_to_do_without_is_not_kept(url: str, stub: StubOpenAI) -> None:
    async with open_rag(url, stub, rerank_url=f"{stub.base_url}/rerank") as rag:
        await fill(rag)
        stub.behave(RERANK, "500")
        assert (await rag.query(QUESTION)).context.notes
        stub.behave(RERANK, "ok")
        answer = await rag.query(QUESTION)
        assert (answer.cached, answer.context.notes) == (False, ())
        assert (await rag.query(QUESTION)).cached
