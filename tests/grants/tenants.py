"""A database of two tenants, and roles of Postgres that are granted the first one."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import asyncpg

from sqlrag.app import Rag
from sqlrag.database.sessions import prepare_session
from sqlrag.settings import Settings

OURS, THEIRS = "ours", "theirs"
TEXT = "Ada Quist of Harrow Vale kept the light of Grey Harbour. Ada Quist wrote to Ivo Brandt."

# What every view has a row of, in each workspace, beside what ingestion and an edit leave.
ROWS = """
SELECT rag.enqueue_document(name, name || '-later.txt', 'Later.') FROM sqlrag.workspaces;
INSERT INTO sqlrag.jobs (workspace_id, kind, status, error, finished_at)
SELECT workspace_id, 'prune', 'failed', 'Out of ink.', now() FROM sqlrag.workspaces;
INSERT INTO sqlrag.schedules (workspace_id, cron, kind, next_at)
SELECT workspace_id, '0 3 * * *', 'prune', now() FROM sqlrag.workspaces;
INSERT INTO sqlrag.eval_runs (workspace_id, dataset, mode, settings, measures)
SELECT workspace_id, 'qa', 'naive', '{}', '{}' FROM sqlrag.workspaces;
INSERT INTO sqlrag.eval_questions
    (workspace_id, run_id, question_id, question, type, gold, found, milliseconds, rows_read)
SELECT workspace_id, run_id, '1', 'Who?', 'plain', '{}', '{}', 1, 1 FROM sqlrag.eval_runs;
CREATE TABLE public.article (id int PRIMARY KEY, title text, body text);
SELECT rag.watch_table(name, 'public.article', 'id', 'body') FROM sqlrag.workspaces;
"""


@dataclass(frozen=True)
class Tenants:
    """The URL of the server's database, and what ends the names of its roles."""

    url: str
    settings: Settings
    owner: asyncpg.Connection

    def name(self, role: str) -> str:
        # Roles belong to the whole server, whose databases are of other tests.
        return f"{role}_{urlsplit(self.url).path[1:]}"

    async def connect(self, role: str) -> asyncpg.Connection:
        connection = await asyncpg.connect(self.url, user=self.name(role))
        await prepare_session(connection)
        return connection

    async def fill(self) -> None:
        for workspace in (OURS, THEIRS):
            async with Rag.open(self.url, workspace=workspace, settings=self.settings) as rag:
                await rag.insert(TEXT, f"{workspace}.txt")
                await rag.graph.create_entity(f"Storm over {workspace}", type="event")
        await self.owner.execute(ROWS)

    async def add_role(self, role: str, grant: str | None = None) -> None:
        await self.owner.execute(f'CREATE ROLE "{self.name(role)}" LOGIN')
        if grant:
            await self.owner.execute(
                "SELECT rag.grant_workspace($1, $2, $3)", OURS, self.name(role), grant
            )

    async def drop_roles(self) -> None:
        pattern = re.escape(self.name(""))
        for name in await self.owner.fetch(
            "SELECT quote_ident(rolname) FROM pg_roles WHERE rolname ~ $1", pattern + "$"
        ):
            await self.owner.execute(f"DROP OWNED BY {name[0]}; DROP ROLE {name[0]}")


@asynccontextmanager
async def open_tenants(url: str, settings: Settings) -> AsyncIterator[Tenants]:
    owner = await asyncpg.connect(url)
    await prepare_session(owner)
    tenants = Tenants(url, settings, owner)
    try:
        await tenants.fill()
        for role in ("reader", "writer", "admin"):
            await tenants.add_role(role, role)
        await tenants.add_role("nobody")
        await owner.execute(f'GRANT USAGE ON SCHEMA rag TO "{tenants.name("nobody")}"')
        await tenants.add_role("stranger")
        yield tenants
    finally:
        await tenants.drop_roles()
        await owner.close()
