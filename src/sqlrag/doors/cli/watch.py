"""A folder that a workspace follows: `sqlrag watch`."""

import asyncio
import signal
from contextlib import ExitStack, suppress

import click

from sqlrag.doors.cli.following import STAGES
from sqlrag.doors.cli.group import Settings, command, open_rag
from sqlrag.doors.cli.output import err, progress_bars, say, shorten

_STYLES = {"added": "green", "updated": "cyan", "deleted": "yellow"}


@command(in_json=False)
@click.argument("folder")
@click.option("--yes", is_flag=True, help="Delete its documents also where the folder is empty.")
async def watch(settings: Settings, folder: str, yes: bool) -> None:
    """Keep a FOLDER and the workspace in step, until Ctrl-C.

    What is added, changed, renamed or deleted is so in the workspace a moment later; at the start,
    so is what happened while this was not running. It takes the files that `ingest` takes; it
    ingests by itself, and needs no worker.
    """
    from sqlrag.rag.folders import Folder

    stop = asyncio.Event()
    async with open_rag(settings) as rag:
        for name in ("SIGINT", "SIGTERM"):
            with suppress(NotImplementedError):  # on Windows
                asyncio.get_running_loop().add_signal_handler(getattr(signal, name), stop.set)
        with ExitStack() as bars:
            report = bars.enter_context(progress_bars(STAGES))

            def say_ready() -> None:
                bars.close()
                err().print(f"Watching {followed.path}; Ctrl-C ends it.", style="dim")

            followed = Folder(folder, rag, _tell, yes)
            watching = asyncio.create_task(followed.watch(say_ready, report))
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait({watching, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not watching.done():
                watching.cancel()
                err().print("Stopped; what was finished is stored.", style="dim")
            stopping.cancel()
            with suppress(asyncio.CancelledError):
                await watching


def _tell(outcome: str, source_key: str, why: str) -> None:
    style = _STYLES.get(outcome, "red")
    say((f"{outcome:9}", style), shorten(source_key), f"  {why}" if why else "", stderr=True)
