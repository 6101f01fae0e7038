"""Documents: ingest, list, delete."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from sqlrag.domain.documents import Document, IngestResult, Source
from sqlrag.domain.operations import Limit
from sqlrag.doors.cli.derive import JSON_OBJECT, make_option, read_principals
from sqlrag.doors.cli.following import STAGES, follow_to_end, read_results, warn_of_no_worker
from sqlrag.doors.cli.group import Rag, Settings, command, confirm, open_rag
from sqlrag.doors.cli.output import (
    Columns,
    count,
    err,
    out,
    print_error,
    print_failures,
    print_rows,
    progress_bars,
    say,
    shorten,
    show,
)
from sqlrag.rag.estimate import Estimate
from sqlrag.rag.files import File, find_files, list_folders

_NARROW = 72  # columns of a terminal


@command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--key", help="The source key of what comes from standard input.")
@click.option("--title", help="The title, for a single document.")
@click.option("--media-type", help="For standard input, e.g. text/html; recognised otherwise.")
@click.option("--language", help="A text search configuration, e.g. english; detected otherwise.")
@click.option("--tag", "tags", multiple=True, help="A tag for every document; repeatable.")
@click.option("--metadata", **JSON_OBJECT, help="An object for every document.")
@click.option("--read", metavar="A,B", help="Who may read them; '' is everybody.")
@click.option("--estimate", is_flag=True, help="Tell what it would take, and do nothing.")
@click.option("--prune", is_flag=True, help="Delete documents of the folders that have no file.")
@click.option("--yes", is_flag=True, help="With --prune: do not ask.")
@click.option("--background", is_flag=True, help="Let workers do it, and wait for them.")
@click.option("--no-wait", is_flag=True, help="With --background: do not wait for them.")
async def ingest(
    settings: Settings,
    paths: tuple[str, ...],
    as_json: bool,
    estimate: bool,
    background: bool,
    no_wait: bool,
    prune: bool,
    yes: bool,
    **given: Any,
) -> int:
    """Ingest files, folders, globs, or - for standard input.

    A document is known by its absolute path: ingesting it again replaces only what changed.
    Inside folders hidden files, node_modules, __pycache__ and what a .gitignore names are left out,
    and what no parser reads is skipped. Exits with 1 when a document failed; the others are stored.

    With --prune, documents whose files are gone from the folders are deleted, after a question.

    With --background they are kept in the database, as jobs, and workers ingest them: to stop
    waiting stops none of it. With --no-wait the id of the track is printed at once.

    With --estimate, no model is called and nothing is stored: chunks, tokens, calls and, by the
    table sqlrag.prices, dollars are told, at most.
    """
    import asyncio

    if no_wait and not background:
        raise click.UsageError("--no-wait goes with --background.")
    folders = [] if estimate else list_folders(paths)
    if prune and not folders:
        raise click.UsageError("--prune goes with a folder, and not with --estimate.")
    sources = await asyncio.to_thread(_find_sources, paths, given, settings.max_file_bytes)
    results: list[IngestResult] = []
    if sources or folders:
        async with open_rag(
            settings, say_models=bool(sources) and not (as_json or background)
        ) as rag:
            if estimate:
                with progress_bars(STAGES) as report:
                    found = await rag.estimate(*sources, report=report)
                show(found, as_json, print_estimate)
                return 0
            if background and sources:
                track = await rag.enqueue_documents(*sources)
                await warn_of_no_worker(rag, "ingest")
                if no_wait:
                    show(track, as_json, lambda found: say(str(found.track_id)))
                    return 0
                results = await _await_track(rag, track.track_id, sources)
            elif sources:
                results = await ingest_with_progress(rag, sources)
            if not any(result.error_kind == "database-error" for result in results):
                await _tell_missing(rag, folders, prune, yes)
    if not sources and not as_json:
        err().print("Nothing to ingest: there are no files, apart from hidden ones.")
    else:
        show(results, as_json, print_results)
    return exit_code(results)


async def _await_track(
    rag: Rag, track_id: UUID, sources: Sequence[Source | File]
) -> list[IngestResult]:
    """The results of its jobs; the files that a folder holds and that got none were skipped."""
    await follow_to_end(rag, track_id)
    results = read_results(await rag.get_track(track_id))
    known = {result.source_key for result in results}
    keys = (one.source_key for one in sources if one.source_key not in known)
    return results + [IngestResult(key, "skipped") for key in keys]


async def _tell_missing(rag: Rag, folders: list[str], prune: bool, yes: bool) -> None:
    missing = await rag.list_missing(*folders) if folders else []
    if not missing:
        return
    have = f"{count(len(missing), 'document')} {'has' if len(missing) == 1 else 'have'}"
    if not prune:
        err().print(f"{have} no file any more; to delete them, repeat it with --prune.")
        return
    if not yes:
        confirm(f"{have} no file any more. Delete?")
    gone = await rag.delete(*missing)
    err().print(f"Deleted {count(len(gone), 'document')} without a file.")


def _find_sources(
    paths: tuple[str, ...], given: dict[str, Any], max_bytes: int
) -> list[Source | File]:
    """What the paths stand for; only standard input is read at once."""
    fields = {name: given[name] for name in ("title", "language", "tags")}
    fields["read"] = None if given["read"] is None else read_principals(given["read"])
    fields["metadata"] = given["metadata"] or {}
    if "-" not in paths and (given["key"] or given["media_type"]):
        raise click.UsageError("--key and --media-type are for standard input (the path -).")
    found: list[Source | File] = [*find_files((path for path in paths if path != "-"), **fields)]
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


async def ingest_with_progress(rag: Rag, sources: Sequence[Source | File]) -> list[IngestResult]:
    """Ingest, and summarise what is worth it, with a bar per stage on stderr."""
    with progress_bars(STAGES) as report:
        return await rag.ingest(*sources, report=report)


def print_estimate(found: Estimate) -> None:
    new, same = count(found.documents, "document"), f"{found.unchanged:,} unchanged"
    say(f"{new} to ingest, {same}: {count(found.chunks, 'chunk')}")
    say(f"embedding   {count(found.embedding_tokens, 'token')} by {found.embedding_model}")
    if found.calls:
        how = "as long as a chunk, since none was made yet" if found.reply_is_assumed else "so far"
        read, written = count(found.prompt_tokens, "token"), f"{found.completion_tokens:,}"
        asked = f"{count(found.calls, 'call')} of {found.chat_model}"
        say(f"extraction  {asked}: {read} read, {written} written")
        say(f"            (replies of {found.reply_tokens:.0f} tokens, {how})", style="dim")
    without = f", without {', '.join(found.unpriced)}: add to sqlrag.prices" * bool(found.unpriced)
    say((f"at most {found.dollars:.4f} dollars", "bold"), without)
    print_failures(found.failed)


def print_results(results: list[IngestResult]) -> None:
    """The counts, then each failure with its reason."""
    outcomes = ("added", "updated", "unchanged", "failed")
    found = {outcome: [one for one in results if one.outcome == outcome] for outcome in outcomes}
    columns: Columns = {
        "": str,
        "documents": lambda name: len(found[name]),
        "chunks embedded": lambda name: sum(one.embedded_count for one in found[name]) or None,
    }
    print_rows(outcomes, columns)
    skipped = [one for one in results if one.outcome == "skipped"]
    if skipped:
        kinds = ", ".join(sorted({_kind_of(one) for one in skipped}))
        say(f"skipped {len(skipped):,} ({kinds})")
    print_failures((one.source_key, one.error or "") for one in found["failed"])
    for one in results:
        for sentence in one.remarks:
            say(("noted   ", "yellow"), shorten(one.source_key))
            say(f"        {sentence}")


def _kind_of(skipped: IngestResult) -> str:
    """In a word: why a file in a folder is skipped."""
    path = skipped.source_key
    if skipped.remarks:
        return "empty"
    if os.path.islink(path) and not os.path.isfile(path):
        return f"link {os.path.basename(path)}"
    return os.path.splitext(path)[1].lstrip(".").lower() or "no suffix"


def exit_code(results: list[IngestResult]) -> int:
    return int(any(result.outcome == "failed" for result in results))


@command(params=[make_option("--limit", "limit", Limit, 50)])
@click.option("--after", default=0, metavar="ID", help="Begin after this id: the next page.")
@click.option("--status", type=click.Choice(["ready", "partial", "failed"]), help="Only these.")
@click.option("--filter", "filters", **JSON_OBJECT, help='Only these, e.g. {"tags": ["report"]}.')
async def documents(settings: Settings, as_json: bool, **given: Any) -> None:
    """List the documents of the workspace."""
    async with open_rag(settings, say_models=False) as rag:
        page = await rag.list_documents(**given)
    of_workspace = f'documents in workspace "{settings.workspace}".'
    some = given["after"] or given["status"] or given["filters"]
    empty = f"No such {of_workspace}" if some else f"No {of_workspace} Add some: sqlrag ingest PATH"
    show(page, as_json, _print_documents, empty)
    if len(page) == given["limit"] and not as_json:
        err().print(f"There may be more: --after {page[-1].document_id}", style="dim")


@command()
@click.argument("document", metavar="ID|PATH|KEY")
@click.option("--read", required=True, metavar="A,B", help="Who may read it; '' is everybody.")
async def share(settings: Settings, as_json: bool, document: str, read: str) -> int:
    """Change who may read a document, with all that was made of it."""
    async with open_rag(settings, say_models=False) as rag:
        ids = _identities(document)
        keys = [one for one in ids if isinstance(one, str)]
        found = [one for one in ids if isinstance(one, int)] or [
            one.document_id for one in await rag.list_documents(filters={"source_keys": keys})
        ]
        if not found:
            print_error(f'there is no document {document} in workspace "{settings.workspace}".')
            return 1
        shared = await rag.share_document(found[0], read_principals(read))
    show([shared], as_json, _print_documents)
    return 0


def _print_documents(page: list[Document]) -> None:
    columns: Columns = {
        "id": "document_id",
        "status": "status",
        "chunks": "chunk_count",
        "tokens": "token_count",
        "updated": "updated_at",
        "title": "title",
        "source": lambda document: shorten(document.source_key),
    }
    if any(document.read for document in page):
        readers: Columns = {"read": lambda document: ", ".join(document.read) or "everybody"}
        columns = {**columns, **readers}
    if out().width < _NARROW:
        columns = {name: columns[name] for name in columns if name not in ("tokens", "updated")}
    print_rows(page, columns)
    print_failures((document.source_key, document.error) for document in page if document.error)


@command(in_json=False)
@click.argument("documents", nargs=-1, metavar="ID|PATH|KEY...")
@click.option("--key", "keys", multiple=True, help="A source key as it is; repeatable.")
@click.option("--all", "whole", is_flag=True, help="The whole workspace.")
@click.option("--yes", is_flag=True, help="Do not ask.")
async def delete(
    settings: Settings, documents: tuple[str, ...], keys: tuple[str, ...], whole: bool, yes: bool
) -> int:
    """Delete documents, with everything made of them."""
    if whole == bool(documents or keys):
        raise click.UsageError("Name documents to delete, or use --all for the whole workspace.")
    if whole and not yes:
        confirm(f'Delete everything in workspace "{settings.workspace}"?')
    named = [*((name, _identities(name)) for name in documents), *((key, (key,)) for key in keys)]
    async with open_rag(settings, say_models=False) as rag:
        if whole:
            await rag.delete_workspace()
            say(f'Deleted workspace "{settings.workspace}".')
            return 0
        gone = await rag.delete(*(one for _, ids in named for one in ids))
    for document_id, source_key in gone:
        say(f"deleted {document_id}  {shorten(source_key)}")
    found = {part for document in gone for part in document}
    missing = [name for name, ids in named if found.isdisjoint(ids)]
    for name in missing:
        print_error(f'there is no document {name} in workspace "{settings.workspace}".')
    return 1 if missing else 0


def _identities(name: str) -> tuple[int | str, ...]:
    """The id that it is, or the key as it is and as a path from here."""
    is_id = name.isascii() and name.isdigit() and len(name) <= 18
    return (int(name),) if is_id else (name, os.path.abspath(name))
