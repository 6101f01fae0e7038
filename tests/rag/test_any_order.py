"""Whatever is done to documents, in any order, the graph is that of a fresh build."""

import asyncio
from typing import Any

import asyncpg
import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from sqlrag.app import Rag
from sqlrag.domain.documents import Source
from sqlrag.settings import Settings
from tests.graphs import NAMES, ORPHANS, CapitalWords, WholeDocument, graph, with_extractor
from tests.rag.killed_writers import BROKEN, SMALL
from tests.support.owning import name_owner

keys = st.sampled_from(["north", "south", "east", "west"])
paragraphs = st.lists(st.sampled_from(NAMES[:6]), min_size=1, max_size=3).map(
    lambda names: " and then ".join(names) + " walked along the shore for a while and came home."
)
texts = st.lists(paragraphs, min_size=1, max_size=6).map("\n\n".join)


class AnyOrder(RuleBasedStateMachine):
    """`runner`, `ingesting`, `rag` and `connection` are those of the test."""

    runner: asyncio.Runner
    rag: Rag
    ingesting: Any
    connection: asyncpg.Connection

    def __init__(self) -> None:
        super().__init__()
        self.wanted: dict[str, str] = {}

    def ingest(self, documents: dict[str, str]) -> list[str]:
        sources = [Source.of_text(t, key, language="english") for key, t in documents.items()]
        results = self.runner.run(self.ingesting.ingest(*sources))
        return [result.outcome for result in results]

    @initialize()
    def begin(self) -> None:
        self.runner.run(self.connection.execute("DELETE FROM sqlrag.documents"))

    @rule(documents=st.dictionaries(keys, texts, min_size=1, max_size=3))
    def put(self, documents: dict[str, str]) -> None:
        """Insert what is new, update what is there."""
        outcomes = self.ingest(documents)
        for (key, text), outcome in zip(documents.items(), outcomes, strict=True):
            before = self.wanted.get(key)
            assert outcome == (
                "added" if before is None else "unchanged" if before == text else "updated"
            )
        self.wanted |= documents

    @rule(key=keys, paragraph=paragraphs)
    def append(self, key: str, paragraph: str) -> None:
        text = "\n\n".join(part for part in (self.wanted.get(key), paragraph) if part)
        self.ingest({key: text})
        self.wanted[key] = text

    @rule()
    def put_again(self) -> None:
        assert set(self.ingest(self.wanted)) <= {"unchanged"}

    @rule(gone=st.sets(keys, min_size=1))
    def delete(self, gone: set[str]) -> None:
        self.runner.run(self.rag.delete(*sorted(gone)))
        for key in gone:
            self.wanted.pop(key, None)

    @rule(key=keys)
    def delete_in_psql(self, key: str) -> None:
        script = "DELETE FROM sqlrag.documents WHERE source_key = $1"
        self.runner.run(self.connection.execute(script, key))
        self.wanted.pop(key, None)

    @rule(key=keys, text=texts)
    def replace(self, key: str, text: str) -> None:
        """Delete and insert again under the same key."""
        self.delete({key})
        self.put({key: text})

    @invariant()
    def nothing_hangs_in_the_air(self) -> None:
        assert self.runner.run(self.connection.fetch("SELECT * FROM rag.orphans")) == []
        assert self.runner.run(self.connection.fetchval(ORPHANS)) == 0, "weights are sums"

    @invariant()
    def every_document_is_whole(self) -> None:
        assert self.runner.run(self.connection.fetch(BROKEN)) == []

    def teardown(self) -> None:
        incremental = self.runner.run(graph(self.connection))
        self.begin()
        self.ingest(self.wanted)
        assert self.runner.run(graph(self.connection)) == incremental


@pytest.mark.parametrize("extractor", [CapitalWords, WholeDocument])
def test_incremental_equals_rebuild_in_any_order(
    url: str, settings: Settings, extractor: type[CapitalWords]
) -> None:
    small = settings.model_copy(update=SMALL)
    with asyncio.Runner() as runner:
        opening = Rag.open(url, settings=small)
        rag = runner.run(opening.__aenter__())
        connection = runner.run(asyncpg.connect(name_owner(url)))
        given = {"runner": runner, "rag": rag, "connection": connection}
        given["ingesting"] = with_extractor(rag, extractor())
        machine = type("AnyOrder", (AnyOrder,), given)
        try:
            run_state_machine_as_test(
                machine,
                settings=hypothesis_settings(
                    max_examples=12,
                    stateful_step_count=10,
                    derandomize=True,
                    deadline=None,
                    database=None,
                ),
            )
        finally:
            runner.run(connection.close())
            runner.run(opening.__aexit__(None, None, None))
