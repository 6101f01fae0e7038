"""Recall on questions of several hops, a little under what was measured.

uv run pytest -m heavy tests/acceptance -s
"""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sqlrag.app import Rag
from sqlrag.domain.models import ChatModel, Extractor
from sqlrag.rag.datasets import Dataset
from sqlrag.rag.model_extraction import ModelExtractor
from tests.acceptance.replaying import ReplayedChat, ShuffledExtractor
from tests.support.rags import with_ingestion

SHORT = os.environ.get("SQLRAG_BENCHMARK") == "short"
# recall@2 and @5 of multihop, then recall@5 by words alone, and recall@5 of naive.
LEAST = {
    "hotpotqa_train100": (0.84, 0.96, 0.95, 0.81),
    "musique_train100": (0.56, 0.76, 0.69, 0.62),
    "2wiki_dev146": (0.78, 0.97, 0.955, 0.73),
}
SETS = ["hotpotqa_train100"] if SHORT else list(LEAST)
Measures = dict[str, dict[str, Any]]


async def measure(
    rag: Rag, dataset: Dataset, by_words: bool = False, extractor: Extractor | None = None,
    chat: ChatModel | None = None,
) -> Measures:  # fmt: skip
    if extractor:
        rag = with_ingestion(rag, extractor=extractor)
        if chat:
            recipe = rag.ingestion.recipe
            asking = replace(recipe.extraction, chat=chat, make_extractor=ModelExtractor)
            rag.ingestion.recipe = replace(recipe, extraction=asking)
    runs = await rag.evaluate(dataset, ("naive", "multihop", "auto"), by_words=by_words)
    print(f"\n{dataset.name}{', by words' if by_words else ''}")
    for run in runs:
        print(f"{run.mode:10}", {k: round(v, 3) for k, v in run.measures.items() if k[0] in "rap"})
    return {run.mode: dict(run.measures) for run in runs}


@pytest.mark.heavy
@pytest.mark.parametrize("name", SETS)
async def test_hops_find_what_naive_misses(rag: Rag, shared_retrieval: Path, name: str) -> None:
    two, five, _, naive = LEAST[name]
    measured = await measure(rag, Dataset.read(shared_retrieval / name))
    assert measured["naive"]["recall@5"] >= naive
    for mode in ("multihop", "auto"):
        assert measured[mode]["recall@2"] >= two - 0.01
        assert measured[mode]["recall@5"] >= five - 0.01
        assert measured[mode]["versus_naive"]["recall@5"]["low"] > 0


@pytest.mark.heavy
@pytest.mark.parametrize("name", SETS)
async def test_hops_need_no_embeddings(rag: Rag, shared_retrieval: Path, name: str) -> None:
    dataset = Dataset.read(shared_retrieval / name, with_embeddings=False)
    measured = await measure(rag, dataset, by_words=True)
    assert measured["multihop"]["recall@5"] >= LEAST[name][2]


@pytest.mark.heavy
async def test_names_that_lead_nowhere_do_no_harm(rag: Rag, shared_retrieval: Path) -> None:
    dataset = Dataset.read(shared_retrieval / "hotpotqa_train100")
    measured = await measure(rag, dataset, extractor=ShuffledExtractor(dataset))
    assert abs(measured["multihop"]["versus_naive"]["recall@5"]["difference"]) <= 0.02


@pytest.mark.heavy
@pytest.mark.skipif(SHORT, reason="takes minutes")
@pytest.mark.parametrize("by_words", [False, True], ids=["with embeddings", "by words"])
async def test_a_model_s_graph_finds_more(rag: Rag, shared_retrieval: Path, by_words: bool) -> None:
    folder = shared_retrieval / "musique_train100"
    dataset = Dataset.read(folder, with_embeddings=not by_words)
    rules = await measure(rag, dataset, by_words)
    chat = ReplayedChat(dataset, folder / "openie.jsonl")
    model = await measure(rag, dataset, by_words, ModelExtractor(chat), chat)
    assert model["multihop"]["recall@5"] > rules["multihop"]["recall@5"]
