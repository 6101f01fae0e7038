"""Tables of applications whose rows are documents."""

import asyncio
import subprocess
from typing import Any

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.database.embedded import programs_folder
from sqlrag.domain.errors import BadInput, DatabaseError
from sqlrag.settings import Settings
from tests.conftest import make_database
from tests.support.jobs import do_jobs
from tests.support.owning import needs_owner

pytestmark = needs_owner

ARTICLES = """
CREATE TABLE public.article (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text, body text, tags text[],
    author text, published boolean NOT NULL DEFAULT true, views int NOT NULL DEFAULT 0
);
INSERT INTO public.article (title, body, tags, author) VALUES
    ('Harbour', 'The harbour of Grey Vale was rebuilt in 1921.', '{sea, stone}', 'Ada'),
    ('Lamp', 'The lamp of the lighthouse was lit in 1874.', '{sea}', 'Ben');
"""
TEXTS = """SELECT source_key, string_agg(content, ' ' ORDER BY ordinal) FROM rag.chunks
WHERE workspace = 'default' GROUP BY 1"""
WAITING = """SELECT source_key FROM rag.jobs
WHERE status = 'waiting' AND kind IN ('row', 'table') ORDER BY 1"""
TRIGGERS = "SELECT count(*) FROM pg_trigger WHERE tgname ~ '^sqlrag_'"


class Application:
    """Whose tables are watched, on a connection of its own."""

    def __init__(
        self, connection: asyncpg.Connection, rag: Rag, url: str, settings: Settings
    ) -> None:
        self.sql, self.rag, self.url = connection, rag, url
        self.settings = settings.model_copy(update={"extraction": "off"})

    async def texts(self) -> dict[str, str]:
        """By their keys, once the workers have nothing left to do."""
        await do_jobs(self.url, self.settings)
        return dict(await self.sql.fetch(TEXTS))

    async def waiting(self) -> list[str]:
        """What jobs wait for."""
        return [row["source_key"] for row in await self.sql.fetch(WAITING)]

    async def settle(self) -> None:
        """Nothing waits any more, without the work."""
        await self.sql.execute("DELETE FROM sqlrag.jobs")

    async def watched(self) -> Any:
        (found,) = await self.rag.list_watched_tables()
        return found


@pytest.fixture
async def app(
    connection: asyncpg.Connection, rag: Rag, url: str, settings: Settings
) -> Application:
    await connection.execute(ARTICLES)
    return Application(connection, rag, url, settings)


async def test_rows_become_documents_and_follow_every_write(app: Application) -> None:
    track = await app.rag.watch_table(
        "article", "id", "body", title="title", metadata=["tags", "author"]
    )
    assert track
    assert set(await app.texts()) == {"public.article/1", "public.article/2"}
    first, _ = sorted(await app.rag.list_documents(), key=lambda one: one.source_key)
    assert (first.source_key, first.title) == ("public.article/1", "Harbour")
    assert first.metadata == {"tags": ["sea", "stone"], "author": "Ada"}
    assert await app.rag.count_track(track) == {"done": 3}
    await app.sql.execute(
        """INSERT INTO article (body) VALUES ('A third one.');
        UPDATE article SET body = 'The lamp was lit in 1875.' WHERE id = 2;
        DELETE FROM article WHERE id = 1;"""
    )
    assert await app.texts() == {
        "public.article/2": "The lamp was lit in 1875.",
        "public.article/3": "A third one.",
    }
    assert (await app.watched()).status == "watching"


async def test_what_is_rolled_back_was_never_asked_for(app: Application) -> None:
    await app.rag.watch_table("article", "id", "body")
    await app.settle()
    transaction = app.sql.transaction()
    await transaction.start()
    await app.sql.execute("UPDATE article SET body = 'Never.'")
    assert len(await app.waiting()) == 2
    await transaction.rollback()
    assert await app.waiting() == []


async def test_an_update_of_a_column_that_is_not_watched_enqueues_nothing(app: Application) -> None:
    await app.rag.watch_table("article", "id", "body", title="title", where="published")
    await app.settle()
    # As an ORM does, which writes every column it has read.
    await app.sql.execute("UPDATE article SET views = views + 1, body = body, title = title")
    assert await app.waiting() == []
    await app.sql.execute("UPDATE article SET title = 'Pier', views = 7 WHERE id = 1")
    assert await app.waiting() == ["public.article/1"]


