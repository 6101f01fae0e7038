"""A workspace says how its entities are extracted; what changes is extracted anew."""

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.domain.choices import check_settings, read_settings
from sqlrag.domain.documents import Source
from sqlrag.domain.errors import BadInput, NotFound
from sqlrag.domain.graph import ChunkExtraction, DocumentText, ExtractedEntity, ExtractionOptions
from sqlrag.rag import workspaces
from sqlrag.settings import Settings
from tests.counting import count_statements
from tests.graphs import CapitalWords, graph, ingest, with_extractor
from tests.stub_openai import CHAT, StubOpenAI
from tests.support.rags import ingest_alone


class Remembering(CapitalWords):
    """Keeps the options it was given; every name is of the first type."""

    def __init__(self) -> None:
        super().__init__()
        self.options: list[ExtractionOptions] = []

    async def extract(
        self, document: DocumentText, options: ExtractionOptions
    ) -> list[ChunkExtraction]:
        self.options.append(options)
        found = await super().extract(document, options)
        return [replace(one, entities=_typed(one, options.entity_types[0])) for one in found]


def _typed(found: ChunkExtraction, kind: str) -> tuple[ExtractedEntity, ...]:
    return tuple(replace(entity, type=kind) for entity in found.entities)


class NoChat:
    """Makes an extractor count as one of a model, whose options all matter."""

    model = "no-chat"


def ingesting_by_model(rag: Rag, extractor: CapitalWords):
    ingesting = with_extractor(rag, extractor)
    recipe = ingesting.ingestion.recipe
    chat: Any = NoChat()
    extraction = replace(recipe.extraction, chat=chat, make_extractor=None)
    ingesting.ingestion.recipe = replace(recipe, extraction=extraction)
    return ingesting


