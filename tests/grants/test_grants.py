"""Who is granted what at psql: every function and view of schema rag, for each kind of role."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.database.embedded import programs_folder, start_postgres
from sqlrag.database.migrating import migrate
from sqlrag.domain.errors import DatabaseError
from sqlrag.repositories.postgres import Postgres
from sqlrag.settings import Settings
from tests.conftest import run_sql, with_database
from tests.grants.tenants import OURS, TEXT, THEIRS, Tenants, open_tenants

# By hand, so that a function that asks for less than it should is seen.
READS = """auto_search cost_by_day cost_by_document duplicates entity explain_hops find_path
global_search hybrid_search lexical_search local_search mix_search multihop_search named_entities
naive_search neighbours permitted_documents popular_entities relation search search_entities
similar_entities spending subgraph vector_recall walk_graph weigh_terms where_said workspace_id"""
WRITES = """cancel_jobs create_entity create_relation delete_entity delete_relation edit_entity
edit_relation enqueue_deletion enqueue_document enqueue_question merge_entities rename_entity
retry_jobs split_entity"""
ADMINISTERS = "prune_jobs erase grant_workspace revoke_workspace"
OWNS = "watch_table unwatch_table renew_grants"
NEEDS = {
    name: role
    for role, names in (
        ("reader", READS),
        ("writer", WRITES),
        ("admin", ADMINISTERS),
        ("owner", OWNS),
    )
    for name in names.split()
}
RANKS = ["nobody", "reader", "writer", "admin", "owner"]
OF_THE_SERVER = {"audit", "conversations", "health", "workers", "providers", "keys", "turns"}
# A call of each function, of a workspace and of nothing else: it is asked for before all.
CALLS = """
SELECT p.proname, format('SELECT * FROM rag.%I(%%1$L%s)', p.proname, (
    SELECT string_agg(', NULL::' || t.name::regtype, '' ORDER BY t.place)
    FROM unnest(p.proargtypes) WITH ORDINALITY AS t (name, place) WHERE t.place > 1))
FROM pg_proc AS p WHERE p.pronamespace = 'rag'::regnamespace ORDER BY p.oid::regprocedure::text
"""
VIEWS = "SELECT relname FROM pg_class WHERE relnamespace = 'rag'::regnamespace AND relkind = 'v'"
TABLES = (
    "SELECT relname FROM pg_class WHERE relnamespace = 'sqlrag'::regnamespace AND relkind = 'r'"
)


@pytest.fixture
async def tenants(url: str, settings: Settings) -> AsyncIterator[Tenants]:
    async with open_tenants(url, settings) as tenants:
        yield tenants


async def outcome(connection: asyncpg.Connection, call: str) -> str:
    """What a call came to, undone."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.fetch(call)
    except asyncpg.InsufficientPrivilegeError:
        return "refused"
    except asyncpg.PostgresError as error:  # such as an entity that there is not
        return "no workspace" if "There is no workspace" in str(error) else "allowed"
    finally:
        await transaction.rollback()
    return "allowed"


def expected(name: str, role: str, workspace: str) -> str:
    if NEEDS[name] == "owner":
        return "refused"
    if role == "nobody" or workspace == THEIRS:
        return "no workspace"
    return "allowed" if RANKS.index(role) >= RANKS.index(NEEDS[name]) else "refused"


@pytest.mark.parametrize("role", ["nobody", "reader", "writer", "admin"])
async def test_every_function_asks_for_a_grant_of_the_workspace(
    tenants: Tenants, role: str
) -> None:
    calls = await tenants.owner.fetch(CALLS)
    assert {name for name, _ in calls} == set(NEEDS)
    connection = await tenants.connect(role)
    wrong = []
    for name, call in calls:
        for workspace in (OURS, THEIRS):
            found = await outcome(connection, call.replace("%1$L", f"'{workspace}'"))
            if found != expected(name, role, workspace):
                wrong.append((name, workspace, found, expected(name, role, workspace)))
    await connection.close()
    assert wrong == []


async def test_who_may_not_use_the_schema_can_name_nothing(tenants: Tenants) -> None:
    stranger = await tenants.connect("stranger")
    for _, call in await tenants.owner.fetch(CALLS):
        assert await outcome(stranger, call.replace("%1$L", f"'{OURS}'")) == "refused"
    for (view,) in await tenants.owner.fetch(VIEWS):
        assert await outcome(stranger, f"SELECT * FROM rag.{view}") == "refused"
    await stranger.close()


