"""Questions: ask for an answer, search for chunks."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from sqlrag.cli.group import json_option, open_rag, read_json_object, runs, workspace_option
from sqlrag.cli.output import count, out, print_json, shorten
from sqlrag.domain.retrieval import MODES, Answer, Mode, QueryParam, Reference, ScoredChunk

if TYPE_CHECKING:
    from sqlrag.main import Rag
    from sqlrag.settings import Settings

filter_option = click.option(
    "--filter",
    "filters",
    metavar="JSON",
    help='Only some documents, e.g. {"tags": ["report"], "metadata": {"year": {"$gte": 2020}}}.',
)


mode_option = click.option(
    "--mode", type=click.Choice(MODES), default=QueryParam().mode, show_default=True
)


def top_k_option(default: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    kind = click.IntRange(1, 1000)
    return click.option(
        "--top-k", type=kind, default=default, show_default=True, help="Chunks at most."
    )


ASK_EXAMPLES = """\b
Examples:
  sqlrag ask "What were the net sales in 2023?"
  sqlrag ask "Who kept the light?" --stream --filter '{"tags": ["history"]}'
  sqlrag ask "..." --context-only | less       what a model would be given
  sqlrag ask "..." --json | jq .references
"""


@click.command(epilog=ASK_EXAMPLES)
@click.argument("question")
@mode_option
@click.option("--stream", is_flag=True, help="Print the answer as it is written.")
@click.option("--context-only", is_flag=True, help="Print what was retrieved, ask no model.")
@click.option("--prompt-only", is_flag=True, help="Print the prompt, ask no model.")
@top_k_option(20)
@click.option(
    "--max-tokens",
    type=click.IntRange(1, 2**31 - 1),
    default=30_000,
    show_default=True,
    help="Tokens of context at most.",
)
@filter_option
@click.option("--response-type", default="Multiple Paragraphs", show_default=True)
@click.option("--user-prompt", help="A further instruction to the model.")
@json_option
@workspace_option
@runs
async def ask(
    settings: "Settings", question: str, stream: bool, as_json: bool, **given: Any
) -> None:
    """Answer a question from the documents, with citations."""
    if given["context_only"] and given["prompt_only"]:
        raise click.UsageError("--context-only and --prompt-only exclude each other.")
    param = QueryParam(
        mode=given["mode"],
        chunk_top_k=given["top_k"],
        max_total_tokens=given["max_tokens"],
        filters=read_json_object(given["filters"], "--filter"),
        response_type=given["response_type"],
        user_prompt=given["user_prompt"],
        only_need_context=given["context_only"],
        only_need_prompt=given["prompt_only"],
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
"""


@click.command(epilog=SEARCH_EXAMPLES)
@click.argument("question", metavar="WORDS")
@mode_option
@top_k_option(10)
@filter_option
@json_option
@workspace_option
@runs
async def search(
    settings: "Settings",
    question: str,
    mode: Mode,
    top_k: int,
    filters: str | None,
    as_json: bool,
) -> None:
    """Find chunks, with the arm, rank and score by which each was found, and the way over hops."""
    param = QueryParam(mode, chunk_top_k=top_k, filters=read_json_object(filters, "--filter"))
    async with open_rag(settings, say_models=False) as rag:
        context = await rag.search(question, param)
    if as_json:
        print_json(context)
    elif not context.chunks:
        out().print("Nothing found: no chunk of the workspace fits the question and the filter.")
    else:
        for chunk in context.chunks:
            _print_chunk(chunk)
        took = f"{count(len(context.chunks), 'chunk')} in {context.seconds['search'] * 1000:.1f} ms"
        out().print(f"{took}, mode {context.mode}. {context.reason or ''}".rstrip(), style="dim")


def _print_chunk(chunk: ScoredChunk) -> None:
    """One line of where and why, then the beginning of the chunk."""
    from rich.text import Text

    page = f", page {chunk.page}" if chunk.page else ""
    arms = ", ".join(f"{arm.arm} #{arm.rank}" for arm in chunk.arms)
    out().print(
        Text.assemble(
            f"{chunk.rank:>2}  ",
            (f"{chunk.title or shorten(chunk.source_key)}{page}", "bold"),
            (f"  {chunk.score:.3f} ({arms})", "dim"),
        )
    )
    if len(chunk.path) > 1:
        way = " → ".join(f"{step.entity or '…'} ({step.title})" for step in chunk.path)
        out().print(f"    over {way}", style="dim", highlight=False)
    snippet = Text(" ".join(chunk.content[:1000].split()))
    width = min(out().width, 100) - 4
    for line in snippet.wrap(out(), max(20, width))[:2]:
        out().print(f"    {line.plain.rstrip()}")
