"""The demo: from nothing to cited answers."""

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from sqlrag.domain.documents import Source
from sqlrag.domain.retrieval import QueryParam
from sqlrag.doors.cli.asking import print_answer
from sqlrag.doors.cli.documents import ingest_with_progress, print_results
from sqlrag.doors.cli.group import open_rag, runs
from sqlrag.doors.cli.output import out
from sqlrag.rag.files import find_files, read_source

if TYPE_CHECKING:
    from sqlrag.settings import Settings


@click.command()
@runs
async def demo(settings: "Settings") -> int:
    """Ingest a small sample folder into workspace "demo" and ask it three questions."""
    from sqlrag.demo import QUESTIONS, samples_folder

    folder = samples_folder()
    sources: list[Source] = [
        replace(read_source(path, settings.max_file_bytes), source_key=f"samples/{path.name}")
        for path in find_files([folder])
    ]
    async with open_rag(settings.model_copy(update={"workspace": "demo"})) as rag:
        results = await ingest_with_progress(rag, list(sources))
        print_results(results)
        out().print()
        for question in QUESTIONS:
            out().print(question.question, style="bold")
            await print_answer(rag, question.question, QueryParam(stream=True))
            out().print()
    out().print('Ask your own:  sqlrag ask -w demo "..."')
    out().print("Your files:    sqlrag ingest PATH")
    out().print(
        "In SQL:        sqlrag psql -c \"SELECT rank, title FROM rag.search('demo', 'lamp')\""
    )
    return 1 if any(result.outcome == "failed" for result in results) else 0
