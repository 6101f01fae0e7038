"""The database and the server: status, doctor, migrate, serve, psql, embed."""

import os
import signal
import sys
from dataclasses import replace
from typing import Any

import click

from sqlrag.domain.access import is_loopback
from sqlrag.domain.replicas import ReplicaState
from sqlrag.doors.cli.group import Settings, command, confirm, fail, open_rag, run_safely
from sqlrag.doors.cli.output import Columns, cut, err, print_rows, say, show, working
from sqlrag.doors.cli.worker import worker_beside
from sqlrag.doors.cli.workspaces import COLUMNS, NONE, list_workspaces

_CHECKS: Columns = {"status": "status", "check": "name", "found": "found", "what to do": "advice"}

# docs/decisions/0032-idle-connections-cost-no-place.md
_MAKE_KEY = "sqlrag key create --every-workspace --role admin"
_HEADER_TIMEOUT = 10_000  # milliseconds for the headers of a request, and between two of them
_BACKLOG, _MOST_CONNECTIONS = 4_096, 16_384


@command()
async def status(settings: Settings, as_json: bool) -> None:
    """Tell which database and models are used, and what each workspace holds."""
    from sqlrag.database.migrating import head_revision

    async with open_rag(settings, say_models=False) as rag:
        home = settings.home.expanduser()
        report = {
            "database": f"server, {rag.storage.database.address}"
            if settings.database_url
            else f"embedded, {home / 'postgres'}",
            **({"replica": await replica.measure()} if (replica := rag.storage.replica) else {}),
            "schema revision": head_revision(),
            "models": rag.models.description.removeprefix("models: "),
            "workspace": rag.workspace,
            "workspaces": await list_workspaces(rag),
        }
    show(report, as_json, _print_status)


def _print_status(report: dict[str, Any]) -> None:
    workspaces = report.pop("workspaces")
    report["workspace"] = cut(report["workspace"])
    if "replica" in report:
        report["replica"] = _describe(report["replica"])
    for name, value in report.items():
        say((f"{name:16} ", "bold"), str(value))
    say()
    if not workspaces:
        say(NONE)
        return
    print_rows(workspaces, COLUMNS)


def _describe(replica: ReplicaState) -> str:
    if replica.error:
        return f"{replica.address}, does not answer: {replica.error}"
    seconds = "an unknown time" if replica.lag_seconds is None else f"{replica.lag_seconds:.1f} s"
    return f"{replica.address}, {replica.lag_bytes or 0:,} bytes and {seconds} behind"


def _named_workspace() -> str | None:
    named: str | None = click.get_current_context().find_root().params.get("workspace")
    return named


@command(in_workspace=False)
@click.option(
    *("-w", "--workspace", "only"),
    metavar="NAME",
    default=_named_workspace,
    help="This workspace alone; every one otherwise.",
)
async def doctor(settings: Settings, only: str | None, as_json: bool) -> int:
    """Examine server, indexes, documents, the recall of vector search and issuers of tokens.

    The exit code is 1 when something fails; warnings leave it 0.
    """
    from sqlrag.doors.cli.issuers import check_issuers

    async with open_rag(settings, say_models=False) as rag:
        with working("Examining…"):
            examination = await rag.examine(only)
            checks = [*examination.checks, *await check_issuers(settings.server)]
            examination = replace(examination, checks=checks)
    show(examination, as_json, lambda found: print_rows(found.checks, _CHECKS))
    return 0 if examination.is_healthy else 1


@command(in_json=False, in_workspace=False, context_settings={"ignore_unknown_options": True})
@click.argument("revision", default="head")
@click.option("--yes", is_flag=True, help="Do not ask before going back.")
def migrate(settings: Settings, revision: str, yes: bool) -> None:
    """Bring the database to the newest schema, or to REVISION (-1, base, ...)."""
    from sqlrag.database.migrating import database_url, may_go_back
    from sqlrag.database.migrating import migrate as run

    if may_go_back(revision) and not yes:
        confirm("Going back drops the newer tables with all they hold. Do it?")
    run(database_url(settings), revision)
    say("The database is migrated." if revision == "head" else f"Migrated to {revision}.")


