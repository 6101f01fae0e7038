"""A workspace that another process has dropped, and made anew under the same name."""

import asyncio

from sqlrag.app import Rag
from sqlrag.domain.retrieval import MODES, QueryParam
from sqlrag.settings import Settings


async def test_a_reader_finds_the_new_one_at_once(url: str, settings: Settings) -> None:
    async with (
        Rag.open(url, settings=settings) as reader,
        Rag.open(url, settings=settings) as other,
    ):
        await other.insert("The lamp was lit on 3 May 1874.", "lamp.txt")
        assert [one.source_key for one in (await reader.search("lamp")).chunks] == ["lamp.txt"]
        for number, mode in enumerate(one for one in MODES if one != "bypass"):
            await other.delete_workspace()
            made = f"lamp-{number}.txt"
            await other.insert(f"Lamp {number} was lit by Ada Quist.", made)
            found = await asyncio.gather(
                *(reader.search("Which lamp was lit?", QueryParam(mode)) for _ in range(3))
            )
            assert [[one.source_key for one in each.chunks] for each in found] == [[made]] * 3
