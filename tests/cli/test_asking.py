import re

from tests.cli.running import Cli


def test_an_answer_cites_its_documents(library: Cli) -> None:
    done = library("ask", "How deep is the quiet well?")
    assert "11 metres deep" in done.out
    assert "[1] The quiet well (characters " in done.out
    assert done.out.rstrip().endswith("of well.md)")
    assert done.err.startswith("models: offline (use-multilingual-v3 embedder")


def test_a_streamed_answer_is_the_same_answer(library: Cli) -> None:
    question = "When was the lamp lit?"
    assert library("ask", question, "--stream").out == library("ask", question).out


def test_context_only_prints_chunks_and_asks_no_model(library: Cli) -> None:
    done = library.inside("ask", "quiet well", "--context-only", "--top-k", 1)
    assert "lined with steel" in done.out
    assert "1871" not in done.out
    assert done.err == ""


def test_prompt_only_prints_what_a_model_would_be_sent(library: Cli) -> None:
    done = library.inside(
        "ask", "When was the lamp lit?", "--prompt-only", "--user-prompt", "Be brief."
    )
    assert done.out.startswith("[system]\n")
    assert done.out.rstrip().endswith("[user]\nWhen was the lamp lit?")
    assert "Be brief." in done.out
    assert "lit in 1871" in done.out


def test_an_answer_in_json_has_its_references_and_context(library: Cli) -> None:
    done = library("ask", "Сколько призм заменил Орленко?", "--json")
    reference = done.json["references"][0]
    assert reference["number"] == 1
    assert reference["source_key"].endswith("маяк.txt")
    text = (library.folder / "маяк.txt").read_text()
    assert reference["quote"] in text[reference["char_start"] : reference["char_end"]]
    assert done.json["context"]["chunks"][0]["arms"][0].keys() == {"arm", "rank", "score"}
    assert done.json["model"]
    assert done.err == ""


def test_a_search_tells_which_arm_found_what(library: Cli) -> None:
    done = library.inside("search", "quiet well")
    assert re.match(r" 1  The quiet well  0\.\d{3} \(bm25 #1, vector #1\)\n", done.out)
    assert done.out.splitlines()[-1].startswith("3 chunks in ")
    chunks = library.inside("search", "lamp", "--top-k", 1, "--json").json["chunks"]
    assert [(chunk["rank"], chunk["title"]) for chunk in chunks] == [(1, "lamp")]


def test_a_filter_admits_only_some_documents(library: Cli) -> None:
    found = library.inside(
        "search", "the", "--filter", '{"metadata": {"depth": {"$gt": 5}}}', "--json"
    )
    assert [chunk["title"] for chunk in found.json["chunks"]] == ["The quiet well"]
    nothing = library.inside("search", "lamp", "--filter", '{"tags": ["absent"]}')
    assert nothing.out.startswith("Nothing found")


def test_a_filter_that_cannot_be_read_is_refused(library: Cli) -> None:
    assert "--filter is not JSON" in library.inside("ask", "x", "--filter", "{year", code=2).err
    unknown = library.inside("search", "x", "--filter", '{"year": 2020}', code=1)
    assert unknown.sentence.startswith('Unknown filter "year". Use document_ids')


def test_a_workspace_that_is_not_there_is_named(library: Cli) -> None:
    for done in (
        library.inside("ask", "-w", "nope", "x", code=1),
        library.inside("-w", "nope", "ask", "x", code=1),
    ):
        assert (
            done.sentence == 'There is no workspace "nope"; ingest a document into it to make it.'
        )


def test_an_empty_question_is_refused(library: Cli) -> None:
    assert library.inside("ask", " ", code=1).sentence == "The question is empty; ask something."
