"""Every row of what ordinary and multi-hop questions measure, here and in another checkout.

uv run python -m tests.benchmarks.questions ../shared/data [--before CHECKOUT] [--only SET,…]

The sets of `plain/` are searched by words alone; `paraphrase_*` and `long_documents` with the
default models; those of `retrieval/` with the vectors they bring. A set is measured by each
checkout's own `sqlrag eval`, one after the other, on embedded servers of their own.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from pathlib import Path
from typing import Any

import click
from msgspec import convert

from sqlrag.domain.retrieval import Context
from sqlrag.doors.cli.output import print_rows
from sqlrag.rag.file_datasets import QUESTIONS, FileDataset
from sqlrag.rag.file_evaluation import score_hits, score_quotes

HERE = Path(__file__).resolve().parents[2]
MEASURES = {
    "corpus": ("recall@1", "recall@5", "ndcg@10"),
    "files": ("hit@1", "hit@5", "quoted", "first"),
}
SLACK = 0.005  # how far below naive a mode may be on a plain set
Measured = dict[str, dict[str, float]]  # by mode


@dataclass(frozen=True)
class QuestionSet:
    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def is_plain(self) -> bool:
        return self.folder.parent.name == "plain"

    @property
    def has_files(self) -> bool:
        return (self.folder / QUESTIONS).exists()

    @property
    def by_words(self) -> bool:
        return self.is_plain and not self.name.startswith("paraphrase")

    @cached_property
    def measures(self) -> tuple[str, ...]:
        return *MEASURES["files" if self.has_files else "corpus"], "p50_ms"


@dataclass(frozen=True)
class Checkout:
    """A checkout with a server of its own."""

    root: Path
    home: Path

    def measure(self, questions: QuestionSet, modes: list[str]) -> Measured:
        if questions.has_files:
            return self._ask(questions.folder, modes)
        flags = [part for mode in modes for part in ("--mode", mode)]
        flags += ["--offline"] * questions.by_words
        return dict(self._run("sqlrag", "eval", questions.folder, "--k", "1,5", "--json", *flags))

    def _ask(self, folder: Path, modes: list[str]) -> Measured:
        """An older checkout cannot measure files, but asks; what it answers is measured here."""
        files = folder.parents[1] / "files"
        dataset = FileDataset.read(folder, files)
        script = HERE / "tests" / "benchmarks" / "ask_files.py"
        asked = self._run("python", script, files, folder / QUESTIONS, ",".join(modes))
        return {mode: dict(_mean(dataset, answers)) for mode, answers in asked.items()}

    def _run(self, *words: object) -> Mapping[str, Any]:
        ours = "SQLRAG_", "OPENAI_", "DATABASE_URL", "VIRTUAL_ENV"
        environment = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
        command = ["uv", "run", "--quiet", "--project", str(self.root), *map(str, words)]
        done = subprocess.run(
            command,
            cwd=self.root,
            env={**environment, "SQLRAG_HOME": str(self.home)},
            stdout=subprocess.PIPE,
            check=True,
        )
        return dict(json.loads(done.stdout))


def _mean(dataset: FileDataset, answers: list[Any]) -> Iterator[tuple[str, float]]:
    """The same measures as those of `sqlrag eval`, of answers as they were given."""
    found: dict[str, list[float]] = {}
    for question, answer in zip(dataset.questions, answers, strict=True):
        context = convert(answer["context"], Context)
        hits = [question.is_answered_by(chunk) for chunk in context.chunks]
        scores = score_hits(question, hits, (1, 5))
        scores |= score_quotes(question, answer["text"], context)
        scores["p50_ms"] = 1000 * context.seconds["search"]
        for name, value in scores.items():
            found.setdefault(name, []).append(value)
    for name, values in found.items():
        middle = sorted(values)[len(values) // 2]
        yield name, middle if name == "p50_ms" else sum(values) / len(values)


def find_sets(data: Path, only: list[str]) -> list[QuestionSet]:
    """All sets below, or those of these names."""
    folders = sorted([*(data / "plain").iterdir(), *(data / "retrieval").iterdir()])
    sets = [QuestionSet(folder) for folder in folders if folder.is_dir()]
    if unknown := set(only) - {one.name for one in sets}:
        raise click.UsageError(f"--only: there is no set {', '.join(sorted(unknown))}.")
    return [one for one in sets if not only or one.name in only]


def make_rows(
    questions: QuestionSet, before: Measured | None, after: Measured
) -> Iterator[dict[str, str]]:
    """A row per measure; ✗ marks a mode that is more than half a point below naive."""
    for name in questions.measures:
        row = {"set": questions.name, "measure": name}
        for mode, measures in after.items():
            told = _tell(name, measures[name])
            if before:
                told = f"{_tell(name, before[mode][name])} → {told}"
            row[mode] = told + " ✗" * _is_short(questions, name, mode, after)
        yield row


def _is_short(questions: QuestionSet, name: str, mode: str, after: Measured) -> bool:
    if name == "p50_ms" or not questions.is_plain or mode == "naive" or "naive" not in after:
        return False
    return after[mode][name] < after["naive"][name] - SLACK


def _tell(name: str, value: float) -> str:
    return f"{value:.1f}" if name == "p50_ms" else f"{100 * value:.1f}"


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--before", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--only", default="", help="Names of sets, with commas.")
@click.option("--modes", default="naive,auto,mix", show_default=True)
def main(data: Path, before: Path | None, only: str, modes: str) -> None:
    """Measure the sets below DATA and print a table."""
    rows: list[dict[str, str]] = []
    wanted = [part for part in only.split(",") if part]
    roots = [before.resolve(), HERE] if before else [HERE]
    with tempfile.TemporaryDirectory(prefix="q") as folder:
        checkouts = [Checkout(root, Path(folder) / str(at)) for at, root in enumerate(roots)]
        for questions in find_sets(data.resolve(), wanted):
            start = time.monotonic()
            measured = [one.measure(questions, modes.split(",")) for one in checkouts]
            rows += make_rows(questions, measured[0] if before else None, measured[-1])
            print(f"{questions.name}: {time.monotonic() - start:.0f} s", file=sys.stderr)
    print_rows(rows, {name: itemgetter(name) for name in rows[0]})
    short = sum("✗" in value for row in rows for value in row.values())
    print(f"\n{short} below naive by more than {100 * SLACK} points on a plain set (✗)")


if __name__ == "__main__":
    main()
