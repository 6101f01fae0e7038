"""Tables of applications: `sqlrag watch-table`, `sqlrag unwatch-table`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID

import click

from sqlrag.doors.cli.group import Rag, Settings, command, confirm, fail, open_rag
from sqlrag.doors.cli.output import columns_of, count, err, print_rows, progress_bars, say, show

_LOOK = 0.2  # seconds between two looks at the jobs
_LOOK_FOR_WORKERS = 10.0
_COLUMNS = columns_of("name", "status", "key_column", "text_column", "condition", "error")


@command("watch-table")
@click.argument("table", required=False, metavar="[TABLE]")
@click.option("--key", metavar="COLUMN", help="The column that names a row.")
@click.option("--text", metavar="COLUMN", help="The column of the text.")
@click.option("--title", metavar="COLUMN", help="The column of the title.")
@click.option("--metadata", metavar="COLUMNS", help="Columns to filter by, e.g. tags,author.")
@click.option("--where", metavar="SQL", help="Which rows are documents, e.g. 'published'.")
@click.option("--media-type", default="text/plain", show_default=True, help="Of the texts.")
@click.option("--no-wait", is_flag=True, help="Leave the rows there are to workers.")
async def watch_table(
    settings: Settings, as_json: bool, table: str | None, no_wait: bool, **given: Any
) -> int:
    """Make documents of the rows of a TABLE of an application, and keep them so.

    Triggers enqueue what INSERT, UPDATE, DELETE and TRUNCATE change, in the same transaction;
    workers do the rest. The SQL of --where runs with the rights of the owner of sqlrag's tables.
    Waits until the rows there are have been ingested; where no worker is alive, this process is
    one meanwhile. Without TABLE it lists those that are watched.
    """
    async with open_rag(settings, say_models=bool(table) and not as_json) as rag:
        if not table:
            found = await rag.list_watched_tables()
            empty = f'No tables are watched in workspace "{settings.workspace}".'
            show(found, as_json, lambda rows: print_rows(rows, _COLUMNS), empty)
            return 0
        if not (given["key"] and given["text"]):
            raise click.UsageError("Say which columns: --key id --text body.")
        columns = [name.strip() for name in (given.pop("metadata") or "").split(",")]
        asked = {**given, "metadata": [name for name in columns if name]}
        track = await rag.watch_table(table, **asked)
        counts: dict[str, int] = {}
        if track and not no_wait:
            async with some_worker(rag, settings):
                counts = await _wait_for(rag, track)
    told = {"track_id": track, "jobs": counts}
    show(told, as_json, lambda _: _print(table, track, counts))
    return int("failed" in counts)


def _print(table: str, track: UUID | None, counts: dict[str, int]) -> None:
    if track is None:
        say(f"{table} is watched already.")
    elif not counts:
        say(f"Watching {table}; its rows are track {track}.")
    else:
        done = count(max(0, counts.get("done", 0) - 1), "row")
        say(f"Watching {table}: {done} done.")
        if failed := counts.get("failed"):
            say(f"{count(failed, 'job')} failed; look at them: sqlrag jobs list --status failed")


async def _wait_for(rag: Rag, track: UUID) -> dict[str, int]:
    """Until all jobs of a track are over."""
    over = total = 0
    with progress_bars({"rows": "Ingesting rows"}) as report:
        while True:
            counts = await rag.count_track(track)
            now = sum(counts.values())
            left = counts.get("waiting", 0) + counts.get("running", 0)
            report("rows", more=now - total, done=now - left - over)
            over, total = now - left, now
            if not left:
                return counts
            await asyncio.sleep(_LOOK)


@asynccontextmanager
async def some_worker(rag: Rag, settings: Settings) -> AsyncIterator[None]:
    """A worker in this process until the end of the block, where none is alive elsewhere."""
    stop = asyncio.Event()
    working = asyncio.create_task(_work_if_nobody_does(rag, settings, stop))
    try:
        yield
    finally:
        stop.set()
        await working


async def _work_if_nobody_does(rag: Rag, settings: Settings, stop: asyncio.Event) -> None:
    from sqlrag.app import prepare_database
    from sqlrag.jobs.worker import Worker

    while await rag.storage.fetch_value("is_worker_alive"):
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), _LOOK_FOR_WORKERS)
            return
    err().print("No worker is alive; this process is one until it is done.", style="dim")
    await Worker(rag, await prepare_database(settings), settings.worker).run(stop)


@command("unwatch-table", in_json=False)
@click.argument("table")
@click.option("--delete-documents", is_flag=True, help="Delete its documents, too.")
@click.option("--yes", is_flag=True, help="Do not ask.")
async def unwatch_table(settings: Settings, table: str, delete_documents: bool, yes: bool) -> None:
    """Stop watching a TABLE: its triggers go, its documents stay unless they are to be deleted."""
    if delete_documents and not yes:
        confirm(f"Delete all documents of {table}?")
    async with open_rag(settings, say_models=False) as rag:
        if not await rag.unwatch_table(table, delete_documents=delete_documents):
            fail(f'{table} is not watched in workspace "{settings.workspace}".')
    say(f"{table} is no longer watched.")
