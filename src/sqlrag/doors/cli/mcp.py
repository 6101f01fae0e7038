"""Tools for models, over a pipe to the program that started this one."""

import json
import os
import signal
import sys
from functools import partial
from pathlib import Path
from typing import Any

import click
from pydantic import AliasChoices, SecretStr

from sqlrag.domain.access import OWNER, Access
from sqlrag.doors.cli.group import Settings, command, open_rag
from sqlrag.doors.cli.output import err


@command(in_json=False)
@click.option("--print-config", is_flag=True, help="Print how a desktop client starts it, in JSON.")
@click.option("--read-only", is_flag=True, help="Without the tools that change documents.")
async def mcp(settings: Settings, print_config: bool, read_only: bool) -> None:
    """Give a client of the Model Context Protocol tools, over standard input and output.

    Desktop clients start it by themselves; what they are to be told, --print-config prints, with
    the settings that are in force here. Over HTTP, sqlrag serve has the same tools at /mcp.
    """
    from sqlrag.doors.mcp import load_server

    server = load_server()
    if print_config:
        click.echo(json.dumps(_describe(settings, read_only), indent=2, ensure_ascii=False))
        return
    # A thread waits for input, and nothing interrupts it: Ctrl-C ends us as SIGTERM does.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    opening = partial(open_rag, settings, say_models=False, upkeep_in_background=True)
    await server.serve_pipe(opening, Access("reader") if read_only else OWNER)


def _describe(settings: Settings, read_only: bool) -> dict[str, Any]:
    """In the shape that most desktop clients read. They start it anywhere, without our .env."""
    name = "sqlrag" if settings.workspace == "default" else f"sqlrag-{settings.workspace}"
    given, has_secret = _read_environment(settings)
    if has_secret:
        err().print("It holds passwords or keys as they are; let nobody else read the file.")
    words = ["-m", "sqlrag", "mcp", *["--read-only"] * read_only]
    return {"mcpServers": {name: {"command": sys.executable, "args": words, "env": given}}}


def _read_environment(settings: Settings) -> tuple[dict[str, str], bool]:
    """What was set, but for what is a server's or a worker's, and whether a secret is in it."""
    from sqlrag.settings import ServerSettings, WorkerSettings

    others = ServerSettings.model_fields.keys() | WorkerSettings.model_fields.keys()
    names = settings.model_fields_set - others | {"workspace"}
    names |= {"home"} if settings.database_url is None else set()
    found, has_secret = dict[str, str](), False
    for name in sorted(names):
        value = getattr(settings, name)
        if value is None:
            continue
        if isinstance(value, SecretStr):
            value, has_secret = value.get_secret_value(), True
        elif isinstance(value, Path):
            value = value.expanduser().absolute()
        found[_name(settings, name)] = str(value)
    if settings.database_url is not None:
        found |= {name: value for name, value in os.environ.items() if name.startswith("PG")}
    return found, has_secret


def _name(settings: Settings, field: str) -> str:
    alias = type(settings).model_fields[field].validation_alias
    if isinstance(alias, AliasChoices):
        alias = alias.choices[0]
    return str(alias or f"SQLRAG_{field.upper()}")
