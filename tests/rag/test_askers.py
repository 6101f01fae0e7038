"""Who asked in the background is known when the answer is made."""

import json

import asyncpg

from sqlrag.app import Rag
from sqlrag.domain.access import Access
from sqlrag.jobs.tasks import read_asker
from sqlrag.settings import Settings
from tests.support.owning import name_owner


async def test_who_asked_in_the_background_stands_for_as_many(url: str, settings: Settings) -> None:
    async with Rag.open(url, settings=settings) as rag:
        await rag.insert("The lamp was lit on 3 May 1874.", "lamp")
        everybody: list[tuple[str, ...] | None] = [None, (), ("team-a",)]
        for principals in everybody:
            access = Access("reader", 1, "default", principals, "https://idp.example.org#ada")
            await rag.in_workspace("default", access).enqueue_question("When was the lamp lit?")
    connection = await asyncpg.connect(name_owner(url))
    jobs = await connection.fetch("SELECT arguments FROM sqlrag.jobs ORDER BY job_id")
    await connection.close()
    asked = [read_asker(json.loads(job["arguments"])) for job in jobs]
    assert [one.principals for one in asked] == everybody
    assert {one.prefix for one in asked} == {"https://idp.example.org#ada"}
    assert read_asker({}).principals is None
