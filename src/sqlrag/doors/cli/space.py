"""The embedding space of a workspace: told, and switched."""

import click

from sqlrag.domain.workspaces import SpaceSwitch
from sqlrag.doors.cli.group import Commands, Settings, command, open_rag
from sqlrag.doors.cli.output import count, progress_bars, say, show

STAGES = {
    "chunks": "Embedding chunks",
    "entities": "Embedding entities",
    "relations": "Embedding relations",
}


@click.group(cls=Commands)
def space() -> None:
    """The embedding space of the workspace: one model and its dimensions."""


@command()
@click.option("--model", required=True, help="Such as use-multilingual-v3.")
async def switch(settings: Settings, model: str, as_json: bool) -> None:
    """Embed the workspace by another model, then switch to it.

    Questions are answered and documents written meanwhile, by the old model. It may be stopped and
    begun again: what is embedded stays. At the end, in one transaction, the workspace takes the new
    vectors and drops the old.
    """
    async with open_rag(settings, say_models=False) as rag:
        with progress_bars(STAGES) as report:
            made = await rag.switch_space(model, report)
    show(made, as_json, _print_switch)


def _print_switch(made: SpaceSwitch) -> None:
    entities = count(made.entities, "entity", "entities")
    embedded = f"{count(made.chunks, 'chunk')}, {entities}, {count(made.relations, 'relation')}"
    say(
        f'Workspace "{made.workspace}" is embedded by {made.model}, {made.dimensions}d'
        f" ({embedded} now)."
    )


space.add_command(switch)
