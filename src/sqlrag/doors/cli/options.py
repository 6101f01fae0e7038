"""Options from annotated types, whose bounds and descriptions they have; those of a question."""

import json
from collections.abc import Callable, Sequence
from functools import reduce
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import click

from sqlrag.domain.operations import read_metas
from sqlrag.domain.retrieval import Message, QueryParam

Command = Callable[..., Any]
Decorator = Callable[[Command], Command]
_ROLES = get_args(Message.__annotations__["role"])
_HINTS = get_type_hints(QueryParam, include_extras=True)

SEARCH = {
    "mode": "--mode",
    "chunk_top_k": "--top-k",
    "top_k": "--entities",
    "hops": "--hops",
    "max_entity_tokens": "--max-entity-tokens",
    "max_relation_tokens": "--max-relation-tokens",
    "max_total_tokens": "--max-tokens",
    "ll_keywords": "--name",
    "hl_keywords": "--theme",
    "conversation_history": "--history",
    "enable_rerank": "--rerank",
    "filters": "--filter",
}
ANSWER = {
    "stream": "--stream",
    "only_need_context": "--context-only",
    "only_need_prompt": "--prompt-only",
    "response_type": "--response-type",
    "user_prompt": "--user-prompt",
    "include_references": "--references",
    "use_cache": "--cache",
}
_HELP = {"stream": "Print the answer as it is written."}


def query_options(flags: dict[str, str], **defaults: Any) -> Decorator:
    """Options for fields of QueryParam, under the names of these; `defaults` win over its own."""
    defaults = {name: getattr(QueryParam(), name) for name in flags} | defaults
    return apply(_query_option(name, flag, defaults[name]) for name, flag in flags.items())


def _query_option(name: str, flag: str, default: Any) -> Decorator:
    if name == "conversation_history":
        return click.option(
            flag,
            name,
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            callback=_read_history,
            metavar="FILE",
            help='Earlier turns: a JSON list of {"role": "user", "content": "…"}.',
        )
    if name == "filters":
        return json_object_option(
            flag,
            name,
            'Only some documents, e.g. {"tags": ["report"], "metadata": {"year": {"$gte": 2020}}}.',
        )
    return make_option(flag, name, _HINTS[name], default, help=_HELP.get(name))


def apply(decorators: Any) -> Decorator:
    """All of them, in the order in which --help shall list them."""
    listed = list(decorators)
    return lambda command: reduce(lambda made, one: one(made), reversed(listed), command)


def make_option(
    flag: str, name: str, annotation: Any, default: Any = None, **more: Any
) -> Decorator:
    """An option of the type that is annotated; what is True unless it is denied gets a --no-…"""
    kind = read_kind(annotation)
    if kind is bool and default:
        flag = f"{flag}/--no-{flag.removeprefix('--')}"
    if is_many(annotation):
        more = {"multiple": True, "metavar": "WORDS", **more}
    elif default is not None:
        more["default"] = default
    more |= {"is_flag": True} if kind is bool else {"type": click_type(annotation)}
    more["help"] = more.get("help") or describe(annotation)
    return click.option(flag, name, show_default=bool(default) and kind is not bool, **more)


def describe(annotation: Any) -> str:
    said = " ".join(meta.description for meta in read_metas(annotation) if meta.description)
    return f"{said[:-1]}; repeatable." if is_many(annotation) and said else said


def read_kind(annotation: Any) -> Any:
    """The type, without what is said of it and without None."""
    if get_origin(annotation) is Annotated:
        return read_kind(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return read_kind(next(one for one in get_args(annotation) if one is not NoneType))
    return annotation


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


def json_object_option(flag: str, name: str, text: str) -> Decorator:
    """An option that holds a JSON object; a usage error where it holds something else."""

    def read(_: click.Context, __: click.Parameter, value: str | None) -> dict[str, Any] | None:
        return None if value is None else _read_json_object(value, flag)

    return click.option(flag, name, metavar="JSON", callback=read, help=text)


def _read_json_object(text: str, flag: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise click.UsageError(f"{flag} is not JSON: {error}.") from error
    if not isinstance(value, dict):
        raise click.UsageError(f'{flag} must be a JSON object such as {{"year": 2023}}.')
    return value


def _read_history(_: click.Context, __: click.Parameter, path: Path | None) -> tuple[Message, ...]:
    if path is None:
        return ()
    wanted = (
        f'--history: {path} holds no JSON list of turns; write [{{"role": "user", "content": '
        '"…"}, {"role": "assistant", "content": "…"}].'
    )
    try:
        turns = json.loads(path.read_text(encoding="utf-8"))
        history = tuple(Message(turn["role"], turn["content"]) for turn in turns)
    except (ValueError, TypeError, LookupError) as error:
        raise click.UsageError(wanted) from error
    if not all(turn.role in _ROLES and isinstance(turn.content, str) for turn in history):
        raise click.UsageError(wanted)
    return history
