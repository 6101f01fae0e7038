"""Documents as they were handed in: written to a file, and read anew."""

import asyncio
import sys
from pathlib import Path

import click

from sqlrag.doors.cli.documents import exit_code, print_results
from sqlrag.doors.cli.following import STAGES
from sqlrag.doors.cli.group import Settings, command, open_rag
from sqlrag.doors.cli.output import count, err, progress_bars, say, show


@command(in_json=False)
@click.argument("document", type=click.IntRange(1), metavar="ID")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="A file.")
async def content(settings: Settings, document: int, output: Path | None) -> None:
    """Write the bytes of a document as they were handed in, to a file or to standard output."""
    async with open_rag(settings, say_models=False) as rag:
        _, found = await rag.get_original(document)
    if output:
        await asyncio.to_thread(output.write_bytes, found)
        say(f"wrote {count(len(found), 'byte')} to {output}")
    else:
        sys.stdout.buffer.write(found)


@command()
async def reparse(settings: Settings, as_json: bool) -> int:
    """Read documents anew that an older sqlrag read, or that were split in another way.

    Their files are not needed: their bytes are kept. Chunks that stay the same keep their vectors
    and what was extracted of them.
    """
    async with open_rag(settings, say_models=not as_json) as rag:
        lost = await rag.count_lost()
        with progress_bars(STAGES) as report:
            results = await rag.reparse(report)
    show(results, as_json, print_results, "Every document is as this version reads it.")
    if lost:
        err().print(f"{count(lost, 'document')} cannot be read anew: the bytes were not kept.")
    return exit_code(results)
