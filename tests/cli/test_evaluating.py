import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.cli.running import Cli
from tests.rag.asking import with_selection
from tests.stub_openai import StubOpenAI

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
    queries = [
        {"id": gold, "text": text, "gold_ids": [gold], "answers": ["1871"], "type": f"kind {gold}"}
        for text, gold in QUESTIONS.items()
    ]
    for name, rows in (("corpus", corpus), ("queries", queries)):
        lines = (json.dumps(row, ensure_ascii=False) for row in rows)
        (folder / f"{name}.jsonl").write_text("\n".join(lines))
    return folder


def test_a_dataset_is_measured_in_a_workspace_that_is_gone_afterwards(
    sqlrag: Cli, dataset: Path
) -> None:
    done = sqlrag("eval", dataset, "--k", "1,2", "--mode", "naive")
    lines = done.out.splitlines()
    assert lines[0] == "tiny"
    measures = ["recall@1", "recall@2", "all@5", "ndcg@10", "p50_ms", "p95_ms", "rows_read"]
    assert lines[1].split() == ["mode", *measures]
    assert lines[2].split()[:5] == ["naive", "100.0", "100.0", "100.0", "100.0"]
    assert [line.split(",")[0] for line in lines[4:6]] == ["kind a (1)", "kind b (1)"]
    assert "No workspaces yet" in sqlrag.inside("status").out


@pytest.mark.parametrize("cutoffs", [["3", "1", "20"], ["1,3,20"], ["20", "3,1"], ["1,3", "3,20"]])
def test_cut_offs_are_given_one_by_one_with_commas_or_both(
    sqlrag: Cli, dataset: Path, cutoffs: list[str]
) -> None:
    given = [part for cutoff in cutoffs for part in ("--k", cutoff)]
    measures = sqlrag.inside("eval", dataset, "--mode", "naive", "--json", *given).json["naive"]
    assert [name for name in measures if name.startswith("recall@")] == [
        "recall@1", "recall@3", "recall@20",
    ]  # fmt: skip


def test_every_mode_that_retrieves_can_be_measured_and_compared(sqlrag: Cli, dataset: Path) -> None:
    modes = ("naive", "multihop", "auto", "local", "global", "hybrid", "mix")
    chosen = [part for mode in modes for part in ("--mode", mode)]
    measured = sqlrag.inside("eval", dataset, "--json", *chosen).json
    assert tuple(measured) == modes
    for mode, measures in measured.items():
        assert 0 <= measures["recall@5"] <= 1
        assert measures["p50_ms"] > 0
        assert ("versus_naive" in measures) == (mode != "naive")
    assert measured["multihop"]["versus_naive"]["recall@2"]["difference"] == 0.0
    low, high = measured["naive"]["intervals"]["recall@2"]
    assert low <= measured["naive"]["recall@2"] <= high


def test_embeddings_of_the_dataset_take_the_place_of_the_embedder(
    sqlrag: Cli, dataset: Path
) -> None:
    np.save(dataset / "corpus_embeddings.npy", np.eye(3, 8, dtype=np.float32))
    np.save(dataset / "queries_embeddings.npy", np.eye(2, 8, dtype=np.float16))
    assert sqlrag.inside("eval", dataset, "--json").json["naive"]["recall@2"] == 1.0
    assert sqlrag.inside("eval", dataset, "--offline", "--json").json["naive"]["recall@2"] == 1.0
    (dataset / "queries_embeddings.npy").write_bytes(b"")
    assert "cannot be read as an array" in sqlrag.inside("eval", dataset, code=1).sentence


def test_two_saved_runs_compare_in_psql(sqlrag: Cli, dataset: Path) -> None:
    sqlrag.inside("eval", dataset, "--save")
    runs = sqlrag(
        "psql", "-A", "-t", "-c", "SELECT dataset, mode, recall_2, workspace FROM rag.eval_runs"
    )
    assert runs.out.split() == ["tiny|naive|1|default", "tiny|multihop|1|default"]
    compared = sqlrag(
        "psql",
        "-A",
        "-t",
        "-c",
        "SELECT a.question, b.recall_5 - a.recall_5, a.found[1] FROM rag.eval_questions AS a"
        " JOIN rag.eval_questions AS b USING (question_id) WHERE a.run_id = 1 AND b.run_id = 2"
        " ORDER BY 1",
    )
    assert compared.out.splitlines() == ["How deep is the well?|0|b", "When was the lamp lit?|0|a"]


def test_a_selection_is_measured_or_its_lack_is_told(sqlrag: Cli, dataset: Path) -> None:
    given = "eval", dataset, "--mode", "naive", "--k", "1", "--select", "--json"
    done = sqlrag("eval", dataset, "--mode", "naive", "--k", "1", "--select")
    assert "note: 2 of 2 questions in naive: Nothing was selected among the chunks" in done.err
    with StubOpenAI(reply=with_selection(lambda passages: [2])) as stub:
        endpoint: dict[str, Any] = {"OPENAI_BASE_URL": stub.base_url, "SQLRAG_EXTRACTION": "off"}
        done = sqlrag.inside(*given, **endpoint)
        assert (done.json["naive"]["recall@1"], done.err) == (0.0, "")
        without = sqlrag.inside(*(one for one in given if one != "--select"), **endpoint)
        assert without.json["naive"]["recall@1"] == 1.0
        stub.set(reply=lambda messages: "none")
        told = sqlrag.inside(*given, **endpoint)
        assert told.json["naive"]["recall@1"] == 1.0
        assert "note: 2 of 2 questions in naive: Nothing was selected" in told.err


def test_a_broken_dataset_is_refused(sqlrag: Cli, dataset: Path) -> None:
    (dataset / "queries.jsonl").write_text('{"text": "x", "gold_ids": 5}')
    assert sqlrag.inside("eval", dataset, code=1).sentence.endswith(
        "has no usable gold_ids; correct it."
    )
    (dataset / "queries.jsonl").write_text('{"id": "q", "text": "x", "gold_ids": []}\n' * 2)
    assert 'has the id "q" twice' in sqlrag.inside("eval", dataset, code=1).sentence
    assert "does not exist; a dataset needs" in sqlrag.inside("eval", "absent", code=1).sentence
    assert "--k takes whole numbers" in sqlrag.inside("eval", dataset, "--k", "0", code=2).err
