"""Questions: ask for an answer, search for what an answer would rest on."""

from typing import TYPE_CHECKING, Any

import click

from sqlrag.domain.retrieval import Answer, Context, QueryParam, Reference
from sqlrag.doors.cli.context import print_context
from sqlrag.doors.cli.group import command, open_rag
from sqlrag.doors.cli.options import ANSWER, SEARCH, query_options
from sqlrag.doors.cli.output import err, print_json, say, shorten, show

if TYPE_CHECKING:
    from sqlrag.app import Rag
    from sqlrag.settings import Settings


@command()
@click.argument("question")
@query_options(SEARCH | ANSWER)
async def ask(settings: "Settings", question: str, as_json: bool, **given: Any) -> None:
    """Answer a question from the documents, with citations."""
    param = QueryParam(**given)
    if param.only_need_context and param.only_need_prompt:
        raise click.UsageError("--context-only and --prompt-only exclude each other.")
    asks_model = not (param.only_need_context or param.only_need_prompt)
    async with open_rag(settings, say_models=asks_model and not as_json) as rag:
        if as_json:
            print_json(await rag.query(question, param))
        else:
            await print_answer(rag, question, param)


async def print_answer(rag: "Rag", question: str, param: QueryParam) -> Answer:
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
            _print_reference(reference)
    return answer


def _print_reference(reference: Reference) -> None:
    page = f", page {reference.page}" if reference.page else ""
    span = f"characters {reference.char_start}–{reference.char_end}"
    say(
        (f"[{reference.number}]", "bold"),
        f" {reference.title or shorten(reference.source_key)}{page} ",
        (f"({span} of {shorten(reference.source_key)})", "dim"),
    )


@command()
@click.argument("question", metavar="WORDS")
@query_options(SEARCH | {"explain": "--explain"}, chunk_top_k=10)
async def search(settings: "Settings", question: str, as_json: bool, **given: Any) -> None:
    """Find chunks, entities and relations, each with the arms, ranks and score it was found by."""
    async with open_rag(settings, say_models=False) as rag:
        context = await rag.search(question, QueryParam(**given))
    show(context, as_json, _print_found)


def _print_found(context: Context) -> None:
    if context.chunks or context.entities:
        print_context(context)
    else:
        say("Nothing found: no chunk of the workspace fits the question and the filter.")
