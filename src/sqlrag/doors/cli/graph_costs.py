"""What the graph, and everything else that models made, came to."""

from typing import TYPE_CHECKING

import click

from sqlrag.domain.exploring import DailyCost, DocumentCost
from sqlrag.doors.cli.graph import limit_option
from sqlrag.doors.cli.group import json_option, open_rag, runs, workspace_option
from sqlrag.doors.cli.output import out, print_json, print_table, shorten

if TYPE_CHECKING:
    from sqlrag.settings import Settings


@click.command()
@click.option("--by", type=click.Choice(["day", "document"]), default="day", show_default=True)
@limit_option(50)
@json_option
@workspace_option
@runs
async def costs(settings: "Settings", by: str, limit: int, as_json: bool) -> None:
    """Tell what calls of models came to.

    By day, or for the costliest documents.
    """
    async with open_rag(settings, say_models=False) as rag:
        days = await rag.graph.cost_by_day() if by == "day" else []
        documents = await rag.graph.cost_by_document(limit) if by == "document" else []
    if as_json:
        print_json(days or documents)
    elif not days and not documents:
        out().print(f'No model was called for workspace "{settings.workspace}".')
    elif days:
        _print_costs(by, [(str(cost.day), cost) for cost in days])
    else:
        _print_costs(by, [(shorten(cost.source_key), cost) for cost in documents])


def _print_costs(
    by: str, costs: list[tuple[str, DailyCost]] | list[tuple[str, DocumentCost]]
) -> None:
    columns = (by, "purpose", "model", "calls", "failed", "tokens in", "tokens out", "seconds")
    rows = [
        (
            what,
            cost.purpose,
            cost.model,
            f"{cost.calls:,}",
            f"{cost.errors:,}",
            f"{cost.prompt_tokens:,}",
            f"{cost.completion_tokens:,}",
            f"{cost.seconds:,.1f}",
        )
        for what, cost in costs
    ]
    print_table(columns, rows, columns[3:], ("document", "purpose", "model"))
