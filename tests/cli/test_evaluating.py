import json
from pathlib import Path

import numpy as np
import pytest

from tests.cli.running import Cli

PASSAGES = {
    "a": "The lamp was lit in 1871.",
    "b": "The well is deep.\u2028It is lined with steel.",
    "c": "Storms come in March.",
}
QUESTIONS = {"When was the lamp lit?": "a", "How deep is the well?": "b"}


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    folder = tmp_path / "tiny"
    folder.mkdir()
    corpus = [{"id": key, "title": "", "text": text} for key, text in PASSAGES.items()]
    queries = [{"id": gold, "text": text, "gold_ids": [gold]} for text, gold in QUESTIONS.items()]
    for name, rows in (("corpus", corpus), ("queries", queries)):
        lines = (json.dumps(row, ensure_ascii=False) for row in rows)
        (folder / f"{name}.jsonl").write_text("\n".join(lines))
    return folder


def test_a_dataset_is_measured_in_a_workspace_that_is_gone_afterwards(
    sqlrag: Cli, dataset: Path
) -> None:
    done = sqlrag("eval", dataset, "--k", "1,2")
    title, headings, measured = done.out.splitlines()
    assert title == "tiny"
    assert headings.split() == [
        "mode",
        "recall@1",
        "recall@2",
        "all@5",
        "ndcg@10",
        "p50_ms",
        "p95_ms",
    ]
    assert measured.split()[:5] == ["naive", "100.0", "100.0", "100.0", "100.0"]
    assert "No workspaces yet" in sqlrag.inside("status").out


def test_embeddings_of_the_dataset_take_the_place_of_the_embedder(
    sqlrag: Cli, dataset: Path
) -> None:
    np.save(dataset / "corpus_embeddings.npy", np.eye(3, 8, dtype=np.float32))
    np.save(dataset / "queries_embeddings.npy", np.eye(2, 8, dtype=np.float32))
    assert sqlrag.inside("eval", dataset, "--json").json["naive"]["recall@2"] == 1.0
    (dataset / "queries_embeddings.npy").write_bytes(b"")
    assert "cannot be read as an array" in sqlrag.inside("eval", dataset, code=1).sentence


def test_a_broken_dataset_is_refused(sqlrag: Cli, dataset: Path) -> None:
    (dataset / "queries.jsonl").write_text('{"text": "x", "gold_ids": 5}')
    assert sqlrag.inside("eval", dataset, code=1).sentence.endswith(
        "has no usable gold_ids; correct it."
    )
    assert "does not exist; a dataset needs" in sqlrag.inside("eval", "absent", code=1).sentence
    assert "--k takes whole numbers" in sqlrag.inside("eval", dataset, "--k", "0", code=2).err