@pytest.mark.parametrize("role", ["nobody", "reader", "admin"])
async def test_views_show_what_is_granted(tenants: Tenants, role: str) -> None:
    connection = await tenants.connect(role)
    for (view,) in await tenants.owner.fetch(VIEWS):
        look = f"SELECT * FROM rag.{view}"
        if role == "nobody" or view in OF_THE_SERVER:
            assert await outcome(connection, look) == "refused", view
            continue
        shown = await connection.fetch(look)
        if view == "orphans":
            assert shown == []
            continue
        everything = named(await tenants.owner.fetch(look))
        assert everything == ({OURS} if view == "grants" else {OURS, THEIRS}), view
        assert named(shown) == {OURS}, view
    await connection.close()


def named(rows: list[asyncpg.Record]) -> set[str]:
    """The workspaces that rows of a view are of."""
    return {row["workspace"] if "workspace" in dict(row) else row["name"] for row in rows}


@pytest.mark.parametrize("role", ["reader", "admin"])
async def test_no_table_is_reached(tenants: Tenants, role: str) -> None:
    connection = await tenants.connect(role)
    for (table,) in await tenants.owner.fetch(TABLES):
        for statement in (
            f"SELECT * FROM sqlrag.{table}",
            f"INSERT INTO sqlrag.{table} DEFAULT VALUES",
            f"DELETE FROM sqlrag.{table}",
            f"TRUNCATE sqlrag.{table}",
            f"COPY sqlrag.{table} TO STDOUT",
            f"SET search_path = sqlrag; SELECT * FROM {table}",
        ):
            with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.UndefinedTableError)):
                await connection.execute(statement)
    ours, theirs = [
        row["workspace_id"]
        for row in await tenants.owner.fetch("SELECT * FROM sqlrag.workspaces ORDER BY name")
    ]
    for call in (
        f"sqlrag.entity({theirs}, 'Ada Quist')",
        f"sqlrag.lexical_search({ours}, 'light', 5)",
        "sqlrag.publish('entity', '', NULL)",
        "sqlrag.open_schemas(current_user, true)",
        "sqlrag.granted_workspaces()",
        "sqlrag_readable.documents",
        f"sqlrag_readable.lexical_search({ours}, 'light', 5)",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch(f"SELECT * FROM {call}")
    await connection.close()


async def test_a_function_that_tells_what_it_is_shown_is_shown_nothing_else(
    tenants: Tenants,
) -> None:
    reader = await tenants.connect("reader")
    told: list[str] = []
    reader.add_log_listener(lambda _, message: told.append(str(message)))
    await reader.execute(
        """CREATE FUNCTION pg_temp.tell(said text) RETURNS boolean
        LANGUAGE plpgsql COST 0.0000001 AS $$
        BEGIN RAISE NOTICE '%', said; RETURN true; END $$"""
    )
    for view, column in (
        ("documents", "source_key"),
        ("jobs", "workspace"),
        ("workspaces", "name"),
    ):
        await reader.fetch(f"SELECT * FROM rag.{view} WHERE pg_temp.tell({column})")
    assert any(OURS in message for message in told)
    assert not any(THEIRS in message for message in told)
    await reader.close()


async def test_names_of_the_caller_are_not_looked_up_with_the_rights_of_the_owner(
    tenants: Tenants,
) -> None:
    reader = await tenants.connect("reader")
    await reader.execute(
        """CREATE FUNCTION pg_temp.lower(said text) RETURNS text LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'caught'; END $$;
        CREATE TEMP TABLE workspaces (workspace_id int, name text);
        CREATE TEMP TABLE pg_roles (oid oid, rolname name);
        SET search_path = pg_temp, rag"""
    )
    assert await reader.fetch("SELECT * FROM mix_search($1, 'light')", OURS)
    assert await reader.fetchval("SELECT count(*) FROM rag.documents") == 1
    await reader.close()


async def test_roles_that_are_members_have_what_their_group_has(tenants: Tenants) -> None:
    await tenants.add_role("member")
    await tenants.owner.execute(f'GRANT "{tenants.name("reader")}" TO "{tenants.name("member")}"')
    member = await tenants.connect("member")
    assert await member.fetchval("SELECT count(*) FROM rag.search($1, 'light')", OURS) == 1
    await member.execute(f'SET ROLE "{tenants.name("reader")}"')
    assert await member.fetchval("SELECT count(*) FROM rag.search($1, 'light')", OURS) == 1
    await member.close()


async def test_whoever_becomes_another_has_the_grants_of_that_one(tenants: Tenants) -> None:
    owner = tenants.owner
    await owner.execute(f'SET ROLE "{tenants.name("reader")}"')
    try:
        assert (
            await outcome(owner, f"SELECT * FROM rag.search('{THEIRS}', 'light')") == "no workspace"
        )
    finally:
        await owner.execute("RESET ROLE")


async def test_a_role_of_the_same_name_has_nothing_until_grants_are_renewed(
    tenants: Tenants,
) -> None:
    name = tenants.name("reader")
    await tenants.owner.execute(f'DROP OWNED BY "{name}"; DROP ROLE "{name}"')
    await tenants.owner.execute(
        f'CREATE ROLE "{name}" LOGIN; GRANT USAGE ON SCHEMA rag TO "{name}"'
    )
    reader = await tenants.connect("reader")
    assert await outcome(reader, f"SELECT * FROM rag.search('{OURS}', 'light')") == "no workspace"
    renewed = await tenants.owner.fetch("SELECT * FROM rag.renew_grants()")
    assert (OURS, name, "reader", True) in [tuple(row) for row in renewed]
    assert await outcome(reader, f"SELECT * FROM rag.search('{OURS}', 'light')") == "allowed"
    await reader.close()


async def test_a_grant_can_be_changed_and_taken_away(tenants: Tenants) -> None:
    owner, name = tenants.owner, tenants.name("writer")
    enqueue = f"SELECT rag.enqueue_deletion('{OURS}', 'none')"
    writer = await tenants.connect("writer")
    assert await outcome(writer, enqueue) == "allowed"
    await owner.execute("SELECT rag.grant_workspace($1, $2)", OURS, name)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match=r"is reader of .* takes a writer"):
        await writer.fetch(enqueue)
    assert await owner.fetchval("SELECT rag.revoke_workspace($1, $2)", OURS, name)
    assert not await owner.fetchval("SELECT rag.revoke_workspace($1, $2)", OURS, name)
    assert await outcome(writer, enqueue) == "refused"
    await writer.close()