async def test_what_a_trigger_of_the_application_changes_is_seen(app: Application) -> None:
    await app.sql.execute(
        """CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN NEW.body := 'About ' || NEW.title; RETURN NEW; END $$;
        CREATE TRIGGER fill BEFORE UPDATE ON article FOR EACH ROW EXECUTE FUNCTION fill()"""
    )
    await app.rag.watch_table("article", "id", "body")
    await app.settle()
    await app.sql.execute("UPDATE article SET title = 'Quay' WHERE id = 2")
    assert await app.texts() == {"public.article/2": "About Quay"}


async def test_rows_enter_and_leave_by_the_condition(app: Application) -> None:
    await app.sql.execute("UPDATE article SET published = false WHERE id = 2")
    await app.rag.watch_table("article", "id", "body", where="published AND author <> 'Eve'")
    assert set(await app.texts()) == {"public.article/1"}
    await app.sql.execute("INSERT INTO article (body, published) VALUES ('A draft.', false)")
    await app.sql.execute("UPDATE article SET body = 'A better draft.' WHERE NOT published")
    assert await app.waiting() == []
    await app.sql.execute("UPDATE article SET published = NOT published WHERE id <= 2")
    assert set(await app.texts()) == {"public.article/2"}
    await app.sql.execute("UPDATE article SET author = 'Eve' WHERE id = 2")
    assert await app.texts() == {}


async def test_a_row_without_text_is_no_document(app: Application) -> None:
    await app.rag.watch_table("article", "id", "body")
    await app.sql.execute("INSERT INTO article (body) VALUES (NULL), (''), (E' \\n ')")
    assert set(await app.texts()) == {"public.article/1", "public.article/2"}
    await app.sql.execute("UPDATE article SET body = NULL WHERE id = 1")
    await app.sql.execute("UPDATE article SET body = '' WHERE id = 2")
    assert await app.texts() == {}
    assert not await app.sql.fetch("SELECT FROM rag.failures")


async def test_a_changed_key_moves_the_document(app: Application) -> None:
    await app.sql.execute(
        """CREATE SCHEMA "Odd one"; CREATE TABLE "Odd one"."The Notes's" (
            "the Key" uuid PRIMARY KEY, "Order" numeric(6, 2), "order by" date);
        INSERT INTO "Odd one"."The Notes's" VALUES
            ('11111111-1111-1111-1111-111111111111', 12.5, '2021-03-04')"""
    )
    name = '"Odd one"."The Notes\'s"'
    await app.sql.execute("SET datestyle = 'German'")
    await app.rag.watch_table(name, "the Key", "Order", title="order by", where='"Order" > 0')
    prefix = "Odd one.The Notes's/"
    assert await app.texts() == {prefix + "1" * 8 + "-1111-1111-1111-" + "1" * 12: "12.50"}
    await app.sql.execute(f"UPDATE {name} SET \"the Key\" = '22222222-1111-1111-1111-111111111111'")
    await app.texts()
    (document,) = await app.rag.list_documents()
    assert document.source_key == prefix + "22222222-1111-1111-1111-111111111111"
    assert document.title == "2021-03-04"


async def test_a_large_table_is_followed_in_parts(app: Application) -> None:
    await app.sql.execute(
        """INSERT INTO article (body) SELECT 'Row ' || n FROM generate_series(1, 12000) AS n;
        DELETE FROM article WHERE id % 7 = 0"""
    )
    await app.rag.insert("It has no row.", "public.article/14")
    assert await app.rag.watch_table("article", "id", "body", where="id <> 3")
    asked = app.rag.storage.watched_tables, (await app.watched()).watch_id
    after, parts = None, 0
    workspace = await app.rag.workspaces.open("default")
    while after := await asked[0].follow_table(workspace.id, asked[1], None, after):
        parts += 1
    assert parts == 3
    wanted = "SELECT 'public.article/' || id FROM article WHERE id <> 3"
    keys = {row[0] for row in await app.sql.fetch(wanted)} | {"public.article/14"}
    assert set(await app.waiting()) - {"public.article"} == keys


