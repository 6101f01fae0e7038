"""Extractors that a test can foresee, texts for them, and the whole graph as they made it."""

import random
import re
from itertools import pairwise
from typing import Any

import asyncpg

from sqlrag.app import Rag
from sqlrag.domain.documents import IngestResult, Source
from sqlrag.domain.graph import (
    ChunkExtraction,
    DocumentText,
    ExtractedEntity,
    ExtractedRelation,
    ExtractionOptions,
    Reject,
)
from tests.support.rags import ingest_alone, with_ingestion


class CapitalWords:
    """Finds the capitalised words of a chunk, each related to the next; a lone FAIL fails it."""

    model = "capital-words"
    reads_whole_documents = False

    def __init__(self) -> None:
        self.read: list[str] = []

    async def extract(
        self, document: DocumentText, options: ExtractionOptions
    ) -> list[ChunkExtraction]:
        self.read += [chunk.content for chunk in document.chunks]
        return [self._extract(chunk.content) for chunk in document.chunks]

    def _extract(self, content: str) -> ChunkExtraction:
        if "FAIL" in content:
            return ChunkExtraction(error="the model refused")
        names = re.findall(r"\b[A-Z][a-z]+\b", content)
        return ChunkExtraction(
            tuple(ExtractedEntity(name, "concept", f"{name} is said.") for name in names),
            tuple(
                ExtractedRelation(a, b, "next to", f"{a} before {b}.", 0.5)
                for a, b in pairwise(names)
            ),
            (Reject("junk", "it is junk"),) if "junk" in content else (),
        )


class WholeDocument(CapitalWords):
    """The same, but what it finds may depend on other chunks."""

    model = "whole-document"
    reads_whole_documents = True


def with_extractor(rag: Rag, extractor: Any) -> Rag:
    return with_ingestion(rag, extractor=extractor)


async def graph(connection: asyncpg.Connection) -> dict[str, Any]:
    """All of the graph, by names instead of ids."""
    queries = {
        "entities": "SELECT count(*) FROM sqlrag.entities",
        "aliases": "SELECT name_key FROM sqlrag.entity_aliases ORDER BY 1",
        "mentions": """SELECT a.name_key, d.source_key, c.ordinal, m.name, m.type, m.description
            FROM sqlrag.mentions AS m
            JOIN sqlrag.entity_aliases AS a ON a.entity_id = m.entity_id
            JOIN sqlrag.chunks AS c ON c.chunk_id = m.chunk_id
            JOIN sqlrag.documents AS d ON d.document_id = c.document_id ORDER BY 1, 2, 3""",
        "relations": """SELECT least(a.name_key, b.name_key), greatest(a.name_key, b.name_key),
                round(r.weight::numeric, 6)
            FROM sqlrag.relations AS r
            JOIN sqlrag.entity_aliases AS a ON a.entity_id = r.source_id
            JOIN sqlrag.entity_aliases AS b ON b.entity_id = r.target_id ORDER BY 1, 2""",
        "evidence": """SELECT d.source_key, c.ordinal, v.keywords, v.description, v.weight
            FROM sqlrag.evidence AS v JOIN sqlrag.chunks AS c USING (workspace_id, chunk_id)
            JOIN sqlrag.documents AS d USING (workspace_id, document_id) ORDER BY 1, 2, 4""",
        "embedded entities": "SELECT count(*) FROM sqlrag.entity_embeddings",
        "embedded relations": "SELECT count(*) FROM sqlrag.relation_embeddings",
        "rejects": "SELECT record, reason FROM sqlrag.rejects ORDER BY 1",
    }
    return {
        name: [tuple(row) for row in await connection.fetch(query)]
        for name, query in queries.items()
    }


ORPHANS = """SELECT
    (SELECT count(*) FROM sqlrag.entities AS e WHERE NOT EXISTS (
        SELECT FROM sqlrag.mentions AS m WHERE m.entity_id = e.entity_id))
    + (SELECT count(*) FROM sqlrag.relations AS r WHERE NOT EXISTS (
        SELECT FROM sqlrag.evidence AS v WHERE v.relation_id = r.relation_id))
    + (SELECT count(*) FROM sqlrag.relations AS r WHERE round(r.weight::numeric, 6) <> (
        SELECT round(sum(v.weight)::numeric, 6) FROM sqlrag.evidence AS v
        WHERE v.relation_id = r.relation_id))"""

NAMES = ["Ada", "Bert", "Cora", "Dirk", "Elsa", "Finn", "Greta", "Hugo", "Ida", "Jan"]


def make_text(chance: random.Random, sentences: int) -> str:
    """Paragraphs of names, long enough for several chunks."""
    return "\n\n".join(
        " and then ".join(chance.sample(NAMES, 3)) + " walked along the shore for a while. " * 25
        for _ in range(sentences)
    )


async def ingest(ingesting: Any, key: str, text: str) -> IngestResult:
    (result,) = await ingest_alone(ingesting, Source.of_text(text, key, language="english"))
    return result
