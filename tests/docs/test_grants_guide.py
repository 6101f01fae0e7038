"""The guide of grants runs as it stands."""

import re

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.settings import Settings
from tests.docs.test_guides import blocks


@pytest.mark.parametrize("place", [0, 1, 2])
async def test_the_guide_of_grants_runs(
    url: str, settings: Settings, connection: asyncpg.Connection, place: int
) -> None:
    async with Rag.open(url, workspace="guide", settings=settings) as rag:
        await rag.insert("The lamp was lit on 3 May 1874.", "lamp")
    script = blocks("docs/grants.md", "sql")[place]
    for name in ("ada", "sqlrag_app"):  # roles are of the whole server
        script = script.replace(name, f"{name}_{connection.get_server_pid()}")
    for statement in re.split(r";[^\n]*\n", script):
        found = await connection.fetch(statement)
        assert found or not statement.lstrip().startswith("SELECT") or place == 2, statement
    if place == 1:
        await connection.execute(f"DROP OWNED BY sqlrag_app_{connection.get_server_pid()}")
        await connection.execute(f"DROP ROLE sqlrag_app_{connection.get_server_pid()}")
