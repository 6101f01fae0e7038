"""What a real model extracted, replayed over HTTP through the model path of ingestion.

The records are of a data set that is not part of this project; the counts are computed here, apart
from sqlrag, from the records alone.
"""

import json
import os
import time
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.domain.documents import Source
from sqlrag.settings import Settings
from tests.stub_openai import CHAT, Messages, StubOpenAI

SHORT = 200  # passages in the default run
NOTHING = '{"entities": [], "relations": []}'
COUNTS = """SELECT
    (SELECT count(*) FROM sqlrag.entities) AS entities,
    (SELECT count(*) FROM sqlrag.relations) AS relations,
    (SELECT count(*) FROM sqlrag.mentions) AS mentions,
    (SELECT count(*) FROM sqlrag.evidence) AS evidence,
    (SELECT count(*) FROM sqlrag.rejects) AS rejects"""
UNSAID = """SELECT d.source, d.target
    FROM sqlrag.describe_relations(1, ARRAY(SELECT relation_id FROM sqlrag.relations)) AS d
    WHERE NOT EXISTS (
        SELECT FROM rag.where_said('default', d.source, d.target, 1) AS said WHERE said.quote <> ''
    )"""


@dataclass
class Records:
    """Passages with what the model said of them, None where it said nothing."""

    passages: list[dict[str, str]]
    found: dict[str, dict[str, Any]]
    by_text: dict[str, str] = field(default_factory=dict)

    def reply(self, messages: Messages) -> str:
        """As a model would: entities, and triples as it wrote them; the second time no more.

        Of a passage of several chunks, the first has them all.
        """
        if len(messages) > 2:
            return NOTHING
        _, _, after = messages[-1]["content"].partition("\nPassage:\n")
        chunk = squeeze(after.rpartition("\n")[0])
        key = self.by_text.get(chunk) or self._find_first(chunk)
        record = self.found.get(key) if key else None
        if record is None:
            return NOTHING
        return json.dumps({"entities": record["entities"], "triples": record["triples"]})

    def _find_first(self, chunk: str) -> str | None:
        """The passage that begins with a chunk; None for a later part of one."""
        holding = {key: text for text, key in self.by_text.items() if chunk in text}
        assert holding, "what is not of a passage was sent"
        return next((key for key, text in holding.items() if text.startswith(chunk)), None)


def read_records(folder: Path, most: int | None) -> Records:
    def read(name: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (folder / name).read_text().splitlines()]

    passages = read("corpus.jsonl")[:most]
    found = {record["id"]: record for record in read("openie.jsonl")}
    by_text = {squeeze(passage["text"]): passage["id"] for passage in passages}
    assert len(by_text) == len(passages), "a passage is known by its text"
    return Records(passages, found, by_text)


def squeeze(text: str) -> str:
    """Without what parsing may change: spaces, and characters that cannot be printed."""
    kept = (letter for letter in text if letter.isprintable() and not letter.isspace())
    return unicodedata.normalize("NFKC", "".join(kept))


def fold(name: str) -> str:
    return unicodedata.normalize("NFKC", " ".join(name.split())).casefold()


def read_triple(value: Any) -> tuple[str, str] | None:
    """Its ends; None when it is no triple of texts between two different names."""
    if not (isinstance(value, list) and len(value) == 3 and all(isinstance(p, str) for p in value)):
        return None
    source, _, target = (part.strip() for part in value)
    return (source, target) if source and target and fold(source) != fold(target) else None


async def count(records: Records, connection: asyncpg.Connection) -> dict[str, int]:
    """What the graph must hold when the records are merged by the keys of their names."""
    triples: list[tuple[str, str, str]] = []
    names: set[tuple[str, str]] = set()
    rejects = 0
    for passage in records.passages:
        record = records.found.get(passage["id"], {"entities": [], "triples": []})
        read = [read_triple(value) for value in record["triples"]]
        rejects += read.count(None)
        ends = [pair for pair in read if pair]
        triples += [(passage["id"], *pair) for pair in ends]
        for name in (*record["entities"], *(end for pair in ends for end in pair)):
            names.add((passage["id"], name))
    rows = await connection.fetch(
        "SELECT name, sqlrag.name_key(name) AS key FROM unnest($1::text[]) AS name",
        [name for _, name in names],
    )
    key = {row["name"]: row["key"] for row in rows}
    mentions = {(passage, key[name]) for passage, name in names}
    evidence = {
        (passage, min(key[a], key[b]), max(key[a], key[b]))
        for passage, a, b in triples
        if key[a] != key[b]
    }
    return {
        "entities": len({name for _, name in mentions}),
        "relations": len({(a, b) for _, a, b in evidence}),
        "mentions": len(mentions),
        "evidence": len(evidence),
        "rejects": rejects,
    }


async def replay(
    url: str, newcomers: Settings, connection: asyncpg.Connection, records: Records
) -> None:
    sources = [
        Source.of_text(passage["text"], passage["id"], title=passage["title"], language="english")
        for passage in records.passages
    ]
    with StubOpenAI(reply=records.reply) as stub:
        chosen = newcomers.model_copy(update={"openai_base_url": stub.base_url})
        async with Rag.open(url, settings=chosen) as rag:
            begun = time.perf_counter()
            results = await rag.ingest(*sources)
            seconds = time.perf_counter() - begun
        asked = len(stub.requests(CHAT))
    print(f"\n{len(sources)} passages, {asked} calls, {len(sources) / seconds:.1f} documents/s")
    assert {result.outcome for result in results} == {"added"}
    assert await connection.fetchval(
        "SELECT count(*) FROM rag.documents WHERE status = 'ready'"
    ) == (len(sources))
    wanted = await count(records, connection)
    assert dict(await connection.fetchrow(COUNTS)) == wanted
    print(wanted)
    assert await connection.fetch(UNSAID) == []
    assert await connection.fetch("SELECT * FROM rag.orphans") == []
    kept = await connection.fetchval("SELECT count(*) FROM sqlrag.model_calls WHERE error IS NULL")
    assert kept == asked


async def test_two_hundred_passages_give_the_graph_that_the_model_described(
    url: str, newcomers: Settings, connection: asyncpg.Connection, shared_retrieval: Path
) -> None:
    records = read_records(shared_retrieval / "musique_train100", SHORT)
    await replay(url, newcomers, connection, records)


@pytest.mark.heavy
async def test_all_passages_give_the_graph_that_the_model_described(
    url: str, newcomers: Settings, connection: asyncpg.Connection, shared_retrieval: Path
) -> None:
    short = os.environ.get("SQLRAG_BENCHMARK") == "short"
    records = read_records(shared_retrieval / "musique_train100", 2 * SHORT if short else None)
    if not short:
        assert len(records.passages) == 1_890
        assert sum(p["id"] not in records.found for p in records.passages) == 55
    await replay(url, newcomers, connection, records)
