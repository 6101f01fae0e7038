"""What a selection by a chat model costs, and what it could gain at most.

uv run python -m tests.benchmarks.selection ../shared/data [--only SET,…] [--modes naive,multihop]

No model is asked: an oracle behind a real endpoint, in a process of its own, chooses the gold
passages among those it is shown. So recall with it is a ceiling; tokens (cl100k_base), statements
and the CPU seconds of our own process are those of any model.
"""

import asyncio
import json
import multiprocessing
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from multiprocessing.queues import Queue
from operator import itemgetter
from pathlib import Path
from queue import Empty
from statistics import mean

import click
import tiktoken

from sqlrag.app import Rag
from sqlrag.domain.evaluation import MeasuredQuestion
from sqlrag.domain.retrieval import Mode
from sqlrag.domain.workspaces import Workspace
from sqlrag.doors.cli.output import print_rows
from sqlrag.providers import choose_models
from sqlrag.rag.datasets import Dataset
from sqlrag.rag.evaluation import Evaluation
from sqlrag.rag.selection import Selector
from sqlrag.settings import Settings
from tests.benchmarks.questions import QuestionSet, find_sets
from tests.counting import count_statements
from tests.stub_openai import Messages, StubOpenAI

ENCODING = tiktoken.get_encoding("cl100k_base")
Gold = dict[str, set[tuple[str, str]]]  # by question, titles and texts


@dataclass(frozen=True)
class Oracle:
    """Replies as a model does that knows what is right; tells what it read and wrote."""

    gold: Gold
    tokens: "Queue[tuple[int, int]]"

    def reply(self, messages: Messages) -> str:
        asked = json.loads(messages[-1]["content"])
        gold = self.gold[asked["question"]]
        numbers = [one["number"] for one in asked["passages"] if _is_one_of(one, gold)]
        reply = json.dumps({"steps": ["Who is it?", "Where is that?"], "numbers": numbers[:10]})
        read = "\n".join(message["content"] for message in messages)
        self.tokens.put((len(ENCODING.encode(read)), len(ENCODING.encode(reply))))
        return reply


def _is_one_of(shown: Mapping[str, str], gold: set[tuple[str, str]]) -> bool:
    """Whether all that is shown of a passage is of a gold one."""
    pieces = [piece.strip() for piece in shown["text"].split("…") if piece.strip()]
    return any(
        title in ("", shown["title"]) and all(piece in text for piece in pieces)
        for title, text in gold
    )


def _serve(oracle: Oracle, urls: "Queue[str]") -> None:
    with StubOpenAI(reply=oracle.reply) as stub:
        urls.put(stub.base_url)
        time.sleep(10**6)


@contextmanager
def _serving(gold: Gold) -> Iterator[tuple[str, "Queue[tuple[int, int]]"]]:
    urls: Queue[str] = multiprocessing.Queue()
    tokens: Queue[tuple[int, int]] = multiprocessing.Queue()
    process = multiprocessing.Process(target=_serve, args=(Oracle(gold, tokens), urls), daemon=True)
    process.start()
    try:
        yield urls.get(timeout=60), tokens
    finally:
        process.terminate()


def _read_gold(dataset: Dataset) -> Gold:
    passages = {str(row["id"]): (row.get("title", ""), row["text"]) for row in dataset.passages}
    return {one.text: {passages[key] for key in one.gold_ids} for one in dataset.questions}


async def _measure(rag: Rag, questions: QuestionSet, modes: list[Mode]) -> list[dict[str, str]]:
    dataset = Dataset.read(questions.folder, not questions.by_words)
    made = dataset.embedder or rag.embedder, rag.ingestion.recipe.extraction, dataset
    evaluation = Evaluation(rag.retrieval, *made, (5, 40), None, questions.by_words)
    with _serving(_read_gold(dataset)) as (url, tokens):
        async with evaluation._filled() as workspace:
            return [
                {"set": questions.name, "mode": mode}
                | await _compare(evaluation, workspace, mode, url, tokens)
                for mode in modes
            ]


async def _compare(
    evaluation: Evaluation,
    workspace: Workspace,
    mode: Mode,
    url: str,
    tokens: "Queue[tuple[int, int]]",
) -> dict[str, str]:
    """Without and with a selection. The model is named after the mode: no reply is known yet."""
    models = choose_models(Settings(_env_file=None, openai_base_url=url, chat_model=mode).model)
    selector = Selector(evaluation.storage, models.chat)
    evaluation = replace(evaluation, retrieval=replace(evaluation.retrieval, selector=selector))
    plain, statements, seconds = await _watch(evaluation, workspace, mode)
    chosen, more, longer = await _watch(replace(evaluation, select=True), workspace, mode)
    await models.close()
    assert not any(one.notes for one in chosen)
    count = len(chosen)
    read, written = zip(*_drain(tokens), strict=True)
    return {
        "recall@5": _percent(one.measures["recall@5"] for one in plain),
        "ceiling": _percent(
            min(5, len({*one.gold} & {*one.found[:40]})) / len(one.gold) for one in plain
        ),
        "oracle": _percent(one.measures["recall@5"] for one in chosen),
        "tokens in": f"{mean(read):,.0f}",
        "at most": f"{max(read):,}",
        "out": f"{mean(written):.0f}",
        "ms of CPU": f"{1000 * (longer - seconds) / count:+.1f}",
        "statements": f"{(more - statements) / count:+.1f}",
    }


async def _watch(
    evaluation: Evaluation, workspace: Workspace, mode: Mode
) -> tuple[list[MeasuredQuestion], int, float]:
    """All questions, how many statements they took, and how many seconds of our CPU."""
    with count_statements(evaluation.storage.database._pool) as statements:
        start = time.process_time()
        measured = await evaluation._measure(workspace, mode)
        return measured, len(statements), time.process_time() - start


def _drain(tokens: "Queue[tuple[int, int]]") -> Iterator[tuple[int, int]]:
    """Fewer than questions, where two are the same."""
    with suppress(Empty):
        while True:
            yield tokens.get(timeout=1)


def _percent(shares: Iterable[float]) -> str:
    return f"{100 * mean(shares):.1f}"


async def _run(data: Path, only: list[str], modes: list[Mode]) -> None:
    rows: list[dict[str, str]] = []
    with tempfile.TemporaryDirectory(prefix="s") as home:
        settings = Settings(_env_file=None, models="offline", home=Path(home))
        async with Rag.open(settings=settings) as rag:
            for questions in find_sets(data, only):
                if not questions.has_files:
                    rows += await _measure(rag, questions, modes)
                    print_rows(rows[-len(modes) :], {name: itemgetter(name) for name in rows[0]})
    print_rows(rows, {name: itemgetter(name) for name in rows[0]})


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--only", default="hotpotqa_train100,2wiki_dev146,musique_train100,xquad_en,xquad_zh")
@click.option("--modes", default="naive,multihop", show_default=True)
def main(data: Path, only: str, modes: str) -> None:
    """Measure the sets below DATA and print a table."""
    asyncio.run(_run(data.resolve(), only.split(","), modes.split(",")))  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
