"""Documents: ingest, list, delete."""

import os
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sqlrag.domain.documents import Document, IngestResult, Source, added_ids
from sqlrag.domain.errors import SqlragError
from sqlrag.doors.cli.extraction import print_unsummarized, summarize_with_progress
from sqlrag.doors.cli.group import (
    confirm,
    json_option,
    open_rag,
    read_json_object,
    runs,
    workspace_option,
)
from sqlrag.doors.cli.output import (
    err,
    out,
    print_error,
    print_failures,
    print_json,
    print_table,
    progress_bars,
    shorten,
    working,
)
from sqlrag.rag.files import File, find_files

if TYPE_CHECKING:
    from sqlrag.app import Rag
    from sqlrag.settings import Settings

_NARROW = 72  # columns of a terminal
STAGES = {
    "parse": "Parsing documents",
    "embed": "Embedding chunks",
    "extract": "Reading entities",
    "write": "Writing documents",
}
INGEST_EXAMPLES = """\b
Examples:
  sqlrag ingest report.pdf notes/              a file and a folder
  sqlrag ingest "papers/**/*.pdf" --tag paper  a glob
  curl -s https://example.org | sqlrag ingest - --key example.org --media-type text/html
  sqlrag ingest notes/ --metadata '{"year": 2023}' --json
"""


@click.command(epilog=INGEST_EXAMPLES)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--key", help="The source key of what comes from standard input.")
@click.option("--title", help="The title, for a single document.")
@click.option("--media-type", help="For standard input, e.g. text/html; recognised otherwise.")
@click.option("--language", help="A text search configuration, e.g. english; detected otherwise.")
@click.option("--tag", "tags", multiple=True, help="A tag for every document; repeatable.")
@click.option("--metadata", metavar="JSON", help="An object for every document.")
@json_option
@workspace_option
@runs
async def ingest(settings: "Settings", paths: tuple[str, ...], as_json: bool, **given: Any) -> int:
    """Ingest files, folders, globs, or - for standard input.

    A document is known by its absolute path: ingesting it again replaces only what changed.
    Hidden files inside folders are left out. Exits with 1 when a document failed; the others
    are stored.
    """
    import asyncio

    sources = await asyncio.to_thread(_find_sources, paths, given, settings.max_file_bytes)
    results: list[IngestResult] = []
    if sources:
        async with open_rag(settings, say_models=not as_json) as rag:
            results = await ingest_with_progress(rag, sources)
    if as_json:
        print_json(results)
    elif not sources:
        err().print("Nothing to ingest: there are no files, apart from hidden ones.")
    else:
        print_results(results)
    return 1 if any(result.outcome == "failed" for result in results) else 0


def _find_sources(
    paths: tuple[str, ...], given: dict[str, Any], max_bytes: int
) -> list[Source | Path | File]:
    """What the paths stand for; only standard input is read at once."""
    fields = {
        "title": given["title"],
        "language": given["language"],
        "tags": given["tags"],
        "metadata": read_json_object(given["metadata"], "--metadata") or {},
    }
    if "-" not in paths and (given["key"] or given["media_type"]):
        raise click.UsageError("--key and --media-type are for standard input (the path -).")
    found: list[Source | Path | File] = [
        File(path, **fields) for path in find_files(path for path in paths if path != "-")
    ]
    if given["title"] and len(found) + ("-" in paths) > 1:
        raise click.UsageError("--title is for a single document; there are several.")
    if "-" in paths:
        if sys.stdin.isatty():
            err().print("Reading standard input; end it with Ctrl-D.", style="dim")
        data = sys.stdin.buffer.read(max_bytes + 1)
        key = given["key"] or "stdin"
        name = Path(key).name if given["key"] else "standard input"
        found.append(Source(key, data, name, given["media_type"], **fields))
    return found


async def ingest_with_progress(
    rag: "Rag", sources: list[Source | Path | File]
) -> list[IngestResult]:
    """Ingest with a bar per stage on stderr, then index vectors and summarise what is worth it."""
    with progress_bars(STAGES) as report:
        results = await rag.ingesting.ingest(rag.workspace, sources, report)
    lost = any(result.error_kind == "database-error" for result in results)
    if not lost and any(result.embedded_count for result in results):
        try:
            with working("Indexing vectors…"):
                await rag.ingesting.index(rag.workspace)
        except SqlragError as error:
            print_error(f"the documents are stored, but the vector index was not made: {error}")
        else:
            made = await summarize_with_progress(rag, added_ids(results))
            if made.failed:
                print_unsummarized(made)
    return results


