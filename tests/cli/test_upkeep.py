"""What must follow a write follows it also where a command wrote."""

from typing import Any

from tests.cli.running import Cli
from tests.stub_openai import Messages, StubOpenAI


class Model:
    """Says of Ada and of Bert half of what is read as it stands; may refuse to summarise."""

    well = True

    def reply(self, messages: Messages) -> str:
        asked = messages[-1]["content"]
        if "Notes:" in asked:
            return "Both kept the lamp." if self.well else ""
        name = "Ada" if "Ada" in asked else "Bert"
        said = f"{len(asked)}: {name} " + "kept the lamp. " * 30
        return f'{{"entities": [{{"name": "{name}", "description": "{said}"}}]}}'


def ingest(sqlrag: Cli, **endpoint: Any) -> None:
    for name in ("Ada", "Bert"):
        for number in range(6):
            text = f"{name} kept it. " * (number + 1)
            (sqlrag.folder / f"{name}-{number}.txt").write_text(text)
    sqlrag.inside("ingest", ".", **endpoint)


def test_a_merge_is_followed_by_the_summary_that_it_made_due(sqlrag: Cli) -> None:
    model = Model()
    with StubOpenAI(reply=model.reply) as stub:
        endpoint: dict[str, Any] = {"OPENAI_BASE_URL": stub.base_url, "SQLRAG_GLEANING_ROUNDS": "0"}
        ingest(sqlrag, **endpoint)
        assert "Both kept" not in sqlrag.inside("graph", "show", "Ada", **endpoint).out
        merged = sqlrag.inside("graph", "merge", "Ada", "Bert", "--into", "Ada", **endpoint)
        assert merged.err == ""
        shown = sqlrag.inside("graph", "show", "Bert", **endpoint).out
        assert shown.endswith("\nBoth kept the lamp.\n")


def test_a_summary_that_fails_after_a_merge_is_told_and_the_merge_stays(sqlrag: Cli) -> None:
    model = Model()
    with StubOpenAI(reply=model.reply) as stub:
        endpoint: dict[str, Any] = {"OPENAI_BASE_URL": stub.base_url, "SQLRAG_GLEANING_ROUNDS": "0"}
        ingest(sqlrag, **endpoint)
        model.well = False
        merged = sqlrag.inside("graph", "merge", "Ada", "Bert", "--into", "Ada", **endpoint)
        assert merged.out.startswith("Ada  ")
        assert merged.sentence.startswith("1 description could not be summarised: ")
        assert merged.sentence.endswith("Run sqlrag summarize to try again.")
        model.well = True
        again = sqlrag.inside("summarize", **endpoint)
        assert again.out == "Summarised 1 entity and 0 relations.\n"
