"""The demo: from nothing to cited answers."""

from dataclasses import replace

import click
from rich.markup import escape

from sqlrag.cli.asking import print_answer
from sqlrag.cli.documents import ingest_with_progress, print_results
from sqlrag.cli.group import open_rag, out, runs
from sqlrag.domain.documents import Source
from sqlrag.domain.retrieval import QueryParam
from sqlrag.rag.files import find_files, read_source
from sqlrag.settings import Settings


@click.command()
@click.pass_obj
@runs
async def demo(settings: Settings) -> int:
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
        for question in QUESTIONS:
            out.rule(f"[bold]{escape(question.question)}[/bold]", align="left")
            await print_answer(rag, question.question, QueryParam(stream=True))
            out.print()
    out.print("Ask your own:  sqlrag -w demo ask \"…\"      Your files:  sqlrag ingest PATH")
    out.print("In SQL:        sqlrag psql -c \"SELECT rank, title FROM rag.search('demo', 'lamp')\"")
    return 1 if any(result.outcome == "failed" for result in results) else 0