async def test_an_admin_grants_his_own_workspace_only(tenants: Tenants) -> None:
    admin = await tenants.connect("admin")
    stranger = tenants.name("stranger")
    await admin.execute("SELECT rag.grant_workspace($1, $2, 'writer')", OURS, stranger)
    for workspace in (THEIRS, None):
        with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.NoDataFoundError)):
            await admin.execute("SELECT rag.grant_workspace($1, $2)", workspace, stranger)
    told = await tenants.owner.fetchrow("SELECT * FROM rag.grants WHERE grantee = $1", stranger)
    assert (told["workspace"], told["role"], told["granted_by"]) == (
        OURS,
        "writer",
        tenants.name("admin"),
    )
    assert told["is_valid"]
    await admin.close()


async def test_an_admin_takes_nothing_that_he_did_not_give(tenants: Tenants) -> None:
    """Neither from who owns sqlrag, nor what somebody has by hand."""
    admin, stranger = await tenants.connect("admin"), tenants.name("stranger")
    owner = await tenants.owner.fetchval("SELECT current_user")
    with pytest.raises(asyncpg.PostgresError, match="owns sqlrag, and needs no grant"):
        await admin.execute("SELECT rag.grant_workspace($1, $2)", OURS, owner)
    await tenants.owner.execute(
        f"""GRANT USAGE ON SCHEMA sqlrag TO "{stranger}";
        GRANT SELECT ON sqlrag.prices, sqlrag.workspaces TO "{stranger}" """
    )
    await admin.execute("SELECT rag.grant_workspace($1, $2)", OURS, stranger)
    assert await admin.fetchval("SELECT rag.revoke_workspace($1, $2)", OURS, stranger)
    assert not await admin.fetchval("SELECT rag.revoke_workspace($1, $2)", OURS, owner)
    connection = await tenants.connect("stranger")
    for table in ("prices", "workspaces"):
        assert await connection.fetch(f"SELECT * FROM sqlrag.{table}") == []
    assert await outcome(connection, f"SELECT rag.workspace_id('{OURS}')") == "no workspace"
    await connection.close()
    await admin.close()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ((OURS, "nobody else"), 'no role named "nobody else"'),
        ((OURS, "pg_monitor", "boss"), 'not to "boss"'),
        ((OURS, "pg_monitor", None), "reader, writer or admin"),
        ((OURS, "pg_monitor", "server"), "works on every workspace"),
        (("none", "pg_monitor"), 'no workspace named "none"'),
    ],
)
async def test_what_cannot_be_granted_is_refused(
    tenants: Tenants, given: tuple[Any, ...], sentence: str
) -> None:
    places = ", ".join(f"${place}" for place in range(1, len(given) + 1))
    with pytest.raises(asyncpg.PostgresError, match=sentence):
        await tenants.owner.execute(f"SELECT rag.grant_workspace({places})", *given)


