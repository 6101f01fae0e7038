"""A server is shown the rows of the workspace that its session is bound to, and of no other."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.database.every import statements, workspace_of
from sqlrag.database.naming import guarded_tables
from sqlrag.database.pool import Statements
from sqlrag.database.statements import SQL
from sqlrag.domain.errors import DatabaseError
from sqlrag.doors.http import refuse_owner
from sqlrag.repositories.postgres import Postgres
from sqlrag.settings import Settings
from tests.grants.tenants import OURS, THEIRS, Tenants, open_tenants
from tests.support.owning import needs_owner

pytestmark = needs_owner  # who makes the roles that are tried here
REFUSED = asyncpg.InsufficientPrivilegeError


@pytest.fixture
async def tenants(url: str, settings: Settings) -> AsyncIterator[Tenants]:
    async with open_tenants(url, settings) as tenants:
        await tenants.add_role("server")
        grant = "SELECT rag.grant_workspace(NULL, $1, 'server')"
        await tenants.owner.execute(grant, tenants.name("server"))
        yield tenants


async def ids(tenants: Tenants) -> tuple[int, int]:
    find = "SELECT workspace_id FROM rag.workspaces WHERE name = $1"
    ours, theirs = [await tenants.owner.fetchval(find, name) for name in (OURS, THEIRS)]
    return ours, theirs


async def bind(connection: asyncpg.Connection, workspace_id: int) -> None:
    await connection.execute(SQL["bind_session"], str(workspace_id), False)


async def test_no_verb_reaches_a_row_of_another_workspace(tenants: Tenants) -> None:
    ours, theirs = await ids(tenants)
    server = await tenants.connect("server")
    await bind(server, ours)
    whole = "SELECT count(*) FROM sqlrag.{} WHERE workspace_id IS NOT NULL"
    tried = 0
    for table in sorted(guarded_tables()):
        before = await tenants.owner.fetchval(whole.format(table))
        column = await name_column(tenants, table)
        shown = await server.fetch(f"SELECT DISTINCT workspace_id FROM sqlrag.{table}")
        assert {row["workspace_id"] for row in shown} <= {ours}, table
        for statement in (
            f"UPDATE sqlrag.{table} SET {column} = {column} WHERE workspace_id = $1",
            f"DELETE FROM sqlrag.{table} WHERE workspace_id = $1",
        ):
            if table == "grants":  # which no server changes
                with pytest.raises(REFUSED):
                    await server.execute(statement, theirs)
            else:
                done = await server.execute(statement, theirs)
                assert done.endswith(" 0"), (table, done)
        insert = (
            f"INSERT INTO sqlrag.{table} (workspace_id, {column}) "
            "OVERRIDING SYSTEM VALUE SELECT $1, NULL"
        )
        with pytest.raises((REFUSED, asyncpg.RaiseError)) as refused:
            await server.execute(insert, theirs)
        assert "row-level security" in str(refused.value) or table in ("grants", "watched_tables")
        assert await tenants.owner.fetchval(whole.format(table)) == before
        tried += before > 0
    assert tried > 20
    await server.close()


async def name_column(tenants: Tenants, table: str) -> str:
    """One beside the workspace that takes a value."""
    found: str = await tenants.owner.fetchval(
        """SELECT quote_ident(attname) FROM pg_attribute
        WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
            AND attidentity = '' AND attname <> 'workspace_id' LIMIT 1""",
        f"sqlrag.{table}",
    )
    return found


async def test_a_session_that_is_bound_to_none_is_told_so(tenants: Tenants) -> None:
    """An error, and not an empty result that nobody wonders at."""
    server = await tenants.connect("server")
    for table in sorted(guarded_tables() - {"grants"}):
        column = await name_column(tenants, table)
        for statement in (
            f"SELECT * FROM sqlrag.{table}",
            f"UPDATE sqlrag.{table} SET {column} = NULL",
            f"DELETE FROM sqlrag.{table}",
        ):
            with pytest.raises(REFUSED, match="is bound to no workspace") as refused:
                await server.execute(statement)
            assert "SET sqlrag.workspace" in refused.value.hint
    await server.close()


async def test_what_reads_as_the_owner_is_of_the_bound_workspace(tenants: Tenants) -> None:
    ours, theirs = await ids(tenants)
    server = await tenants.connect("server")
    await bind(server, ours)
    found = "SELECT count(*) FROM sqlrag.permitted_documents($1, $2)"
    for filter, most in (({"tags": ["x"]}, 0), ({"document_ids": [1, 2, 3, 4]}, 4)):
        assert await server.fetchval(found, ours, filter) <= most
        for call in ("permitted_documents", "few_chunks"):
            with pytest.raises(REFUSED, match="bound to another workspace"):
                await server.fetch(f"SELECT * FROM sqlrag.{call}($1, $2)", theirs, filter)
    with pytest.raises(REFUSED, match="bound to another workspace"):
        await server.fetch("SELECT sqlrag.name_beginnings($1, '{ada}')", theirs)
    assert await server.fetch("SELECT * FROM sqlrag.named_entities($1, 'Ada Quist')", theirs) == []
    await server.close()
    reader = await tenants.connect("reader")
    await tenants.owner.execute(f'GRANT USAGE ON SCHEMA sqlrag TO "{tenants.name("reader")}"')
    for call in ("filter_documents($1, '{}')", "few_chunks($1, '{}')", "name_beginnings($1, '{}')"):
        with pytest.raises(REFUSED, match="permission denied for function"):
            await reader.fetch(f"SELECT * FROM sqlrag.{call}", theirs)
    with pytest.raises(REFUSED, match="permission denied for schema sqlrag_every"):
        await reader.fetch("SELECT * FROM sqlrag_every.jobs")
    await reader.close()


async def test_a_setting_opens_nothing_to_people(tenants: Tenants) -> None:
    """It narrows what a server is shown; what others are granted stays what it is."""
    _, theirs = await ids(tenants)
    await tenants.owner.execute(f'GRANT USAGE ON SCHEMA sqlrag TO "{tenants.name("admin")}"')
    for role in ("nobody", "reader", "admin"):
        person = await tenants.connect(role)
        await bind(person, theirs)
        for view in ("documents", "chunks", "jobs", "workspaces"):
            try:
                rows = await person.fetch(f"SELECT * FROM rag.{view}")
            except REFUSED:
                assert role == "nobody"
            else:
                assert {dict(row).get("workspace", dict(row).get("name")) for row in rows} == {OURS}
        with pytest.raises((REFUSED, asyncpg.RaiseError, asyncpg.NoDataFoundError)):
            await person.fetch("SELECT * FROM rag.search($1, 'lamp')", THEIRS)
        if role == "admin":
            shown = await person.fetch("SELECT DISTINCT workspace_id FROM sqlrag.chunks")
            assert {row["workspace_id"] for row in shown}.isdisjoint({theirs})
            with pytest.raises(REFUSED):
                await person.execute("DELETE FROM sqlrag.chunks WHERE workspace_id = $1", theirs)
        await person.close()


async def test_every_statement_is_of_one_workspace_or_of_every_one(
    connection: asyncpg.Connection,
) -> None:
    """What names a table of rows of workspaces begins with one, unless it is over sqlrag_every."""
    wrong = []
    for name, text in statements().items():
        types = [one.name for one in (await connection.prepare(text)).get_parameters()]
        is_bound = workspace_of(name, (1,)) == 1
        if is_bound and types[:1] != ["int4"]:
            named = {t for t in guarded_tables() if f"sqlrag.{t} " in text or f"rag.{t}\n" in text}
            wrong += [name] if named else []
        if not is_bound and "sqlrag_every." not in text:
            wrong.append(name)
    assert wrong == []


async def test_a_session_is_bound_anew_where_a_transaction_failed(tenants: Tenants) -> None:
    ours, theirs = await ids(tenants)
    name = tenants.name("server")
    storage = Postgres(tenants.url.replace("//postgres@", f"//{name}@", 1), 1)
    await storage.open()
    assert storage.database.is_bound

    async def count(statements: Any, workspace_id: int) -> int:
        return len(await statements.fetch("list_source_keys", workspace_id, ""))

    async def fail(statements: Statements) -> None:
        assert await count(statements, theirs) == 1
        raise LookupError

    try:
        assert await count(storage, ours) == 1
        with pytest.raises(LookupError):
            await storage.run(fail)
        assert await count(storage, theirs) == 1
        assert await count(storage, ours) == 1
        async with storage.snapshot() as snapshot:
            assert await count(snapshot, theirs) == 1
            assert await count(snapshot, ours) == 1
        assert await count(storage, ours) == 1
    finally:
        await storage.close()


async def test_the_api_refuses_who_is_shown_every_row(
    tenants: Tenants, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SQLRAG_ALLOW_OWNER", "false")
    role = url.replace("//postgres@", f"//{tenants.name('server')}@", 1)
    for address, is_owner in ((url, True), (role, False)):
        settings = Settings(database_url=address, _env_file=None)
        async with Rag.open(address, settings=settings) as rag:
            if is_owner:
                with pytest.raises(DatabaseError, match="SQLRAG_ALLOW_OWNER=true"):
                    refuse_owner(rag, settings)
                refuse_owner(rag, settings.model_copy(update={"allow_owner": True}))
                refuse_owner(rag, settings.model_copy(update={"database_url": None}))
            else:
                refuse_owner(rag, settings)
