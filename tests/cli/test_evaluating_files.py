"""`sqlrag eval` on a folder of one's own files."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import Cli
from tests.rag.asking import selection_calls, with_selection
from tests.stub_openai import StubOpenAI

FILES = {
    "lamp_2024.txt": "The lamp of the lighthouse was lit on 3 May 1874\nby Ada Quist.",
    "lamp_2025.txt": "The lamp of the lighthouse was cleaned in spring.",
    "notes/well.txt": "The quiet well is 11 metres deep and lined with steel.",
}
QUESTIONS: list[dict[str, object]] = [
    {"q": "When was the lamp lit?", "file": "lamp_2024.txt", "any": ["LIT on 3 May 1874 by"]},
    {"q": "How deep is the quiet well?", "file": "well", "any": ["forty", "11 metres"]},
    {"q": "Was the lamp cleaned?", "file": "2025", "any": ["in winter"], "type": "hard"},
    {"q": "Which zebra won the yodelling championship?", "any": [], "type": "absent"},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    write_questions(folder, *QUESTIONS)
    return folder


def write_questions(folder: Path, *rows: Mapping[str, object]) -> None:
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    (folder / "questions.jsonl").write_text("\n".join(lines))


def test_files_are_ingested_asked_and_gone_afterwards(sqlrag: Cli, folder: Path) -> None:
    lines = sqlrag("eval", folder, "--k", "1,5").out.splitlines()
    assert lines[0] == "mine"
    assert lines[1].split()[:6] == ["mode", "hit@1", "hit@5", "quoted", "first", "refused"]
    assert lines[2].split()[:6] == ["auto", "66.7", "66.7", "66.7", "66.7", "100.0"]
    assert lines[4].split()[:4] == ["absent", "(1),", "auto", "100.0"]
    assert "No workspaces yet" in sqlrag.inside("status").out


def test_the_measures_of_each_mode_are_json(sqlrag: Cli, folder: Path) -> None:
    given = "eval", folder, "--mode", "naive", "--mode", "mix", "--json"
    for words in ((), ("--offline",)):
        measured = sqlrag.inside(*given, *words).json
        assert measured["naive"]["hit@2"] == pytest.approx(2 / 3)
        assert measured["mix"]["refused"] == 1.0
        assert measured["mix"]["questions"] == 4
        assert measured["mix"]["versus_naive"]["refused"]["difference"] == 0.0


def test_a_selection_is_measured_too(sqlrag: Cli, folder: Path) -> None:
    given = "eval", folder, "--k", "1", "--json"
    with StubOpenAI(reply=with_selection(lambda passages: [3])) as stub:
        endpoint: dict[str, Any] = {"OPENAI_BASE_URL": stub.base_url, "SQLRAG_EXTRACTION": "off"}
        assert sqlrag.inside(*given, **endpoint).json["auto"]["hit@1"] > 0.5
        assert sqlrag.inside(*given, "--select", **endpoint).json["auto"]["hit@1"] < 0.5
        calls = len(selection_calls(stub))
    assert calls == len(QUESTIONS), "one is asked twice, and answered from the ledger"


def test_the_documents_may_be_elsewhere(sqlrag: Cli, folder: Path, tmp_path: Path) -> None:
    apart = tmp_path / "apart"
    apart.mkdir()
    (folder / "questions.jsonl").rename(apart / "questions.jsonl")
    assert sqlrag.inside("eval", apart, "--documents", folder, "--json").json["auto"]["quoted"]
    assert "holds no documents" in sqlrag.inside("eval", apart, code=1).sentence


def test_a_page_is_an_answer_too(sqlrag: Cli, shared_files: Path, tmp_path: Path) -> None:
    asked = "How many shares of common stock were outstanding as of October 18, 2023?"
    write_questions(tmp_path, *({"q": asked, "file": "AMZN", "page": page} for page in (1, 40)))
    apart = tmp_path / "report"
    apart.mkdir()
    (apart / "2023_Q3_AMZN.pdf").write_bytes((shared_files / "2023_Q3_AMZN.pdf").read_bytes())
    given = "eval", tmp_path, "--documents", apart, "--mode", "naive", "--k", "10", "--json"
    assert sqlrag.inside(*given).json["naive"]["hit@10"] == 0.5


def test_what_falls_short_is_a_sentence_and_exit_code_one(sqlrag: Cli, folder: Path) -> None:
    good = "eval", folder, "--fail-below", "hit@5=66", "--fail-below", "REFUSED = 100"
    assert sqlrag.inside(*good).err == ""
    bad = sqlrag.inside(*good, "--fail-below", "first=80", "--fail-below", "hit@7=1", code=1)
    assert bad.err.splitlines() == [
        "error: first of mine in auto is 66.7, below 80.",
        "error: hit@7 was not measured; see the table.",
    ]
    unread = sqlrag.inside("eval", folder, "--fail-below", "hit@5:90", code=2)
    assert "such as hit@5=90" in unread.err


def test_the_bars_hold_for_passages_too(sqlrag: Cli, tmp_path: Path) -> None:
    (tmp_path / "corpus.jsonl").write_text('{"id": "a", "text": "A lamp."}')
    (tmp_path / "queries.jsonl").write_text('{"text": "Which lamp?", "gold_ids": ["b"]}')
    short = sqlrag.inside("eval", tmp_path, "--fail-below", "recall@5=50", code=1)
    assert short.err.count("below 50.") == 2


def test_saved_questions_tell_what_was_missed(sqlrag: Cli, folder: Path) -> None:
    sqlrag.inside("eval", folder, "--save")
    query = "SELECT question, gold FROM rag.eval_questions WHERE recall_5 = 0"
    missed = sqlrag("psql", "-A", "-t", "-c", query)
    assert missed.out.splitlines() == ['Was the lamp cleaned?|{"lamp_2025.txt: “in winter”"}']


def test_a_file_that_cannot_be_read_is_left_out_unless_it_is_asked(
    sqlrag: Cli, folder: Path
) -> None:
    (folder / "scan.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00")
    assert "note: " in sqlrag.inside("eval", folder).err
    write_questions(folder, {"q": "What is seen?", "file": "scan", "any": ["x"]})
    assert '"What is seen?" cannot be asked' in sqlrag.inside("eval", folder, code=1).sentence


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"q": "?", "file": "lamp", "any": ["x"]}, '"lamp" may be lamp_2024.txt or lamp_2025.txt'),
        ({"q": "?", "file": "absent.pdf", "any": ["x"]}, '"absent.pdf" is no file below'),
        ({"q": "?", "file": "well"}, 'has neither "any" nor "page"'),
        ({"q": "?", "file": "well", "any": [""]}, 'has no usable "any"'),
        ({"q": "?", "file": "well", "any": 5}, 'has no usable "any"'),
        ({"q": "?", "page": 3}, 'has no usable "page"'),
        ({"file": "well", "any": ["x"]}, "has no usable q"),
    ],
)
def test_a_broken_question_is_named_by_its_line(
    sqlrag: Cli, folder: Path, row: dict[str, object], sentence: str
) -> None:
    write_questions(folder, QUESTIONS[0], row)
    told = sqlrag.inside("eval", folder, code=1).sentence
    assert told.startswith(f"Line 2 of {folder / 'questions.jsonl'}")
    assert sentence in told
