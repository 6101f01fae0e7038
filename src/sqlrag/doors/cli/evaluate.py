"""Evaluation: how well each mode finds what a set of questions needs."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sqlrag.domain.retrieval import MODES, Mode
from sqlrag.doors.cli.group import json_option, open_rag, runs, workspace_option
from sqlrag.doors.cli.output import out, print_json, print_table, progress_bars

if TYPE_CHECKING:
    from sqlrag.domain.evaluation import EvalRun
    from sqlrag.settings import Settings

EVAL_EXAMPLES = """\b
Examples:
  sqlrag eval hotpotqa/
  sqlrag eval hotpotqa/ musique/ --mode naive --mode multihop --mode mix --k 1,5,20 --json
  sqlrag eval hotpotqa/ --offline      by words alone
  sqlrag eval mine/ --save && sqlrag psql -c "SELECT * FROM rag.eval_runs"
"""
_RETRIEVING = [mode for mode in MODES if mode != "bypass"]


@click.command("eval", epilog=EVAL_EXAMPLES)
@click.argument(
    "datasets", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="DATASET..."
)
@click.option(
    "--mode",
    "modes",
    multiple=True,
    type=click.Choice(_RETRIEVING),
    default=["naive", "multihop"],
    show_default=True,
)
@click.option(
    "--k",
    "cutoffs",
    multiple=True,
    default=["2,5,10"],
    show_default=True,
    help="Cut-offs of recall, with commas or one by one.",
)
@click.option("--offline", is_flag=True, help="Without embeddings: search by words.")
@click.option("--save", is_flag=True, help="Keep the runs, in the workspace, for rag.eval_runs.")
@json_option
@workspace_option
@runs
async def evaluate(
    settings: "Settings",
    datasets: tuple[Path, ...],
    modes: tuple[Mode, ...],
    cutoffs: tuple[str, ...],
    offline: bool,
    save: bool,
    as_json: bool,
) -> None:
    """Measure retrieval, and answers, on questions with known answers.

    A dataset is a folder with corpus.jsonl {id, title, text}, queries.jsonl {id, text, gold_ids,
    answers, type} and, optionally, corpus_embeddings.npy and queries_embeddings.npy with rows in
    file order. It is ingested into a workspace of its own, which is deleted at the end. Where a
    question has answers and a model is configured, it is answered too.
    """
    from sqlrag.rag.datasets import Dataset

    ks = _read_cutoffs(cutoffs)
    read = {str(folder): Dataset.read(folder, with_embeddings=not offline) for folder in datasets}
    names = {folder: dataset.name for folder, dataset in read.items()}
    if len(set(names.values())) < len(names):
        names = {folder: folder for folder in read}
    modes = tuple(dict.fromkeys(modes))
    reports: dict[str, list[EvalRun]] = {}
    async with open_rag(settings, say_models=False) as rag:
        for folder, dataset in read.items():
            with progress_bars({"eval": names[folder]}) as report:
                report("eval", more=dataset.steps(len(modes)))
                reports[names[folder]] = await rag.evaluate(
                    dataset, modes, ks, offline, save, lambda done: report("eval", done=done)
                )
    if as_json:
        measured = {
            name: {run.mode: run.measures for run in found} for name, found in reports.items()
        }
        print_json(measured if len(measured) > 1 else next(iter(measured.values())))
        return
    for name, found in reports.items():
        out().print(name, style="italic")
        _print_runs(found)


def _print_runs(found: "Sequence[EvalRun]") -> None:
    """The means, then each type of question, then how sure the differences to naive are."""
    _print_measures([(run.mode, run.measures) for run in found])
    by_type = [
        (f"{kind} ({measures['questions']}), {run.mode}", measures)
        for kind in found[0].measures["types"]
        for run in found
        for measures in [run.measures["types"][kind]]
    ]
    if by_type:
        _print_measures(by_type)
    for run in found:
        for name, compared in run.measures.get("versus_naive", {}).items():
            difference, low, high = (100 * compared[key] for key in ("difference", "low", "high"))
            interval = f"95 % between {low:+.1f} and {high:+.1f}"
            out().print(f"{run.mode} − naive, {name}: {difference:+.1f} ({interval})", style="dim")


def _print_measures(rows: Sequence[tuple[str, Any]]) -> None:
    names = [
        name
        for name, value in rows[0][1].items()
        if isinstance(value, float) and name != "questions"
    ]
    table = ([label, *(_cell(name, measures[name]) for name in names)] for label, measures in rows)
    print_table(["mode", *names], table, right=names)


def _read_cutoffs(cutoffs: Sequence[str]) -> tuple[int, ...]:
    try:
        ks = tuple(sorted({int(part) for given in cutoffs for part in given.split(",")}))
    except ValueError:
        ks = (0,)
    if not 1 <= ks[0] <= ks[-1] <= 1000:
        raise click.UsageError(
            "--k takes whole numbers from 1 to 1000, with commas or one by one, such as --k 2,5 "
            "--k 10."
        )
    return ks


def _cell(measure: str, value: float) -> str:
    if measure == "rows_read":
        return f"{value:.0f}"
    return f"{value:.2f}" if measure.endswith("_ms") else f"{100 * value:.1f}"
