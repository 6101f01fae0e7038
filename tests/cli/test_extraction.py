from typing import Any

from tests.cli.running import Cli
from tests.stub_openai import CHAT, Messages, StubOpenAI


def test_settings_are_shown_changed_and_reset(sqlrag: Cli) -> None:
    assert "no workspace" in sqlrag.inside("extraction", code=1).sentence
    done = sqlrag.inside(
        "extraction", "--entity-type", "person", "--entity-type", "court", "--gleaning-rounds", 0
    )
    assert done.out.splitlines()[0].split() == ["entity_types", "person,", "court", "(set", "here)"]
    shown = sqlrag.inside("extraction", "--json").json
    assert shown["changed"] == ["entity_types", "gleaning_rounds"]
    assert shown["options"]["gleaning_rounds"] == 0
    back = sqlrag.inside("extraction", "--reset", "gleaning_rounds", "--json").json
    assert (back["changed"], back["options"]["gleaning_rounds"]) == (["entity_types"], 1)


def test_a_wrong_setting_is_one_sentence(sqlrag: Cli) -> None:
    done = sqlrag.inside("extraction", "--max-entities", 0, code=1)
    assert done.sentence.startswith("max_entities is 0; give a whole number from 1 to 1,000")
    wrong = sqlrag.inside("status", code=1, SQLRAG_GLEANING_ROUNDS="99")
    assert wrong.sentence.startswith("SQLRAG_GLEANING_ROUNDS is wrong")


def test_without_a_model_summarize_says_what_to_set(sqlrag: Cli) -> None:
    assert "set OPENAI_API_KEY" in sqlrag.inside("summarize", code=1).sentence


class Model:
    """Says much of a lamp; its summaries are empty, which is a failure, until it is `well`."""

    well = False

    def reply(self, messages: Messages) -> str:
        asked = messages[-1]["content"]
        if "Notes:" in asked:
            return "The lamp was lit." if self.well else ""
        said = f"{len(asked)}: " + "the lamp was lit. " * 30
        return f'{{"entities": [{{"name": "Lamp", "description": "{said}"}}]}}'


def test_ingesting_summarises_and_what_failed_is_done_by_hand(sqlrag: Cli) -> None:
    for number in range(10):
        (sqlrag.folder / f"{number}.txt").write_text("The lamp. " * (number + 1))
    model = Model()
    with StubOpenAI(reply=model.reply) as stub:
        endpoint: dict[str, Any] = {"OPENAI_BASE_URL": stub.base_url, "SQLRAG_GLEANING_ROUNDS": "0"}
        done = sqlrag("ingest", ".", **endpoint)
        assert done.sentence.startswith("1 description could not be summarised: The extraction")
        assert done.sentence.endswith("Run sqlrag summarize to try again.")
        assert sqlrag.inside("summarize", "--json", code=1, **endpoint).json["failed"] == 1
        model.well = True
        made = sqlrag.inside("summarize", **endpoint)
        assert made.out == "Summarised 1 entity and 0 relations.\n"
        asked = len(stub.requests(CHAT))
        assert sqlrag.inside("summarize", "--json", **endpoint).json["entities"] == 0
        assert len(stub.requests(CHAT)) == asked, "nothing is due"