@command(in_json=False)
@click.option("--host", help="The address to listen on; SQLRAG_HOST otherwise.")
@click.option("--port", type=click.IntRange(1, 65535), help="The port; SQLRAG_PORT otherwise.")
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True, help="Processes.")
@click.option("--with-worker/--no-worker", default=True, help="Do jobs, too; by default.")
def serve(
    settings: Settings, host: str | None, port: int | None, workers: int, with_worker: bool
) -> None:
    """Serve the HTTP API, with its documentation at /docs.

    A worker beside it does what is asked for in the background; where others do, --no-worker.
    Whoever asks needs a key, once there is one; while there is none, it is open to this machine
    and serves no other.
    """
    address, number = host or settings.host, port or settings.port
    os.environ |= {"SQLRAG_WORKSPACE": settings.workspace, "SQLRAG_HOST": address}
    # Fail here, in one sentence, rather than in every worker.
    _check_port(address, number)
    run_safely(_open_once, settings, address)
    _raise_open_files()
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings

    err().print(f"Serving http://{address}:{number} (documentation at /docs)")
    server = Granian(
        "sqlrag.doors.http:application",
        address=address,
        port=number,
        interface=Interfaces.ASGI,
        # Where HTTP/2 may be meant too, a connection that says nothing is waited for for ever.
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADER_TIMEOUT),
        backlog=_BACKLOG,
        backpressure=_MOST_CONNECTIONS,
        workers=workers,
        factory=True,
        log_access=False,
    )
    with worker_beside(with_worker):
        server.serve()


def _raise_open_files() -> None:
    """A connection is a file, and many systems allow 1,024 unless asked."""
    if sys.platform != "win32":
        import resource

        most, allowed = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = 2 * _MOST_CONNECTIONS
        if allowed != resource.RLIM_INFINITY:
            wanted = min(wanted, allowed)
        if most not in (resource.RLIM_INFINITY, wanted) and most < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, allowed))


async def _open_once(settings: Settings, address: str) -> None:
    """Says where all is open for want of a key, and refuses to be where others reach it."""
    from sqlrag.doors.http import refuse_owner
    from sqlrag.doors.http.tokens import Tokens

    tokens = Tokens(settings.server)
    async with open_rag(settings) as rag:
        refuse_owner(rag, settings)
        if secret := settings.read_admin_key():
            await rag.keep_key(secret)
        if tokens.issuers or await rag.are_keys_asked_for():
            return
    if not is_loopback(address):
        fail(f"nobody can be let in at {address}, since there is no key yet; make one: {_MAKE_KEY}")
    err().print(
        "Open: there is no key, so every program on this machine may do everything. Make one: "
        f"{_MAKE_KEY}"
    )


def _check_port(address: str, number: int) -> None:
    import socket

    try:
        family, *_, place = socket.getaddrinfo(address, number, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except OSError as error:
        fail(
            f"cannot listen on {address}:{number} ({error.strerror or error}); "
            "choose another with --host and --port."
        )


@command(in_json=False, in_workspace=False, context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
async def psql(settings: Settings, arguments: tuple[str, ...]) -> int:
    """Open psql on the same database; further arguments are psql's own."""
    import subprocess

    from sqlrag.app import prepare_database
    from sqlrag.database.embedded import psql_command

    url = await prepare_database(settings)
    words, environment = psql_command(url, arguments)
    # Ctrl-C is psql's: it cancels a query there. A handler, unlike SIG_IGN, is not inherited.
    signal.signal(signal.SIGINT, lambda *_: None)
    # A child, not a successor: the embedded server stops with the process that started it.
    return subprocess.run(words, env={**os.environ, **environment}, check=False).returncode  # noqa: ASYNC221, S603


@command(in_json=False, in_workspace=False)
@click.argument("text")
async def embed(settings: Settings, text: str) -> None:
    """Print the vector of TEXT as a literal for psql; - reads standard input."""
    from sqlrag.providers import choose_models

    if text == "-":
        text = sys.stdin.read()
    if not text.strip():
        raise click.UsageError("There is no text to embed.")
    models = choose_models(settings.model)
    try:
        vector = (await models.embedder.embed([text]))[0]
    finally:
        await models.close()
    click.echo("[" + ",".join(f"{value:.6g}" for value in vector) + "]")
