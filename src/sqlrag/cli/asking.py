"""Questions: ask for an answer, search for chunks."""

from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape
from rich.table import Table

from sqlrag.cli.group import open_rag, out, print_json, read_json_object, runs
from sqlrag.domain.retrieval import MODES, Answer, Context, QueryParam, Reference
from sqlrag.settings import Settings

if TYPE_CHECKING:
    from sqlrag.main import Rag

top_k_option = click.option("--top-k", default=20, show_default=True, help="Chunks at most.")
filter_option = click.option(
    "--filter", "filters", help='JSON, e.g. {"tags": ["report"], "metadata": {"year": {"$gte": 2020}}}.'
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.command()
@click.argument("question")
@click.option("--mode", type=click.Choice(MODES), default="naive", show_default=True)
@click.option("--stream", is_flag=True, help="Print the answer as it is written.")
@click.option("--context-only", is_flag=True, help="Print what was retrieved, ask no model.")
@click.option("--prompt-only", is_flag=True, help="Print the prompt, ask no model.")
@top_k_option
@click.option("--max-tokens", default=30_000, show_default=True, help="Tokens of context at most.")
@filter_option
@click.option("--response-type", default="Multiple Paragraphs", show_default=True)
@click.option("--user-prompt", help="A further instruction to the model.")
@json_option
@click.pass_obj
@runs
async def ask(settings: Settings, question: str, stream: bool, as_json: bool, **given: Any) -> None:
    """Answer a question from the documents, with citations."""
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
    async with open_rag(settings, say_models=not as_json) as rag:
        if as_json:
            print_json(await rag.query(question, param))
        else:
            await print_answer(rag, question, param)


async def print_answer(rag: "Rag", question: str, param: QueryParam) -> Answer:
    """Print an answer, piece by piece if param.stream, then what its numbers stand for."""
    answer: Answer | None = None
    async for step in rag.stream(question, param):
        if isinstance(step, Answer):
            answer = step
        elif isinstance(step, str) and param.stream:
            click.echo(step, nl=False)
    assert answer, "a stream ends with its answer"
    click.echo("" if param.stream else answer.text)
    if answer.references:
        click.echo()
        for reference in answer.references:
            _print_reference(reference)
    return answer


def _print_reference(reference: Reference) -> None:
    page = f", page {reference.page}" if reference.page else ""
    title = reference.title or reference.source_key
    span = f"characters {reference.char_start}–{reference.char_end}"
    out.print(
        f"[bold]\\[{reference.number}][/bold] {escape(title)}{page} "
        f"[dim]({span} of {escape(reference.source_key)})[/dim]"
    )


@click.command()
@click.argument("question")
@click.option("--top-k", default=10, show_default=True, help="Chunks at most.")
@filter_option
@json_option
@click.pass_obj
@runs
async def search(
    settings: Settings, question: str, top_k: int, filters: str | None, as_json: bool
) -> None:
    """Find chunks, with the arm, rank and score by which each was found."""
    param = QueryParam(chunk_top_k=top_k, filters=read_json_object(filters, "--filter"))
    async with open_rag(settings, say_models=False) as rag:
        context = await rag.search(question, param)
    if as_json:
        print_json(context)
    elif not context.chunks:
        out.print("Nothing found: no chunk of the workspace fits the question and the filter.")
    else:
        out.print(_chunks_table(context))
        out.print(f"[dim]{len(context.chunks)} chunks in {context.seconds['search'] * 1000:.1f} ms[/dim]")


def _chunks_table(context: Context) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("", justify="right")
    table.add_column("score", justify="right")
    table.add_column("found by", no_wrap=True)
    table.add_column("title", overflow="fold", ratio=1)
    table.add_column("page", justify="right")
    table.add_column("content", overflow="fold", ratio=3)
    for chunk in context.chunks:
        arms = ", ".join(f"{arm.arm} #{arm.rank}" for arm in chunk.arms)
        snippet = " ".join(chunk.content.split())[:160]
        table.add_row(
            str(chunk.rank),
            f"{chunk.score:.3f}",
            arms,
            escape(chunk.title or chunk.source_key),
            str(chunk.page or ""),
            escape(snippet),
        )
    return table