async def test_edits_are_of_who_asked(tenants: Tenants) -> None:
    writer = await tenants.connect("writer")
    await writer.execute(f"SELECT rag.create_entity('{OURS}', 'Ship')")
    await writer.execute(f"SELECT rag.create_entity('{OURS}', 'Shipyard', editor => '')")
    told = await writer.fetch("SELECT edited_by FROM rag.edits ORDER BY edit_id DESC LIMIT 2")
    assert [row["edited_by"] for row in told] == 2 * [tenants.name("writer")]
    await writer.close()


async def test_the_server_works_as_a_role_that_owns_nothing(
    tenants: Tenants, settings: Settings
) -> None:
    await tenants.add_role("server")
    name = tenants.name("server")
    await tenants.owner.execute("SELECT rag.grant_workspace(NULL, $1, 'server')", name)
    url = tenants.url.replace("postgres@", f"{name}@", 1)
    async with Rag.open(url, workspace="mine", settings=settings) as rag:
        (made,) = await rag.insert("The mill of Harrow Vale was sold in 1911.", "mill.txt")
        assert made.error is None
        answer = await rag.query("When was the mill sold?")
        assert "1911" in answer.text
        await rag.insert("The mill of Harrow Vale was burnt in 1912.", "secret.txt", read=["board"])
        for reader, told in (("guest", False), ("board", True)):
            found = await rag.reading_as(reader).search("Was the mill burnt in 1912?")
            assert ("secret.txt" in {one.source_key for one in found.chunks}) == told
        await rag.delete("secret.txt")
        await rag.graph.create_entity("Mill", type="place")
        await rag.delete("mill.txt")
    server = await tenants.connect("server")
    shown = set()
    for (workspace_id,) in await tenants.owner.fetch("SELECT workspace_id FROM rag.workspaces"):
        await server.execute(f"SET sqlrag.workspace = {workspace_id}")
        shown |= {row[0] for row in await server.fetch("SELECT workspace FROM rag.jobs")}
    assert shown == {OURS, THEIRS}
    for statement in (
        "DELETE FROM sqlrag.grants",
        "DROP TABLE sqlrag.documents",
        "UPDATE sqlrag.alembic_version SET version_num = ''",
        f"SELECT rag.grant_workspace(NULL, '{name}', 'admin')",
    ):
        assert await outcome(server, statement) == "refused"
    await server.close()
    await tenants.owner.execute("SELECT rag.revoke_workspace(NULL, $1)", name)
    server = await tenants.connect("server")
    for schema in ("sqlrag", "sqlrag_readable", "sqlrag_every"):
        assert await outcome(server, f"SELECT FROM {schema}.documents") == "refused"
    await server.close()
    await tenants.owner.execute(
        f"""GRANT USAGE ON SCHEMA rag, sqlrag TO "{name}";
        GRANT SELECT ON ALL TABLES IN SCHEMA rag, sqlrag TO "{name}" """
    )
    with pytest.raises(DatabaseError, match="is not granted every workspace"):
        await Postgres(url).open()


async def test_every_table_of_workspaces_is_guarded(connection: asyncpg.Connection) -> None:
    """A revision that makes one calls sqlrag.guard_table."""
    open_to_all = await connection.fetch(
        """SELECT c.relname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
        WHERE c.relnamespace = 'sqlrag'::regnamespace AND c.relkind IN ('r', 'p')
            AND a.attname = 'workspace_id' AND NOT (c.relrowsecurity AND EXISTS (
                SELECT FROM pg_policy AS p WHERE p.polrelid = c.oid
                    AND p.polname = 'rows_of_granted_workspaces'))"""
    )
    assert open_to_all == []


