"""What the workspace may spend on models."""

from typing import Any, get_args

import click

from sqlrag.domain.choices import name_options
from sqlrag.domain.costs import CostOptions, CostSettings, Period
from sqlrag.doors.cli.group import Settings, command, open_rag
from sqlrag.doors.cli.output import print_settings, say, show


@command()
@click.option("--dollars", "budget", type=click.FloatRange(0), help="For each period.")
@click.option("--period", "budget_period", type=click.Choice(get_args(Period)), help="Of UTC.")
@click.option(
    "--reset", multiple=True, type=click.Choice(name_options(CostOptions)), help="To the default."
)
async def budget(settings: Settings, reset: tuple[str, ...], as_json: bool, **given: Any) -> None:
    """Show or change what the workspace may spend on chat models.

    Where it is spent, none is called until the period ends; jobs wait for that. It is counted by
    the prices in the table sqlrag.prices, which you fill: of each model, dollars for a million
    tokens that it reads, and that it writes.
    """
    changes = {name: value for name, value in given.items() if value is not None}
    changes |= dict.fromkeys(reset)
    async with open_rag(settings, say_models=False) as rag:
        found = await (rag.configure_costs(**changes) if changes else rag.get_costs())
    show(found, as_json, _print_costs)


def _print_costs(found: CostSettings) -> None:
    print_settings(found)
    say(f"{'spent':16} {found.spent:.4f} dollars, until {found.period_ends:%Y-%m-%d %H:%M} UTC")
