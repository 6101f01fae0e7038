"""Evaluation: how well each mode finds what a set of questions needs."""

from pathlib import Path

import click
from rich.progress import Progress
from rich.table import Table

from sqlrag.cli.group import err, open_rag, out, print_json, runs
from sqlrag.settings import Settings


@click.command("eval")
@click.argument("datasets", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="DATASET...")
@click.option("--mode", "modes", multiple=True, type=click.Choice(["naive"]), default=["naive"])
@click.option("--k", "cutoffs", default="2,5,10", show_default=True, help="Cut-offs of recall.")
@click.option("--offline", is_flag=True, help="Leave the dataset's embeddings out.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
@runs
async def evaluate(
    settings: Settings, datasets: tuple[Path, ...], modes: tuple[str, ...], cutoffs: str, offline: bool, as_json: bool
) -> None:
    """Measure recall on questions with known answers.

    A dataset is a folder with corpus.jsonl {id, title, text}, queries.jsonl {id, text, gold_ids}
    and, optionally, corpus_embeddings.npy and queries_embeddings.npy with rows in file order.
    It is ingested into a workspace of its own, which is deleted at the end.
    """
    from sqlrag.rag.evaluating import Dataset, evaluate_dataset

    try:
        ks = tuple(sorted({int(part) for part in cutoffs.split(",")}))
    except ValueError as error:
        raise click.UsageError("--k takes whole numbers with commas, such as 2,5,10.") from error
    reports = {}
    async with open_rag(settings, say_models=False) as rag:
        for folder in datasets:
            dataset = Dataset.read(folder, with_embeddings=not offline)
            with Progress(console=err, transient=True) as progress:
                task = progress.add_task(f"{folder.name}", total=dataset.steps(len(modes)))
                reports[folder.name] = await evaluate_dataset(
                    rag.managing.storage,
                    rag.embedder,
                    dataset,
                    modes,
                    ks,
                    lambda done: progress.advance(task, done),
                )
    if as_json:
        print_json(reports if len(reports) > 1 else next(iter(reports.values())))
        return
    for name, report in reports.items():
        table = Table(title=name, title_justify="left", box=None, pad_edge=False)
        measures = list(next(iter(report.values())))
        table.add_column("mode")
        for measure in measures:
            table.add_column(measure, justify="right")
        for mode, values in report.items():
            table.add_row(mode, *(_cell(measure, values[measure]) for measure in measures))
        out.print(table)


def _cell(measure: str, value: float) -> str:
    return f"{value:.2f}" if measure.endswith("_ms") else f"{100 * value:.1f}"
