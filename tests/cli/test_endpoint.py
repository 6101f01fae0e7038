import re
from typing import Any

from tests.cli.running import Cli
from tests.rag.asking import with_selection
from tests.stub_openai import CHAT, StubOpenAI


def test_an_endpoint_embeds_and_answers(sqlrag: Cli) -> None:
    with StubOpenAI() as stub:
        endpoint: dict[str, Any] = {"OPENAI_BASE_URL": stub.base_url, "SQLRAG_EXTRACTION": "off"}
        done = sqlrag(
            "ingest", "-", "--key", "lamp", stdin=b"The lamp was lit in 1871.", **endpoint
        )
        assert re.match(f"models: openai gpt-4o-mini.*, text-.* at {stub.host}\n", done.err)
        answer = sqlrag("ask", "When?", "--stream", **endpoint)
        assert answer.out.startswith("The stub answers: When? [1]\n\n[1] ")
        told = sqlrag.inside("ask", "When?", "--json", **endpoint).json
        assert (told["model"], told["references"][0]["source_key"]) == ("gpt-4o-mini", "lamp")
        asked = len(stub.requests(CHAT))
        sqlrag.inside("ask", "When?", "--prompt-only", **endpoint)
        assert len(stub.requests(CHAT)) == asked


def test_a_model_selects_where_a_flag_or_the_workspace_says_so(sqlrag: Cli) -> None:
    with StubOpenAI(reply=with_selection(lambda passages: [2])) as stub:
        endpoint: dict[str, Any] = {"OPENAI_BASE_URL": stub.base_url, "SQLRAG_EXTRACTION": "off"}
        for key, text in (("lamp", b"The lamp was lit in 1871."), ("gale", b"A gale came.")):
            sqlrag.inside("ingest", "-", "--key", key, stdin=text, **endpoint)

        def find_first(*flags: str) -> tuple[str, list[str]]:
            asked = "search", "When was the lamp lit?", "--json", *flags
            chunk = sqlrag.inside(*asked, **endpoint).json["chunks"][0]
            return chunk["source_key"], [arm["arm"] for arm in chunk["arms"]][-1:]

        assert find_first()[0] == "lamp"
        assert find_first("--select") == ("gale", ["select"])
        assert sqlrag.inside("retrieval").out.split() == ["select", "false"]
        done = sqlrag.inside("retrieval", "--select").out
        assert done.split() == ["select", "true", "(set", "here)"]
        assert find_first() == ("gale", ["select"])
        assert find_first("--no-select")[0] == "lamp"
        assert sqlrag.inside("retrieval", "--no-select", "--json").json["changed"] == ["select"]
        assert sqlrag.inside("retrieval", "--reset", "select", "--json").json["changed"] == []
        assert find_first()[0] == "lamp"


def test_a_stream_that_breaks_off_ends_its_line_and_says_so(sqlrag: Cli) -> None:
    with StubOpenAI() as stub:
        endpoint: dict[str, Any] = {"OPENAI_BASE_URL": stub.base_url, "SQLRAG_EXTRACTION": "off"}
        sqlrag.inside("ingest", "-", stdin=b"The lamp was lit in 1871.", **endpoint)
        stub.behave(CHAT, "drop")
        done = sqlrag("ask", "When?", "--stream", code=1, **endpoint)
    assert done.out == "The stub \n"
    assert "the stream of the answer broke off" in done.sentence
