"""The options by which a question is searched for, the same for `ask` and `search`."""

import json
from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import Any, get_args

import click

from sqlrag.domain.retrieval import MODES, Message, QueryParam
from sqlrag.doors.cli.group import read_json_object

Command = Callable[..., Any]
_ROLES = get_args(Message.__annotations__["role"])
_UP_TO_A_THOUSAND = click.IntRange(1, 1000)
_TOKENS = click.IntRange(1, 2**31 - 1)


def retrieval_options(chunks: int) -> Callable[[Command], Command]:
    """All that `read_param` reads; `chunks` is how many are found unless it is said."""
    options = (
        click.option(
            "--mode", type=click.Choice(MODES), default=QueryParam().mode, show_default=True
        ),
        _number("--top-k", "chunk_top_k", chunks, "Chunks at most.", _UP_TO_A_THOUSAND),
        _number("--entities", "top_k", 40, "Entities, and relations, at most.", _UP_TO_A_THOUSAND),
        click.option(
            "--hops",
            type=click.IntRange(1, 4),
            help="How far from the seeds; 2 in multihop, else 1.",
        ),
        _number("--max-tokens", "max_total_tokens", 30_000, "Tokens of context at most.", _TOKENS),
        _number("--max-entity-tokens", "max_entity_tokens", 6_000, "Of the entities.", _TOKENS),
        _number("--max-relation-tokens", "max_relation_tokens", 8_000, "Of relations.", _TOKENS),
        _words("--name", "ll_keywords", "A name to look for, beside the question; repeatable."),
        _words("--theme", "hl_keywords", "A theme to look for, beside the question; repeatable."),
        click.option(
            "--history",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            metavar="FILE",
            help='Earlier turns: a JSON list of {"role": "user", "content": "…"}.',
        ),
        click.option("--no-rerank", is_flag=True, help="Leave the reranker out, if there is one."),
        click.option(
            "--filter",
            "filters",
            metavar="JSON",
            help='Only some documents, e.g. {"tags": ["report"], "metadata": {"year": {"$gte": '
            "2020}}}.",
        ),
    )
    return lambda command: reduce(lambda made, option: option(made), reversed(options), command)


def read_param(given: dict[str, Any], **more: Any) -> QueryParam:
    """The parameters of a command's options, and what only this command knows."""
    names = ("mode", "chunk_top_k", "top_k", "hops", "max_total_tokens", "max_entity_tokens")
    return QueryParam(
        **{name: given[name] for name in (*names, "max_relation_tokens")},
        ll_keywords=given["ll_keywords"],
        hl_keywords=given["hl_keywords"],
        conversation_history=_read_history(given["history"]),
        enable_rerank=not given["no_rerank"],
        filters=read_json_object(given["filters"], "--filter"),
        **more,
    )


def _number(option: str, name: str, default: int, text: str, kind: click.IntRange) -> Command:
    return click.option(option, name, type=kind, default=default, show_default=True, help=text)


def _words(option: str, name: str, text: str) -> Command:
    return click.option(option, name, multiple=True, metavar="WORDS", help=text)


def _read_history(path: Path | None) -> tuple[Message, ...]:
    if path is None:
        return ()
    try:
        turns = [
            Message(turn["role"], turn["content"])
            for turn in json.loads(path.read_text(encoding="utf-8"))
        ]
    except (ValueError, TypeError, LookupError) as error:
        raise click.UsageError(_WANTED.format(path)) from error
    if not all(turn.role in _ROLES and isinstance(turn.content, str) for turn in turns):
        raise click.UsageError(_WANTED.format(path))
    return tuple(turns)


_WANTED = (
    '--history: {} holds no JSON list of turns; write [{{"role": "user", "content": "…"}}, '
    '{{"role": "assistant", "content": "…"}}].'
)
