"""The database and the server: status, migrate, serve, psql, embed."""

import asyncio
import os
import subprocess
import sys
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from sqlrag.cli.group import err, open_rag, out, print_json, runs
from sqlrag.settings import Settings


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
@runs
async def status(settings: Settings, as_json: bool) -> None:
    """Tell which database and models are used, and what each workspace holds."""
    from sqlrag.migrating import head_revision

    async with open_rag(settings, say_models=False) as rag:
        where = "embedded" if settings.database_url is None else "server"
        report = {
            "database": f"{where}, {rag.managing.storage.address}",
            "schema revision": head_revision(),
            "models": rag.models.description.removeprefix("models: "),
            "workspace": rag.workspace,
            "workspaces": await rag.managing.list_workspaces(),
        }
    if as_json:
        print_json(report)
        return
    workspaces: Any = report.pop("workspaces")
    for name, value in report.items():
        out.print(f"[bold]{name:16}[/bold] {escape(str(value))}")
    out.print()
    if not workspaces:
        out.print("No workspaces yet. Make one: sqlrag ingest PATH")
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("workspace")
    for heading in ("documents", "chunks"):
        table.add_column(heading, justify="right")
    table.add_column("embeddings")
    for workspace in workspaces:
        space = f"{workspace.model}, {workspace.dimensions}d" if workspace.model else ""
        table.add_row(
            escape(workspace.name), f"{workspace.documents:,}", f"{workspace.chunks:,}", space
        )
    out.print(table)


@click.command()
@click.argument("revision", default="head")
@click.pass_obj
@runs
async def migrate(settings: Settings, revision: str) -> None:
    """Bring the database to the newest schema, or to REVISION (-1, base, ...)."""
    from sqlrag.main import start_database
    from sqlrag.migrating import migrate as run

    url = await start_database(settings)
    await asyncio.to_thread(run, url, revision)
    out.print("The database is migrated." if revision == "head" else f"Migrated to {revision}.")


@click.command()
@click.option("--host", help="The address to listen on; SQLRAG_HOST otherwise.")
@click.option("--port", type=int, help="The port; SQLRAG_PORT otherwise.")
@click.option("--workers", default=1, show_default=True, help="Processes.")
@click.pass_obj
def serve(settings: Settings, host: str | None, port: int | None, workers: int) -> None:
    """Serve the HTTP API, with its documentation at /docs."""
    from granian import Granian
    from granian.constants import Interfaces

    address, number = host or settings.host, port or settings.port
    os.environ["SQLRAG_WORKSPACE"] = settings.workspace
    _check_database(settings)
    err.print(f"Serving http://{address}:{number} (documentation at /docs)")
    Granian(
        "sqlrag.main:application",
        address=address,
        port=number,
        interface=Interfaces.ASGI,
        workers=workers,
        factory=True,
        log_access=False,
    ).serve()


@runs
async def _open_once(settings: Settings) -> None:
    async with open_rag(settings):
        pass


def _check_database(settings: Settings) -> None:
    """Fail here, in one sentence, rather than in every worker."""
    try:
        _open_once(settings)
    except SystemExit as stop:
        if stop.code:
            raise


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_obj
@runs
async def psql(settings: Settings, arguments: tuple[str, ...]) -> int:
    """Open psql on the same database; further arguments are psql's own."""
    from sqlrag.embedded import psql_command
    from sqlrag.main import prepare_database

    url = await prepare_database(settings)
    command, environment = psql_command(url, arguments)
    # A child, not a successor: the embedded server stops with the process that started it.
    return subprocess.run(command, env={**os.environ, **environment}, check=False).returncode  # noqa: ASYNC221, S603


@click.command()
@click.argument("text")
@click.pass_obj
@runs
async def embed(settings: Settings, text: str) -> None:
    """Print the vector of TEXT as a literal for psql; - reads standard input."""
    from sqlrag.main import open_models

    if text == "-":
        text = sys.stdin.read()
    async with open_models(settings) as models:
        vector = (await models.embedder.embed([text]))[0]
    click.echo("[" + ",".join(f"{value:.6g}" for value in vector) + "]")
