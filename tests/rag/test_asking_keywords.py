"""What a question means is asked of a model where there is one, once, and never fails for it."""

import json
from dataclasses import replace

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.domain.retrieval import Mode, QueryParam
from tests.counting import count_statements
from tests.rag.asking import HISTORY, KEYWORDS, keyword_calls, open_rag, with_keywords
from tests.sql.graph.making import DOCUMENTS, write
from tests.stub_openai import CHAT, EMBEDDINGS, StubOpenAI

MODES = ("naive", "local", "global", "hybrid", "mix")
FOLLOW_UP = "And what did the other one do there?"
LOCAL = QueryParam(mode="local", top_k=3)


async def fill(rag: Rag) -> None:
    for key, (text, mentions, evidence) in DOCUMENTS.items():
        await write(rag, key, text, mentions, evidence)


@pytest.mark.parametrize(
    ("mode", "embedded"),
    [
        ("naive", ["Who leads it?"]),
        ("local", ["Yahoo"]),
        ("global", ["leading a company"]),
        ("hybrid", ["Yahoo", "leading a company"]),
        ("mix", ["Who leads it?", "Yahoo", "leading a company"]),
    ],
)
async def test_only_what_a_mode_compares_is_embedded(
    url: str, stub: StubOpenAI, mode: Mode, embedded: list[str]
) -> None:
    async with open_rag(url, stub) as rag:
        await fill(rag)
        before = len(stub.requests(EMBEDDINGS))
        await rag.search(
            "Who leads it?",
            QueryParam(mode, ll_keywords=("Yahoo",), hl_keywords=("leading a company",)),
        )
        assert [call.body["input"] for call in stub.requests(EMBEDDINGS)[before:]] == [embedded]
        await rag.search("Who leads it?", QueryParam(mode, ll_keywords=(), hl_keywords=("it",)))
        assert len(stub.requests(EMBEDDINGS)) == before + 2, "one call, whatever is missing"


async def test_a_model_rewrites_and_names_in_one_call_that_is_kept(
    url: str, stub: StubOpenAI, connection: asyncpg.Connection
) -> None:
    stub.set(reply=with_keywords(KEYWORDS))
    async with open_rag(url, stub) as rag:
        await fill(rag)
        param = replace(LOCAL, conversation_history=HISTORY)
        embedded = len(stub.requests(EMBEDDINGS))
        context = await rag.search(FOLLOW_UP, param)
        assert (context.question, context.searched) == (FOLLOW_UP, KEYWORDS["question"])
        assert context.ll_keywords == tuple(KEYWORDS["names"])
        assert context.hl_keywords == tuple(KEYWORDS["themes"])
        assert context.notes == ()
        assert context.entities[0].name == "Tim Koogle"
        assert all(arm.arm != "history" for entity in context.entities for arm in entity.arms)
        (call,) = stub.requests(EMBEDDINGS)[embedded:]
        assert call.body["input"] == ["Tim Koogle, Yahoo"]
        (asked,) = keyword_calls(stub)
        assert asked.body["response_format"]["json_schema"]["name"] == "keywords"
        shown = json.loads(asked.body["messages"][1]["content"])
        assert shown["question"] == FOLLOW_UP
        assert [turn["content"] for turn in shown["conversation"]] == [t.content for t in HISTORY]
        assert (await rag.search(FOLLOW_UP, param)).entities == context.entities
        assert len(keyword_calls(stub)) == 1
    recorded = await connection.fetch(
        "SELECT purpose, source_key, prompt_tokens FROM sqlrag.model_calls"
    )
    assert [(row["purpose"], row["source_key"]) for row in recorded] == [("keywords", None)]
    assert recorded[0]["prompt_tokens"] > 0


