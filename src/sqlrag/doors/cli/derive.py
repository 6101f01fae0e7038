"""Makes options of annotated types, whose bounds and descriptions they have, and a command of an
operation: arguments, options and help, and a view of what comes back."""

import getpass
from collections.abc import Callable, Iterator, Sequence
from inspect import Parameter, cleandoc
from typing import Any, Literal, get_args, get_origin

import click
import msgspec

from sqlrag.domain.operations import Operation, read_kind, read_metas
from sqlrag.doors.cli.group import Command, Settings, command, confirm, open_rag
from sqlrag.doors.cli.output import err, print_rows, say, show
from sqlrag.doors.cli.views import VIEWS, View

_METAVARS = {
    "source": "FROM",
    "target": "TO",
    "names": "NAME...",
    "into": "NAME",
    "documents": "KEY",
    "before": "ID",
    "after": "ID",
}
_PAGES = ("before", "after", "first")  # what says where a page begins
EDITOR = click.Option(
    ["--editor"],
    metavar="NAME",
    default=getpass.getuser,
    help="Who edits, for the history; your login otherwise.",
)


def derive_command(operation: Operation, reach: Callable[[Any], Any]) -> Command:
    """The command of an operation of the object that `reach` finds of a Rag."""
    kind = operation.returns
    view = VIEWS.get(get_args(kind)[0] if get_origin(kind) is list else kind, View())

    async def run(settings: Settings, as_json: bool, yes: bool = True, **given: Any) -> int:
        _refuse_no_change(given)
        if not yes:
            confirm(view.question.format(**given))
        async with open_rag(settings, say_models=False) as rag:
            found = await getattr(reach(rag), operation.name)(**given)
        given["workspace"] = settings.workspace
        nothing = "Done." if kind is None else operation.empty
        empty = view.empty(given) if view.empty else nothing.format(**given)
        show(found, as_json, lambda rows: _print(operation, view, rows, given), empty)
        return view.code if found else 0

    arguments = _read_arguments(operation)
    told = "\n\n".join((f"{operation.summary}.", cleandoc(operation.docstring), view.note))
    parameters = list(_read_parameters(operation, view, arguments))
    return command(operation.command, help=told.rstrip(), params=parameters)(run)


def _read_arguments(operation: Operation) -> list[Parameter]:
    """What goes without a flag: what must be given, and the text that what is read may be of.

    Words in any number can only come first, and nothing without a flag after them.
    """
    before: list[Parameter] = []
    for one in operation.parameters:
        if one.default is not Parameter.empty:
            is_of = one.default is None and read_kind(one.annotation) is str
            takes = is_of and operation.verb == "GET"
        else:
            takes = not before or not (is_many(one.annotation) or is_many(before[0].annotation))
        if takes:
            before.append(one)
    return before


def _read_parameters(
    operation: Operation, view: View, arguments: list[Parameter]
) -> Iterator[click.Parameter]:
    """Options are in the singular where there may be several, and without the `new_` of an edit."""
    for one in operation.parameters:
        required, many = one.default is Parameter.empty, is_many(one.annotation)
        more: dict[str, Any] = {"required": required}
        if one.name in _METAVARS:
            more["metavar"] = _METAVARS[one.name]
        if one in arguments:
            kind, said = click_type(one.annotation), describe(one.annotation)
            yield click.Argument([one.name], type=kind, nargs=-1 if many else 1, help=said, **more)
        elif one.name == "editor":
            yield EDITOR
        else:
            name = one.name.removesuffix("s") if many else one.name
            default = None if required else one.default
            if one.name == "limit":
                default = view.limit or default
            yield make_option(_flag(name), one.name, one.annotation, default, **more)
    if operation.verb == "DELETE":
        yield click.Option(["--yes"], is_flag=True, help="Do not ask.")


def _flag(name: str) -> str:
    return "--" + name.removeprefix("new_").replace("_", "-")


def _refuse_no_change(given: dict[str, Any]) -> None:
    changes = [name for name in given if name.startswith("new_")]
    if changes and all(given[name] is None for name in changes):
        flags = " or ".join(map(_flag, changes))
        raise click.UsageError(f"There is nothing to change: give {flags}.")


def _print(operation: Operation, view: View, found: Any, given: dict[str, Any]) -> None:
    rows = found if isinstance(found, list) else [found]
    if view.print:
        for row in rows:
            view.print(row)
    else:
        print_rows(rows, view.columns)
    if view.hint:
        say(view.hint)
    if operation.cursor and len(rows) == given.get("limit"):
        flag = next(name for name in _PAGES if name in given)
        err().print(f"There may be more: --{flag} {operation.cursor(found[-1])}", style="dim")


def make_option(
    flag: str, name: str, annotation: Any, default: Any = None, **more: Any
) -> click.Option:
    """An option of the type that is annotated; what is not False unless it is said gets a --no-…"""
    kind = read_kind(annotation)
    if kind is bool and default is not False:
        flag = f"{flag}/--no-{flag.removeprefix('--')}"
    if is_many(annotation):
        more = {"multiple": True, "metavar": "WORDS", **more}
    elif default is not None or kind is bool:
        more["default"] = default
    more = {"help": describe(annotation), **more}
    more = {"is_flag": True, **more} if kind is bool else {"type": click_type(annotation), **more}
    return click.Option([flag, name], show_default=bool(default) and kind is not bool, **more)


def describe(annotation: Any) -> str:
    said = " ".join(meta.description for meta in read_metas(annotation) if meta.description)
    return f"{said[:-1]}; repeatable." if is_many(annotation) and said else said


def is_many(annotation: Any) -> bool:
    return get_origin(read_kind(annotation)) in (tuple, list, Sequence)


def click_type(annotation: Any) -> Any:
    """What click makes of one word of it."""
    if is_many(annotation):
        return click_type(get_args(read_kind(annotation))[0])
    kind, metas = read_kind(annotation), read_metas(annotation)
    bounds = [meta for meta in metas if meta.ge is not None or meta.le is not None]
    if get_origin(kind) is Literal:
        return click.Choice(get_args(kind))
    if kind in (int, float) and bounds:
        make: Any = click.IntRange if kind is int else click.FloatRange
        return make(bounds[0].ge, bounds[0].le)
    return kind if kind in (int, float) else str


def _read_json_object(
    _: click.Context, option: click.Parameter, text: str | None
) -> dict[str, Any] | None:
    try:
        return None if text is None else msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        is_other = isinstance(error, msgspec.ValidationError)
        why = (
            'must be a JSON object such as {"year": 2023}' if is_other else f"is not JSON: {error}"
        )
        raise click.UsageError(f"{option.opts[0]} {why}.") from error


JSON_OBJECT: dict[str, Any] = {"metavar": "JSON", "callback": _read_json_object}


def read_principals(text: str) -> tuple[str, ...]:
    """Of a list that is separated by commas."""
    return tuple(filter(None, map(str.strip, text.split(","))))
