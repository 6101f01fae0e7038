import asyncio
import hashlib
import io
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from sqlrag.database.embedded import programs_folder
from sqlrag.database.migrating import alembic_folder, head_revision, migrate
from sqlrag.database.statements import function_scripts, sql_room
from sqlrag.domain.errors import DatabaseError, OutdatedSchema
from sqlrag.repositories.postgres import Postgres
from tests.conftest import run_sql

# A revision that has been merged is frozen: a change of the schema is a new revision.
FROZEN = Path(__file__).with_name("frozen.sha256")


def dump(url: str, *options: str) -> str:
    done = subprocess.run(
        [str(programs_folder() / "pg_dump"), "--schema-only", "--no-owner", *options, url],
        check=True,
        capture_output=True,
        text=True,
    )
    # \restrict carries a random key.
    return "\n".join(
        line for line in done.stdout.splitlines() if not re.match(r"\\(un)?restrict", line)
    )


async def fetch(url: str, query: str) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def entries(dumped: str) -> list[str]:
    """What a dump says, entry by entry; their order follows object ids."""
    return sorted(
        entry.strip() for entry in re.split(r"^-- Name: ", dumped, flags=re.MULTILINE)[1:]
    )


def test_the_drawing_equals_the_revisions(url: str, empty_url: str) -> None:
    for path in sorted((sql_room() / "schema").glob("*.sql")):
        run_sql(empty_url, path.read_text())
    run_sql(empty_url, "SET check_function_bodies = off;" + "\n".join(function_scripts()))
    revisions = dump(url, "--schema=sqlrag", "--exclude-table=sqlrag.alembic_version")
    drawing = dump(empty_url, "--schema=sqlrag")
    assert entries(drawing) == entries(revisions)


def test_frozen_revisions_have_not_changed() -> None:
    lines = (line.split() for line in FROZEN.read_text().splitlines())
    frozen = {name: sha256 for sha256, name in lines}
    files = [path for path in (alembic_folder() / "versions").iterdir() if path.is_file()]
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files} == frozen


def test_down_and_up_again_leave_the_same_schema(empty_url: str) -> None:
    before = dump(empty_url)
    migrate(empty_url)
    after = dump(empty_url)
    migrate(empty_url, "base")
    left = dump(empty_url, "--exclude-extension=vector", "--exclude-table=sqlrag.alembic_version")
    assert "CREATE TABLE" not in left
    assert "CREATE FUNCTION" not in left
    migrate(empty_url)
    assert dump(empty_url) == after != before


def test_a_numbered_revision_is_reached_from_both_sides(empty_url: str) -> None:
    version = "SELECT version_num FROM sqlrag.alembic_version"
    for revision in ("0003", "0001", "0002", "0002", "head", "0006", "head"):
        migrate(empty_url, revision)
        reached = asyncio.run(fetch(empty_url, version))
        assert reached == (head_revision() if revision == "head" else revision)


def test_an_older_revision_has_no_functions_of_the_newest(empty_url: str) -> None:
    migrate(empty_url, "0007")
    before = dump(empty_url)
    migrate(empty_url)
    assert "CREATE FUNCTION rag." in dump(empty_url)
    migrate(empty_url, "0007")
    assert dump(empty_url) == before


def test_an_older_version_finds_no_setting_that_it_would_refuse(empty_url: str) -> None:
    migrate(empty_url)
    stored = '{"select": true, "max_entities": 7}'
    add = f"INSERT INTO sqlrag.workspaces (name, settings) VALUES ('a', '{stored}') RETURNING name"
    assert asyncio.run(fetch(empty_url, add)) == "a"
    migrate(empty_url, "0010")
    left = asyncio.run(fetch(empty_url, "SELECT settings::text FROM sqlrag.workspaces"))
    assert left == '{"max_entities": 7}'


def test_a_script_lays_functions_on_the_newest_tables_only() -> None:
    from alembic import command
    from alembic.config import Config

    def script(run: Callable[..., None], revision: str) -> str:
        output = io.StringIO()
        config = Config(output_buffer=output)
        config.set_main_option("script_location", str(alembic_folder()))
        config.set_main_option("path_separator", "os")
        run(config, revision, sql=True)
        return output.getvalue()

    up = script(command.upgrade, "head")
    assert "FUNCTION rag.mix_search" in up
    assert "FUNCTION sqlrag.graph_search" in up
    down = script(command.downgrade, "0008:0007")
    assert "DROP TYPE rag.arm" in down
    assert "FUNCTION rag.mix_search" not in down


def test_migrating_twice_changes_nothing(url: str) -> None:
    before = dump(url)
    migrate(url)
    assert dump(url) == before


def test_a_function_without_a_file_stops_the_migration(url: str) -> None:
    run_sql(url, "CREATE FUNCTION rag.stray() RETURNS int LANGUAGE sql RETURN 1")
    with pytest.raises(DatabaseError, match=r"rag\.stray\(\).*drop it in a revision"):
        migrate(url)


def test_an_older_signature_of_a_function_goes(url: str) -> None:
    before = dump(url)
    run_sql(url, "CREATE FUNCTION sqlrag.bm25(weight int) RETURNS int LANGUAGE sql RETURN 1")
    migrate(url)
    assert dump(url) == before


def test_a_function_may_return_something_else_than_before(url: str) -> None:
    before = dump(url)
    run_sql(
        url,
        "DROP FUNCTION sqlrag.bm25(float8, int, int, float8); "
        "CREATE FUNCTION sqlrag.bm25(float8, int, int, float8) RETURNS text RETURN '1'",
    )
    migrate(url)
    assert dump(url) == before


def test_a_failed_migration_leaves_nothing(empty_url: str) -> None:
    run_sql(empty_url, "CREATE SCHEMA rag; CREATE FUNCTION rag.stray() RETURNS int RETURN 1")
    with pytest.raises(DatabaseError):
        migrate(empty_url)
    assert "CREATE TABLE" not in dump(empty_url)


def test_an_old_pgvector_is_refused(old_pgvector_url: str) -> None:
    with pytest.raises(DatabaseError, match=r"pgvector 0\.7\.4 is too old.*ALTER EXTENSION"):
        migrate(old_pgvector_url)


async def test_an_unmigrated_database_says_what_to_run(empty_url: str) -> None:
    with pytest.raises(DatabaseError, match="run sqlrag migrate"):
        await Postgres(empty_url).open()


async def test_a_database_of_another_revision_is_refused(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("UPDATE sqlrag.alembic_version SET version_num = '9999'")
    await connection.close()
    with pytest.raises(DatabaseError, match=f"revision 9999.*works with {head_revision()}"):
        await Postgres(url).open()


async def test_functions_of_another_version_are_refused_until_laid_anew(url: str) -> None:
    """They change with no revision, and calls of this version fail on those of another."""
    connection = await asyncpg.connect(url)
    await connection.execute("COMMENT ON TABLE sqlrag.alembic_version IS 'functions of yesterday'")
    await connection.execute("DROP FUNCTION rag.naive_search")
    assert not await Postgres(url).is_current()
    with pytest.raises(OutdatedSchema, match=r"functions.*another version.*run sqlrag migrate"):
        await Postgres(url).open()
    await asyncio.to_thread(migrate, url)
    assert await Postgres(url).is_current()
    assert await connection.fetchval("SELECT to_regproc('rag.naive_search') IS NOT NULL")
    await connection.close()
