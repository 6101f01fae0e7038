"""SQLAlchemy's connection, for Alembic and for metadata."""

from collections.abc import Callable
from typing import TypeVar

import asyncpg
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import StaticPool

from sqlrag.database.address import read_address
from sqlrag.database.sessions import set_sockets
from sqlrag.database.statements import SQL

T = TypeVar("T")


async def run_in_transaction(url: str, work: Callable[[Connection], T]) -> T:
    """Work in one transaction of the server, which is committed when it is done.

    SQLAlchemy asks questions of its own when it connects, and begins and ends transactions; they
    are savepoints of this one, and its statements have no names, so that a pooler of transactions
    may stand between.
    """
    address = read_address(url)
    driver = await asyncpg.connect(**address.arguments, statement_cache_size=0)
    set_sockets(driver, address.sockets)

    async def give() -> asyncpg.Connection:
        return driver

    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=give,
        poolclass=StaticPool,  # it leaves closing to us
        connect_args={"prepared_statement_cache_size": 0, "prepared_statement_name_func": str},
    )
    try:
        async with driver.transaction():
            await driver.execute(SQL["see_pgvector"])
            async with engine.connect() as connection:
                return await connection.run_sync(work)
    finally:
        await driver.close()
