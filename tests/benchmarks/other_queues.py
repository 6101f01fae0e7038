"""No-op jobs of other queues on Postgres, as they come, to measure ours beside:
`python -m tests.benchmarks.other_queues pgqueuer|procrastinate URL add N` or `… work`."""

import asyncio
import sys
from typing import Any

import asyncpg

AT_ONCE = 10
# What is left to do.
LEFT = {
    "sqlrag": "SELECT count(*) FROM sqlrag.jobs WHERE status IN ('waiting', 'running')",
    "pgqueuer": "SELECT count(*) FROM pgqueuer",
    "procrastinate": "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')",
}


async def run_pgqueuer(url: str, what: str, amount: int) -> None:
    from pgqueuer import AsyncpgDriver, PgQueuer, Queries

    connection = await asyncpg.connect(url)
    driver = AsyncpgDriver(connection)
    if what == "add":
        queries = Queries(driver)
        await queries.install()
        await queries.enqueue(["nothing"] * amount, [None] * amount, [0] * amount)
    else:
        queue = PgQueuer(driver)

        @queue.entrypoint("nothing")
        async def nothing(job: Any) -> None:
            pass

        await queue.run(batch_size=AT_ONCE)
    await connection.close()


async def run_procrastinate(url: str, what: str, amount: int) -> None:
    from procrastinate import App, PsycopgConnector

    app = App(connector=PsycopgConnector(conninfo=url))

    @app.task(name="nothing")
    async def nothing() -> None:
        pass

    async with app.open_async():
        if what == "add":
            await app.schema_manager.apply_schema_async()
            await nothing.batch_defer_async(*({} for _ in range(amount)))
        else:
            await app.run_worker_async(concurrency=AT_ONCE, install_signal_handlers=False)


if __name__ == "__main__":
    name, url, what, *amount = sys.argv[1:]
    run = {"pgqueuer": run_pgqueuer, "procrastinate": run_procrastinate}[name]
    asyncio.run(run(url, what, int(amount[0]) if amount else 0))
