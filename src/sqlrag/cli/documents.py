"""Documents: ingest, list, delete."""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from sqlrag.cli.group import err, open_rag, out, print_json, read_json_object, runs
from sqlrag.domain.documents import Document, IngestResult, Source
from sqlrag.rag.files import find_files, read_source
from sqlrag.settings import Settings

if TYPE_CHECKING:
    from sqlrag.main import Rag
    from sqlrag.rag.ingesting import Report

STAGES = {"parse": "Parsing documents", "embed": "Embedding chunks", "write": "Writing documents"}


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--key", help="The source key of what comes from standard input.")
@click.option("--title", help="The title, for a single document.")
@click.option("--media-type", help="For standard input, e.g. text/markdown or application/pdf.")
@click.option("--language", help="A text search configuration, e.g. english; detected otherwise.")
@click.option("--tag", "tags", multiple=True, help="A tag for every document; repeatable.")
@click.option("--metadata", help="A JSON object for every document.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
@click.pass_obj
@runs
async def ingest(settings: Settings, paths: tuple[str, ...], as_json: bool, **given: Any) -> int:
    """Ingest files, folders, globs, or - for standard input.

    A document is known by its absolute path: ingesting it again replaces only what changed.
    """
    sources = await asyncio.to_thread(_read_all, paths, given, settings.max_file_bytes)
    if not sources:
        err.print("Nothing to ingest: the folders hold no files.")
        return 0
    async with open_rag(settings, say_models=not as_json) as rag:
        results = await ingest_with_progress(rag, sources)
    if as_json:
        print_json(results)
    else:
        print_results(results)
    return 1 if any(result.outcome == "failed" for result in results) else 0


def _read_all(
    paths: tuple[str, ...], given: dict[str, Any], max_bytes: int
) -> list[Source | Path]:
    """Sources for what needs more than its path; reading of plain paths waits its turn."""
    found: list[Source | Path] = list(find_files(path for path in paths if path != "-"))
    fields = {
        "title": given["title"],
        "language": given["language"],
        "tags": given["tags"],
        "metadata": read_json_object(given["metadata"], "--metadata") or {},
    }
    if given["title"] and len(paths) + len(found) > 2:
        raise click.UsageError("--title is for a single document; there are several.")
    if any(fields.values()):
        found = [_with_fields(path, max_bytes, fields) for path in found]
    if "-" in paths:
        data = sys.stdin.buffer.read(max_bytes + 1)
        key = given["key"] or "stdin"
        media_type = given["media_type"] or "text/plain"
        found.append(Source(key, data, "", media_type, **fields))
    return found


def _with_fields(path: Any, max_bytes: int, fields: dict[str, Any]) -> Source | Path:
    from sqlrag.domain.errors import SqlragError

    try:
        return replace(read_source(path, max_bytes), **fields)
    except SqlragError:
        return Path(path)  # fails again, in its turn, with the same sentence


async def ingest_with_progress(rag: "Rag", sources: list[Source | Path]) -> list[IngestResult]:
    """Ingest with a bar per stage on stderr, then index vectors if that has become worth it."""
    with progress_bars() as report:
        results = await rag.ingesting.ingest(rag.workspace, sources, report)
    if any(result.embedded_count for result in results):
        with err.status("Indexing vectors…"):
            await rag.ingesting.index(rag.workspace)
    return results


@contextmanager
def progress_bars() -> "Iterator[Report]":
    columns = (
        TextColumn("{task.description:18}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err) as progress:
        tasks = {stage: progress.add_task(name, total=0) for stage, name in STAGES.items()}

        def report(stage: str, done: int = 0, more: int = 0) -> None:
            task = progress.tasks[tasks[stage]]
            progress.update(task.id, total=(task.total or 0) + more, advance=done)

        yield report


def print_results(results: list[IngestResult]) -> None:
    """What happened to each document worth a line, then the counts."""
    failed = [result for result in results if result.outcome == "failed"]
    table = Table(box=None, pad_edge=False)
    for heading, justify in (("", "left"), ("documents", "right"), ("chunks", "right")):
        table.add_column(heading, justify=justify)  # type: ignore[arg-type]
    counts = Counter(result.outcome for result in results)
    for outcome in ("added", "updated", "unchanged", "failed"):
        chunks = sum(result.embedded_count for result in results if result.outcome == outcome)
        table.add_row(outcome, str(counts[outcome]), str(chunks) if chunks else "")
    out.print(table)
    for result in failed:
        out.print(f"[red]failed[/red]  {escape(_short(result.source_key))}")
        out.print(f"        {escape(result.error or '')}")


def _short(source_key: str) -> str:
    """A path as seen from here, anything else as it is."""
    here = os.getcwd() + os.sep
    return source_key.removeprefix(here)


@click.command()
@click.option("--limit", default=50, show_default=True, help="How many at most.")
@click.option("--after", default=0, help="Begin after this id: the next page.")
@click.option("--status", type=click.Choice(["ready", "failed"]), help="Only these.")
@click.option("--filter", "filters", help='JSON, e.g. {"tags": ["report"]}.')
@click.option("--json", "as_json", is_flag=True, help="Print the documents as JSON.")
@click.pass_obj
@runs
async def documents(
    settings: Settings, limit: int, after: int, status: str | None, filters: str | None, as_json: bool
) -> None:
    """List the documents of the workspace."""
    async with open_rag(settings, say_models=False) as rag:
        page = await rag.managing.list_documents(
            rag.workspace, after, limit, status, read_json_object(filters, "--filter")
        )
    if as_json:
        print_json(page)
    elif not page:
        out.print(f'No documents in workspace "{escape(settings.workspace)}". ', end="")
        out.print("Add some: sqlrag ingest PATH")
    else:
        out.print(_documents_table(page))
        if len(page) == limit:
            out.print(f"[dim]There may be more: --after {page[-1].document_id}[/dim]")


def _documents_table(page: list[Document]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("id", "status", "chunks", "tokens"):
        table.add_column(heading, justify="left" if heading == "status" else "right")
    table.add_column("updated", no_wrap=True)
    table.add_column("title", overflow="fold")
    table.add_column("source", overflow="fold")
    for document in page:
        table.add_row(
            str(document.document_id),
            document.status if not document.error else f"[red]{document.status}[/red]",
            f"{document.chunk_count:,}",
            f"{document.token_count:,}",
            f"{document.updated_at:%Y-%m-%d %H:%M}",
            escape(document.title),
            escape(_short(document.source_key)),
        )
    return table


@click.command()
@click.argument("documents", nargs=-1, metavar="ID|PATH|KEY...")
@click.option("--all", "whole", is_flag=True, help="The whole workspace.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
@runs
async def delete(settings: Settings, documents: tuple[str, ...], whole: bool, yes: bool) -> int:
    """Delete documents, with everything made of them."""
    if whole == bool(documents):
        raise click.UsageError("Name documents to delete, or use --all for the whole workspace.")
    if whole and not yes:
        click.confirm(f'Delete everything in workspace "{settings.workspace}"?', abort=True)
    async with open_rag(settings, say_models=False) as rag:
        if whole:
            await rag.managing.delete_workspace(rag.workspace)
            out.print(f'Deleted workspace "{escape(settings.workspace)}".')
            return 0
        gone = await rag.delete(*_identities(documents))
    for document_id, source_key in gone:
        out.print(f"deleted {document_id}  {escape(_short(source_key))}")
    found = {str(document_id) for document_id, _ in gone} | {key for _, key in gone}
    missing = [name for name in documents if not {name, os.path.abspath(name)} & found]
    for name in missing:
        err.print(f"[red]error:[/red] there is no document {escape(name)}.")
    return 1 if missing else 0


def _identities(names: tuple[str, ...]) -> list[int | str]:
    ids: list[int | str] = [int(name) for name in names if name.isdigit()]
    keys = [key for name in names if not name.isdigit() for key in (name, os.path.abspath(name))]
    return ids + keys
