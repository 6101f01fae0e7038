"""How a workspace retrieves for questions that do not say."""

from typing import Any

import click

from sqlrag.domain.choices import name_options
from sqlrag.domain.retrieval import RetrievalOptions
from sqlrag.doors.cli.group import Settings, command, open_rag
from sqlrag.doors.cli.output import print_settings, show


@command()
@click.option(
    "--select/--no-select", default=None, help="Let the chat model put what answers first."
)
@click.option(
    "--reset",
    multiple=True,
    type=click.Choice(name_options(RetrievalOptions)),
    help="Back to the default.",
)
async def retrieval(
    settings: Settings, reset: tuple[str, ...], as_json: bool, **given: Any
) -> None:
    """Show or change how the workspace retrieves for questions that do not say."""
    changes = {name: value for name, value in given.items() if value is not None}
    changes |= dict.fromkeys(reset)
    async with open_rag(settings, say_models=False) as rag:
        found = await (rag.configure_retrieval(**changes) if changes else rag.get_retrieval())
    show(found, as_json, print_settings)