async def test_truncate_deletes_all_and_a_row_that_came_after_stays(app: Application) -> None:
    await app.rag.watch_table("article", "id", "body")
    assert len(await app.texts()) == 2
    await app.sql.execute("TRUNCATE article; INSERT INTO article (body) VALUES ('The only one.')")
    assert await app.texts() == {"public.article/3": "The only one."}


async def test_an_application_needs_no_rights_on_our_tables(app: Application) -> None:
    await app.rag.watch_table("article", "id", "body", where="published")
    await app.settle()
    await app.sql.execute(
        """CREATE ROLE writer_14; GRANT SELECT, INSERT, UPDATE, DELETE ON article TO writer_14;
        SET ROLE writer_14"""
    )
    try:
        await app.sql.execute("INSERT INTO article (body) VALUES ('By a stranger.')")
        await app.sql.execute("UPDATE article SET body = 'By a stranger, too.' WHERE id = 1")
        await app.sql.execute("DELETE FROM article WHERE id = 2")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.sql.execute("SELECT FROM sqlrag.jobs")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            # His casts would run with our rights.
            await app.sql.execute(
                """CREATE TEMP TABLE mine (id int);
                CREATE TRIGGER mine AFTER INSERT ON mine
                    FOR EACH ROW EXECUTE FUNCTION sqlrag.note_changes(1, 1)"""
            )
    finally:
        await app.sql.execute("RESET ROLE")
    texts = await app.texts()
    await app.sql.execute("DROP OWNED BY writer_14; DROP ROLE writer_14")
    assert texts == {
        "public.article/1": "By a stranger, too.",
        "public.article/3": "By a stranger.",
    }


async def test_only_the_owner_says_what_runs_with_his_rights(app: Application) -> None:
    await app.rag.watch_table("article", "id", "body")
    await app.sql.execute(
        """CREATE ROLE app_14; SELECT rag.grant_workspace(NULL, 'app_14', 'server');
        SELECT set_config('sqlrag.workspace', workspace_id::text, false) FROM sqlrag.watched_tables;
        SET ROLE app_14"""
    )
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="Only the owner"):
            await app.sql.execute(
                "UPDATE sqlrag.watched_tables SET condition = 'pg_sleep(1) IS NULL'"
            )
    finally:
        await app.sql.execute("RESET ROLE; DROP OWNED BY app_14; DROP ROLE app_14")


async def test_ten_thousand_rows_are_ten_thousand_jobs_and_two_notifications(
    app: Application,
) -> None:
    await app.rag.watch_table("article", "id", "body")
    await app.settle()
    told: list[tuple[str, str]] = []
    for channel in ("sqlrag_work", "sqlrag_jobs"):
        await app.sql.add_listener(channel, lambda *said: told.append(said[2:]))
    await app.sql.execute(
        "INSERT INTO article (body) SELECT 'Row ' || n FROM generate_series(1, 10000) AS n"
    )
    await app.sql.fetchval("SELECT 1")
    assert len(await app.waiting()) == 10_000
    assert len(told) == 2


async def test_partitions_are_followed_also_where_they_are_named(app: Application) -> None:
    await app.sql.execute(
        """CREATE TABLE event (id int, day date, body text, PRIMARY KEY (id, day))
            PARTITION BY RANGE (day);
        CREATE TABLE event_1 PARTITION OF event FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
        INSERT INTO event VALUES (1, '2024-05-01', 'The first.')"""
    )
    await app.rag.watch_table("event", "id", "body")
    await app.sql.execute(
        """CREATE TABLE event_2 PARTITION OF event FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
        INSERT INTO event_2 VALUES (2, '2025-05-01', 'The second.')"""
    )
    assert await app.texts() == {"public.event/1": "The first.", "public.event/2": "The second."}
    await app.sql.execute("UPDATE event SET day = '2025-06-01' WHERE id = 1")
    await app.sql.execute("DELETE FROM event_2 WHERE id = 2")
    assert await app.texts() == {"public.event/1": "The first."}


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"table": "nothing"}, "There is no table nothing."),
        ({"text": "boddy"}, "Table article has no column boddy."),
        ({"key": "author"}, "no unique index is on it alone"),
        ({"table": "sqlrag.documents", "key": "document_id", "text": "title"}, "not a table of an"),
        ({"table": "rag.jobs", "key": "job_id", "text": "error"}, "not a view"),
        ({"where": "published AND"}, "The condition cannot be used: syntax error"),
        ({"where": "publishd"}, 'column "publishd" does not exist'),
        ({"where": "title"}, "must be type boolean"),
        ({"where": "id IN (SELECT job_id FROM rag.jobs)"}, "not other tables"),
    ],
)
async def test_what_cannot_be_watched_is_refused_in_a_sentence(
    app: Application, asked: dict[str, str], sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence):
        await app.rag.watch_table(**{"table": "article", "key": "id", "text": "body", **asked})
    assert await app.sql.fetchval(TRIGGERS) == 0
    await app.sql.execute("INSERT INTO article (body) VALUES ('Still written.')")


