"""What every command shares: options, opening a Rag, errors and exit codes."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import asdict, is_dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec

import click
from pydantic import ValidationError
from rich.console import Console

from sqlrag.domain.errors import SqlragError
from sqlrag.settings import Settings

if TYPE_CHECKING:
    from sqlrag.main import Rag

P = ParamSpec("P")

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


class Commands(click.Group):
    """Lists commands in the order in which one meets them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sqlrag")
@click.option("-w", "--workspace", metavar="NAME", help="The workspace; SQLRAG_WORKSPACE otherwise.")
@click.pass_context
def main(ctx: click.Context, workspace: str | None) -> None:
    """SQL-native RAG on Postgres.

    Uses DATABASE_URL, or an embedded Postgres under SQLRAG_HOME without it; an OpenAI-compatible
    endpoint with OPENAI_API_KEY or OPENAI_BASE_URL, or offline models without them.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        first = error.errors()[0]
        fail(f"The setting {'.'.join(map(str, first['loc']))} is wrong: {first['msg']}.")
    if workspace is not None:
        settings = settings.model_copy(update={"workspace": workspace})
    ctx.obj = settings


def fail(sentence: str, code: int = 1) -> None:
    err.print(f"[red]error:[/red] {_plain(sentence)}")
    sys.exit(code)


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(text)


def runs(command: Callable[P, Coroutine[Any, Any, int | None]]) -> Callable[P, None]:
    """Run an async command; a known failure is one line on stderr and exit code 1."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            code = asyncio.run(command(*args, **kwargs))
        except SqlragError as error:
            fail(str(error))
        except KeyboardInterrupt:
            fail("stopped; what was finished is stored.", 130)
        else:
            sys.exit(code or 0)

    return run


@asynccontextmanager
async def open_rag(settings: Settings, say_models: bool = True) -> "AsyncIterator[Rag]":
    from sqlrag.main import Rag

    with err.status("Starting…") if err.is_terminal else _nothing():
        opening = Rag.open(settings=settings)
        rag = await opening.__aenter__()
    try:
        if say_models:
            err.print(f"[dim]{_plain(rag.models.description)}[/dim]")
        yield rag
    finally:
        await opening.__aexit__(*sys.exc_info())


def _nothing() -> Any:
    from contextlib import nullcontext

    return nullcontext()


def print_json(value: Any) -> None:
    click.echo(json.dumps(value, default=_jsonable, ensure_ascii=False, indent=2))


def _jsonable(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return str(value)


def read_json_object(text: str | None, option: str) -> dict[str, Any] | None:
    """The object an option holds. Exits with a usage error when it holds something else."""
    if text is None:
        return None
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise click.UsageError(f"{option} is not JSON: {error}.") from error
    if not isinstance(value, dict):
        raise click.UsageError(f'{option} must be a JSON object such as {{"year": 2023}}.')
    return value
