"""What every command shares: options, settings, opening a Rag, errors and exit codes."""

import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import wraps
from importlib import import_module
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, NoReturn

import click

from sqlrag.domain.errors import SqlragError
from sqlrag.doors.cli.output import err, print_error, print_upkeep, working

if TYPE_CHECKING:
    from sqlrag.app import Rag as Rag
    from sqlrag.settings import Settings as Settings
else:  # for annotations only: --help should not wait for them
    Rag = Settings = Any

Work = Callable[..., Coroutine[Any, Any, int | None] | int | None]
STOPPED = 130  # as shells have it for Ctrl-C


class Command(click.Command):
    """Ends its help with examples."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if examples := read_examples().get(ctx.command_path.partition(" ")[2]):
            self.epilog = "\b\n" + f"Examples:\n{examples}".replace("\n\n", "\n\n\b\n")
        super().format_epilog(ctx, formatter)


def read_examples() -> dict[str, str]:
    """What commands are called with, by what follows `sqlrag`."""
    import tomllib
    from importlib.resources import files

    return tomllib.loads((files("sqlrag.doors.cli") / "examples.toml").read_text("utf-8"))


class Commands(Command, click.Group):
    """Lists commands in the order in which one meets them, and imports the one that is called.

    `table`: of each command the module that holds it, and a line for the list.
    """

    table: Mapping[str, tuple[str, str]] = {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.table or self.commands)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self.table and cmd_name not in self.commands:
            module = import_module(f"sqlrag.doors.cli.{self.table[cmd_name][0]}")
            held = (one for one in vars(module).values() if isinstance(one, Command))
            self.add_command(next(one for one in held if one.name == cmd_name))
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if self.table:
            with formatter.section("Commands"):
                formatter.write_dl([(name, line) for name, (_, line) in self.table.items()])
        else:
            super().format_commands(ctx, formatter)


_JSON = click.Option(["--json", "as_json"], is_flag=True, help="Print JSON.")
_WORKSPACE = click.Option(
    ["-w", "--workspace"],
    metavar="NAME",
    default=lambda: click.get_current_context().find_root().params.get("workspace"),
    help="The workspace; SQLRAG_WORKSPACE otherwise.",
)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sqlrag-postgres")
def main(workspace: str | None) -> None:
    """SQL-native RAG on Postgres.

    Uses DATABASE_URL, or an embedded Postgres under SQLRAG_HOME without it; an OpenAI-compatible
    endpoint with OPENAI_API_KEY or OPENAI_BASE_URL, or offline models without them.

    \b
    Begin with:
      sqlrag demo
      sqlrag ingest PATH
      sqlrag ask "..."
    """
    for stream in (sys.stdout, sys.stderr):
        # File names need not be Unicode, and terminals not know all of it.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


main.params.append(_WORKSPACE)


def command(
    name: str | None = None, in_json: bool = True, in_workspace: bool = True, **more: Any
) -> Callable[[Work], Command]:
    """A command that runs a function with the settings and exits with its code.

    Most can print JSON and work in a workspace. A wrong setting is one line and exit code 1.
    """

    def make(function: Work) -> Command:
        @wraps(function)
        def run(**given: Any) -> None:
            settings = _read_settings(given.pop("workspace", None))
            sys.exit(run_safely(function, settings, **given) or 0)

        made = click.command(name, Command, **more)(run)
        made.params += [_JSON] * in_json + [_WORKSPACE] * in_workspace
        return made

    return make


def fail(sentence: str, code: int = 1) -> NoReturn:
    print_error(sentence)
    sys.exit(code)


def confirm(question: str) -> None:
    """Go on after a yes only. Where nobody can answer, --yes has to be said before."""
    if not sys.stdin.isatty():
        raise click.UsageError(f"{question} Nobody can answer here; repeat the command with --yes.")
    click.confirm(question, abort=True)


def run_safely(work: Work, *args: Any, **given: Any) -> int | None:
    """Work, to its end; a known failure is one line on stderr and exit code 1."""
    try:
        from uvloop import run  # a third less time for each call of a model and of Postgres
    except ImportError:  # there is none for Windows
        from asyncio import run  # type: ignore[assignment]
    try:
        done = work(*args, **given)
        return run(done) if isinstance(done, Coroutine) else done
    except SqlragError as error:
        fail(str(error))
    except KeyboardInterrupt:
        fail("stopped; what was finished is stored.", STOPPED)


def _read_settings(workspace: str | None) -> Settings:
    from sqlrag.settings import Settings

    try:
        settings = Settings()
    except SqlragError as error:
        fail(str(error))
    return settings if workspace is None else settings.model_copy(update={"workspace": workspace})


@asynccontextmanager
async def open_rag(
    settings: Settings, say_models: bool = True, upkeep_in_background: bool = False
) -> AsyncIterator[Rag]:
    """A Rag that says on stderr what failed after a write, and which models it uses."""
    async with AsyncExitStack() as stack:
        with working("Starting…"):
            from sqlrag.app import Rag

            opening = Rag.open(
                settings=settings,
                upkeep_in_background=upkeep_in_background,
                tell_upkeep=print_upkeep,
            )
            rag = await stack.enter_async_context(opening)
        if say_models:
            err().print(rag.models.description, style="dim")
        yield rag
