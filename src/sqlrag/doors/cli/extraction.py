"""How entities are extracted in a workspace, and summaries of them."""

from typing import Any

import click

from sqlrag.domain.choices import name_options
from sqlrag.domain.graph import ExtractionOptions
from sqlrag.domain.summaries import SummaryReport
from sqlrag.doors.cli.group import Settings, command, fail, open_rag
from sqlrag.doors.cli.output import (
    count,
    print_settings,
    print_unsummarized,
    progress_bars,
    say,
    show,
)

_NAMES = name_options(ExtractionOptions)


@command()
@click.option("--entity-type", "entity_types", multiple=True, help="What to look for; repeatable.")
@click.option("--language", help="The language of descriptions; that of the text otherwise.")
@click.option("--example", "examples", multiple=True, help="Shown to the model; repeatable.")
@click.option("--gleaning-rounds", type=int, help="How often to ask for what was missed.")
@click.option("--max-entities", type=int, help="Of one chunk.")
@click.option("--max-relations", type=int, help="Of one chunk.")
@click.option("--reset", multiple=True, type=click.Choice(_NAMES), help="Back to the default.")
async def extraction(
    settings: Settings, reset: tuple[str, ...], as_json: bool, **given: Any
) -> None:
    """Show or change how entities and relations are extracted in the workspace.

    Documents are extracted anew, with what is changed, when they are ingested again.
    """
    changes = {name: value for name, value in given.items() if value not in (None, ())}
    changes |= dict.fromkeys(reset)
    async with open_rag(settings, say_models=False) as rag:
        found = await (rag.configure_extraction(**changes) if changes else rag.get_extraction())
    show(found, as_json, print_settings)


@command()
async def summarize(settings: Settings, as_json: bool) -> int:
    """Summarise entities and relations whose descriptions have become too long.

    Ingesting does it for what its documents speak of; this does what failed then, and what is due
    since documents were deleted or entities merged. Needs a model, and calls it once for about
    3,000 tokens of descriptions.
    """
    async with open_rag(settings, say_models=not as_json) as rag:
        if rag.summarization.chat is None:
            fail("summaries are written by a model; set OPENAI_API_KEY or OPENAI_BASE_URL.")
        with progress_bars({"summarize": "Summarising"}) as report:
            made = await rag.summarize(report)
    show(made, as_json, _print_summaries)
    return 1 if made.failed else 0


def _print_summaries(made: SummaryReport) -> None:
    entities = count(made.entities, "entity", "entities")
    say(f"Summarised {entities} and {count(made.relations, 'relation')}.")
    print_unsummarized(made)
