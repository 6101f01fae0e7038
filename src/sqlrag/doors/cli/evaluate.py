"""Evaluation: how well each mode finds what a set of questions needs."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

from sqlrag.domain.evaluation import EvalRun
from sqlrag.domain.retrieval import MODES
from sqlrag.doors.cli.group import Settings, command, open_rag
from sqlrag.doors.cli.output import (
    Columns,
    count,
    err,
    out,
    print_error,
    print_json,
    print_rows,
    progress_bars,
)

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


def _read_bars(
    context: click.Context, option: click.Parameter, bars: Sequence[str]
) -> tuple[tuple[str, float], ...]:
    read = []
    for bar in bars:
        measure, _, least = bar.partition("=")
        try:
            read.append((measure.strip().lower(), float(least)))
        except ValueError as error:
            raise click.UsageError(
                f'--fail-below takes a measure and percents, such as hit@5=90, not "{bar}".'
            ) from error
    return tuple(read)


@command("eval")
@click.argument(
    "datasets", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="DATASET..."
)
@click.option(
    "--mode",
    "modes",
    multiple=True,
    type=click.Choice(_RETRIEVING),
    callback=lambda _, __, modes: tuple(dict.fromkeys(modes)),
    help="As often as you like.  [default: naive, multihop; auto for files]",
)
@click.option(
    "--k",
    "ks",
    multiple=True,
    default=["1,2,5,10"],
    show_default=True,
    callback=_read_cutoffs,
    help="Cut-offs of recall and hits, with commas or one by one.",
)
@click.option("--offline", "by_words", is_flag=True, help="Without embeddings: search by words.")
@click.option("--select", is_flag=True, help="Let the chat model put what answers first.")
@click.option(
    "--documents",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="The files that questions.jsonl asks about, if they are not beside it.",
)
@click.option(
    "--fail-below",
    "bars",
    multiple=True,
    metavar="MEASURE=PERCENT",
    callback=_read_bars,
    help="Exit with 1 where a mode measures less, such as hit@5=90; as often as you like.",
)
@click.option("--save", is_flag=True, help="Keep the runs, in the workspace, for rag.eval_runs.")
async def evaluate(
    settings: Settings,
    datasets: tuple[Path, ...],
    as_json: bool,
    documents: Path | None,
    bars: Sequence[tuple[str, float]],
    **given: Any,
) -> int:
    """Measure retrieval, and answers, on questions with known answers.

    A dataset is a folder of files with questions.jsonl {q, file, any: [quotes], page}, or a folder
    with corpus.jsonl {id, title, text}, queries.jsonl {id, text, gold_ids, answers, type} and,
    optionally, corpus_embeddings.npy and queries_embeddings.npy with rows in file order. It is
    ingested into a workspace of its own, which is deleted at the end.
    """
    from sqlrag.rag.datasets import Dataset
    from sqlrag.rag.file_datasets import QUESTIONS, FileDataset

    read = {
        str(one): FileDataset.read(one, documents)
        if (one / QUESTIONS).exists()
        else Dataset.read(one, not given["by_words"])
        for one in datasets
    }
    named = {dataset.name: dataset for dataset in read.values()}
    runs: dict[str, list[EvalRun]] = {}
    async with open_rag(settings, say_models=False) as rag:
        # By their names, or by their folders where two have one name.
        for name, dataset in (named if len(named) == len(read) else read).items():
            with progress_bars({"eval": name}) as report:
                runs[name] = await rag.evaluate(dataset, report=report, **given)
            for note in _note(runs[name]):
                err().print(f"note: {note}", style="dim")
    measured = {name: {run.mode: run.measures for run in made} for name, made in runs.items()}
    if as_json:
        print_json(measured if len(measured) > 1 else next(iter(measured.values())))
    else:
        _print_measured(measured)
    return _compare_with_bars(measured, bars)


def _note(runs: Sequence[EvalRun]) -> Iterator[str]:
    """What failed, and what questions had to do without."""
    yield from runs[0].settings.get("failed", ())
    for run in runs:
        for note, times in run.settings.get("notes", {}).items():
            yield f"{times} of {count(len(run.questions), 'question')} in {run.mode}: {note}"


def _compare_with_bars(measured: Measured, bars: Sequence[tuple[str, float]]) -> int:
    """The exit code, after a sentence for each measure that falls short, or that nobody has."""
    code = 0
    for measure, least in bars:
        found = {
            f"{name} in {mode}": 100 * measures[measure]
            for name, modes in measured.items()
            for mode, measures in modes.items()
            if isinstance(measures.get(measure), float) and measure not in _FORMATS
        }
        short = [
            f"{measure} of {run} is {value:.1f}, below {least:g}."
            for run, value in found.items()
            if value < least
        ]
        for sentence in short if found else [f"{measure} was not measured; see the table."]:
            print_error(sentence)
            code = 1
    return code


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
    """A row may lack measures that others have."""
    names = list(
        dict.fromkeys(name for of in rows.values() for name in of if isinstance(of[name], float))
    )
    shown = [
        {"mode": label}
        | {name: of[name] * (1 if name in _FORMATS else 100) for name in names if name in of}
        for label, of in rows.items()
    ]
    columns: Columns = {name: partial(_look_up, name) for name in ("mode", *names)}
    print_rows(shown, columns, dict.fromkeys(names, ".1f") | _FORMATS)


def _look_up(name: str, row: Mapping[str, Any]) -> Any:
    return row.get(name)
