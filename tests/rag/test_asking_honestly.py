"""An answer is what a model answers, whole or with a note, and its numbers are of its passages."""

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.domain.errors import ModelError
from sqlrag.domain.retrieval import Answer, Message, QueryParam
from tests.rag.asking import answer_calls, open_rag
from tests.stub_openai import CHAT, StubOpenAI

QUESTION = "Who keeps the sluice?"
SLUICE = "Odo Finch keeps the sluice.[2] It was cut in 1761.[3]"
TEXTS = ["The sluice has two gates.", "A toll is taken at the bridge.", SLUICE]


async def fill(rag: Rag) -> None:
    await rag.insert(TEXTS)


async def read_stream(rag: Rag, param: QueryParam | None = None) -> tuple[str, Answer]:
    *steps, answer = [step async for step in rag.stream(QUESTION, param)]
    assert isinstance(answer, Answer)
    return "".join(step for step in steps if isinstance(step, str)), answer


async def test_without_a_model_notes_of_a_document_cite_nothing(rag: Rag) -> None:
    await fill(rag)
    shown, answer = await read_stream(rag)
    assert shown == answer.text
    assert "Odo Finch keeps the sluice.⟨2⟩" in shown
    assert [one.number for one in answer.references] == [1]
    assert answer.references[0].quote.startswith("Odo Finch keeps the sluice.[2]")


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        (f'"{SLUICE}" [1]', '"Odo Finch keeps the sluice.⟨2⟩ It was cut in 1761.⟨3⟩" [1]'),
        ("<think>[2] or [3]?</think>Odo Finch [1].", "Odo Finch [1]."),
        ("[3] speaks of a cut.</think>\n\nOdo Finch [1].", "Odo Finch [1]."),
        ("Odo Finch [1][7], as told [9].", "Odo Finch [1], as told."),
    ],
)
@pytest.mark.parametrize("piece", [3, 1000])
async def test_neither_thoughts_nor_foreign_numbers_are_answered(
    url: str, stub: StubOpenAI, reply: str, text: str, piece: int
) -> None:
    stub.set(reply=lambda messages: reply, piece=piece)
    async with open_rag(url, stub) as rag:
        await fill(rag)
        shown, answer = await read_stream(rag, QueryParam(use_cache=False))
        assert (shown, answer.text) == (text, text)
        assert [one.number for one in answer.references] == [1]
        prompt = answer_calls(stub)[0].body["messages"][0]["content"]
        assert "sluice.⟨2⟩" in prompt


@pytest.mark.parametrize(
    ("finish", "why"),
    [
        ("length", "cut off at the model's limit"),
        ("MAX_TOKENS", "cut off at the model's limit"),
        ("content_filter", "cut off by the content filter"),
        ("abort", r"ended early \(abort\)"),
    ],
)
async def test_an_answer_that_is_not_whole_says_so_and_is_not_kept(
    url: str, stub: StubOpenAI, connection: asyncpg.Connection, finish: str, why: str
) -> None:
    async with open_rag(url, stub) as rag:
        await fill(rag)
        stub.set(finish=finish)
        for _ in range(2):
            _, answer = await read_stream(rag)
            assert not answer.cached
            (note,) = answer.context.notes
            with pytest.raises(ModelError, match=f"^The answer was {why}.*; "):
                raise ModelError(note)
        stub.set(finish="stop")
        assert not (await rag.query(QUESTION)).context.notes
        assert (await rag.query(QUESTION)).cached
        stub.set(finish=finish)
        stub.behave(CHAT, "empty")
        with pytest.raises(ModelError, match=f"the answer was {why}.* before it began; "):
            await rag.query(f"{QUESTION} Again")
    kept = await connection.fetch("SELECT response IS NOT NULL FROM sqlrag.model_calls")
    assert sorted(row[0] for row in kept) == [False, False, False, True]


async def test_thoughts_that_are_not_opened_are_known_after_the_first_time(
    url: str, stub: StubOpenAI
) -> None:
    thought = "Passage one names a keeper, passage two a toll, and so it must be passage one. "
    stub.set(reply=lambda messages: f"{thought}</think>Odo Finch [1].", piece=4)
    async with open_rag(url, stub, answer_cache=0) as rag:
        await fill(rag)
        first, answer = await read_stream(rag)
        assert first.endswith("\n\nOdo Finch [1].")
        assert answer.text == "Odo Finch [1]."
        assert (await read_stream(rag))[0] == "Odo Finch [1]."


async def test_no_model_is_called_without_a_passage(url: str, stub: StubOpenAI) -> None:
    async with open_rag(url, stub) as rag:
        await fill(rag)
        nowhere = QueryParam(filters={"tags": ["none"]})
        shown, answer = await read_stream(rag, nowhere)
        assert shown == answer.text == "I cannot find an answer to this in the documents."
        assert (answer.model, answer.references, answer.cached) == ("none", (), False)
        assert (await rag.query("谁看管水闸？", nowhere)).text == "在文档中找不到这个问题的答案。"
        assert not answer_calls(stub)
        assert (await rag.query("Hello?", QueryParam(mode="bypass"))).model != "none"


async def test_without_a_model_a_question_follows_up_earlier_ones(rag: Rag) -> None:
    await rag.insert(
        [
            "The windmill was built by Jon Berg. It grinds corn and was built of oak.",
            "The lighthouse of Hamar stands by the lake. It was built by Ida Moen in 1871.",
            "The church was built by Per Dahl, who also built the school.",
        ]
    )
    history = (
        Message("user", "Where is the lighthouse of Hamar?"),
        Message("assistant", "“The lighthouse of Hamar stands by the lake.” [1]"),
    )
    answer = await rag.query("And who built it?", QueryParam(conversation_history=history))
    assert "Hamar" in answer.context.chunks[0].content
    assert "Ida Moen" in answer.text
    assert "Berg" not in answer.text
    assert answer.context.question == "And who built it?"
    assert "hamar" in answer.context.searched
    plain = await rag.query("Who built the windmill?", QueryParam(conversation_history=history))
    assert plain.context.searched == "Who built the windmill?"
    assert "Jon Berg" in plain.text
