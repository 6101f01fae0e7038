"""Conversations keep their turns, whose they are, and what became of what was cited."""

import asyncio
import json
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.domain.access import Access
from sqlrag.domain.conversations import Transcript
from sqlrag.domain.errors import BadInput, Forbidden, ModelError, NotFound
from sqlrag.domain.retrieval import Message, QueryParam
from sqlrag.rag.talking import MOST_TOKENS, MOST_TURNS
from tests.rag.asking import answer_calls, keyword_calls, open_rag
from tests.stub_openai import CHAT, StubOpenAI
from tests.support.jobs import do_jobs

KEEPER = "Ada Quist kept the lamp of Grey Harbour until 1871."
BROTHER = "Her brother, the brother of Ada Quist, was Bent Quist, who built boats in Oslo."
RUSSIAN = "Анна Ахматова жила в Ленинграде. Её муж Николай Гумилёв родился в Кронштадте."
ALICE = Access("reader", prefix="aaaaaaaaaa", principals=("team-a", "alice"))
BERT = Access("reader", prefix="bbbbbbbbbb")


@pytest.fixture
async def harbour(rag: Rag) -> Rag:
    await rag.insert(KEEPER, "keeper")
    await rag.insert(BROTHER, "brother")
    await rag.insert(RUSSIAN, "ru")
    return rag


async def begin(rag: Rag, **more: Any) -> QueryParam:
    made = await rag.create_conversation()
    return QueryParam(conversation_id=made.conversation_id, **more)


async def read(rag: Rag, param: QueryParam) -> Transcript:
    assert param.conversation_id
    return await rag.get_conversation(param.conversation_id)


async def test_a_turn_is_kept_with_its_citations_and_its_retrieval(harbour: Rag) -> None:
    param = await begin(harbour, mode="naive", filters={"source_keys": ["keeper", "brother"]})
    first = await harbour.query("Who was Ada Quist?", param)
    second = await harbour.query("And her brother?", replace(param, include_references=False))
    assert (first.turn, second.turn) == (1, 2)
    assert second.references == ()
    found = await read(harbour, param)
    assert (found.title, found.turn_count) == ("Who was Ada Quist?", 2)
    one, two = found.turns
    assert (one.question, one.answer, one.model) == ("Who was Ada Quist?", first.text, first.model)
    citation, *_ = one.citations
    assert citation.source == "there"
    assert citation.quote in KEEPER + BROTHER
    assert citation.chunk_id == first.references[0].chunk_id
    assert [chunk.chunk_id for chunk in one.chunks] == [c.chunk_id for c in first.context.chunks]
    assert [chunk.score for chunk in one.chunks] == [c.score for c in first.context.chunks]
    assert one.parameters == {"mode": "naive", "filters": param.filters}
    assert one.mode == "naive"
    assert one.seconds == first.seconds
    assert two.follows == 1
    assert "Bent Quist" in two.answer, "which its history alone names"
    assert "quist" in two.searched
    assert two.citations, "also where who asked did not want them listed"


async def test_a_follow_up_in_another_language_knows_its_own_turns(harbour: Rag) -> None:
    param = await begin(harbour)
    await harbour.query("Где жила Анна Ахматова?", param)
    answer = await harbour.query("А её муж?", param)
    assert "Гумилёв" in answer.text
    other = await begin(harbour)
    assert "Гумилёв" not in (await harbour.query("А её муж?", other)).context.searched


