"""Questions: ask for an answer, search for what an answer would rest on."""

from typing import TYPE_CHECKING, Any

import click

from sqlrag.domain.retrieval import Answer, QueryParam, Reference
from sqlrag.doors.cli.explaining import print_context
from sqlrag.doors.cli.group import json_option, open_rag, runs, workspace_option
from sqlrag.doors.cli.output import err, out, print_json, shorten
from sqlrag.doors.cli.querying import read_param, retrieval_options

if TYPE_CHECKING:
    from sqlrag.app import Rag
    from sqlrag.settings import Settings

ASK_EXAMPLES = """\b
Examples:
  sqlrag ask "What were the net sales in 2023?"
  sqlrag ask "Who kept the light?" --stream --filter '{"tags": ["history"]}'
  sqlrag ask "..." --context-only | less       what a model would be given
  sqlrag ask "..." --json | jq .references
"""


@click.command(epilog=ASK_EXAMPLES)
@click.argument("question")
@retrieval_options(chunks=20)
@click.option("--stream", is_flag=True, help="Print the answer as it is written.")
@click.option("--context-only", is_flag=True, help="Print what was retrieved, ask no model.")
@click.option("--prompt-only", is_flag=True, help="Print the prompt, ask no model.")
@click.option("--response-type", default="Multiple Paragraphs", show_default=True)
@click.option("--user-prompt", help="A further instruction to the model.")
@click.option("--no-references", is_flag=True, help="Do not list what the numbers stand for.")
@click.option("--no-cache", is_flag=True, help="Ask the model even if it has answered this before.")
@json_option
@workspace_option
@runs
async def ask(
    settings: "Settings", question: str, stream: bool, as_json: bool, **given: Any
) -> None:
    """Answer a question from the documents, with citations."""
    if given["context_only"] and given["prompt_only"]:
        raise click.UsageError("--context-only and --prompt-only exclude each other.")
    param = read_param(
        given,
        response_type=given["response_type"],
        user_prompt=given["user_prompt"],
        only_need_context=given["context_only"],
        only_need_prompt=given["prompt_only"],
        include_references=not given["no_references"],
        use_cache=not given["no_cache"],
        stream=stream,
    )
    asks_model = not (given["context_only"] or given["prompt_only"])
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
    from rich.text import Text

    page = f", page {reference.page}" if reference.page else ""
    span = f"characters {reference.char_start}–{reference.char_end}"
    out().print(
        Text.assemble(
            (f"[{reference.number}]", "bold"),
            f" {reference.title or shorten(reference.source_key)}{page} ",
            (f"({span} of {shorten(reference.source_key)})", "dim"),
        )
    )


SEARCH_EXAMPLES = """\b
Examples:
  sqlrag search "net sales third quarter"
  sqlrag search lamp --top-k 3 --json | jq '.chunks[].content'
  sqlrag search "Who kept the lamp?" --mode mix --hops 2 --explain
"""


@click.command(epilog=SEARCH_EXAMPLES)
@click.argument("question", metavar="WORDS")
@retrieval_options(chunks=10)
@click.option("--explain", is_flag=True, help="Show what led to each row, and the plan.")
@json_option
@workspace_option
@runs
async def search(
    settings: "Settings", question: str, explain: bool, as_json: bool, **given: Any
) -> None:
    """Find chunks, entities and relations, each with the arms, ranks and score it was found by."""
    param = read_param(given, explain=explain)
    async with open_rag(settings, say_models=False) as rag:
        context = await rag.search(question, param)
    if as_json:
        print_json(context)
    elif not context.chunks and not context.entities:
        out().print("Nothing found: no chunk of the workspace fits the question and the filter.")
    else:
        print_context(context)