async def test_a_table_in_use_is_not_waited_for_longer_than_writers_can_bear(
    app: Application, connection: asyncpg.Connection
) -> None:
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("UPDATE article SET views = 1")
    with pytest.raises(DatabaseError, match="article is in use by a long transaction"):
        await app.rag.watch_table("article", "id", "body")
    await transaction.rollback()
    assert await app.rag.list_watched_tables() == []


async def test_the_condition_means_the_same_under_any_search_path(app: Application) -> None:
    await app.sql.execute(
        """CREATE SCHEMA helpers; CREATE FUNCTION helpers.is_public(a text) RETURNS boolean
            RETURN a <> 'Ben'; SET search_path = helpers, public"""
    )
    await app.rag.workspaces.open("default")
    await app.sql.fetch(
        "SELECT rag.watch_table('default', 'article', 'id', 'body', condition => $1)",
        "is_public(author)",
    )
    assert await app.sql.fetchval("SHOW search_path") == "helpers, public"
    await app.sql.execute("SET search_path = public")
    await app.sql.execute(
        "INSERT INTO article (body, author) VALUES ('One.', 'Ben'), ('Two.', 'Eve')"
    )
    assert set(await app.texts()) == {"public.article/1", "public.article/4"}
    assert (await app.watched()).condition == "helpers.is_public(author)"


async def test_watching_again_does_nothing_unless_something_is_new(app: Application) -> None:
    assert await app.rag.watch_table("article", "id", "body", where="published")
    assert await app.texts()
    assert await app.rag.watch_table("article", "id", "body", where="published") is None
    assert await app.rag.watch_table("article", "id", "title", where="published")
    assert await app.texts() == {"public.article/1": "Harbour", "public.article/2": "Lamp"}
    assert await app.sql.fetchval("SELECT count(*) FROM sqlrag.watched_tables") == 1
    assert await app.sql.fetchval(TRIGGERS) == 4


async def test_undoing_leaves_no_trace(app: Application) -> None:
    before = await _trace(app)
    await app.rag.watch_table("article", "id", "body")
    assert len(await app.texts()) == 2
    await app.sql.execute("UPDATE article SET body = body || ' Again.'")
    assert await app.rag.unwatch_table("public.article")
    assert await _trace(app) == before
    assert await app.waiting() == []
    assert len(await app.texts()) == 2
    assert not await app.rag.unwatch_table("public.article")
    await app.rag.watch_table("article", "id", "body")
    assert await app.rag.unwatch_table("article", delete_documents=True)
    assert await app.texts() == {}
    assert await _trace(app) == before


async def _trace(app: Application) -> list[Any]:
    return await app.sql.fetch(
        """SELECT tgname, tgrelid::regclass::text FROM pg_trigger UNION ALL
        SELECT name, '' FROM sqlrag.watched_tables UNION ALL
        SELECT proname, pronamespace::regnamespace::text FROM pg_proc
            WHERE pronamespace IN ('sqlrag'::regnamespace, 'rag'::regnamespace) UNION ALL
        SELECT relname, '' FROM pg_class WHERE relname ~ 'sqlrag' AND relpersistence = 't'
        ORDER BY 1, 2"""
    )


async def test_a_deleted_workspace_takes_its_triggers_along(app: Application) -> None:
    await app.rag.watch_table("article", "id", "body")
    await app.rag.delete_workspace()
    assert await app.sql.fetchval(TRIGGERS) == 0
    await app.sql.execute("UPDATE article SET body = 'Nobody listens.'")
    assert not await app.sql.fetch("SELECT FROM sqlrag.jobs")


