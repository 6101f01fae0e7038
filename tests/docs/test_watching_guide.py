"""The guide to what is written elsewhere runs as it stands, with a worker."""

import asyncio
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from sqlrag.database.embedded import psql_command
from sqlrag.settings import Settings
from tests.api.serving import serve
from tests.conftest import HASHING, run_in_thread
from tests.docs.test_guides import blocks, folder, run
from tests.support.jobs import wait_until, working

__all__ = ["folder"]
GUIDE = "docs/watching.md"


async def test_the_guide_to_watching_runs(
    folder: Path, url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    monkeypatch.setenv("SQLRAG_EMBEDDING_MODEL", HASHING["embedding_model"])
    application, article, question, answer = blocks(GUIDE, "sql")
    watch, undo, schedule = blocks(GUIDE, "sh")

    async def shell(script: str) -> str:
        return await asyncio.to_thread(run, ["sh", "-e", "-c", script], folder, url)

    async with working(url, settings) as worker:
        await run_in_thread(url, application)
        assert await shell(watch) == "Watching public.article: 1 row done.\n"
        words, environment = psql_command(url, ["-X", "-v", "ON_ERROR_STOP=1", "-f", "-"])
        with subprocess.Popen(
            words,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as psql:
            assert psql.stdin
            for script, condition in (
                (article, "SELECT EXISTS (SELECT FROM rag.documents WHERE title = 'The lamp')"),
                (question, "SELECT EXISTS (SELECT FROM rag.jobs WHERE result ? 'answer')"),
            ):
                psql.stdin.write(script)
                psql.stdin.flush()
                await wait_until(worker.rag, condition)
            printed, _ = await asyncio.to_thread(psql.communicate, answer)
        assert re.search(r"public\.article/2 \| The lamp +\| ready", printed)
        assert re.search(r"done +\|.*3 May 1874", printed, re.DOTALL)
        (requests,) = blocks(GUIDE, "bash")
        (folder / ".curlrc").write_text("fail-with-body\nshow-error\n")
        with serve("sqlrag", folder, DATABASE_URL=url) as server:
            requests = requests.replace("http://127.0.0.1:8000", server)
            command = ["env", f"HOME={folder}", "bash", "-e", "-c", requests]
            told = await asyncio.to_thread(run, command, folder, url)
        assert '"source_key":"public.article/2"' in told
        assert re.search(r'"status":"done".*3 May 1874', told, re.DOTALL)
        assert (await shell(undo)).endswith("public.article is no longer watched.\n")
        assert re.search(r"upkeep +disabled", await shell(schedule))


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