async def test_who_may_name_the_tables_reads_his_own_rows(tenants: Tenants) -> None:
    """Also where somebody opens the schema to him by hand."""
    await tenants.owner.execute(f'GRANT USAGE ON SCHEMA sqlrag TO "{tenants.name("reader")}"')
    reader = await tenants.connect("reader")
    ours = await reader.fetchval("SELECT rag.workspace_id($1)", OURS)
    for (table,) in await tenants.owner.fetch(TABLES):
        columns = "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attname = $2"
        if not await tenants.owner.fetch(columns, f"sqlrag.{table}", "workspace_id"):
            continue
        found = f"SELECT DISTINCT workspace_id FROM sqlrag.{table}"
        if table in {"audit", "conversations", "keys", "replies", "turns", "uploads"}:
            assert await outcome(reader, found) == "refused"
            continue
        assert {row[0] for row in await reader.fetch(found)} <= {ours}, table
        for statement in (
            f"INSERT INTO sqlrag.{table} DEFAULT VALUES",
            f"DELETE FROM sqlrag.{table}",
        ):
            assert await outcome(reader, statement) == "refused", table
    await reader.close()


async def test_an_owner_need_be_no_superuser(
    tenants: Tenants, server_url: str, empty_template: str, settings: Settings
) -> None:
    """Nor does what he grants reach further than he does."""
    name = f"owned_{urlsplit(tenants.url).path[1:]}"
    await tenants.add_role("owner")
    owner = tenants.name("owner")
    await asyncio.to_thread(
        run_sql, server_url, f'CREATE DATABASE {name} TEMPLATE {empty_template} OWNER "{owner}"'
    )
    url = with_database(tenants.url, name).replace("postgres@", f"{owner}@", 1)
    try:
        await asyncio.to_thread(
            run_sql, with_database(tenants.url, name), "CREATE EXTENSION IF NOT EXISTS vector"
        )
        await asyncio.to_thread(migrate, url)
        async with Rag.open(url, workspace=OURS, settings=settings) as rag:
            await rag.insert(TEXT, "lamp.txt")
        await asyncio.to_thread(
            run_sql, url, f"SELECT rag.grant_workspace('{OURS}', '{tenants.name('stranger')}')"
        )
        stranger = await asyncpg.connect(url, user=tenants.name("stranger"))
        assert await stranger.fetch(f"SELECT * FROM rag.search('{OURS}', 'light')")
        assert await stranger.fetchval("SELECT source_key FROM rag.documents") == "lamp.txt"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await stranger.fetch(f"SELECT rag.enqueue_deletion('{OURS}', 'lamp.txt')")
        await stranger.close()
    finally:
        await asyncio.to_thread(run_sql, server_url, f"DROP DATABASE {name} WITH (FORCE)")


async def test_a_dump_restored_elsewhere_answers_the_same_once_grants_are_renewed(
    tenants: Tenants, tmp_path: Path
) -> None:
    dumped = tmp_path / "dump"
    subprocess.run(
        [str(programs_folder() / "pg_dump"), "-Fc", "-f", str(dumped), tenants.url], check=True
    )
    other = await asyncio.to_thread(start_postgres, tmp_path / "other")
    restore = [
        str(programs_folder() / "pg_restore"),
        "--no-owner",
        "--no-privileges",
        "-d",
        other,
        str(dumped),
    ]
    subprocess.run([*restore, "--exclude-schema=public"], check=True)
    await asyncio.to_thread(migrate, other)
    name = tenants.name("reader")
    # Its number is that of another role in the server where the dump was made.
    await asyncio.to_thread(
        run_sql, other, f'CREATE ROLE "{name}" LOGIN; GRANT USAGE ON SCHEMA rag TO "{name}"'
    )
    reader = await asyncpg.connect(other, user=name)
    search = f"SELECT source_key, rank, score, content FROM rag.search('{OURS}', 'light')"
    assert await outcome(reader, search) == "no workspace"
    await asyncio.to_thread(run_sql, other, "SELECT rag.renew_grants()")
    before = await tenants.connect("reader")
    assert await reader.fetch(search) == await before.fetch(search) != []
    for connection in (reader, before):
        await connection.close()
