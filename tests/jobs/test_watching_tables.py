"""Tables of applications whose rows are documents."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.domain.errors import BadInput
from sqlrag.settings import Settings
from tests.support.jobs import do_jobs

ARTICLES = """
CREATE TABLE public.article (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text, body text, tags text[], author text,
    published boolean NOT NULL DEFAULT true, views int NOT NULL DEFAULT 0
);
INSERT INTO public.article (title, body, tags, author) VALUES
    ('Harbour', 'The harbour of Grey Vale was rebuilt in 1921.', '{sea, stone}', 'Ada'),
    ('Lamp', 'The lamp of the lighthouse was lit in 1874.', '{sea}', 'Ben');
"""
DOCUMENTS = """SELECT source_key, title, metadata FROM rag.documents
WHERE workspace = 'default' ORDER BY source_key"""


class Application:
    """Whose tables are watched, on a connection of its own."""

    def __init__(self, connection: asyncpg.Connection, rag: Rag, url: str, more: Settings) -> None:
        self.sql, self.rag, self.url, self.settings = connection, rag, url, more
        self.watch = rag.watch_table

    async def documents(self) -> dict[str, Any]:
        """By their keys, once the workers have nothing left to do."""
        await do_jobs(self.url, self.settings)
        return {row["source_key"]: row for row in await self.sql.fetch(DOCUMENTS)}

    async def texts(self) -> dict[str, str]:
        await do_jobs(self.url, self.settings)
        return dict(
            await self.sql.fetch(
                """SELECT source_key, string_agg(content, ' ' ORDER BY ordinal) FROM rag.chunks
                WHERE workspace = 'default' GROUP BY 1 ORDER BY 1"""
            )
        )

    async def waiting(self) -> list[str]:
        """What rows jobs wait for."""
        asked = "SELECT source_key FROM rag.jobs WHERE status = 'waiting' AND kind = 'row' ORDER BY 1"
        return [row["source_key"] for row in await self.sql.fetch(asked)]


@pytest.fixture
async def app(
    connection: asyncpg.Connection, rag: Rag, url: str, settings: Settings
) -> AsyncIterator[Application]:
    settings = settings.model_copy(update={"extraction": "off"})
    await connection.execute(ARTICLES)
    yield Application(connection, rag, url, settings)


async def test_rows_become_documents_and_follow_every_write(app: Application) -> None:
    track = await app.watch(
        "article", "id", "body", title="title", metadata=["tags", "author"], media_type="text/plain"
    )
    assert track
    made = await app.documents()
    assert list(made) == ["public.article/1", "public.article/2"]
    assert made["public.article/1"]["title"] == "Harbour"
    assert made["public.article/1"]["metadata"] == {"tags": ["sea", "stone"], "author": "Ada"}
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
    (watched,) = await app.rag.list_watched_tables()
    assert (watched.name, watched.relation, watched.status) == (
        "public.article",
        "article",
        "watching",
    )
