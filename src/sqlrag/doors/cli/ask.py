"""Questions: ask for an answer, search for what an answer would rest on, and why it was found."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_type_hints

import click
import msgspec

from sqlrag.domain.retrieval import Answer, Context, Message, QueryParam
from sqlrag.doors.cli.derive import JSON_OBJECT, make_option, read_principals
from sqlrag.doors.cli.group import Rag, Settings, command, open_rag
from sqlrag.doors.cli.output import (
    count,
    err,
    place,
    print_json,
    print_quote,
    print_reference,
    say,
    show,
    tell_copies,
)

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
    "conversation_id": "--conversation",
    "enable_rerank": "--rerank",
    "select": "--select",
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


def _read_history(_: click.Context, __: click.Parameter, path: Path | None) -> tuple[Message, ...]:
    turns: type = tuple[Message, ...]
    try:
        return () if path is None else msgspec.json.decode(path.read_bytes(), type=turns)
    except msgspec.MsgspecError as error:
        raise click.UsageError(
            f'--history: {path} holds no JSON list of turns; write [{{"role": "user", "content": '
            '"…"}, {"role": "assistant", "content": "…"}].'
        ) from error


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
    "conversation_id": {"metavar": "ID"},
}


def query_options(flags: dict[str, str], **defaults: Any) -> list[click.Parameter]:
    """Options for fields of QueryParam, under the names of these; `defaults` win over its own."""
    defaults = {name: getattr(QueryParam(), name) for name in flags} | defaults
    return [
        make_option(flag, name, _HINTS[name], defaults[name], **_MORE.get(name, {}))
        for name, flag in flags.items()
    ]


_AS = click.option(
    "--as", "reader", metavar="A,B", help="As one who may read what is for these or for everybody."
)


def _reading(rag: Rag, reader: str | None) -> Rag:
    return rag if reader is None else rag.reading_as(*read_principals(reader))


@command(params=query_options(SEARCH | ANSWER))
@click.argument("question")
@_AS
async def ask(
    settings: Settings, question: str, as_json: bool, reader: str | None, **given: Any
) -> None:
    """Answer a question from the documents, with citations."""
    param = QueryParam(**given)
    if param.only_need_context and param.only_need_prompt:
        raise click.UsageError("--context-only and --prompt-only exclude each other.")
    asks_model = not (param.only_need_context or param.only_need_prompt)
    async with open_rag(settings, say_models=asks_model and not as_json) as rag:
        asking = _reading(rag, reader)
        if as_json:
            print_json(await asking.query(question, param))
        else:
            await print_answer(asking, question, param)


async def print_answer(rag: Rag, question: str, param: QueryParam) -> Answer:
    """Print an answer, piece by piece if param.stream, then what its numbers stand for."""
    answer: Answer | None = None
    last = "\n"
    try:
        async for step in rag.stream(question, param):
            if isinstance(step, Answer):
                answer = step
            elif isinstance(step, str) and param.stream:
                click.echo(step, nl=False)
                last = step or last
    finally:
        if not last.endswith("\n"):
            click.echo()
    assert answer, "a stream ends with its answer"
    if not param.stream:
        click.echo(answer.text.rstrip("\n"))
    for note in answer.context.notes:
        err().print(f"note: {note}", style="dim")
    if answer.references:
        click.echo()
        for reference in answer.references:
            print_reference(reference)
    return answer


@command(params=query_options(SEARCH | {"explain": "--explain"}, chunk_top_k=10))
@click.argument("question", metavar="WORDS")
@_AS
async def search(
    settings: Settings, question: str, as_json: bool, reader: str | None, **given: Any
) -> None:
    """Find chunks, entities and relations, each with the arms, ranks and score it was found by."""
    async with open_rag(settings, say_models=False) as rag:
        context = await _reading(rag, reader).search(question, QueryParam(**given))
    show(context, as_json, print_context)


def print_context(context: Context) -> None:
    """Entities and relations a line each, then the chunks, then what can be said of all of it."""
    if not (context.chunks or context.entities):
        say("Nothing found: no chunk of the workspace fits the question and the filter.")
        return
    for note in context.notes:
        say(f"note: {note}", style="dim")
    if context.searched not in ("", context.question):
        say(f"searched: {context.searched}", style="dim")
    for entity in context.entities:
        _print_row(entity, f"entity {entity.name} ({entity.type})", entity.path)
    for relation in context.relations:
        _print_row(relation, f"relation {relation.source} → {relation.target}", relation.path)
    for chunk in context.chunks:
        _print_row(chunk, place(chunk.source_key, chunk.page, chunk.title), chunk.about)
        if len(chunk.path) > 1:
            way = " → ".join(f"{step.entity or '…'} ({step.title})" for step in chunk.path)
            say(f"    {way}", style="dim")
        if chunk.copies:
            say(f"   {tell_copies(chunk.copies)}", style="dim")
        print_quote(chunk.content[:1000], most=2)
    kinds = ((context.entities, "entity", "entities"), (context.relations, "relation", ""))
    found = [count(len(rows), *names) for rows, *names in kinds if rows]
    found.append(count(len(context.chunks), "chunk"))
    took = f"{context.seconds['search'] * 1000:.1f} ms"
    why = f", mode {context.mode}. {context.reason or ''}".rstrip()
    say(f"{', '.join(found)} in {took}{why}", style="dim")
    if context.plan:
        say(describe_plan(context.plan), style="dim")


def describe_plan(plan: dict[str, Any]) -> str:
    """The plan in one line: what it took, how much was read, and by which indexes."""
    reads = plan["Reads"]
    blocks = sum(plan["Plan"].get(f"Shared {kind} Blocks", 0) for kind in ("Hit", "Read"))
    scanned = "".join(f"; scanned: {name}" for name in reads["tables"])
    return (
        f"plan: {plan['Planning Time']:.1f} ms planning, {plan['Execution Time']:.1f} ms running, "
        f"{count(reads['rows'], 'row')} read, {count(blocks, 'block')}; "
        f"indexes: {', '.join(sorted(reads['indexes'])) or 'none'}{scanned}"
    )


def _print_row(row: Any, what: str, path: Sequence[str]) -> None:
    """Where and why a chunk, entity or relation was found, on one line; the path on the next."""
    told = ", ".join(f"{arm.arm} #{arm.rank}" for arm in row.arms)
    say(f"{row.rank:>2}  ", (what, "bold"), (f"  {row.score:.3f} ({told})", "dim"))
    if path:
        say(f"    by {'; '.join(path)}", style="dim")