async def test_a_model_is_asked_only_where_it_is_of_use(url: str, stub: StubOpenAI) -> None:
    stub.set(reply=with_keywords(KEYWORDS))
    async with open_rag(url, stub) as rag:
        await fill(rag)
        for asks, param in (
            (0, QueryParam(mode="naive")),
            (0, QueryParam(mode="bypass", conversation_history=HISTORY)),
            (0, QueryParam(mode="mix", ll_keywords=("Viaweb",))),
            (0, QueryParam(mode="mix", hl_keywords=("founding",))),
            (1, QueryParam(mode="naive", conversation_history=HISTORY)),
            (1, QueryParam(mode="global")),
            (1, QueryParam(mode="mix", ll_keywords=("Viaweb",), conversation_history=HISTORY)),
        ):
            before = len(keyword_calls(stub))
            context = await rag.search(f"Who was it? {param.mode} {len(param.ll_keywords)}", param)
            assert len(keyword_calls(stub)) - before == asks, param
            assert not param.ll_keywords or context.ll_keywords == param.ll_keywords


async def test_a_question_without_history_is_searched_as_it_was_asked(
    url: str, stub: StubOpenAI
) -> None:
    stub.set(reply=with_keywords(KEYWORDS))
    async with open_rag(url, stub) as rag:
        await fill(rag)
        context = await rag.search("Who led the portal?", LOCAL)
        assert context.searched == "Who led the portal?"
        assert context.entities[0].name == "Tim Koogle"


@pytest.mark.parametrize("reply", ["500", "empty", "I cannot say.", '{"names": 3}', "{" * 5000])
async def test_retrieval_goes_on_without_the_model_and_says_so(
    url: str, stub: StubOpenAI, reply: str
) -> None:
    if reply in ("500", "empty"):
        stub.behave(CHAT, reply)  # type: ignore[arg-type]
    else:
        stub.set(reply=with_keywords(reply))
    async with open_rag(url, stub) as rag:
        await fill(rag)
        param = replace(LOCAL, conversation_history=HISTORY)
        context = await rag.search(FOLLOW_UP, param)
        stub.behave(CHAT, "ok")
        stub.set(reply=with_keywords(KEYWORDS))
        # What was of no use is asked anew.
        assert (await rag.search(FOLLOW_UP, param)).searched == KEYWORDS["question"]
    (note,) = context.notes
    assert note.startswith("The question was taken as it stands. The ")
    assert context.searched == FOLLOW_UP
    assert {entity.name for entity in context.entities} == {
        "Paul Graham",
        "Robert Morris",
        "Viaweb",
    }


async def test_without_a_model_the_last_turns_join_the_seeds(rag: Rag) -> None:
    await fill(rag)
    alone = await rag.search(FOLLOW_UP, QueryParam(mode="local"))
    both = QueryParam(mode="local", conversation_history=HISTORY)
    followed = await rag.search(FOLLOW_UP, both)
    named = {
        arm.rank: entity.name
        for entity in followed.entities
        for arm in entity.arms
        if arm.arm == "history"
    }
    # The latest turn first.
    assert named == {1: "Paul Graham", 2: "Robert Morris", 3: "Viaweb"}
    assert followed.entities[0].name in named.values()
    assert all(arm.arm != "history" for entity in alone.entities for arm in entity.arms)


@pytest.mark.parametrize("mode", MODES)
async def test_a_retrieval_is_one_statement_whatever_the_conversation(rag: Rag, mode: str) -> None:
    await fill(rag)
    param = QueryParam(mode=mode, conversation_history=HISTORY)  # type: ignore[arg-type]
    await rag.search(FOLLOW_UP, param)
    with count_statements(rag.storage.database._pool) as sent:
        await rag.search(FOLLOW_UP, param)
    assert len(sent) == 1, sent


async def test_the_model_answers_what_the_user_said(url: str, stub: StubOpenAI) -> None:
    stub.set(reply=with_keywords(KEYWORDS))
    async with open_rag(url, stub) as rag:
        await fill(rag)
        param = QueryParam(mode="mix", conversation_history=HISTORY)
        answer = await rag.query(FOLLOW_UP, param)
    messages = stub.requests(CHAT)[-1].body["messages"]
    assert [message["content"] for message in messages[1:]] == [
        *(turn.content for turn in HISTORY),
        FOLLOW_UP,
    ]
    assert answer.text.startswith(f"The stub answers: {FOLLOW_UP}")
