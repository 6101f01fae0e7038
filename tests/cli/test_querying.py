"""What can be said of a question on the command line."""

from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import Cli
from tests.conftest import make_database
from tests.rag.asking import KEYWORDS, with_keywords
from tests.stub_openai import CHAT, RERANK, StubOpenAI

TEXTS = {
    "viaweb.txt": "Viaweb was founded by Paul Graham and Robert Morris. Robert Morris wrote it.",
    "harvard.txt": "Robert Morris studied at Harvard University. He met Trevor Blackwell there.",
}


@pytest.fixture(scope="module")
def company(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Cli:
    folder = tmp_path_factory.mktemp("company")
    for name, text in TEXTS.items():
        (folder / name).write_text(text)
    cli = Cli(folder, {"DATABASE_URL": make_database(server_url, template)})
    cli.inside("ingest", *TEXTS)
    return cli


def test_a_search_shows_entities_relations_and_chunks(company: Cli) -> None:
    done = company.inside("search", "Robert Morris", "--mode", "mix", "--entities", 3)
    lines = done.out.splitlines()
    assert lines[0].startswith(" 1  entity Robert Morris (")
    assert sum(line[4:].startswith("entity ") for line in lines) == 3
    assert any(line[4:].startswith("relation ") for line in lines)
    assert lines[-1].startswith("3 entities, 3 relations, 2 chunks in ")
    assert "    by " not in done.out


def test_an_explained_search_sums_up_its_plan(company: Cli) -> None:
    asked = ("search", "Harvard University", "--mode", "local", "--hops", 2, "--explain")
    done = company.inside(*asked)
    assert "    by " in done.out
    plan = done.out.splitlines()[-1]
    assert plan.startswith("plan: ")
    assert "rows read" in plan
    assert "documents_pkey" in plan
    told = company.inside(*asked, "--json").json
    assert told["plan"]["Execution Time"] > 0
    assert any(chunk["about"] for chunk in told["chunks"])


def test_names_and_the_conversation_lead_somewhere(company: Cli) -> None:
    named = company.inside(
        "search", "Who?", "--mode", "local", "--name", "Harvard University", "--json"
    ).json
    assert named["ll_keywords"] == ["Harvard University"]
    assert named["entities"][0]["name"] == "Harvard University"
    turns = company.folder / "turns.json"
    turns.write_text('[{"role": "user", "content": "Where is Trevor Blackwell?"}]')
    told = company.inside("search", "He?", "--mode", "local", "--history", turns, "--json").json
    arms = {e["name"]: [arm["arm"] for arm in e["arms"]] for e in told["entities"]}
    assert "history" in arms["Trevor Blackwell"]


@pytest.mark.parametrize(
    "text", ["{", "3", '{"role": "user"}', '[{"role": "clown", "content": "x"}]', "[3]"]
)
def test_a_history_that_is_none_is_refused(company: Cli, tmp_path: Path, text: str) -> None:
    (tmp_path / "turns.json").write_text(text)
    done = company.inside("ask", "x", "--history", tmp_path / "turns.json", code=2)
    assert "holds no JSON list of turns; write [{" in done.err


def test_references_can_be_left_out(company: Cli) -> None:
    question = "Where did Robert Morris study?"
    assert "(characters " in company.inside("ask", question).out
    assert "(characters " not in company.inside("ask", question, "--no-references").out


def test_an_endpoint_names_keywords_reranks_and_is_asked_once(company: Cli) -> None:
    with StubOpenAI() as stub:
        endpoint: dict[str, Any] = {
            "OPENAI_BASE_URL": stub.base_url,
            "SQLRAG_EXTRACTION": "off",
            "SQLRAG_RERANK_URL": f"{stub.base_url}/rerank",
            "SQLRAG_MODEL_RETRIES": "0",
        }
        stub.set(reply=with_keywords(KEYWORDS))
        company.inside("-w", "asked", "ingest", *TEXTS, **endpoint)
        ask = ("-w", "asked", "ask", "Who founded Viaweb?", "--mode", "mix", "--json")
        first = company.inside(*ask, **endpoint).json
        assert first["context"]["hl_keywords"] == KEYWORDS["themes"]
        assert first["context"]["chunks"][0]["arms"][-1]["arm"] == "rerank"
        asked = len(stub.requests(CHAT))
        assert company.inside(*ask, **endpoint).json["cached"]
        assert len(stub.requests(CHAT)) == asked
        stub.behave(RERANK, "500")
        done = company.inside(*ask[:-1], "--no-cache", **endpoint)
        assert "note: The chunks are in the order of retrieval. The rerank call" in done.err
        assert "note:" not in company.inside(*ask[:-1], "--no-cache", "--no-rerank", **endpoint).err
