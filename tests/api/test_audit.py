"""Who asked and changed what, whichever door it came through."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import asyncpg
import httpx
import pytest

from sqlrag.app import Rag
from sqlrag.domain.auditing import AuditEntry
from sqlrag.domain.errors import Forbidden, NotFound
from sqlrag.domain.retrieval import QueryParam
from sqlrag.settings import Settings
from tests.api.serving import serve
from tests.conftest import HASHING
from tests.counting import count_statements

QUESTION = "Who kept the lamp?"


async def read(url: str, **asked: Any) -> list[AuditEntry]:
    """In the order in which it was done."""
    async with Rag.open(url, settings=Settings(_env_file=None, audit="off")) as rag:
        return (await rag.in_workspace("acme").list_audit(**asked))[::-1]


def make_keys(url: str) -> tuple[str, str]:
    async def make() -> tuple[str, str]:
        async with Rag.open(url, settings=Settings(_env_file=None)) as rag:
            await rag.create_workspace("acme")
            acme = rag.in_workspace("acme")
            admin = await acme.create_key("admin", "the office")
            reader = await acme.create_key("reader", "the intranet", ["team-a", "alice"])
            return admin.secret, reader.secret

    return asyncio.run(make())


def test_every_door_tells_who_asked_what_and_which_documents_were_shown(
    url: str, tmp_path: Path
) -> None:
    admin, reader = make_keys(url)
    settings = {"DATABASE_URL": url, "SQLRAG_MODELS": "offline", "SQLRAG_AUDIT": "all"}
    with serve("sqlrag with a worker", tmp_path, **settings) as server:

        def ask(path: str, body: Any, secret: str = reader, method: str = "POST") -> httpx.Response:
            headers = {"authorization": f"Bearer {secret}", "x-request-id": path.replace("/", "-")}
            answer = httpx.request(
                method, f"{server}/v1/{path}", json=body, headers=headers, timeout=60
            )
            assert answer.status_code < 300, answer.text
            return answer

        text = {"text": "Ada Quist kept the lamp of Grey Harbour.", "id": "lamp"}
        document = ask("documents", text, admin).json()["results"][0]["document_id"]
        ask("query", {"question": QUESTION})
        ask("query/data", {"question": QUESTION})
        ask("query/stream", {"question": QUESTION})
        chat = {"model": "sqlrag/mix", "messages": [{"role": "user", "content": QUESTION}]}
        ask("chat/completions", chat)
        job = ask("query", {"question": QUESTION, "background": True}).json()["job_id"]
        events = f"{server}/v1/events?job_id={job}"
        httpx.get(events, headers={"authorization": f"Bearer {reader}"}, timeout=60)
        ask("graph/entities", {"name": "Keeper", "type": "role"}, admin)
        made = ask("keys", {"role": "reader"}, admin).json()["prefix"]
        ask(f"keys/{made}", None, admin, "DELETE")
        ask(f"documents?source_key={text['id']}", None, admin, "DELETE")
        ask("workspaces/acme/retrieval", {"select": False}, admin, "PATCH")
    entries = asyncio.run(read(url))
    asked = [one for one in entries if one.question]
    assert {one.who for one in asked} == {reader[7:17]}
    assert all(one.principals == ["team-a", "alice"] for one in asked)
    assert {(one.question, *one.document_ids, one.outcome) for one in asked} == {
        (QUESTION, document, "done")
    }
    assert sorted((one.operation, one.request_id) for one in asked) == [
        ("query", "chat-completions"),
        ("query", f"job {job}"),
        ("query", "query"),
        ("query", "query-stream"),
        ("search", "query-data"),
    ]
    changed = [one for one in entries if one.who == admin[7:17]]
    # An ingestion is written with the questions, a second later.
    assert sorted((one.operation, one.subject) for one in changed) == sorted(
        [
            ("ingest", "lamp"),
            ("create_entity", "Keeper"),
            ("create_key", made),
            ("revoke_key", made),
            ("delete_documents", "lamp"),
            ("configure_retrieval", "select"),
        ]
    )
    of_lamp = asyncio.run(read(url, document=document))
    in_time = [one.operation for one in sorted(of_lamp, key=lambda one: one.at)]
    assert in_time[::6] == ["ingest", "delete_documents"]
    made_at_home = [one.operation for one in entries if one.who not in (admin[7:17], reader[7:17])]
    assert made_at_home == ["create_key", "create_key"]


async def test_questions_are_kept_only_where_that_was_chosen(url: str) -> None:
    for level in ("off", "changes", "all"):
        settings = Settings(_env_file=None, audit=level, workspace="acme", **HASHING)
        async with Rag.open(url, settings=settings) as rag:
            await rag.insert(f"The lamp of {level}.", level)
            await rag.query(QUESTION)
    kept = await read(url, since=datetime.now(UTC) - timedelta(minutes=5))
    told = [(one.operation, one.subject or one.question) for one in kept]
    assert told == [("ingest", "changes"), ("ingest", "all"), ("query", QUESTION)]
    assert {one.who for one in kept} == {"postgres"}, "the role of the connection"


async def test_it_is_filtered_and_read_by_pages(rag: Rag) -> None:
    for key in "abcde":
        await rag.insert(f"The lamp {key}.", key)
    newest = await rag.list_audit(limit=2)
    older = await rag.list_audit(before=newest[-1].audit_id, limit=10)
    assert [one.subject for one in newest + older] == ["e", "d", "c", "b", "a"]
    (only,) = await rag.list_audit(document=older[-1].document_ids[0])
    assert only.subject == "a"
    assert await rag.list_audit(until=newest[0].at.replace(tzinfo=None)) == [newest[1], *older]
    assert await rag.list_audit(who="nobody") == []
    assert len(await rag.list_audit(who=only.who)) == 5
    other = rag.in_workspace("other", replace(rag.access, workspace_id=1))
    with pytest.raises(NotFound):
        await other.list_audit()
    with pytest.raises(Forbidden):
        await other.list_audit(every_workspace=True)


async def test_what_failed_and_what_is_gone_is_told_too(rag: Rag) -> None:
    await rag.create_workspace("other")
    other = rag.in_workspace("other")
    with pytest.raises(NotFound):
        await other.graph.delete_entity("Nobody")
    with pytest.raises(NotFound):
        await other.delete_document(7)
    (document, entity) = await other.list_audit(limit=2)
    await other.cancel_job((await other.enqueue_question(QUESTION)).job_id)
    assert (await other.list_audit(limit=1))[0].operation == "cancel_job"
    assert (document.operation, document.outcome) == ("delete_document", "not-found")
    assert (entity.operation, entity.subject) == ("delete_entity", "Nobody")
    assert document.subject == "7"
    await other.delete_workspace()
    (gone,) = await rag.list_audit(limit=1, every_workspace=True)
    assert (gone.operation, gone.workspace, gone.subject) == ("delete_workspace", None, "other")


async def test_a_question_costs_no_statement_more_and_fails_of_nothing(
    url: str, connection: asyncpg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(_env_file=None, audit="all", **HASHING)
    async with Rag.open(url, settings=settings.model_copy(update={"audit": "off"})) as rag:
        await rag.insert("Ada Quist kept the lamp.", "lamp")
        await rag.query(QUESTION)
        with count_statements(cast(Any, rag.storage.database._pool)) as without:
            await rag.query(QUESTION)
    async with Rag.open(url, settings=settings) as rag:
        await rag.query(QUESTION)
        with count_statements(cast(Any, rag.storage.database._pool)) as sent:
            await rag.query(QUESTION)
        assert len(sent) == len(without)
        await connection.execute("ALTER VIEW sqlrag_every.audit RENAME TO hidden")
        await rag.insert("Ada Quist kept two lamps.", "lamp")
        await rag.query(QUESTION, QueryParam(mode="naive"))
        await rag.audit.flush()
        assert "of the audit are not kept yet" in caplog.text
        await connection.execute("ALTER VIEW sqlrag_every.hidden RENAME TO audit")
    kept = await connection.fetch("SELECT operation FROM sqlrag.audit ORDER BY audit_id")
    assert [one["operation"] for one in kept] == ["query", "query", "ingest", "query"]


async def test_what_is_old_is_pruned(rag: Rag, connection: asyncpg.Connection) -> None:
    for key in ("old", "new"):
        await rag.insert("A lamp.", key)
    await rag.audit.flush()
    older = "UPDATE sqlrag.audit SET at = at - interval '2 days' WHERE subject = 'old'"
    await connection.execute(older)
    await rag.storage.execute("prune_audit", timedelta(days=1))
    assert [one.subject for one in await rag.list_audit()] == ["new"]
