import re
from typing import Any

from tests.cli.running import Cli
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


def test_a_stream_that_breaks_off_ends_its_line_and_says_so(sqlrag: Cli) -> None:
    with StubOpenAI() as stub:
        endpoint: dict[str, Any] = {"OPENAI_BASE_URL": stub.base_url, "SQLRAG_EXTRACTION": "off"}
        sqlrag.inside("ingest", "-", stdin=b"The lamp was lit in 1871.", **endpoint)
        stub.behave(CHAT, "drop")
        done = sqlrag("ask", "When?", "--stream", code=1, **endpoint)
    assert done.out == "The stub \n"
    assert "the stream of the answer broke off" in done.sentence
