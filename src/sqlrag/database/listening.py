"""Hears what the database tells by NOTIFY."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress

from sqlrag.database.failures import LOST
from sqlrag.database.pool import Database
from sqlrag.domain.errors import DatabaseError


async def listen(database: Database, channel: str, every: float) -> AsyncGenerator[set[str], None]:
    """What has been told since the last time, at once; nothing after `every` seconds of silence.

    A notification may be lost, with its connection or behind a pooler of transactions, where there
    are none: whoever listens looks also when nothing was told. The set is empty then.
    """
    heard: set[str] = set()
    rings = asyncio.Event()

    def note(_connection: object, _pid: int, _channel: str, payload: str) -> None:
        heard.add(payload)
        rings.set()

    async def keep_listening() -> None:
        while True:
            with suppress(DatabaseError, TimeoutError, *LOST):
                async with database.extra_connection() as connection:
                    gone = asyncio.Event()
                    connection.add_termination_listener(lambda _, gone=gone: gone.set())
                    await connection.add_listener(channel, note)
                    rings.set()  # what was told before is not known
                    await gone.wait()
            await asyncio.sleep(every)

    task = None if database.is_pooled else asyncio.create_task(keep_listening())
    try:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(every):  # wait_for of 3.11 may lose a cancellation
                    await rings.wait()
            rings.clear()
            told, heard = heard, set()
            yield told
    finally:
        if task:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
