"""What is erased stands nowhere any more, and what is others' stands as it did."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.database.statements import sql_room
from sqlrag.domain.documents import Source
from sqlrag.domain.errors import BadInput, ClaimLost
from sqlrag.jobs.tasks import TASKS
from sqlrag.rag.progress import silent
from tests.rag.traces import (
    BROKEN,
    FORMS,
    KEY,
    OTHERS,
    QUESTION,
    TEXT,
    TITLE,
    answer,
    enqueue_for_later,
    grep,
    live,
    only,
    read_all,
    settings_for,
)
from tests.stub_openai import StubOpenAI
from tests.support.owning import needs_owner


@pytest.fixture
def talker() -> Iterator[StubOpenAI]:
    with StubOpenAI(reply=answer) as stub:
        yield stub


@pytest.fixture
async def lived(url: str, talker: StubOpenAI, tmp_path: Path) -> AsyncIterator[Rag]:
    """Two workspaces in which the same has been done, with everything that leaves traces."""
    settings = settings_for(talker)
    async with Rag.open(url, settings=settings) as rag:
        for name in ("default", "other"):
            await live(rag.in_workspace(name), url, settings, tmp_path / name)
        for name in ("default", "other"):
            await enqueue_for_later(rag.in_workspace(name))
        await rag.audit.flush()
        yield rag


async def find_other(connection: asyncpg.Connection) -> int:
    return int(await connection.fetchval("SELECT max(workspace_id) FROM sqlrag.workspaces"))


OF_OTHERS = """SELECT
    (SELECT array_agg(d::text ORDER BY d.document_id) FROM sqlrag.documents AS d
        WHERE d.source_key = ANY ($1)),
    (SELECT array_agg(c::text ORDER BY c.chunk_id) FROM said AS c),
    (SELECT array_agg(o::text ORDER BY o.content) FROM sqlrag.originals AS o
        WHERE o.content_sha256 IN (
            SELECT d.content_sha256 FROM sqlrag.documents AS d WHERE d.source_key = ANY ($1))),
    (SELECT array_agg(t::text ORDER BY t) FROM sqlrag.chunk_terms AS t JOIN said USING (chunk_id)),
    (SELECT array_agg(v::text ORDER BY v.chunk_id) FROM sqlrag.chunk_embeddings AS v
        JOIN said USING (chunk_id)),
    (SELECT array_agg(m::text ORDER BY m) FROM sqlrag.mentions AS m JOIN said USING (chunk_id)),
    (SELECT array_agg(e::text ORDER BY e) FROM sqlrag.entities AS e
        JOIN sqlrag.mentions AS m USING (workspace_id, entity_id) JOIN said USING (chunk_id)),
    (SELECT array_agg(v::text ORDER BY v) FROM sqlrag.evidence AS v JOIN said USING (chunk_id)),
    (SELECT array_agg(r::text ORDER BY r) FROM sqlrag.relations AS r
        JOIN sqlrag.evidence AS v USING (workspace_id, relation_id) JOIN said USING (chunk_id)),
    (SELECT array_agg(c::text ORDER BY c.call_id) FROM sqlrag.model_calls AS c
        WHERE c.source_key = ANY ($1)),
    (SELECT array_agg(j::text ORDER BY j.job_id) FROM sqlrag.jobs AS j
        WHERE j.arguments ->> 'source_key' = ANY ($1)),
    (SELECT array_agg(k::text ORDER BY k.key_id) FROM sqlrag.keys AS k)"""
SAID = """WITH said AS (SELECT c.* FROM sqlrag.chunks AS c JOIN sqlrag.documents AS d
    USING (workspace_id, document_id) WHERE d.source_key = ANY ($1)) """
SPENT = """SELECT count(*), sum(prompt_tokens), sum(completion_tokens), sum(seconds),
    max(created_at) FROM sqlrag.model_calls WHERE workspace_id = 1"""


async def test_nothing_of_a_document_is_left_and_nothing_of_others_is_touched(
    lived: Rag, connection: asyncpg.Connection
) -> None:
    before, other = await read_all(connection), await find_other(connection)
    told = {one.split(":")[0] for one in grep(before, 1)}
    assert told == {
        *("answers", "audiences", "audit", "chunk_terms", "chunks", "documents", "edits"),
        *("entities", "entity_aliases", "entity_summaries", "eval_questions"),
        *("forgotten_relations", "jobs", "mentions", "model_calls", "originals", "rejects"),
        *("replies", "uploads", "conversations", "turns"),
    }, "of all that can hold a text of a document, some does"
    theirs = [*OTHERS, "well"]
    of_others = await connection.fetchrow(SAID + OF_OTHERS, theirs)
    assert None not in of_others.values()
    spent = await connection.fetchrow(SPENT)
    would = await lived.erase(sources=[KEY, BROKEN], dry_run=True)
    receipt = await lived.erase(sources=[KEY, BROKEN])
    after = await read_all(connection)
    assert grep(after, 1) == []
    assert only(after, other) == only(before, other)
    assert await connection.fetchrow(SAID + OF_OTHERS, theirs) == of_others
    assert await connection.fetchrow(SPENT) == spent, "what it cost stays"
    assert receipt.erased == would.erased
    assert [one.source_key for one in would.documents] == [KEY, BROKEN]
    counted = {one.table: one.rows for one in receipt.erased}
    for table in ("documents", "chunks", "chunk_terms", "mentions", "evidence", "entities", "jobs"):
        gone = sum(key[0] == table for key in before) - sum(key[0] == table for key in after)
        assert counted[table] == gone, table
    words = json.dumps([str(receipt), str(await lived.list_audit(limit=1))]).casefold()
    assert [form for form in FORMS if form in words] == []
    assert receipt.sha256 == (await lived.list_audit(limit=1))[0].subject


async def test_what_stays_is_as_if_the_document_had_never_been(
    url: str, talker: StubOpenAI, connection: asyncpg.Connection
) -> None:
    graph = """SELECT n.name, n.type, d.description, v.embedding::text FROM sqlrag.entities AS e
        CROSS JOIN sqlrag.name_entities($1, ARRAY[e.entity_id]) AS n
        CROSS JOIN sqlrag.describe_entities($1, ARRAY[e.entity_id]) AS d
        LEFT JOIN sqlrag.entity_embeddings AS v
            ON v.workspace_id = $1 AND v.entity_id = e.entity_id
        WHERE e.workspace_id = $1 ORDER BY n.name"""
    async with Rag.open(url, settings=settings_for(talker)) as rag:
        for name in ("default", "never"):
            one = rag.in_workspace(name)
            if name == "default":
                await one.ingest(Source(KEY, TEXT.encode(), KEY, title=TITLE))
            for key, text in OTHERS.items():
                await one.insert(text, key)
        await rag.erase(sources=[KEY])
        erased, never = [await connection.fetch(graph, one) for one in (1, 2)]
        assert erased == never
        names = "SELECT name_key FROM sqlrag.entity_aliases WHERE workspace_id = $1 ORDER BY 1"
        assert await connection.fetch(names, 1) == await connection.fetch(names, 2)


async def say_by_hand(rag: Rag, connection: asyncpg.Connection) -> None:
    """What people wrote, where no document is."""
    await rag.graph.create_entity("Zyxqorblat Institute", "school", "It is said.")
    await rag.graph.edit_entity("Ada Quist", new_description="A friend of Zyxqorblat.")
    await rag.graph.create_relation("Keeper", "Dora Maar", "quibberlings")
    await rag.create_key("reader", "for Zyxqorblat's office")
    examples = ["Zyxqorblat sells quibberlings."]
    await rag.configure_extraction(examples=examples, language="English")
    await connection.execute(
        """INSERT INTO sqlrag.schedules (workspace_id, cron, kind, arguments, next_at)
        VALUES (1, '0 3 * * *', 'query', '{"question": "What does Zyxqorblat do?"}', now()),
            (1, '0 3 * * *', 'query', '{"question": "Who kept the lamp?"}', now())"""
    )
    await connection.execute("CREATE TABLE public.memo (id int PRIMARY KEY, body text, who text)")
    await connection.execute("CREATE TABLE public.lamp (id int PRIMARY KEY, body text)")
    await rag.watch_table("public.memo", "id", "body", where="who = 'Zyxqorblat'")
    await rag.watch_table("public.lamp", "id", "body")
    await connection.execute("UPDATE sqlrag.watched_tables SET error = 'Zyxqorblat is no number.'")
    for key, text in SAYING.items():
        await rag.insert(text, key)


SAYING = {
    "letter": "Of two Zyxqorblats one was in Paris.",
    "possessive": "It was ZYXQORBLAT's lamp.",
    "underscored": "See zyxqorblat_report for the lamp.",
    "russian": "Письмо было отправлено Аде Зюкорблатовой вчера вечером.",
    "chinese": "昨天犇骉回家了。",
    "vogel": "Er sah Zürnhövels Haus in Grey Harbour.",
}
NOT_SAYING = {
    "longer": "The Zyxqorblattish lamp stands in Grey Harbour.",
    "shorter": "The zyxqorb is a lamp.",
    "one": "牛马很多。",
}
WORDS = (
    "zyxqorblat",
    "Зюкорблатова",
    "犇骉",
    "Zürnhövel",
    "quibberling",
    "Murgledorf",
    "Fnordwick",
)


@needs_owner
async def test_words_are_said_nowhere_any_more_in_whatever_form(
    lived: Rag, connection: asyncpg.Connection
) -> None:
    await say_by_hand(lived, connection)
    for key, text in NOT_SAYING.items():
        await lived.insert(text, key)
    await lived.audit.flush()
    other, before = await find_other(connection), await read_all(connection)
    would = await lived.erase(words=WORDS, dry_run=True)
    assert {one.source_key for one in would.documents} == {KEY, BROKEN, *SAYING}
    await lived.erase(words=WORDS)
    after = await read_all(connection)
    left = {at: text for at, text in after.items() if "zyxqorblattish" not in text.casefold()}
    forms = [one for one in FORMS if one in " ".join(WORDS).casefold()]
    assert len(forms) >= 7
    assert grep(left, 1, forms) == []
    assert only(after, other) == only(before, other)
    kept = {one.source_key for one in await lived.list_documents()}
    assert kept == {*OTHERS, "well", *NOT_SAYING}
    assert (await lived.graph.entity("Keeper")).description == "Whoever keeps the lamp."
    assert "Zyxqorblat" not in (await lived.graph.entity("Ada Quist")).description
    assert [one.name for one in await lived.list_watched_tables()] == ["public.lamp"]
    settings = await lived.get_extraction()
    assert list(settings.changed) == ["language"]


async def test_a_principal_is_forgotten_and_nobody_else_is(
    lived: Rag, connection: asyncpg.Connection
) -> None:
    before, other = await read_all(connection), await find_other(connection)
    assert len({one.split(":")[0] for one in grep(before, 1, ["alice", "aaaaaaaaaa"])}) >= 4
    await lived.erase(principals=["alice"])
    after = await read_all(connection)
    assert grep(after, 1, ["alice"]) == []
    assert only(after, other) == only(before, other)
    keys = {one.name: one.principals for one in await lived.list_keys()}
    assert keys == {"the intranet": ["team-a"]}
    assert (await lived.graph.entity("Grey Harbour")).edited_by == "erased"
    questions = [one.question for one in await lived.list_audit(limit=1000)]
    assert QUESTION in questions
    assert "What does Dora Maar paint?" not in questions
    assert sum(key[0] == "documents" for key in after) == sum(
        key[0] == "documents" for key in before
    )


async def test_nothing_is_erased_by_accident(rag: Rag, connection: asyncpg.Connection) -> None:
    await rag.insert("Ada Quist kept the lamp.", "lamp")
    wrongs: list[dict[str, Any]] = [{}, {"words": ["a"]}, {"words": ["?!"]}, {"sources": ["\x00"]}]
    for wrong in wrongs:
        with pytest.raises(BadInput):
            await rag.erase(**wrong)
    before = await read_all(connection)
    nothing = await rag.erase(sources=["unknown"], documents=[77], words=["Zyxqorblat"])
    assert nothing.erased == []
    async with connection.transaction():
        told = await connection.fetch("SELECT * FROM rag.erase('default', words => '{lamps}')")
        assert {"documents", "chunks"} <= {row["place"] for row in told}
        assert await connection.fetchval("SELECT count(*) FROM sqlrag.documents") == 0
        await connection.execute("ROLLBACK; BEGIN")
    after = await read_all(connection)
    assert {key for key in before if key[0] != "audit"} == {k for k in after if k[0] != "audit"}


async def test_a_worker_that_has_the_document_writes_it_no_more(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    track = await rag.enqueue_documents(Source.of_text("Zyxqorblat was here.", "secret"))
    taken = uuid4(), None, 1, timedelta(minutes=1)
    (job,) = await rag.storage.jobs.claim_jobs(*taken)
    assert job.job_id == track.jobs[0].job_id
    await rag.erase(words=["Zyxqorblat"])
    with pytest.raises(ClaimLost):
        await TASKS["ingest"](rag, job, job.held({}), silent)
    assert await rag.list_documents() == []
    assert await connection.fetchval("SELECT count(*) FROM sqlrag.jobs") == 0


async def test_the_tables_are_cleared_where_that_is_asked_for(rag: Rag) -> None:
    await rag.insert("Zyxqorblat was here.", "secret")
    receipt = await rag.erase(words=["Zyxqorblat"], vacuum=True)
    assert not any("VACUUM" in note or "not cleared" in note for note in receipt.notes)
    assert any("dead rows" in note for note in (await rag.erase(words=["Zyxqorblat"])).notes)


# Of the server, not of a workspace: models, machines, and how much may be asked of them.
HOLD_NOTHING = {
    *("embedding_spaces", "key_limits", "model_limits", "prices", "workers", "alembic_version"),
}
COUNTS, REVOKED = {"workspace_totals"}, {"grants"}


async def test_every_table_is_erased_from_or_holds_nothing(connection: asyncpg.Connection) -> None:
    """Who adds a table finds here that erasing has to know of it."""
    tables = await connection.fetch(
        "SELECT relname FROM pg_class WHERE relnamespace = 'sqlrag'::regnamespace AND relkind = 'r'"
    )
    steps = (sql_room() / "functions" / "erase").glob("*.sql")
    told = "\n".join(path.read_text() for path in steps)
    unknown = {name for (name,) in tables if f"'{name}'" not in told}
    assert unknown == HOLD_NOTHING | COUNTS | REVOKED
