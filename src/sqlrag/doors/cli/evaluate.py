"""Evaluation: how well each mode finds what a set of questions needs."""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any

import click

from sqlrag.domain.retrieval import MODES
from sqlrag.doors.cli.group import Settings, command, open_rag
from sqlrag.doors.cli.output import out, print_json, print_rows, progress_bars

Measured = dict[str, dict[str, Mapping[str, Any]]]  # by dataset, then by mode
_FORMATS = {"p50_ms": ".2f", "p95_ms": ".2f", "rows_read": ".0f"}  # all others are in percent
_RETRIEVING = [mode for mode in MODES if mode != "bypass"]


def _read_cutoffs(_: click.Context, __: click.Parameter, cutoffs: Sequence[str]) -> tuple[int, ...]:
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


@command("eval")
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
    callback=lambda _, __, modes: tuple(dict.fromkeys(modes)),
)
@click.option(
    "--k",
    "ks",
    multiple=True,
    default=["2,5,10"],
    show_default=True,
    callback=_read_cutoffs,
    help="Cut-offs of recall, with commas or one by one.",
)
@click.option("--offline", "by_words", is_flag=True, help="Without embeddings: search by words.")
@click.option("--save", is_flag=True, help="Keep the runs, in the workspace, for rag.eval_runs.")
async def evaluate(
    settings: Settings, datasets: tuple[Path, ...], as_json: bool, **given: Any
) -> None:
    """Measure retrieval, and answers, on questions with known answers.

    A dataset is a folder with corpus.jsonl {id, title, text}, queries.jsonl {id, text, gold_ids,
    answers, type} and, optionally, corpus_embeddings.npy and queries_embeddings.npy with rows in
    file order. It is ingested into a workspace of its own, which is deleted at the end. Where a
    question has answers and a model is configured, it is answered too.
    """
    from sqlrag.rag.datasets import Dataset

    read = {str(one): Dataset.read(one, not given["by_words"]) for one in datasets}
    named = {dataset.name: dataset for dataset in read.values()}
    measured: Measured = {}
    async with open_rag(settings, say_models=False) as rag:
        # By their names, or by their folders where two have one name.
        for name, dataset in (named if len(named) == len(read) else read).items():
            with progress_bars({"eval": name}) as report:
                found = await rag.evaluate(dataset, report=report, **given)
            measured[name] = {run.mode: run.measures for run in found}
    if as_json:
        print_json(measured if len(measured) > 1 else next(iter(measured.values())))
    else:
        _print_measured(measured)


def _print_measured(measured: Measured) -> None:
    """The means, then each type of question, then how sure the differences to naive are."""
    for dataset, modes in measured.items():
        out().print(dataset, style="italic")
        _print_measures(modes)
        kinds = [(mode, measures["types"]) for mode, measures in modes.items()]
        by_type = {
            f"{kind} ({types[kind]['questions']}), {mode}": types[kind]
            for kind in kinds[0][1]
            for mode, types in kinds
        }
        if by_type:
            _print_measures(by_type)
        for mode, measures in modes.items():
            for measure, compared in measures.get("versus_naive", {}).items():
                difference, low, high = (
                    f"{100 * compared[name]:+.1f}" for name in ("difference", "low", "high")
                )
                told = f"{mode} − naive, {measure}: {difference} (95 % between {low} and {high})"
                out().print(told, style="dim")


def _print_measures(rows: Mapping[str, Mapping[str, Any]]) -> None:
    first = next(iter(rows.values()))
    names = [name for name, value in first.items() if isinstance(value, float)]
    shown = [
        {"mode": label} | {name: of[name] * (1 if name in _FORMATS else 100) for name in names}
        for label, of in rows.items()
    ]
    columns = {name: itemgetter(name) for name in ("mode", *names)}
    print_rows(shown, columns, dict.fromkeys(names, ".1f") | _FORMATS)
