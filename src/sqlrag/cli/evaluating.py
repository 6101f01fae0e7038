"""Evaluation: how well each mode finds what a set of questions needs."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sqlrag.cli.group import json_option, open_rag, runs
from sqlrag.cli.output import out, print_json, print_table, progress_bars

if TYPE_CHECKING:
    from sqlrag.settings import Settings

EVAL_EXAMPLES = """\b
Examples:
  sqlrag eval hotpotqa/
  sqlrag eval hotpotqa/ musique/ --k 1,5,20 --json
  sqlrag eval hotpotqa/ --offline      with the configured embedder
"""


@click.command("eval", epilog=EVAL_EXAMPLES)
@click.argument(
    "datasets", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="DATASET..."
)
@click.option(
    "--mode",
    "modes",
    multiple=True,
    type=click.Choice(["naive"]),
    default=["naive"],
    show_default=True,
)
@click.option("--k", "cutoffs", default="2,5,10", show_default=True, help="Cut-offs of recall.")
@click.option("--offline", is_flag=True, help="Leave the dataset's embeddings out.")
@json_option
@runs
async def evaluate(
    settings: "Settings",
    datasets: tuple[Path, ...],
    modes: tuple[str, ...],
    cutoffs: str,
    offline: bool,
    as_json: bool,
) -> None:
    """Measure recall on questions with known answers.

    A dataset is a folder with corpus.jsonl {id, title, text}, queries.jsonl {id, text, gold_ids}
    and, optionally, corpus_embeddings.npy and queries_embeddings.npy with rows in file order.
    It is ingested into a workspace of its own, which is deleted at the end.
    """
    from sqlrag.rag.evaluating import Dataset, evaluate_dataset

    ks = _read_cutoffs(cutoffs)
    read = {str(folder): Dataset.read(folder, with_embeddings=not offline) for folder in datasets}
    names = {folder: dataset.name for folder, dataset in read.items()}
    if len(set(names.values())) < len(names):
        names = {folder: folder for folder in read}
    reports = {}
    async with open_rag(settings, say_models=False) as rag:
        for folder, dataset in read.items():
            with progress_bars({"eval": names[folder]}) as report:
                report("eval", more=dataset.steps(len(modes)))
                reports[names[folder]] = await evaluate_dataset(
                    rag.managing.storage,
                    rag.embedder,
                    dataset,
                    modes,
                    ks,
                    lambda done: report("eval", done=done),
                )
    if as_json:
        print_json(reports if len(reports) > 1 else next(iter(reports.values())))
        return
    for name, measured in reports.items():
        measures = list(next(iter(measured.values())))
        out().print(name, style="italic")
        print_table(
            ["mode", *measures],
            (
                [mode, *(_cell(measure, values[measure]) for measure in measures)]
                for mode, values in measured.items()
            ),
            right=measures,
        )


def _read_cutoffs(cutoffs: str) -> tuple[int, ...]:
    try:
        ks = tuple(sorted({int(part) for part in cutoffs.split(",")}))
    except ValueError:
        ks = (0,)
    if not 1 <= ks[0] <= ks[-1] <= 1000:
        raise click.UsageError(
            "--k takes whole numbers from 1 to 1000 with commas, such as 2,5,10."
        )
    return ks


def _cell(measure: str, value: float) -> str:
    return f"{value:.2f}" if measure.endswith("_ms") else f"{100 * value:.1f}"
