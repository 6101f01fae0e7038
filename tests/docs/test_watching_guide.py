"""The guide to what is written elsewhere runs as it stands, with a worker."""

import asyncio
import re
from pathlib import Path

import pytest

from sqlrag.database.embedded import psql_command
from sqlrag.settings import Settings
from tests.conftest import HASHING, run_in_thread
from tests.docs.test_guides import blocks, folder, run
from tests.support.jobs import working

__all__ = ["folder"]
GUIDE = "docs/watching.md"


async def test_the_guide_to_watching_runs(
    folder: Path, url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SQLRAG_EMBEDDING_MODEL", HASHING["embedding_model"])
    application, question = blocks(GUIDE, "sql")
    watch, undo, schedule = blocks(GUIDE, "sh")

    async def psql(script: str) -> str:
        (folder / "guide.sql").write_text(script)
        words, environment = psql_command(url, ["-X", "-v", "ON_ERROR_STOP=1", "-f", "guide.sql"])
        monkeypatch.setenv("PGOPTIONS", environment.get("PGOPTIONS", ""))
        return await asyncio.to_thread(run, words, folder, url)

    async def shell(script: str) -> str:
        return await asyncio.to_thread(run, ["sh", "-e", "-c", script], folder, url)

    async with working(url, settings):
        await psql(application)
        assert await shell(watch) == "Watching public.article: 1 row done.\n"
        printed = await psql(question)
        assert re.search(r"public\.article/2 \| The lamp +\| ready", printed)
        assert re.search(r"done +\| .*3 May 1874", printed)
        printed = await shell(undo)
        assert printed.endswith("public.article is no longer watched.\n")
        printed = await shell(schedule)
        assert re.search(r"upkeep +disabled", printed)


async def test_what_the_models_of_the_guide_run_runs(url: str) -> None:
    for table in ("blog_article", "article"):
        await run_in_thread(
            url,
            f"CREATE TABLE {table} (id int PRIMARY KEY, title text, body text, published boolean)",
        )
    await run_in_thread(url, "INSERT INTO sqlrag.workspaces (name) VALUES ('default')")
    found = re.findall(r'"(SELECT rag\..*)"', "".join(blocks(GUIDE, "python")))
    assert len(found) == 4
    for statement in found:
        await run_in_thread(url, statement)