async def test_a_table_that_is_dropped_or_renamed_breaks_nothing(app: Application) -> None:
    await app.rag.watch_table("article", "id", "body")
    await app.sql.execute("ALTER TABLE article RENAME TO post; UPDATE post SET body = 'Renamed.'")
    assert set((await app.texts()).values()) == {"Renamed."}
    found = await app.watched()
    assert (found.name, found.relation) == ("public.article", "post")
    await app.sql.execute("UPDATE post SET body = 'Lost.'; DROP TABLE post")
    assert (await app.watched()).status == "gone"
    await do_jobs(app.url, app.settings)
    errors = {row["error"] for row in await app.sql.fetch("SELECT error FROM rag.failures")}
    (said,) = {error.partition(",")[0] for error in errors}
    assert said == "Table public.article is no longer there"
    assert await app.rag.unwatch_table("public.article", delete_documents=True)
    assert await app.texts() == {}


async def test_a_changed_table_can_still_be_written_and_is_healed_by_watching_again(
    app: Application,
) -> None:
    await app.rag.watch_table("article", "id", "body")
    assert len(await app.texts()) == 2
    await app.sql.execute("ALTER TABLE article RENAME COLUMN id TO number")
    warned: list[Any] = []
    app.sql.add_log_listener(lambda _, message: warned.append(message))
    await app.sql.execute("INSERT INTO article (body) VALUES ('Late.')")
    await app.sql.execute("DELETE FROM article WHERE number = 1")
    assert "Changes of public.article do not reach sqlrag" in str(warned[0])
    found = await app.watched()
    assert (found.status, found.error) == ("broken", "column t.id does not exist")
    assert await app.rag.watch_table("article", "number", "body")
    assert set(await app.texts()) == {"public.article/2", "public.article/3"}
    assert (await app.watched()).status == "watching"
    await app.sql.execute("ALTER TABLE article RENAME COLUMN body TO text")
    await app.sql.execute("UPDATE article SET text = 'Changed.' WHERE number = 3")
    await do_jobs(app.url, app.settings)
    (failed,) = await app.sql.fetch("SELECT error FROM rag.failures")
    assert "Watch it again by columns that it has." in failed["error"]


async def test_a_dump_restores_the_watch_and_its_triggers(
    app: Application, server_url: str, empty_template: str
) -> None:
    # Of types without an order, or with an operator in a schema of its own.
    await app.sql.execute("CREATE TYPE kin AS (a int)")
    await app.sql.execute("ALTER TABLE article ADD said json, ADD at point, ADD kin kin[]")
    more = ["tags", "said", "at", "kin"]
    await app.rag.watch_table("article", "id", "body", where="published", metadata=more)
    assert len(await app.texts()) == 2
    dump = subprocess.run(
        [str(programs_folder() / "pg_dump"), app.url], check=True, capture_output=True
    )
    url = await asyncio.to_thread(make_database, server_url, empty_template)
    restore = [str(programs_folder() / "psql"), "-Xq", "-v", "ON_ERROR_STOP=1", url]
    done = subprocess.run(restore, input=dump.stdout, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    connection = await asyncpg.connect(url)
    async with Rag.open(url, settings=app.settings) as rag:
        restored = Application(connection, rag, url, app.settings)
        assert (await restored.watched()).status == "watching"
        assert await restored.waiting() == []
        await connection.execute("UPDATE article SET body = 'Restored.' WHERE id = 1")
        assert (await restored.texts())["public.article/1"] == "Restored."
    await connection.close()


async def test_rows_that_policies_hide_from_us_are_not_taken_for_deleted(app: Application) -> None:
    await app.rag.watch_table("article", "id", "body")
    assert len(await app.texts()) == 2
    relation = "SELECT * FROM sqlrag.read_row(1, $1, '1')"
    watch = (await app.watched()).watch_id
    await app.sql.execute(
        """ALTER TABLE article ENABLE ROW LEVEL SECURITY; CREATE ROLE reader_14;
        GRANT USAGE ON SCHEMA sqlrag TO reader_14;
        GRANT SELECT ON sqlrag.watched_tables, article TO reader_14;
        SET ROLE reader_14"""
    )
    try:
        with pytest.raises(asyncpg.InvalidParameterValueError, match="row-level security"):
            await app.sql.fetch(relation, watch)
    finally:
        await app.sql.execute("RESET ROLE; DROP OWNED BY reader_14; DROP ROLE reader_14")