def print_results(results: list[IngestResult]) -> None:
    """The counts, then each failure with its reason."""
    counts = Counter(result.outcome for result in results)
    rows = []
    for outcome in ("added", "updated", "unchanged", "failed"):
        chunks = sum(result.embedded_count for result in results if result.outcome == outcome)
        rows.append((outcome, f"{counts[outcome]:,}", f"{chunks:,}" if chunks else ""))
    print_table(("", "documents", "chunks embedded"), rows, right=("documents", "chunks embedded"))
    print_failures(
        (result.source_key, result.error or "") for result in results if result.outcome == "failed"
    )


@click.command()
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=50,
    show_default=True,
    help="How many at most.",
)
@click.option("--after", default=0, metavar="ID", help="Begin after this id: the next page.")
@click.option("--status", type=click.Choice(["ready", "partial", "failed"]), help="Only these.")
@click.option("--filter", "filters", metavar="JSON", help='Only these, e.g. {"tags": ["report"]}.')
@json_option
@workspace_option
@runs
async def documents(
    settings: "Settings",
    limit: int,
    after: int,
    status: str | None,
    filters: str | None,
    as_json: bool,
) -> None:
    """List the documents of the workspace."""
    admitted = read_json_object(filters, "--filter")
    async with open_rag(settings, say_models=False) as rag:
        page = await rag.managing.list_documents(rag.workspace, after, limit, status, admitted)
    if as_json:
        print_json(page)
    elif not page and (after or status or admitted):
        out().print(f'No such documents in workspace "{settings.workspace}".')
    elif not page:
        out().print(
            f'No documents in workspace "{settings.workspace}". Add some: sqlrag ingest PATH'
        )
    else:
        _print_documents(page)
        if len(page) == limit:
            err().print(f"There may be more: --after {page[-1].document_id}", style="dim")


def _print_documents(page: list[Document]) -> None:
    columns: dict[str, Callable[[Document], str]] = {
        "id": lambda document: str(document.document_id),
        "status": lambda document: document.status,
        "chunks": lambda document: f"{document.chunk_count:,}",
        "tokens": lambda document: f"{document.token_count:,}",
        "updated": lambda document: f"{document.updated_at.astimezone():%Y-%m-%d %H:%M}",
        "title": lambda document: document.title,
        "source": lambda document: shorten(document.source_key),
    }
    if out().width < _NARROW:
        del columns["tokens"], columns["updated"]
    print_table(
        tuple(columns),
        ([show(document) for show in columns.values()] for document in page),
        right=("id", "chunks", "tokens"),
        folded=("title", "source"),
    )
    print_failures((document.source_key, document.error) for document in page if document.error)


DELETE_EXAMPLES = """\b
Examples:
  sqlrag delete 12 notes/old.md         by id, by path
  sqlrag delete --key 2023              by a source key that looks like an id
  sqlrag delete --all -w demo
"""


@click.command(epilog=DELETE_EXAMPLES)
@click.argument("documents", nargs=-1, metavar="ID|PATH|KEY...")
@click.option("--key", "keys", multiple=True, help="A source key as it is; repeatable.")
@click.option("--all", "whole", is_flag=True, help="The whole workspace.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@workspace_option
@runs
async def delete(
    settings: "Settings", documents: tuple[str, ...], keys: tuple[str, ...], whole: bool, yes: bool
) -> int:
    """Delete documents, with everything made of them."""
    if whole == bool(documents or keys):
        raise click.UsageError("Name documents to delete, or use --all for the whole workspace.")
    if whole and not yes:
        confirm(f'Delete everything in workspace "{settings.workspace}"?')
    async with open_rag(settings, say_models=False) as rag:
        if whole:
            await rag.managing.delete_workspace(rag.workspace)
            out().print(f'Deleted workspace "{settings.workspace}".')
            return 0
        gone = await rag.delete(*_identities(documents), *keys)
    for document_id, source_key in gone:
        out().print(f"deleted {document_id}  {shorten(source_key)}")
    found = {str(document_id) for document_id, _ in gone} | {key for _, key in gone}
    missing = [name for name in documents if not {name, *_identities((name,))} & found]
    missing += [key for key in keys if key not in found]
    for name in missing:
        print_error(f'there is no document {name} in workspace "{settings.workspace}".')
    return 1 if missing else 0


def _identities(names: tuple[str, ...]) -> list[int | str]:
    """Ids, and for everything else the key as it is and as a path from here."""
    ids: list[int | str] = [int(name) for name in names if _is_id(name)]
    paths = [name for name in names if not _is_id(name)]
    return ids + [key for name in paths for key in (name, os.path.abspath(name))]


def _is_id(name: str) -> bool:
    return name.isascii() and name.isdigit() and len(name) <= 18
