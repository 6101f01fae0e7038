"""Options from annotated types, whose bounds and descriptions they have; those of a question."""

from collections.abc import Callable, Sequence
from functools import reduce
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import click
import msgspec

from sqlrag.domain.operations import read_kind, read_metas
from sqlrag.domain.retrieval import Message, QueryParam

Command = Callable[..., Any]
Decorator = Callable[[Command], Command]
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


def query_options(flags: dict[str, str], **defaults: Any) -> Decorator:
    """Options for fields of QueryParam, under the names of these; `defaults` win over its own."""
    defaults = {name: getattr(QueryParam(), name) for name in flags} | defaults
    return apply(
        make_option(flag, name, _HINTS[name], defaults[name], **_MORE.get(name, {}))
        for name, flag in flags.items()
    )


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
    more = {"help": describe(annotation), **more}
    more = {"is_flag": True, **more} if kind is bool else {"type": click_type(annotation), **more}
    return click.option(flag, name, show_default=bool(default) and kind is not bool, **more)


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


def _read_history(_: click.Context, __: click.Parameter, path: Path | None) -> tuple[Message, ...]:
    turns: type = tuple[Message, ...]
    try:
        return () if path is None else msgspec.json.decode(path.read_bytes(), type=turns)
    except msgspec.MsgspecError as error:
        raise click.UsageError(
            f'--history: {path} holds no JSON list of turns; write [{{"role": "user", "content": '
            '"…"}, {"role": "assistant", "content": "…"}].'
        ) from error


JSON_OBJECT: dict[str, Any] = {"metavar": "JSON", "callback": _read_json_object}
_FILTER = 'Only some documents, e.g. {"tags": ["report"], "metadata": {"year": {"$gte": 2020}}}.'
# What the types of a question do not say.
_MORE: dict[str, dict[str, Any]] = {
    "stream": {"help": "Print the answer as it is written."},
    "filters": {"help": _FILTER, **JSON_OBJECT},
    "conversation_history": {
        "help": 'Earlier turns: a JSON list of {"role": "user", "content": "…"}.',
        "metavar": "FILE",
        "multiple": False,
        "type": click.Path(exists=True, dir_okay=False, path_type=Path),
        "callback": _read_history,
    },
}