async def test_a_model_is_given_the_turns_and_no_more_than_it_may(
    url: str, stub: StubOpenAI
) -> None:
    async with open_rag(url, stub, answer_cache=0) as rag:
        await rag.insert(KEEPER, "keeper")
        param = await begin(rag)
        for number in range(MOST_TURNS + 2):
            await rag.query(f"Who kept lamp {number}?", param)
        await rag.query("And then?", param)
        said = answer_calls(stub)[-1].body["messages"]
        asked = [one["content"] for one in said if one["role"] == "user"]
        assert asked == [f"Who kept lamp {n}?" for n in range(2, MOST_TURNS + 2)] + ["And then?"]
        assert [one["role"] for one in said[1:3]] == ["user", "assistant"]
        told = json.loads(keyword_calls(stub)[-1].body["messages"][-1]["content"])
        assert told["question"] == "And then?"
        assert told["conversation"][-2]["content"] == f"Who kept lamp {MOST_TURNS + 1}?"
        long = "lamp " * (MOST_TOKENS // 4)  # which the answer of this model repeats
        for number in range(3):
            await rag.query(f"{number} {long}", param)
        await rag.query("And now?", param)
        said = answer_calls(stub)[-1].body["messages"]
        asked = [one["content"][0] for one in said if one["role"] == "user"]
        assert asked == ["2", "A"], "two of these are more than it may be given"


async def test_a_question_that_fails_leaves_the_conversation_as_it_was(
    url: str, stub: StubOpenAI, connection: asyncpg.Connection
) -> None:
    async with open_rag(url, stub, answer_cache=0) as rag:
        await rag.insert(KEEPER, "keeper")
        param = await begin(rag, mode="naive")
        await rag.query("Who kept the lamp?", param)
        before = await read(rag, param)
        stub.behave(CHAT, "500")
        with pytest.raises(ModelError):
            await rag.query("And then?", param)
        stub.behave(CHAT, "ok")
        async with aclosing(rag.stream("And then?", param)) as steps:
            async for step in steps:
                if isinstance(step, str):
                    break  # who asked is gone
        for wrong in (replace(param, top_k=0), replace(param, filters={"no": 1})):
            with pytest.raises(BadInput):
                await rag.query("And then?", wrong)
        for looked in ({"only_need_context": True}, {"only_need_prompt": True}):
            await rag.query("And then?", replace(param, **looked))  # type: ignore[arg-type]
        await rag.search("And then?", param)
        assert await read(rag, param) == before
        turns = await connection.fetchval("SELECT count(*) FROM sqlrag.turns")
        assert turns == 1


async def test_questions_asked_at_once_are_all_kept_in_the_order_of_their_answers(
    url: str, stub: StubOpenAI
) -> None:
    async with open_rag(url, stub, answer_cache=0, model_concurrency=20) as rag:
        await rag.insert(KEEPER, "keeper")
        param = await begin(rag, mode="naive")
        await rag.query("Who kept the lamp?", param)
        stub.set(latency=0.2)
        asked = [f"Who kept lamp {number}?" for number in range(8)]
        answers = await asyncio.gather(*(rag.query(one, param) for one in asked))
        assert sorted(one.turn or 0 for one in answers) == list(range(2, 10))
        stub.set(latency=0.0)
        await rag.query("And then?", param)
        found = await read(rag, param)
        assert [one.turn for one in found.turns] == list(range(1, 11))
        by_turn = {one.turn: one for one in found.turns}
        for question, answer in zip(asked, answers, strict=True):
            assert answer.turn
            assert by_turn[answer.turn].question == question
            assert by_turn[answer.turn].follows == 1, "none of them knew of another"
        assert by_turn[10].follows == 9
        said = answer_calls(stub)[-1].body["messages"]
        told = [one["content"] for one in said if one["role"] == "user"]
        assert told[:-1] == [by_turn[number].question for number in range(1, 10)]


async def test_history_is_of_the_conversation_or_given_and_not_both(harbour: Rag) -> None:
    param = await begin(harbour, conversation_history=(Message("user", "Who?"),))
    with pytest.raises(BadInput, match="give one"):
        await harbour.query("And her brother?", param)


async def test_readers_see_their_own_and_admins_all(harbour: Rag) -> None:
    alice, bert = replace(harbour, access=ALICE), replace(harbour, access=BERT)
    admin = replace(harbour, access=Access("admin", prefix="cccccccccc"))
    param = await begin(alice)
    await alice.query("Who kept the lamp?", param)
    known, unknown = param.conversation_id or 0, 77
    assert [one.owner for one in await alice.list_conversations()] == ["aaaaaaaaaa"]
    assert (await alice.get_conversation(known)).principals == ["alice", "team-a"]
    assert await bert.list_conversations() == []
    told = set[str]()
    for number in (known, unknown):
        elsewhere = replace(param, conversation_id=number)
        for asked in (
            bert.get_conversation(number),
            bert.change_conversation(number, "Mine"),
            bert.delete_conversation(number),
            bert.export_conversation(number),
            bert.query("And her brother?", elsewhere),
            bert.search("And her brother?", elsewhere),
            bert.enqueue_question("And her brother?", elsewhere),
        ):
            with pytest.raises(NotFound) as caught:
                await asked
            told.add(str(caught.value).replace(str(number), "N"))
    assert len(told) == 1, "in the same words"
    for one in (admin, harbour):
        assert [found.conversation_id for found in await one.list_conversations()] == [known]
        assert "Who kept the lamp?" in await one.export_conversation(known)
        with pytest.raises(Forbidden, match="another's"):
            await one.query("And her brother?", param)
    other = harbour.in_workspace("other")
    await other.create_workspace("other")
    with pytest.raises(NotFound):
        await other.query("And her brother?", param)
    with pytest.raises(NotFound):
        await other.get_conversation(known)
    await admin.delete_conversation(known)
    assert await alice.list_conversations() == []


async def test_a_key_that_stands_for_others_does_not_go_on(harbour: Rag) -> None:
    param = await begin(replace(harbour, access=ALICE))
    less = replace(ALICE, principals=("alice",))
    for changed in (less, replace(ALICE, principals=("team-b", "alice"))):
        theirs = replace(harbour, access=changed)
        assert await theirs.list_conversations() == []
        with pytest.raises(NotFound):
            await theirs.query("Who kept the lamp?", param)
        with pytest.raises(NotFound):
            await theirs.get_conversation(param.conversation_id or 0)
    admin = replace(ALICE, role="admin", principals=())
    with pytest.raises(Forbidden, match="for others"):
        await replace(harbour, access=admin).query("Who kept the lamp?", param)
    same = replace(ALICE, principals=("alice", "team-a"))
    assert (await replace(harbour, access=same).query("Who kept the lamp?", param)).turn == 1


async def test_a_key_that_takes_the_place_of_another_has_its_conversations(harbour: Rag) -> None:
    old = await harbour.create_key("reader", principals=["team-a"])

    def access(prefix: str) -> Access:
        return Access("reader", prefix=prefix, principals=("team-a",))

    param = await begin(replace(harbour, access=access(old.prefix)))
    new = await harbour.rotate_key(old.prefix, grace=60)
    for key in (new, old):
        answer = await replace(harbour, access=access(key.prefix)).query("Who?", param)
        assert answer.turn
    (found,) = await replace(harbour, access=access(new.prefix)).list_conversations()
    assert (found.owner, found.turn_count) == (new.prefix, 2)


async def test_pages_come_newest_first_and_turns_oldest_first(harbour: Rag) -> None:
    made = [(await harbour.create_conversation(str(n))).conversation_id for n in range(5)]
    first = await harbour.list_conversations(limit=2)
    rest = await harbour.list_conversations(before=first[-1].conversation_id)
    assert [one.conversation_id for one in (*first, *rest)] == made[::-1]
    param = QueryParam(conversation_id=made[0])
    for _ in range(3):
        await harbour.query("Who kept the lamp?", param)
    page = await harbour.get_conversation(made[0], after=1, limit=1)
    assert [one.turn for one in page.turns] == [2]
    assert page.turn_count == 3


async def test_a_conversation_is_renamed_and_keeps_its_name(harbour: Rag) -> None:
    param = await begin(harbour)
    assert param.conversation_id
    await harbour.query("Who kept the lamp of Grey Harbour " + "before the war " * 9 + "?", param)
    (found,) = await harbour.list_conversations()
    assert len(found.title) == 80
    renamed = await harbour.change_conversation(param.conversation_id, "Лампа 灯", {"a": [1]})
    assert (renamed.title, renamed.metadata) == ("Лампа 灯", {"a": [1]})
    assert (await harbour.change_conversation(param.conversation_id)).title == "Лампа 灯"
    await harbour.query("And her brother?", param)
    assert (await read(harbour, param)).title == "Лампа 灯"
    for wrong in ({"title": "\x00"}, {"metadata": {"a": "\x00"}}, {"metadata": {"\ud800": 1}}):
        with pytest.raises(BadInput):
            await harbour.create_conversation(**wrong)


async def test_what_has_expired_is_gone_at_once_and_then_deleted(
    harbour: Rag, url: str, connection: asyncpg.Connection
) -> None:
    soon = datetime.now(UTC) + timedelta(hours=1)
    ends = await harbour.create_conversation("ends", expires_at=soon)
    stays = await harbour.create_conversation("stays", expires_at=soon)
    old = await harbour.create_conversation("old")
    new = await harbour.create_conversation("new")
    kept = await harbour.create_conversation("kept", expires_at=soon)
    stays = await harbour.change_conversation(stays.conversation_id, lasts=True)
    assert stays.expires_at is None
    later = datetime.now(UTC).replace(tzinfo=None) + timedelta(hours=1)
    unsaid = await harbour.create_conversation("unsaid", expires_at=later)
    assert unsaid.expires_at == later.replace(tzinfo=UTC), "of UTC, where it does not say"
    await harbour.delete_conversation(unsaid.conversation_id)
    with pytest.raises(BadInput, match="which is over"):
        await harbour.create_conversation(expires_at=datetime(2020, 1, 1, tzinfo=UTC))
    with pytest.raises(BadInput, match="give expires_at or lasts"):
        await harbour.change_conversation(new.conversation_id, None, None, soon, True)
    await connection.execute(
        "UPDATE sqlrag.conversations SET expires_at = now() WHERE title = 'ends'"
    )
    await connection.execute(
        "UPDATE sqlrag.conversations SET changed_at = now() - interval '31 days'"
        " WHERE title IN ('old', 'kept')"
    )
    with pytest.raises(NotFound):
        await harbour.query("Who?", QueryParam(conversation_id=ends.conversation_id))
    listed = [one.conversation_id for one in await harbour.list_conversations()]
    made = [one.conversation_id for one in (stays, old, new, kept)]
    assert sorted(listed) == sorted(made)

    async def titles() -> set[str]:
        rows = await connection.fetch("SELECT title FROM sqlrag.conversations")
        return {row["title"] for row in rows}

    for days, left in (
        (0.0, {"stays", "old", "new", "kept"}),
        (30.0, {"stays", "new", "kept"}),
    ):
        await harbour.enqueue_question("Who kept the lamp?")
        settings = harbour_settings(days)
        await do_jobs(url, settings)
        assert await titles() == left


def harbour_settings(days: float) -> Any:
    from sqlrag.settings import Settings
    from tests.conftest import HASHING

    return Settings(_env_file=None, keep_conversations_days=days, **HASHING)


async def test_a_background_question_is_a_turn_that_jobs_do_not_show(
    harbour: Rag, url: str, settings: Any, connection: asyncpg.Connection
) -> None:
    alice = replace(harbour, access=ALICE)
    param = await begin(alice, mode="naive")
    await alice.query("Who was Ada Quist?", param)
    job = await alice.enqueue_question("And her brother?", param)
    await do_jobs(url, settings)
    done = await alice.get_job(job.job_id)
    assert (done.status, done.question) == ("done", None)
    assert done.result == {"conversation_id": param.conversation_id, "turn": 2}
    two = (await read(alice, param)).turns[1]
    assert "Bent Quist" in two.answer
    shown = await connection.fetch("SELECT j::text FROM rag.jobs AS j")
    assert "brother" not in str(shown)
    with pytest.raises(BadInput, match="answers alone"):
        await alice.enqueue_question("And?", replace(param, only_need_prompt=True))
    asked = {"conversation_id": param.conversation_id, "only_need_prompt": True}
    await connection.execute("SELECT rag.enqueue_question('default', 'And?', $1)", asked)
    await do_jobs(url, settings)
    (failed, *_) = await alice.list_jobs(limit=1)
    assert failed.error_kind == "bad-input"


async def test_a_turn_that_is_written_again_is_written_once(
    harbour: Rag, connection: asyncpg.Connection
) -> None:
    """As after a connection that was lost before it said that all was well."""
    param = await begin(harbour)
    await harbour.query("Who kept the lamp?", param)
    row = await connection.fetchrow(
        """SELECT follows, asked_as, question, searched, answer, citations, mode, parameters,
        chunks, model, prompt_tokens, completion_tokens, seconds, is_cached, finish_reason, notes,
        token_count, document_ids, entity_ids, source_keys FROM sqlrag.turns"""
    )
    again = await harbour.storage.fetch_value("add_turn", 1, param.conversation_id, tuple(row), "x")
    assert again == 1
    found = await read(harbour, param)
    assert (found.turn_count, len(found.turns)) == (1, 1)


async def test_a_conversation_that_goes_while_it_is_asked_keeps_nothing(harbour: Rag) -> None:
    param = await begin(harbour)
    async with aclosing(harbour.stream("Who kept the lamp?", param)) as steps:
        await anext(steps)
        await harbour.delete_conversation(param.conversation_id or 0)
        with pytest.raises(NotFound, match="was deleted while it was asked"):
            [step async for step in steps]


async def test_a_citation_says_what_became_of_what_it_quotes(harbour: Rag) -> None:
    param = await begin(harbour, mode="naive")
    await harbour.query("Who kept the lamp of Grey Harbour?", param)

    async def tell() -> str:
        ((citation, *_), *_) = [one.citations for one in (await read(harbour, param)).turns]
        assert citation.quote == KEEPER
        return citation.source

    assert await tell() == "there"
    await harbour.insert(f"It is said:\n\n{KEEPER}", "keeper")
    assert await tell() == "moved"
    assert "stands elsewhere" in await harbour.export_conversation(param.conversation_id or 0)
    await harbour.insert("Ada Quist kept nothing.", "keeper")
    assert await tell() == "changed"
    await harbour.delete_documents(source_keys=["keeper"])
    assert await tell() == "deleted"
    assert "was deleted since" in await harbour.export_conversation(param.conversation_id or 0)


async def test_erasing_takes_what_was_read_and_leaves_what_was_not(harbour: Rag) -> None:
    param = await begin(harbour, mode="naive")
    for question in ("Who kept the lamp of Grey Harbour?", "Где жила Анна Ахматова?"):
        await harbour.query(question, param)
    await harbour.delete_documents(source_keys=["keeper"])
    assert (await read(harbour, param)).turns[0].citations[0].quote == KEEPER
    await harbour.erase(sources=["keeper"])
    one, two = (await read(harbour, param)).turns
    assert (one.answer, one.citations, one.chunks, one.searched) == ("", [], [], "")
    assert one.question == "Who kept the lamp of Grey Harbour?", "who asked said that himself"
    assert one.erased_at
    assert "Ахматова" in two.answer
    assert two.citations
    written = await harbour.export_conversation(param.conversation_id or 0)
    assert "was erased on" in written
    assert "1871" not in written
    assert "1871" not in await harbour.export_conversation(param.conversation_id or 0, "json")
    answer = await harbour.query("And her brother?", param)
    assert "1871" not in str(answer), "nor is it part of the history"


async def test_what_was_found_beside_is_trimmed_by_an_erasure(harbour: Rag) -> None:
    param = await begin(harbour, mode="naive")
    await harbour.query("Who kept the lamp of Grey Harbour?", param)
    before = (await read(harbour, param)).turns[0]
    (brother,) = [one for one in await harbour.list_documents() if one.source_key == "brother"]
    assert brother.document_id in {one.document_id for one in before.chunks}
    await harbour.erase(documents=[brother.document_id])
    after = (await read(harbour, param)).turns[0]
    kept = [one for one in before.chunks if one.document_id != brother.document_id]
    assert after == replace(before, chunks=kept)


async def test_an_answer_that_only_repeats_goes_with_what_it_repeats(
    url: str, stub: StubOpenAI
) -> None:
    """A model is shown the turns before, and may say again what these say."""
    async with open_rag(url, stub, answer_cache=0) as rag:
        await rag.insert(KEEPER, "keeper")
        await rag.insert(RUSSIAN, "ru")
        param = await begin(rag, mode="naive", filters={"source_keys": ["keeper"]})
        await rag.query("Who kept the lamp?", param)
        of_other = replace(param, filters={"source_keys": ["ru"]})
        await rag.query("And what else?", of_other)
        alone = await begin(rag, mode="naive", filters={"source_keys": ["ru"]})
        await rag.query("And what else?", alone)
        await rag.erase(sources=["keeper"])
        assert [bool(one.erased_at) for one in (await read(rag, param)).turns] == [True, True]
        assert [bool(one.erased_at) for one in (await read(rag, alone)).turns] == [False]


async def test_a_kept_answer_is_a_turn_too(url: str, stub: StubOpenAI) -> None:
    async with open_rag(url, stub) as rag:
        await rag.insert(KEEPER, "keeper")
        first, second = await begin(rag), await begin(rag)
        await rag.query("Who kept the lamp?", first)
        answer = await rag.query("Who kept the lamp?", second)
        assert (answer.cached, answer.turn) == (True, 1)
        (turn,) = (await read(rag, second)).turns
        assert turn.is_cached
        assert turn.citations == (await read(rag, first)).turns[0].citations