async def test_settings_reach_the_extractor_and_changed_ones_extract_again(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    extractor = Remembering()
    ingesting = ingesting_by_model(rag, extractor)
    assert (await ingest(ingesting, "doc", "Ada met Bert.")).outcome == "added"
    found = await rag.configure_extraction(entity_types=["keeper"], gleaning_rounds=0)
    assert found.changed == ("entity_types", "gleaning_rounds")
    assert found.options == replace(
        ExtractionOptions(), entity_types=("keeper",), gleaning_rounds=0
    )
    assert (await ingest(ingesting, "doc", "Ada met Bert.")).outcome == "updated"
    assert extractor.options == [ExtractionOptions(), found.options]
    assert {row[4] for row in (await graph(connection))["mentions"]} == {"keeper"}
    assert (await ingest(ingesting, "doc", "Ada met Bert.")).outcome == "unchanged"
    chunk = await connection.fetchval("SELECT extractor FROM sqlrag.chunks")
    assert chunk.startswith("capital-words ")
    assert len(chunk) == len("capital-words 12345678")


async def test_all_rounds_of_a_model_take_at_most_ten_statements(url: str) -> None:
    """The state, an exchange with the ledger per round and one at the end, the write."""
    found = {"entities": [{"name": "Ada", "type": "person", "description": "A keeper."}]}
    reply = json.dumps({"relations": [], **found})
    with StubOpenAI(reply=lambda messages: reply) as stub:
        settings = Settings(_env_file=None, openai_base_url=stub.base_url)
        async with Rag.open(url, settings=settings) as rag:
            await rag.insert("Bert kept the lighthouse.", "warm")
            for rounds in (1, 5, 2):
                await rag.configure_extraction(gleaning_rounds=rounds)
                with count_statements(rag.storage.database._pool) as sent:
                    source = Source.of_text("Ada kept the lighthouse.", "doc")
                    (result,) = await ingest_alone(rag, source)
                assert result.outcome != "unchanged"
                assert len(sent) <= 10, sent


async def test_what_is_extracted_again_leaves_nothing_of_the_first_time(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    first, second = CapitalWords(), CapitalWords()
    second.model = "other-words"
    second._extract = lambda content: CapitalWords._extract(  # type: ignore[method-assign]
        second, content.replace("Ada", "Zoe")
    )
    await ingest(with_extractor(rag, first), "doc", "Ada met Bert.")
    await ingest(with_extractor(rag, second), "doc", "Ada met Bert.")
    again = await graph(connection)
    assert again["aliases"] == [("bert",), ("zoe",)]
    await connection.execute("DELETE FROM sqlrag.documents")
    await ingest(with_extractor(rag, second), "doc", "Ada met Bert.")
    assert await graph(connection) == again


async def test_a_chunk_that_fails_under_new_settings_keeps_its_graph(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    await ingest(with_extractor(rag, CapitalWords()), "doc", "Ada met Bert.")
    before = await graph(connection)
    failing = CapitalWords()
    failing.model = "failing-words"
    failing._extract = lambda content: ChunkExtraction(error="no")  # type: ignore[method-assign]
    await ingest(with_extractor(rag, failing), "doc", "Ada met Bert.")
    assert await graph(connection) == before
    assert (await rag.list_documents())[0].status == "partial"


async def test_offline_only_the_caps_are_a_reason_to_extract_again(rag: Rag) -> None:
    await rag.insert("Ada Lovelace met Bert Brecht.", "doc")
    await rag.configure_extraction(language="German", gleaning_rounds=3, entity_types=["ship"])
    (same,) = await rag.insert("Ada Lovelace met Bert Brecht.", "doc")
    assert same.outcome == "unchanged"
    await rag.configure_extraction(max_entities=1)
    (again,) = await rag.insert("Ada Lovelace met Bert Brecht.", "doc")
    assert again.outcome == "updated"


async def test_settings_are_changed_one_by_one_and_null_is_the_default(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    with pytest.raises(NotFound):
        await rag.get_extraction()
    await rag.configure_extraction(language="German", gleaning_rounds=2)
    await rag.configure_extraction(gleaning_rounds=None, examples=["One.", "Two."])
    found = await rag.get_extraction()
    assert found.changed == ("language", "examples")
    assert found.options.examples == ("One.", "Two.")
    assert found.options.gleaning_rounds == 1
    shown = await connection.fetchval("SELECT settings FROM rag.workspaces WHERE name = 'default'")
    assert shown == {"language": "German", "examples": ["One.", "Two."]}


async def test_settings_written_in_psql_are_in_force_or_refused_in_one_sentence(
    rag: Rag, connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    extractor = Remembering()
    ingesting = with_extractor(rag, extractor)
    await ingest(ingesting, "doc", "Ada met Bert.")
    monkeypatch.setattr(workspaces, "FRESH", 0.0)
    write = "UPDATE sqlrag.workspaces SET settings = $1"
    await connection.execute(write, {"max_entities": 7})
    await ingest(ingesting, "doc", "Ada met Bert.")
    assert extractor.options[-1].max_entities == 7
    await connection.execute(write, {"max_entities": "many"})
    with pytest.raises(BadInput, match=r'workspace "default" are wrong: max_entities is .many.'):
        await ingest(ingesting, "doc", "Ada met Bert.")


async def test_another_process_sees_a_change_within_five_seconds_and_asks_no_oftener(
    rag: Rag, url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await rag.insert("Ada", "doc")
    moment = 1_000.0
    monkeypatch.setattr(workspaces, "time", SimpleNamespace(monotonic=lambda: moment))
    directory = rag.workspaces
    directory.forget("default")
    await directory.open("default")
    async with Rag.open(url, settings=settings) as other:
        await other.configure_extraction(max_entities=5)
    pool = rag.storage.database._pool
    moment += workspaces.FRESH - 0.1
    with count_statements(pool) as sent:
        assert (await directory.open("default")).settings == {}
    assert sent == []
    moment += 0.2
    with count_statements(pool) as sent:
        assert (await directory.open("default")).settings == {"max_entities": 5}
    assert len(sent) == 1


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ([1], "Settings of extraction are an object"),
        ({"types": []}, 'There is no setting "types" of extraction; use one of entity_types,'),
        ({"entity_types": []}, "entity_types is []; give a list of 1 to 50 names"),
        ({"entity_types": ["a", " "]}, "entity_types is ['a', ' ']"),
        ({"entity_types": "person"}, "entity_types is 'person'"),
        ({"language": ""}, "language is ''; give the name of a language"),
        ({"language": "x\x00"}, "language is 'x\\x00'"),
        ({"examples": ["x" * 20_000]}, "examples is ['xxx"),
        ({"gleaning_rounds": 6}, "gleaning_rounds is 6; give a whole number from 0 to 5"),
        ({"gleaning_rounds": True}, "gleaning_rounds is True"),
        ({"max_entities": 0}, "max_entities is 0; give a whole number from 1 to 1,000"),
        ({"max_relations": 1.5}, "max_relations is 1.5"),
    ],
)
def test_a_value_that_cannot_be_used_gets_one_sentence(given, sentence) -> None:
    with pytest.raises(BadInput) as caught:
        check_settings(given, ExtractionOptions)
    assert str(caught.value).startswith(sentence)
    assert str(caught.value).endswith(".")
    assert len(str(caught.value)) < 200


def test_every_option_has_a_rule() -> None:
    stored: dict[str, Any] = {"entity_types": ["a"], "language": "de", "examples": ["b"]}
    stored |= {"gleaning_rounds": 0, "max_entities": 1, "max_relations": 2}
    options, changed = read_settings(stored, ExtractionOptions())
    assert options == ExtractionOptions(("a",), "de", ("b",), 0, 1, 2)
    assert set(changed) == set(stored)


async def test_defaults_come_from_the_environment_and_the_prompt_shows_them(
    url: str, newcomers: Settings
) -> None:
    with StubOpenAI(reply=lambda messages: '{"entities": [], "relations": []}') as stub:
        chosen = newcomers.model_copy(
            update={"openai_base_url": stub.base_url, "entity_types": "ship, keeper ,"}
        )
        async with Rag.open(url, settings=chosen) as rag:
            await rag.configure_extraction(language="Dutch", gleaning_rounds=0)
            await rag.insert("Ada met Bert.", "doc")
            assert (await rag.get_extraction()).options.entity_types == ("ship", "keeper")
        asked = [request.body["messages"] for request in stub.requests(CHAT)]
    assert len(asked) == 1, "no gleaning"
    assert "ship, keeper" in asked[0][0]["content"]
    assert "in Dutch" in asked[0][0]["content"]
    wrong = newcomers.model_copy(update={"entity_types": "x" * 100})
    with pytest.raises(BadInput, match="SQLRAG_ENTITY_TYPES is wrong: entity_types is"):
        async with Rag.open(url, settings=wrong):
            pass


async def test_without_extraction_nothing_of_the_graph_is_written(
    url: str, settings: Settings, connection: asyncpg.Connection
) -> None:
    off = settings.model_copy(update={"extraction": "off"})
    async with Rag.open(url, settings=off) as rag:
        await rag.ingest()
        pool = rag.storage.database._pool
        for text, outcome in (("Ada met Bert.", "added"), ("Bert met Ada.", "updated")):
            with count_statements(pool) as sent:
                assert (await ingest(rag, "doc", text)).outcome == outcome
            assert len(sent) == 2, json.dumps(sent)
    assert await connection.fetchval("SELECT count(*) FROM sqlrag.entities") == 0
    async with Rag.open(url, settings=settings) as rag:
        (again,) = await rag.insert("Bert Brecht met Ada Lovelace.", "doc")
        assert again.outcome == "updated"
    assert await connection.fetchval("SELECT count(*) FROM sqlrag.entities") > 0
